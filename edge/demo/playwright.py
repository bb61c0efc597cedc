"""Writes the book of a day: every true event posted as a shop would post it, and five errors planted by seed.

An error is planted only where it can be seen: the book must leave the interval [facings, facings x depth] at enough
clear captures. The candidates are all combinations of the day's own events, so a seed chooses which of them go wrong.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.demo.day import PhysicalEvent, TrueDay
from edge.demo.planted import Planted, PlantedKind
from inventory_core.ids import Sku
from inventory_core.units import FacingRange, UnitRange

SHIPPED_SEED = 0
POSTED_AFTER = timedelta(seconds=5)
LATE_BY = timedelta(minutes=40)
GHOST_UNITS = 100
VISIBLE_CAPTURES = 3
BURST = timedelta(minutes=10)
MOST_SWAPPED_SALES = 8


@dataclass(frozen=True, slots=True)
class Posting:
    """A row of the book's import table; `recorded_at` is when the row reaches the book."""

    sku: Sku
    kind: str
    units: int
    effective_at: datetime
    recorded_at: datetime
    source: str
    ref_id: str
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A day's postings in the order they reach the book, and the errors among them."""

    postings: tuple[Posting, ...]
    planted: tuple[Planted, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A candidate: the error, the events whose posting it changes, and the SKUs it needs for itself."""

    planted: Planted
    events: frozenset[int]


def write_day(day: TrueDay, seed: int = SHIPPED_SEED) -> Script:
    """The postings of `day` with one error of each kind, no SKU touched twice. The same seed gives the same script."""
    dice = random.Random(f"shelfcount day {seed}")
    makers: tuple[Callable[[TrueDay], Iterable[_Plan]], ...] = (_swaps, _gifts, _receipts, _late)
    chosen = _choose([_shuffled(dice, maker(day)) for maker in makers])
    used = {sku for plan in chosen for sku, _ in plan.planted.findings}
    ghosts = [plan for plan in _shuffled(dice, _ghosts(day)) if plan.planted.sku not in used]
    chosen = [*chosen, ghosts[0]]
    return Script(_postings(day, chosen), tuple(sorted((p.planted for p in chosen), key=lambda p: p.at)))


def _shuffled(dice: random.Random, plans: Iterable[_Plan]) -> list[_Plan]:
    listed = list(plans)
    dice.shuffle(listed)
    return listed


def _choose(kinds: list[list[_Plan]], taken: frozenset[Sku] = frozenset()) -> list[_Plan]:
    """The first plan of each kind such that no SKU is touched twice (depth-first; empty when there is none)."""
    if not kinds:
        return []
    for plan in kinds[0]:
        skus = {sku for sku, _ in plan.planted.findings}
        if skus & taken:
            continue
        rest = _choose(kinds[1:], taken | skus)
        if len(rest) == len(kinds) - 1:
            return [plan, *rest]
    return []


def _gaps(day: TrueDay, sku: Sku, error: Callable[[datetime], int]) -> list[int]:
    """The gap in units at each clear capture when the book of `sku` is off by `error(at)`."""
    return [
        UnitRange.behind(FacingRange.exactly(shelf.facings[sku]), day.depth(sku)).gap(shelf.units[sku] + error(shelf.at))
        for shelf in day.shelves
        if shelf.clear
    ]


def _shows(day: TrueDay, sku: Sku, error: Callable[[datetime], int], least: int = VISIBLE_CAPTURES) -> bool:
    """True when the first spell outside the interval lasts at least `least` clear captures."""
    gaps = _gaps(day, sku, error)
    first = next((i for i, gap in enumerate(gaps) if gap), None)
    return first is not None and len(gaps) >= first + least and all(gaps[first : first + least])


def _step(units: int, since: datetime) -> Callable[[datetime], int]:
    return lambda at: units if at >= since else 0


def _of(day: TrueDay, what: str) -> Iterator[tuple[int, PhysicalEvent]]:
    return ((i, event) for i, event in enumerate(day.events) if event.what == what)


def _receipts(day: TrueDay) -> Iterator[_Plan]:
    for index, event in _of(day, "restock"):
        if _shows(day, event.sku, _step(-event.units, event.at)):
            yield _Plan(
                Planted(PlantedKind.UNBOOKED_RECEIPT, event.sku, -event.units, event.at), frozenset({index})
            )


def _gifts(day: TrueDay) -> Iterator[_Plan]:
    for index, event in _of(day, "gift"):
        if _shows(day, event.sku, _step(-event.units, event.at)):
            yield _Plan(
                Planted(PlantedKind.GIFT_WITHOUT_ORDER, event.sku, -event.units, event.at), frozenset({index})
            )


def _late(day: TrueDay) -> Iterator[_Plan]:
    """Bursts of sales of one SKU within ten minutes whose posting arrives 40 minutes after the first of them."""
    for sku in day.skus:
        sales = [(i, e) for i, e in _of(day, "sale") if e.sku == sku]
        for first, (_, start) in enumerate(sales):
            burst = [(i, e) for i, e in sales[first:] if e.at - start.at <= BURST]
            units = -sum(e.units for _, e in burst)

            def error(at: datetime, start: datetime = start.at, units: int = units) -> int:
                return units if start <= at < start + LATE_BY else 0

            gaps = _gaps(day, sku, error)
            if any(gaps):
                planted = Planted(PlantedKind.LATE_POSTING, sku, units, start.at)
                yield _Plan(planted, frozenset(i for i, _ in burst))


def _swaps(day: TrueDay) -> Iterator[_Plan]:
    """Runs of sales of A that the till booked as its look-alike B: the book of A too high, of B too low."""
    for a, b in (pair for both in day.look_alikes for pair in (both, both[::-1])):
        sales = [(i, e) for i, e in _of(day, "sale") if e.sku == a]
        for first in range(len(sales)):
            for last in range(first, min(first + MOST_SWAPPED_SALES, len(sales))):
                run = sales[first : last + 1]

                def sold(at: datetime, run: list[tuple[int, PhysicalEvent]] = run) -> int:
                    return -sum(e.units for _, e in run if e.at <= at)

                def missing(at: datetime, sold: Callable[[datetime], int] = sold) -> int:
                    return -sold(at)

                if _shows(day, a, sold) and _shows(day, b, missing):
                    units = sold(run[-1][1].at)
                    planted = Planted(PlantedKind.LOOK_ALIKE_SWAP, a, units, run[0][1].at, partner=b)
                    yield _Plan(planted, frozenset(i for i, _ in run))


def _ghosts(day: TrueDay) -> Iterator[_Plan]:
    """A sync job that adds 100 units between two captures in the middle of the day."""
    quarter = len(day.shelves) // 4
    for sku in day.skus:
        for shelf in day.shelves[quarter : 3 * quarter]:
            at = shelf.at + timedelta(minutes=3)
            yield _Plan(Planted(PlantedKind.GHOST, sku, GHOST_UNITS, at), frozenset())


def _postings(day: TrueDay, plans: list[_Plan]) -> tuple[Posting, ...]:
    """Every event as the shop posts it, changed where a plan says so, in the order of arrival."""
    plan_of = {index: plan.planted for plan in plans for index in plan.events}
    opened = min(e.at for e in day.events) - timedelta(hours=1)
    rows = [
        Posting(sku, "opening", units, opened, opened, "stocktake", f"OPEN-{opened:%Y%m%d}")
        for sku, units in day.opening.items()
        if units
    ]
    for index, event in enumerate(day.events):
        posting = _posting(index, event, plan_of.get(index))
        if posting is not None:
            rows.append(posting)
    for ghost in (p.planted for p in plans if p.planted.kind is PlantedKind.GHOST):
        rows.append(
            Posting(ghost.sku, "adjustment", ghost.units, ghost.at, ghost.at + POSTED_AFTER, "auto-sync@bakery", "")
        )
    return tuple(sorted(rows, key=lambda row: row.recorded_at))


def _posting(index: int, event: PhysicalEvent, planted: Planted | None) -> Posting | None:
    """One event's row, or None for a receipt that nobody booked."""
    sku, recorded = event.sku, event.at + POSTED_AFTER
    kind = planted.kind if planted else None
    if event.what == "restock":
        if kind is PlantedKind.UNBOOKED_RECEIPT:
            return None
        return Posting(sku, "receipt", event.units, event.at, recorded, "mei", f"PO-{index:04d}")
    if event.what == "gift":
        order = "" if kind is PlantedKind.GIFT_WITHOUT_ORDER else f"SO-{index:04d}"
        return Posting(sku, "gift", event.units, event.at, recorded, "till-2", f"GF-{index:04d}", order)
    if planted and kind is PlantedKind.LOOK_ALIKE_SWAP and planted.partner:
        sku = planted.partner
    if planted and kind is PlantedKind.LATE_POSTING:
        recorded = planted.at + LATE_BY
    return Posting(sku, "sale", event.units, event.at, recorded, "till-1", f"SL-{index:04d}")
