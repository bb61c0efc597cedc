"""The report as JSON, and as the book keeps it."""

import json

from inventory_core.counts import CaptureStatus
from inventory_core.report_document import kept_report, report_document
from tests.inventory_core.shop_lines import ledger, look, plan, report

LOOKS = [look("09:00", "A A A ?"), look("10:00", "", CaptureStatus.CANNOT_SEE), look("11:00", "A ?"), look("12:00", "A ?")]
REPORT = report(LOOKS, ledger("08:00 opening A +3", "10:30 sale A -1 @11:00"), plan("A A A | B"))


def test_the_document_is_json_with_times_in_utc_and_money_as_text() -> None:
    document = report_document(REPORT)
    assert document == json.loads(json.dumps(document, allow_nan=False))
    assert ("shelfcount.report/1", "2026-11-20T23:00:00Z") == (document["schema"], document["as_of"])
    assert {"looks": 4, "cannot_see": 1, "judged": 1, "agreed": 0, "discrepancies": 2, "open": 2} == document["summary"]
    assert [{"location": "shelf-1", "sku": "B"}] == document["not_judged"]
    assert [{"count": "c10:00", "location": "shelf-1", "captured_at": "2026-11-20T10:00:00Z", "reasons": ["dark"]}] == (
        document["cannot_see"])


def test_every_discrepancy_carries_its_numbers_and_its_evidence() -> None:
    (short, unknown) = json.loads(json.dumps(report_document(REPORT)["discrepancies"]))
    assert ("A", "shortage", "recount", 2, 1, "2.50") == tuple(
        short[name] for name in ("sku", "kind", "state", "ledger", "gap", "value"))
    assert {"low": 1, "high": 1, "at_least": False} == short["seen"]
    assert {"last_agreed_at": "2026-11-20T09:00:00Z", "first_seen_at": "2026-11-20T11:00:00Z",
            "last_seen_at": "2026-11-20T12:00:00Z", "ended_at": None} == short["since"]
    assert ("1", "12:00.jpg", "c12:00", "sha256:d") == (
        short["shelf"], short["evidence"], short["count"], short["pedigree"]["detector"])
    assert (None, None, None) == (unknown["sku"], unknown["value"], unknown["since"]["last_agreed_at"])


def test_causes_are_said_in_the_readers_language() -> None:
    looks = [look("09:00", "A"), look("10:00", "A A A"), look("11:00", "A A A")]
    found = report(looks, ledger("08:00 opening A +1"), plan("A"))
    documents = json.loads(json.dumps(report_document(found, lambda message: f"<{message}>")["discrepancies"]))
    cause = documents[0]["causes"][0]
    assert ("unbooked_receipt", "strong", 2, [], None) == tuple(
        cause[name] for name in ("kind", "certainty", "units", "movements", "partner"))
    assert (cause["text"][0], documents[0]["next_action"][0]) == ("<", "<")


def test_the_same_report_is_kept_under_the_same_id_and_another_under_another() -> None:
    assert kept_report(REPORT) == kept_report(REPORT)
    assert kept_report(REPORT).id != kept_report(report(LOOKS, ledger("08:00 opening A +2"), plan("A A A"))).id
    assert "shelfcount.report/1" == json.loads(kept_report(REPORT).document)["schema"]
