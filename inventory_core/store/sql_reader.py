"""Questions to a book on disk, over one connection and one moment."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from inventory_core.access import ApiToken, StoredReply
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import Capture, ShelfCount
from inventory_core.ids import Actor, CountId, LocationId, MovementId, Sku
from inventory_core.instants import sortable_text
from inventory_core.ledger import Balances, Movement
from inventory_core.locations import Location
from inventory_core.planogram import Planogram
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.store import convert
from inventory_core.store.rows import table

_Noun = TypeVar("_Noun")
_Query = sa.Select[tuple[object, ...]]
_Decode = Callable[[sa.Row[tuple[object, ...]]], _Noun]
_ProductT, _LocationT, _SlotT, _MovementT = table("product"), table("location"), table("slot"), table("movement")
_CaptureT, _CountT, _RefusedT = table("capture"), table("shelf_count"), table("refused_posting")
_PairT, _ReportT, _ReplyT, _TokenT = table("look_alike"), table("report"), table("reply"), table("api_token")


class SqlReader:
    """A BookReader over a connection that `store.engine` opened."""

    def __init__(self, connection: sa.Connection) -> None:
        self._sql = connection

    def _all(self, query: _Query, noun: _Decode[_Noun]) -> tuple[_Noun, ...]:
        return tuple(noun(row) for row in self._sql.execute(query))

    def _one(self, query: _Query, noun: _Decode[_Noun]) -> _Noun | None:
        row = self._sql.execute(query).first()
        return None if row is None else noun(row)

    def product(self, sku: Sku) -> Product | None:
        return self._one(sa.select(_ProductT).where(_ProductT.c.sku == sku), convert.product)

    def products(self) -> tuple[Product, ...]:
        return self._all(sa.select(_ProductT).order_by(_ProductT.c.sku), convert.product)

    def location(self, location: LocationId) -> Location | None:
        return self._one(sa.select(_LocationT).where(_LocationT.c.id == location), convert.location)

    def locations(self) -> tuple[Location, ...]:
        return self._all(sa.select(_LocationT).order_by(_LocationT.c.id), convert.location)

    def planogram(self) -> Planogram:
        query = sa.select(_SlotT).order_by(_SlotT.c.location, _SlotT.c.shelf, _SlotT.c.sku)
        return Planogram.of(self._all(query, convert.slot))

    def movement(self, movement: MovementId) -> Movement | None:
        return self._one(sa.select(_MovementT).where(_MovementT.c.id == movement), convert.movement)

    def movements(self, *, sku: Sku | None = None, location: LocationId | None = None) -> tuple[Movement, ...]:
        query = sa.select(_MovementT).where(*self._of(sku, location)).order_by(_MovementT.c.seq)
        return self._all(query, convert.movement)

    def _of(self, sku: Sku | None, location: LocationId | None) -> Sequence[sa.ColumnElement[bool]]:
        wanted: list[sa.ColumnElement[bool]] = []
        if sku is not None:
            wanted.append(_MovementT.c.sku == sku)
        if location is not None:
            wanted.append(_MovementT.c.location == location)
        return wanted

    def seq(self, movement: MovementId) -> int | None:
        seq: int | None = self._sql.execute(sa.select(_MovementT.c.seq).where(_MovementT.c.id == movement)).scalar()
        return seq

    def balance(self, sku: Sku, location: LocationId | None = None) -> int:
        query = sa.select(sa.func.coalesce(sa.func.sum(_MovementT.c.units), 0)).where(*self._of(sku, location))
        return int(self._sql.execute(query).scalar_one())

    def balances(self, at: datetime, known_at: datetime) -> Balances:
        m = _MovementT.c
        query = sa.select(m.location, m.sku, sa.func.sum(m.units)).where(
            m.effective_at <= sortable_text(at), m.recorded_at <= sortable_text(known_at)
        ).group_by(m.location, m.sku)
        return defaultdict(int, {(LocationId(place), Sku(sku)): int(units) for place, sku, units in self._sql.execute(query)})

    def capture(self, capture: CountId) -> Capture | None:
        return next(iter(self._captures(_CaptureT.c.id == capture)), None)

    def captures(self, location: LocationId | None = None, until: datetime | None = None) -> tuple[Capture, ...]:
        wanted: list[sa.ColumnElement[bool]] = []
        if location is not None:
            wanted.append(_CaptureT.c.location == location)
        if until is not None:
            wanted.append(_CaptureT.c.captured_at <= sortable_text(until))
        return self._captures(*wanted)

    def _captures(self, *wanted: sa.ColumnElement[bool]) -> tuple[Capture, ...]:
        counts: dict[str, list[ShelfCount]] = defaultdict(list)
        query = sa.select(_CountT).join(_CaptureT, _CaptureT.c.id == _CountT.c.capture).where(*wanted).order_by(_CountT.c.place)
        for row in self._sql.execute(query):
            counts[row.capture].append(convert.count(row))
        looks = sa.select(_CaptureT).where(*wanted).order_by(_CaptureT.c.captured_at, _CaptureT.c.id)
        return self._all(looks, lambda row: convert.capture(row, counts[row.id]))

    def refused(self) -> tuple[RefusedPosting, ...]:
        return self._all(sa.select(_RefusedT).order_by(sa.literal_column("rowid")), convert.refused)

    def look_alikes(self) -> LookAlikes:
        return LookAlikes.of((Sku(a), Sku(b)) for a, b in self._sql.execute(sa.select(_PairT.c.a, _PairT.c.b)))

    def report(self, report: str) -> KeptReport | None:
        return self._one(sa.select(_ReportT).where(_ReportT.c.id == report), convert.report)

    def reports(self) -> tuple[KeptReport, ...]:
        return self._all(sa.select(_ReportT).order_by(sa.literal_column("rowid")), convert.report)

    def reply(self, actor: Actor, key: str) -> StoredReply | None:
        return self._one(sa.select(_ReplyT).where(_ReplyT.c.actor == actor, _ReplyT.c.key == key), convert.reply)

    def token(self, key_sha256: str) -> ApiToken | None:
        return self._one(sa.select(_TokenT).where(_TokenT.c.key_sha256 == key_sha256), convert.token)

    def tokens(self) -> tuple[ApiToken, ...]:
        return self._all(sa.select(_TokenT).order_by(sa.literal_column("rowid")), convert.token)
