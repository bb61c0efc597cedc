"""What can be sold, and the posting of locations, products and movements."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import read_answers, write_answers
from edge.api.deps import Here, needs_key
from edge.api.guard import GuardedRoute, WriteRoute
from edge.api.limits import JSON_BYTES
from edge.api.problems import wire_json
from edge.api.schemas.replies import CheckReply, LocationReply, MovementReply, SkuReply
from edge.api.schemas.writes import Code, NewLocation, NewMovement, NewSku
from inventory_core.catalogue import Product
from inventory_core.errors import GiftWithoutOrder, LedgerError
from inventory_core.ids import LocationId, MovementId, Sku
from inventory_core.instants import utc_text
from inventory_core.ledger import MovementKind
from inventory_core.locations import Location, LocationKind
from inventory_core.ports import Book
from inventory_core.postings import Posting
from inventory_core.service import add_location, add_product, keep_refused, post_movement

reads = APIRouter(route_class=GuardedRoute, tags=["inventory"])
writes = APIRouter(route_class=WriteRoute, tags=["inventory"], dependencies=[needs_key], max_body_size=JSON_BYTES)


@reads.get("/v2/inventory/check", summary="What of a product can be sold now", response_model=CheckReply,
           responses=read_answers("unknown_sku"))
async def check(sku: Annotated[Code, Query()], desk: Here) -> Response:
    """Goods in transit cannot be sold; a lookup short enough to be done right here, without changing threads."""
    stock = desk.stock(Sku(sku), desk.clock.now())
    return Response(wire_json({
        "sku": stock.sku, "available": stock.available, "on_hand": stock.on_hand, "reserved": stock.reserved,
        "as_of": utc_text(stock.as_of),
    }), media_type="application/json")


@writes.post("/v2/locations", summary="A new place that holds stock", status_code=201, response_model=LocationReply,
             responses=write_answers("duplicate_location"))
async def post_location(body: NewLocation, request: Request, desk: Here) -> Response:
    location = Location(LocationId(body.location), LocationKind(body.kind), body.allow_negative)

    def work(book: Book) -> LocationReply:
        add_location(book, location)
        return LocationReply(location=location.id, kind=location.kind.value, allow_negative=location.allow_negative)

    return (await desk.writes.once(request, body, work)).response()


@writes.post("/v2/skus", summary="A new product", status_code=201, response_model=SkuReply,
             responses=write_answers("duplicate_sku", "bad_check_character"))
async def post_sku(body: NewSku, request: Request, desk: Here) -> Response:
    """Only codes of the form AAA-YYYY-NNNNN-C and GTINs are checked; any other text is a valid SKU."""

    def work(book: Book) -> SkuReply:
        add_product(book, Product(Sku(body.sku), body.name, gtin=body.gtin, price=body.price,
                                  safety_stock=body.safety_stock))
        return SkuReply(sku=body.sku, name=body.name, gtin=body.gtin,
                        price=None if body.price is None else format(body.price, "f"), safety_stock=body.safety_stock)

    return (await desk.writes.once(request, body, work)).response()


@writes.post("/v2/movements", summary="A receipt, a sale or a gift", status_code=201, response_model=MovementReply,
             responses=write_answers("insufficient_stock", "unknown_sku", "unknown_location", "bad_sign",
                                     "gift_without_order"))
async def post_one_movement(body: NewMovement, request: Request, desk: Here) -> Response:
    """A receipt adds units, a sale and a gift take them; a gift cites the order that it came with."""
    posting = Posting(
        sku=Sku(body.sku), location=LocationId(body.location), kind=MovementKind(body.kind), units=body.units,
        effective_at=body.effective_at, recorded_at=desk.clock.now(), source=request.state.caller.actor,
        ref_id=body.ref_id, cites=body.cites, id=MovementId(f"m-{uuid.uuid4().hex}"),
    )

    def work(book: Book) -> MovementReply:
        posted = post_movement(book, posting.movement())
        return MovementReply(id=posted.movement.id, seq=posted.seq, balance=posted.balance)

    def aside(book: Book, error: LedgerError) -> None:
        if isinstance(error, GiftWithoutOrder):  # it left the shelf all the same: reconciling has to know
            keep_refused(book, posting, error)

    return (await desk.writes.once(request, body, work, aside=aside)).response()
