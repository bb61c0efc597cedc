"""Entries of the logs as JSON values, times in UTC with Z."""

from inventory_core.events import EventEntry
from inventory_core.instants import utc_text
from inventory_core.movement_log import LogEntry


def movement_entry(entry: LogEntry) -> dict[str, object]:
    m = entry.movement
    return {
        "seq": entry.seq, "id": m.id, "action": entry.action.value, "kind": m.kind.value, "sku": m.sku, "location": m.location,
        "units": m.units, "effective_at": utc_text(m.effective_at), "recorded_at": utc_text(m.recorded_at), "actor": m.source,
        "device": m.device, "trace": m.trace, "ref_id": m.ref_id, "cites": m.cites,
    }


def event_entry(entry: EventEntry) -> dict[str, object]:
    e = entry.event
    return {
        "seq": entry.seq, "at": utc_text(e.at), "actor": e.actor, "device": e.device, "trace": e.trace,
        "action": e.action.value, "outcome": e.outcome.value, "code": e.code, "sku": e.sku, "location": e.location,
        "subject": e.subject, "detail": dict(e.detail),
    }
