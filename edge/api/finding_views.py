"""From discrepancies to wire shapes, in the caller's language."""

from edge.api.schemas.findings import (
    BoxReply,
    CauseReply,
    DiscrepancyReply,
    EvidenceReply,
    MaskedReply,
    SinceReply,
    UnitsReply,
)
from edge.api.views import pedigree_reply, range_reply
from edge.counting.evidence import Json
from edge.counting.evidence_views import boxes_of, shelf_of
from edge.messages import Translator
from inventory_core.discrepancies import Cause, Discrepancy
from inventory_core.instants import sortable_text, utc_text
from inventory_core.messages import Message


def discrepancy_reply(found: Discrepancy, tr: Translator, note: Message | None = None) -> DiscrepancyReply:
    """`evidence` is the address of the picture, null where none was kept; `note` says that it is no longer."""
    since = found.since
    return DiscrepancyReply(
        id=found.id, location=found.location, shelf=found.shelf, shelves=list(found.shelves), sku=found.sku,
        kind=found.kind.value, state=found.state.value, ledger=found.ledger,
        seen=UnitsReply(low=found.seen.low, high=found.seen.high, at_least=found.at_least),
        facings=range_reply(found.facings), gap=found.gap, peak_gap=found.peak_gap,
        value=None if found.value is None else format(found.value, "f"), as_of=utc_text(found.as_of),
        known_at=utc_text(found.known_at),
        since=SinceReply(
            last_agreed_at=None if since.last_agreed_at is None else utc_text(since.last_agreed_at),
            first_seen_at=utc_text(since.first_seen_at), last_seen_at=utc_text(since.last_seen_at),
            ended_at=None if since.ended_at is None else utc_text(since.ended_at),
        ),
        looks=found.looks, coverage=found.coverage, pedigree=pedigree_reply(found.pedigree), count=found.capture,
        evidence=None if found.evidence is None else f"/v2/discrepancies/{found.id}/evidence",
        evidence_note=None if note is None else tr.say(note),
        causes=[_cause(cause, tr) for cause in found.causes], owner=found.owner.value, next_action=tr.say(found.next_action),
    )


def evidence_reply(
    found: Discrepancy, noted: Json | None, note: Message | None, seq: int | None, tr: Translator
) -> EvidenceReply:
    """`noted` is the document beside the picture, `note` that the picture is no longer kept."""
    here, noted = found.evidence is not None and note is None, noted or {}
    at = f"/v2/discrepancies/{found.id}/evidence"
    boxes, mine = noted.get("boxes"), boxes_of(noted, found.sku, found.shelves)
    masked, width, height = noted.get("masked"), noted.get("width_px"), noted.get("height_px")
    return EvidenceReply(
        id=found.id, count=found.capture, picture=at if here else None, crop=f"{at}/crop" if here else None,
        shelf=f"{at}/shelf" if here and shelf_of(noted, found.shelves) is not None else None,
        note=None if note is None else tr.say(note), masked=MaskedReply(**masked) if isinstance(masked, dict) else None,
        width_px=width if isinstance(width, int) else None, height_px=height if isinstance(height, int) else None,
        boxes=[BoxReply(**box, discrepant=box in mine) for box in boxes] if isinstance(boxes, list) else [],
        pedigree=pedigree_reply(found.pedigree), ledger_seq=seq, known_at=utc_text(found.known_at),
    )


def discrepancy_key(found: Discrepancy) -> str:
    """Unique, and rising with the time of the look that showed it."""
    return f"{sortable_text(found.as_of)} {found.id}"


def _cause(cause: Cause, tr: Translator) -> CauseReply:
    return CauseReply(kind=cause.kind.value, certainty=cause.certainty.value, units=cause.units, text=tr.say(cause.message),
                      movements=list(cause.movements), partner=cause.partner)
