"""Who writes, from which device, when, and under which trace code: what every write into the book carries."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from edge.api.security import Caller
from inventory_core.access import Role
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import MovementKind
from inventory_core.postings import Posting
from inventory_core.traces import trace_code


@dataclass(frozen=True, slots=True)
class Stamp:
    """`trace` is what people look the action up by; `id` is made of the caller and the Idempotency-Key, so that the same call
    asks for the same movement for ever, even when its kept reply is long gone."""

    actor: Actor
    role: Role
    device: str
    trace: str
    id: str
    at: datetime

    def posting(
        self, *, sku: str, location: str, kind: MovementKind, units: int, effective_at: datetime, ref_id: str,
        cites: str | None = None,
    ) -> Posting:
        return Posting(
            Sku(sku), LocationId(location), kind, units, effective_at, self.at, self.actor, ref_id, cites,
            MovementId(f"m-{self.id}"), self.device, self.trace,
        )


def stamp_of(request: Request, now: datetime, prefix: str) -> Stamp:
    """The stamp of a write; `prefix` (three letters) names its kind in the trace code."""
    caller: Caller = request.state.caller
    digest = hashlib.sha256("\x1f".join((caller.actor, request.state.idempotency_key)).encode()).digest()
    return Stamp(caller.actor, caller.role, caller.device, trace_code(prefix, digest), digest.hex()[:24], now)
