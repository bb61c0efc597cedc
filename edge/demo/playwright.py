"""Writes the book of a day: every true event posted as a shop would post it, and five errors planted by seed.

An error is planted only where it can be seen: the book must leave the interval [facings, facings x depth] at enough
clear captures, even when the count is off by a facing. A wrong book never falls below zero, or its own till would refuse
the sale. The candidates are all combinations of the day's own events, so a seed chooses which of them go wrong.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.demo.day import PhysicalEvent, TrueDay
from edge.demo.planted import Planted, PlantedKind
from inventory_core.ids import Actor, Sku
from inventory_core.ledger import MovementKind
from inventory_core.postings import Posting
from inventory_core.units import FacingRange, UnitRange

SHIPPED_SEED = 0
POSTED_AFTER = timedelta(seconds=5)
OPENED_BEFORE = timedelta(hours=1)
LATE_BY = timedelta(minutes=40)
GHOST_UNITS = 100
VISIBLE_CAPTURES = 3
LATE_VISIBLE_CAPTURES = 2
COUNT_SLACK = 1
BURST = timedelta(minutes=10)
SWAP_SPAN = timedelta(minutes=45)


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
    chosen = _choose([_shuffled(dice, (p for p in maker(day) if _stays_in_stock(day, p))) for maker in makers])
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
    """The sure gap in units at each clear capture when the book of `sku` is off by `error(at)`."""
    gaps = []
    for shelf in day.shelves:
        if shelf.clear:
            facings = shelf.facings[sku]
            counted = FacingRange(max(0, facings - COUNT_SLACK), facings, facings + COUNT_SLACK)
            gaps.append(UnitRange.behind(counted, day.depth(sku)).gap(shelf.units[sku] + error(shelf.at)))
    return gaps


def _shows(day: TrueDay, sku: Sku, error: Callable[[datetime], int], captures: int = VISIBLE_CAPTURES) -> bool:
    """True when the first spell outside the interval lasts for `captures` clear captures."""
    gaps = _gaps(day, sku, error)
    first = next((i for i, gap in enumerate(gaps) if gap), None)
    return first is not None and len(gaps) >= first + captures and all(gaps[first : first + captures])


def _stays_in_stock(day: TrueDay, plan: _Plan) -> bool:
    """True when no posting of the wrong book would take a product below zero."""
    held: Counter[Sku] = Counter()
    for row in _postings(day, [plan]):
        if row.kind is not MovementKind.GIFT or row.cites:
            held[row.sku] += row.units
        if held[row.sku] < 0:
            return False
    return True


def _step(units: int, since: datetime) -> Callable[[datetime], int]:
    return lambda at: units if at >= since else 0


def _of(day: TrueDay, what: str) -> Iterator[tuple[int, PhysicalEvent]]:
    return ((i, event) for i, event in enumerate(day.events) if event.what == what)


def _receipts(day: TrueDay) -> Iterator[_Plan]:
    for index, event in _of(day, "restock"):
        if _rise(day, event) > COUNT_SLACK and _shows(day, event.sku, _step(-event.units, event.at)):
            yield _Plan(
                Planted(PlantedKind.UNBOOKED_RECEIPT, event.sku, -event.units, event.at), frozenset({index})
            )


def _rise(day: TrueDay, event: PhysicalEvent) -> int:
    """Facings that a restock adds from the clear capture before it to the one after it."""
    before = [s.facings[event.sku] for s in day.shelves if s.clear and s.at <= event.at]
    after = [s.facings[event.sku] for s in day.shelves if s.clear and s.at > event.at]
    return after[0] - before[-1] if before and after else 0


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

            if _shows(day, sku, error, LATE_VISIBLE_CAPTURES):
                planted = Planted(PlantedKind.LATE_POSTING, sku, units, start.at)
                yield _Plan(planted, frozenset(i for i, _ in burst))


def _swaps(day: TrueDay) -> Iterator[_Plan]:
    """Runs of sales of A that the till booked as its look-alike B: the book of A too high, of B too low."""
    for a, b in (pair for both in day.look_alikes for pair in (both, both[::-1])):
        sales = [(i, e) for i, e in _of(day, "sale") if e.sku == a]
        for first in range(len(sales)):
            for last in range(first, len(sales)):
                run = sales[first : last + 1]
                if run[-1][1].at - run[0][1].at > SWAP_SPAN:
                    break

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
    opened = min(e.at for e in day.events) - OPENED_BEFORE
    rows = [
        Posting(sku, day.location, MovementKind.OPENING, units, opened, opened, Actor("stocktake"), f"OPEN-{opened:%Y%m%d}")
        for sku, units in day.opening.items()
        if units
    ]
    for index in range(len(day.events)):
        posting = _posting(day, index, plan_of.get(index))
        if posting is not None:
            rows.append(posting)
    for ghost in (p.planted for p in plans if p.planted.kind is PlantedKind.GHOST):
        rows.append(
            Posting(
                ghost.sku, day.location, MovementKind.ADJUSTMENT, ghost.units, ghost.at, ghost.at + POSTED_AFTER,
                Actor("auto-sync@bakery"), "",
            )
        )
    return tuple(sorted(rows, key=lambda row: row.recorded_at))


def _posting(day: TrueDay, index: int, planted: Planted | None) -> Posting | None:
    """One event's row, or None for a receipt that nobody booked."""
    event = day.events[index]
    kind = planted.kind if planted else None
    if kind is PlantedKind.UNBOOKED_RECEIPT:
        return None
    how = _HOW[event.what]
    plain = Posting(
        event.sku, day.location, how.kind, event.units, event.at, event.at + POSTED_AFTER, how.source,
        f"{how.prefix}-{index:04d}", cites=f"SO-{index:04d}" if how.kind is MovementKind.GIFT else None,
    )
    if kind is PlantedKind.GIFT_WITHOUT_ORDER:
        return replace(plain, cites=None)
    if planted and planted.partner:
        return replace(plain, sku=planted.partner)
    if planted and kind is PlantedKind.LATE_POSTING:
        return replace(plain, recorded_at=planted.at + LATE_BY)
    return plain


@dataclass(frozen=True, slots=True)
class _How:
    """How the shop posts one sort of event."""

    kind: MovementKind
    source: Actor
    prefix: str


_HOW = {
    "sale": _How(MovementKind.SALE, Actor("till-1"), "SL"),
    "gift": _How(MovementKind.GIFT, Actor("till-2"), "GF"),
    "restock": _How(MovementKind.RECEIPT, Actor("mei"), "PO"),
}
