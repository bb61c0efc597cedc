"""A reconcile report as a document: JSON of schema `shelfcount.report/1`, times in UTC with Z, money as text."""

import hashlib
import json
from collections.abc import Callable, Mapping

from inventory_core.discrepancies import Cause, Discrepancy, DiscrepancyReport
from inventory_core.instants import utc_text
from inventory_core.messages import Message
from inventory_core.reports import KeptReport

SCHEMA = "shelfcount.report/1"


def report_document(report: DiscrepancyReport, say: Callable[[Message], str] = str) -> dict[str, object]:
    """The report as JSON values; `say` puts the messages into the reader's language."""
    return {
        "schema": SCHEMA,
        "as_of": utc_text(report.as_of),
        "known_at": utc_text(report.known_at),
        "summary": {
            "looks": report.looks, "cannot_see": len(report.unseen), "judged": report.judged, "agreed": report.agreed,
            "discrepancies": len(report.discrepancies), "open": len(report.open()),
        },
        "discrepancies": [_discrepancy(found, say) for found in report.discrepancies],
        "cannot_see": [
            {"count": look.capture, "location": look.location, "captured_at": utc_text(look.captured_at),
             "reasons": list(look.reasons)}
            for look in report.unseen
        ],
        "not_judged": [{"location": location, "sku": sku} for location, sku in report.not_judged],
    }


def kept_report(report: DiscrepancyReport) -> KeptReport:
    """The report as the book keeps it, in English; the same report has the same id."""
    document = json.dumps(report_document(report), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return KeptReport(report_id(document.encode("utf-8")), report.as_of, report.known_at, document)


def report_id(document: bytes) -> str:
    """The id of a kept report, from its text in UTF-8."""
    return "R-" + hashlib.sha256(document).hexdigest()[:16]


def _discrepancy(found: Discrepancy, say: Callable[[Message], str]) -> Mapping[str, object]:
    since, who = found.since, found.pedigree
    return {
        "id": found.id, "location": found.location, "shelf": found.shelf, "shelves": list(found.shelves), "sku": found.sku,
        "kind": found.kind.value, "state": found.state.value, "ledger": found.ledger,
        "seen": {"low": found.seen.low, "high": found.seen.high, "at_least": found.at_least},
        "facings": {"low": found.facings.low, "best": found.facings.best, "high": found.facings.high},
        "gap": found.gap, "peak_gap": found.peak_gap, "value": None if found.value is None else format(found.value, "f"),
        "as_of": utc_text(found.as_of), "known_at": utc_text(found.known_at),
        "since": {
            "last_agreed_at": None if since.last_agreed_at is None else utc_text(since.last_agreed_at),
            "first_seen_at": utc_text(since.first_seen_at), "last_seen_at": utc_text(since.last_seen_at),
            "ended_at": None if since.ended_at is None else utc_text(since.ended_at),
        },
        "looks": found.looks, "coverage": found.coverage, "count": found.capture, "evidence": found.evidence,
        "pedigree": {"camera": who.camera, "detector": who.detector, "embedder": who.embedder, "gallery": who.gallery,
                     "calibration": who.calibration},
        "causes": [_cause(cause, say) for cause in found.causes],
        "owner": found.owner.value, "next_action": say(found.next_action),
    }


def _cause(cause: Cause, say: Callable[[Message], str]) -> Mapping[str, object]:
    return {
        "kind": cause.kind.value, "certainty": cause.certainty.value, "units": cause.units, "text": say(cause.message),
        "movements": list(cause.movements), "partner": cause.partner,
    }
