"""`GET /v2/inventory/check` without the machinery of a route: tills ask it before every sale, some thousand times a second.

It answers what the documented route answers, byte for byte; whatever is unusual about a request is left to that route.
"""

import re
from urllib.parse import unquote_plus

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from edge.api.deps import Desk
from edge.api.guard import Gate
from edge.api.problems import failure, problem_of, wire_json
from inventory_core.ids import Sku
from inventory_core.instants import utc_text
from inventory_core.messages import Told
from inventory_core.service import Stock
from inventory_core.texts import MAX_CODE_CHARS

PATH = "/v2/inventory/check"
_ASKED = re.compile(r"sku=([^&;]+)")
_PLAIN = re.compile(r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")


def asked_sku(scope: Scope) -> Sku | None:
    """The SKU of a plain question for one; None for anything else, which is left to the route."""
    if scope["path"] != PATH or scope["method"] != "GET":
        return None
    asked = _ASKED.fullmatch(scope["query_string"].decode("latin-1"))
    if asked is None:
        return None
    try:
        sku = unquote_plus(asked[1], errors="strict")
    except UnicodeDecodeError:
        return None
    return Sku(sku) if len(sku) <= MAX_CODE_CHARS and _PLAIN.fullmatch(sku) else None


async def answer(desk: Desk, gate: Gate, sku: Sku, scope: Scope, receive: Receive, send: Send) -> None:
    """Any role may ask, so that a known key is enough."""
    authorization = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"), None)
    try:
        gate.caller(authorization)
        stock = await desk.check(sku)
    except Told as error:
        await problem_of(error, Request(scope)).response()(scope, receive, send)
        return
    except Exception as error:
        await failure(error, Request(scope)).response()(scope, receive, send)
        return
    body = check_body(stock)
    await send({"type": "http.response.start", "status": 200, "headers": [
        (b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


def check_body(stock: Stock) -> bytes:
    return wire_json({
        "sku": stock.sku, "available": stock.available, "on_hand": stock.on_hand, "reserved": stock.reserved,
        "as_of": utc_text(stock.as_of),
    })
