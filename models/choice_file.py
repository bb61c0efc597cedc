"""How the choice of model files lies on disk: `chosen.json`, readable, replaced atomically, with a checksum of itself.

    SHA256.onnx     a file that was taken into use, named by its content
    SHA256.md       its card
    chosen.json     the changes, oldest first; names both by sha256
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from models.durable import write_atomically
from models.errors import BadManifest, BadModelChoice
from models.manifest import ModelFile, Role
from models.policy import DetectorPolicy

SCHEMA = "shelfcount.model-choice/1"
INDEX = "chosen.json"
OURS = re.compile(r"[0-9a-f]{64}\.(onnx|md)|\..+\.[0-9]+\.new")
"""Names that only this file and `models/durable.py` give: what may be swept away."""
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Used:
    """A file was taken into use."""

    file: ModelFile
    at: datetime


@dataclass(frozen=True, slots=True)
class RolledBack:
    """A role went back to the file before, or all the way to the release's."""

    role: Role
    to_shipped: bool
    at: datetime


Change = Used | RolledBack


def read_changes(folder: Path) -> tuple[Change, ...]:
    """The changes kept in `folder`, none where there is no record. Raises BadModelChoice for a damaged or edited one."""
    index = folder / INDEX
    try:
        document = json.loads(index.read_bytes())
        checksum = document.pop("checksum")
        if checksum != _checksum(document):
            raise ValueError("it does not fit its checksum")
        if document["schema"] != SCHEMA:
            raise ValueError(f"its format is {document['schema']}")
        return tuple(_from_json(change, folder) for change in document["changes"])
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BadModelChoice("{file} cannot be read: {why}; it says which model files are in use", file=index,
                             why=error.strerror or error) from error  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadManifest) as error:
        raise BadModelChoice(
            "{file}, which says which model files are in use, is damaged: {why}; move it away to use the release's files, and "
            "choose again with `shelfcount model use`", file=index, why=error) from error


def write_changes(folder: Path, changes: Sequence[Change]) -> None:
    """Make `changes` the record in `folder`, in one rename. Raises BadModelChoice."""
    document = {"schema": SCHEMA, "changes": [_to_json(change) for change in changes]}
    raw = json.dumps(document | {"checksum": _checksum(document)}, ensure_ascii=False, indent=1) + "\n"
    write_atomically(folder / INDEX, raw.encode(), BadModelChoice)


def sweep(folder: Path, kept: Collection[ModelFile]) -> None:
    """Drop files that cannot be gone back to any more, and leavings of a process that was killed; nobody else's files."""
    names = {path.name for file in kept for path in (file.path, file.card)}
    for path in folder.iterdir():
        if OURS.fullmatch(path.name) and path.name not in names:
            with suppress(OSError):
                path.unlink()


def _to_json(change: Change) -> dict[str, object]:
    at = change.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    match change:
        case Used(file):
            return {"at": at, "used": {
                "role": file.role, "name": file.name, "sha256": file.sha256, "bytes": file.size_bytes, "input": file.input,
                "licence": file.licence, "card": file.card.stem, "policy": None if file.policy is None else asdict(file.policy),
            }}  # fmt: skip
        case RolledBack(role, to_shipped):
            return {"at": at, "rolled_back": role, "to_shipped": to_shipped}


def _from_json(change: Mapping[str, object], folder: Path) -> Change:
    """Raises ValueError, KeyError, TypeError or BadManifest for anything else than was written."""
    at = datetime.fromisoformat(str(change["at"]))
    if "rolled_back" in change:
        return RolledBack(_role(change["rolled_back"]), bool(change["to_shipped"]), at)
    used = change["used"]
    if not isinstance(used, dict):
        raise TypeError(f"used: {used}")
    policy = None if used["policy"] is None else DetectorPolicy(**used["policy"])
    return Used(ModelFile(
        role=_role(used["role"]), name=str(used["name"]), path=folder / f"{_hash(used['sha256'])}.onnx", sha256=used["sha256"],
        size_bytes=int(used["bytes"]), input=str(used["input"]), classes=(), licence=str(used["licence"]),
        card=folder / f"{_hash(used['card'])}.md", policy=policy, is_shipped=False), at)  # fmt: skip


def _role(value: object) -> Role:
    if value not in get_args(Role):
        raise ValueError(f"role: {value}")
    return value  # type: ignore[return-value]  # checked against the literal


def _hash(value: object) -> str:
    if not isinstance(value, str) or not SHA256.fullmatch(value):
        raise ValueError(f"sha256: {value}")
    return value


def _checksum(document: object) -> str:
    """sha256 over the record without its checksum, however it is laid out."""
    return hashlib.sha256(json.dumps(document, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
