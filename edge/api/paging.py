"""Cursor pages and strong ETags: a page starts after a key, so rows that come meanwhile are neither skipped nor doubled."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from edge.api.problems import wire_json
from edge.api.refusals import BadCursor

T = TypeVar("T")
Cursor = Annotated[
    str | None, Query(max_length=1000, description="`next` of the page before; without it the first page.")
]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows per page.")]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`items`, and the cursor of the page after them (None: this was the last)."""

    items: tuple[T, ...]
    next: str | None


def page_of(
    rows: Iterable[T], key: Callable[[T], str], cursor: str | None, limit: int, *, newest_first: bool = False
) -> Page[T]:
    """The `limit` rows after `cursor`, by rising `key` (which is unique), or by falling with `newest_first`."""
    after = decode_cursor(cursor)
    rest = [row for row in rows if after is None or (key(row) < after if newest_first else key(row) > after)]
    rest.sort(key=key, reverse=newest_first)
    items = tuple(rest[:limit])
    return Page(items, encode_cursor(key(items[-1])) if len(rest) > limit else None)


def encode_cursor(key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([key]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> str | None:
    """The key in `cursor`; raises BadCursor for a text that we did not make."""
    if cursor is None:
        return None
    try:
        found = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        found = None
    if not (isinstance(found, list) and len(found) == 1 and isinstance(found[0], str)):
        raise BadCursor("the cursor is not one that this server gave; start again without `cursor`")
    return found[0]


def tagged(request: Request, document: object) -> Response:
    """`document` as JSON with a strong ETag of its bytes, or 304 where the caller holds them already."""
    return tagged_bytes(request, wire_json(document), "application/json")


def tagged_bytes(request: Request, body: bytes, media_type: str) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Language"}
    offered = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if tag in offered or "*" in offered:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
