"""How routes document their problems in the OpenAPI document: every status with the codes that may come with it."""

from collections import defaultdict
from typing import Any

from edge.api.kinds import kind_of
from edge.api.problems import PROBLEM

Responses = dict[int | str, dict[str, Any]]

EVERY_ROUTE = ("unauthorized", "forbidden", "invalid_body", "store_error", "book_damaged")
EVERY_WRITE = ("bad_request", "idempotency_key_required", "idempotency_in_progress", "too_large", "unsupported_media_type",
               "idempotency_key_reused", "too_many_requests", "bad_value", "disk_full")


def open_answers(*codes: str) -> Responses:
    """Problems of a route that needs no key."""
    return _answers(codes)


def read_answers(*codes: str) -> Responses:
    """Problems of a guarded GET route."""
    return _answers((*EVERY_ROUTE, *codes))


def tagged_answers(*codes: str) -> Responses:
    """Problems of a GET route whose answer has a tag, and 304."""
    return {304: {"description": "The caller holds it already (If-None-Match)."}} | read_answers(*codes)


def picture_answers(told: str, *codes: str) -> Responses:
    """Of a route that gives a picture, of which `told` says what it shows. Without room to note the view nobody sees it."""
    return {200: {"description": told, "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}} | (
        tagged_answers("not_found", "disk_full", *codes))


def page_answers(*codes: str) -> Responses:
    """Problems of a cursor page, and 304."""
    return {304: {"description": "The caller holds this page already (If-None-Match)."}} | read_answers("bad_cursor", *codes)


def write_answers(*codes: str) -> Responses:
    """Problems of a write."""
    return _answers((*EVERY_ROUTE, *EVERY_WRITE, *codes))


def _answers(codes: tuple[str, ...]) -> Responses:
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes:
        if code not in by_status[status := kind_of(code).status]:
            by_status[status].append(code)
    return {
        status: {"description": "Problem: " + ", ".join(f"`{code}`" for code in group),
                 "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemReply"}}}}
        for status, group in sorted(by_status.items())
    }
