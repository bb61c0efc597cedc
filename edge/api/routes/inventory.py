"""What can be sold, and the posting of locations, products and movements."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import read_answers, write_answers
from edge.api.deps import Here, needs_key
from edge.api.guard import GuardedRoute, WriteRoute
from edge.api.idempotency import Attempt
from edge.api.limits import JSON_BYTES
from edge.api.quick_check import check_body
from edge.api.schemas.replies import CheckReply, LocationReply, MovementReply, SkuReply, TransferReply
from edge.api.schemas.writes import Code, NewLocation, NewMovement, NewReturn, NewSku, NewTransfer
from edge.api.stamps import stamp_of
from edge.api.views import movement_reply
from inventory_core.catalogue import Product
from inventory_core.errors import GiftWithoutOrder, LedgerError
from inventory_core.events import Action, action_of
from inventory_core.ids import LocationId, Sku
from inventory_core.ledger import MovementKind
from inventory_core.locations import Location, LocationKind
from inventory_core.ports import Book
from inventory_core.returning import post_return, post_transfer
from inventory_core.returns import Transfer
from inventory_core.service import add_location, add_product, keep_refused, post_sold

reads = APIRouter(route_class=GuardedRoute, tags=["inventory"])
writes = APIRouter(route_class=WriteRoute, tags=["inventory"], dependencies=[needs_key], max_body_size=JSON_BYTES)


@reads.get("/v2/inventory/check", summary="What of a product can be sold now", response_model=CheckReply,
           responses=read_answers("unknown_sku"))
async def check(sku: Annotated[Code, Query()], desk: Here) -> Response:
    """Goods in transit cannot be sold, and what is reserved is not available; edge/api/quick_check.py answers most of these."""
    return Response(check_body(await desk.check(Sku(sku))), media_type="application/json")


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
    stamp = stamp_of(request, desk.clock.now(), "MOV")
    posting = stamp.posting(
        sku=body.sku, location=body.location, kind=MovementKind(body.kind), units=body.units, effective_at=body.effective_at,
        ref_id=body.ref_id, cites=body.cites,
    )

    def work(book: Book) -> MovementReply:
        posted = post_sold(book, posting)
        return movement_reply(posted)

    def aside(book: Book, error: LedgerError) -> None:
        if isinstance(error, GiftWithoutOrder):  # it left the shelf all the same: reconciling has to know
            keep_refused(book, posting, error)

    attempt = Attempt(action_of(posting.kind), stamp, body.sku, body.location, posting.id, aside)
    return (await desk.writes.once(request, body, work, attempt=attempt)).response()


@writes.post("/v2/transfers", summary="Move units between locations", status_code=201, response_model=TransferReply,
             responses=write_answers("insufficient_stock", "unknown_sku", "unknown_location"))
async def post_one_transfer(body: NewTransfer, request: Request, desk: Here) -> Response:
    """Two movements in one transaction: both or none."""
    stamp = stamp_of(request, desk.clock.now(), "TRF")

    def work(book: Book) -> TransferReply:
        left, arrived = post_transfer(book, Transfer(
            f"t-{stamp.id}", Sku(body.sku), LocationId(body.origin), LocationId(body.destination), body.units,
            body.effective_at, stamp.at, stamp.actor, body.ref_id, stamp.device, stamp.trace))
        return TransferReply(id=f"t-{stamp.id}", out=movement_reply(left), into=movement_reply(arrived), trace=stamp.trace)

    attempt = Attempt(Action.STOCK_MOVE, stamp, body.sku, body.origin, f"t-{stamp.id}")
    return (await desk.writes.once(request, body, work, attempt=attempt)).response()


@writes.post("/v2/returns", summary="Take a return of a sale", status_code=201, response_model=MovementReply,
             responses=write_answers("unknown_sku", "unknown_location", "return_without_sale", "return_exceeds_sale"))
async def post_one_return(body: NewReturn, request: Request, desk: Here) -> Response:
    """Cites its sale, and all returns of a sale together never exceed it."""
    stamp = stamp_of(request, desk.clock.now(), "RET")

    def work(book: Book) -> MovementReply:
        posting = stamp.posting(
            sku=body.sku, location=body.location, kind=MovementKind.RETURN, units=body.units, effective_at=body.effective_at,
            ref_id=body.ref_id)
        return movement_reply(post_return(book, posting, body.sale_ref_id))

    attempt = Attempt(Action.STOCK_IN, stamp, body.sku, body.location, f"m-{stamp.id}")
    return (await desk.writes.once(request, body, work, attempt=attempt)).response()
