"""Who may call: API tokens (only the hash of a key is kept) and the replies kept for repeated calls."""

import enum
import hashlib
from dataclasses import dataclass
from datetime import datetime

from inventory_core.ids import Actor
from inventory_core.instants import check_instant
from inventory_core.texts import check_text


class Role(enum.StrEnum):
    """What a key may do; till, bi and camera are service accounts, which approve nothing."""

    ADMIN = "admin"
    STAFF = "staff"
    TILL = "till"
    BI = "bi"
    CAMERA = "camera"

    @property
    def is_service_account(self) -> bool:
        return self in (Role.TILL, Role.BI, Role.CAMERA)


def hash_key(key: str) -> str:
    """What the book keeps of a key."""
    return hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One key of `name`, the actor of every write made with it."""

    name: Actor
    role: Role
    key_sha256: str
    created_at: datetime
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        check_text("name", self.name)
        check_instant("created_at", self.created_at)

    @property
    def id(self) -> str:
        """Short name of the key for lists and for revoking; tells nothing about the key itself."""
        return self.key_sha256[:8]


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What a write was answered, kept under the caller's Idempotency-Key: the same call again gets the same answer."""

    actor: Actor
    key: str
    body_sha256: str
    status: int
    body: str
    at: datetime
