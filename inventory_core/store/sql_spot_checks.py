"""Spot checks in SQL."""

from datetime import date, datetime

from inventory_core.ids import Actor, MovementId
from inventory_core.instants import sortable_text
from inventory_core.spot_check import SpotCheck, SpotItem, SpotState
from inventory_core.store.over import OverConnection

_ITEMS = """
SELECT s.movement, m.source, s.state, s.photo, s.actor, s.at, s.note FROM spot_item s JOIN movement m ON m.id = s.movement
WHERE s.business_date = ? ORDER BY s.place
"""


class SpotReads(OverConnection):
    """Questions about spot checks."""

    def spot_check(self, business_date: date) -> SpotCheck | None:
        rows = self.do.rows(_ITEMS, business_date.isoformat())
        return SpotCheck(business_date, tuple(_item_of(row) for row in rows)) if rows else None

    def spot_check_with(self, movement: MovementId) -> SpotCheck | None:
        return self._on(self.do.row("SELECT max(business_date) FROM spot_item WHERE movement = ?", movement))

    def newest_spot_check(self) -> SpotCheck | None:
        return self._on(self.do.row("SELECT max(business_date) FROM spot_item"))

    def _on(self, row: tuple[str | None, ...] | None) -> SpotCheck | None:
        return None if row is None or row[0] is None else self.spot_check(date.fromisoformat(row[0]))


class SpotWrites(SpotReads):
    """Keeping of spot checks."""

    def add_spot_check(self, check: SpotCheck) -> None:
        day = check.business_date.isoformat()
        if self.do.row("SELECT 1 FROM spot_item WHERE business_date = ? LIMIT 1", day) is not None:
            return
        for place, item in enumerate(check.items, 1):
            self.do.run("INSERT INTO spot_item (business_date, movement, place, state, photo, actor, at, note) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)", day, item.movement, place, *_settled(item))

    def put_spot_item(self, business_date: date, item: SpotItem) -> None:
        self.do.run("UPDATE spot_item SET state = ?, photo = ?, actor = ?, at = ?, note = ? "
                    "WHERE business_date = ? AND movement = ?", *_settled(item), business_date.isoformat(), item.movement)


def _settled(item: SpotItem) -> tuple[str | None, ...]:
    return item.state.value, item.photo, item.by, None if item.at is None else sortable_text(item.at), item.note


def _item_of(row: tuple[object, ...]) -> SpotItem:
    movement, posted_by, state, photo, by, at, note = row
    return SpotItem(
        MovementId(str(movement)), Actor(str(posted_by)), SpotState(str(state)), None if photo is None else str(photo),
        None if by is None else Actor(str(by)), None if at is None else datetime.fromisoformat(str(at)), str(note or ""))
