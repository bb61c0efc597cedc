"""Questions to a book on disk, over one connection and one moment."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from inventory_core.access import ApiToken, StoredReply
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import Capture, ShelfCount
from inventory_core.ids import Actor, CountId, LocationId, Sku
from inventory_core.instants import sortable_text
from inventory_core.locations import Location
from inventory_core.planogram import Planogram
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.store import convert
from inventory_core.store.rows import table
from inventory_core.store.sql_adjustments import AdjustmentReads
from inventory_core.store.sql_insight import InsightReads
from inventory_core.store.sql_ledger import LedgerReads
from inventory_core.store.sql_logs import LogReads
from inventory_core.store.sql_orders import OrderReads
from inventory_core.store.sql_shifts import ShiftReads
from inventory_core.store.sql_spot_checks import SpotReads

_Noun = TypeVar("_Noun")
_Query = sa.Select[tuple[object, ...]]
_Decode = Callable[[tuple[Any, ...]], _Noun]
_ProductT, _LocationT, _SlotT = table("product"), table("location"), table("slot")
_CaptureT, _CountT, _RefusedT = table("capture"), table("shelf_count"), table("refused_posting")
_PairT, _ReportT, _TokenT = table("look_alike"), table("report"), table("api_token")


class SqlReader(LedgerReads, OrderReads, AdjustmentReads, ShiftReads, InsightReads, SpotReads, LogReads):
    """A BookReader over a connection in a transaction."""

    def _all(self, query: _Query, noun: _Decode[_Noun]) -> tuple[_Noun, ...]:
        return tuple(noun(tuple(row)) for row in self._sql.execute(query))

    def _one(self, query: _Query, noun: _Decode[_Noun]) -> _Noun | None:
        row = self._sql.execute(query).first()
        return None if row is None else noun(tuple(row))

    def product(self, sku: Sku) -> Product | None:
        row = self.do.row("SELECT sku, name, name_en, gtin, price, safety_stock FROM product WHERE sku = ?", sku)
        return None if row is None else convert.product(row)

    def products(self) -> tuple[Product, ...]:
        return self._all(sa.select(_ProductT).order_by(_ProductT.c.sku), convert.product)

    def location(self, location: LocationId) -> Location | None:
        row = self.do.row("SELECT id, kind, allow_negative FROM location WHERE id = ?", location)
        return None if row is None else convert.location(row)

    def locations(self) -> tuple[Location, ...]:
        return self._all(sa.select(_LocationT).order_by(_LocationT.c.id), convert.location)

    def planogram(self) -> Planogram:
        query = sa.select(_SlotT).order_by(_SlotT.c.location, _SlotT.c.shelf, _SlotT.c.sku)
        return Planogram.of(self._all(query, convert.slot))

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
            counts[row.capture].append(convert.count(tuple(row)))
        looks = sa.select(_CaptureT).where(*wanted).order_by(_CaptureT.c.captured_at, _CaptureT.c.id)
        return self._all(looks, lambda row: convert.capture(row, counts[row[0]]))

    def refused(self) -> tuple[RefusedPosting, ...]:
        return self._all(sa.select(_RefusedT).order_by(sa.literal_column("rowid")), convert.refused)

    def look_alikes(self) -> LookAlikes:
        return LookAlikes.of((Sku(a), Sku(b)) for a, b in self._sql.execute(sa.select(_PairT.c.a, _PairT.c.b)))

    def report(self, report: str) -> KeptReport | None:
        return self._one(sa.select(_ReportT).where(_ReportT.c.id == report), convert.report)

    def reports(self) -> tuple[KeptReport, ...]:
        return self._all(sa.select(_ReportT).order_by(sa.literal_column("rowid")), convert.report)

    def reply(self, actor: Actor, key: str) -> StoredReply | None:
        row = self.do.row(
            'SELECT actor, "key", body_sha256, status, body, at FROM reply WHERE actor = ? AND "key" = ?', actor, key)
        return None if row is None else convert.reply(row)

    def token(self, key_sha256: str) -> ApiToken | None:
        return self._one(sa.select(_TokenT).where(_TokenT.c.key_sha256 == key_sha256), convert.token)

    def tokens(self) -> tuple[ApiToken, ...]:
        return self._all(sa.select(_TokenT).order_by(sa.literal_column("rowid")), convert.token)
