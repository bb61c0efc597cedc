"""The shop's own language for tests: five lines of text are a ledger, a drawn shelf is a look.

    ledger: "08:00 opening  cola +12"  "09:00 sale cola -2 by till-1 ref T-1 @09:40"     (@: recorded later)
    shelf:  "A A A . B B | C C C"      a letter is a facing, a dot a gap, a bar the next shelf down
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import Capture, CaptureStatus, Pedigree, ShelfCount
from inventory_core.discrepancies import DiscrepancyReport
from inventory_core.ids import Actor, CountId, LocationId, ShelfId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.planogram import Planogram, Slot
from inventory_core.policy import ReconcilePolicy
from inventory_core.postings import Posting, RefusedPosting
from inventory_core.reconcile import reconcile
from inventory_core.units import FacingRange

PLACE = LocationId("shelf-1")
WHO = Pedigree("cam-1", "sha256:d", "sha256:e", "sha256:g", None)
DAY = datetime(2026, 11, 20, tzinfo=UTC)


def at(clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return DAY + timedelta(hours=int(hours), minutes=int(minutes))


def posting(line: str, place: LocationId = PLACE) -> Posting:
    words = line.split()
    clock, kind, sku, units = words[:4]
    options = dict(zip(words[4::2], words[5::2], strict=False))
    heard = next((word[1:] for word in words if word.startswith("@")), clock)
    ref = options.get("ref", "" if "unreferenced" in words else "R-1")
    return Posting(
        Sku(sku), place, MovementKind(kind), int(units), at(clock), at(heard), Actor(options.get("by", "ann")), ref,
        options.get("cites"),
    )


def ledger(*lines: str) -> tuple[Movement, ...]:
    return tuple(posting(line).movement() for line in lines)


def refused(*lines: str) -> tuple[RefusedPosting, ...]:
    return tuple(RefusedPosting(posting(line), "gift_without_order", "no order") for line in lines)


def plan(drawn: str, depth: int = 1) -> Planogram:
    """Every product gets a place where it is drawn."""
    return Planogram.of(
        Slot(PLACE, shelf, sku, facings, depth) for (shelf, sku), facings in _drawn(drawn).items() if sku is not None
    )


def look(clock: str, drawn: str, status: CaptureStatus = CaptureStatus.COUNTED, slack: int = 0, unseen: str = "") -> Capture:
    """A look at the drawn shelves; `?` is an unknown product, `slack` widens every count both ways."""
    if status is CaptureStatus.CANNOT_SEE:
        return Capture(CountId(f"c{clock}"), PLACE, at(clock), status, ("dark",), (), (), 0.0, WHO)
    shelves = tuple(ShelfId(str(n)) for n in range(1, drawn.count("|") + 2) if str(n) not in unseen)
    counts = tuple(
        ShelfCount(shelf, sku, FacingRange(max(n - slack, 0), n, n + slack))
        for (shelf, sku), n in _drawn(drawn).items() if shelf in shelves
    )
    return Capture(CountId(f"c{clock}"), PLACE, at(clock), status, (), shelves, counts, 1.0, WHO, f"{clock}.jpg")


def _drawn(drawn: str) -> Counter[tuple[ShelfId, Sku | None]]:
    return Counter(
        (ShelfId(str(number)), None if facing == "?" else Sku(facing))
        for number, shelf in enumerate(drawn.split("|"), start=1) for facing in shelf.split() if facing != "."
    )


def report(
    looks: Iterable[Capture], movements: Iterable[Movement], planogram: Planogram, *, known_at: str = "23:00",
    as_of: str = "23:00", refusals: Iterable[RefusedPosting] = (), pairs: Iterable[tuple[str, str]] = (),
    policy: ReconcilePolicy = ReconcilePolicy(), price: str | None = "2.50",
) -> DiscrepancyReport:
    booked = tuple(movements)
    skus = {slot.sku for slot in planogram.slots} | {m.sku for m in booked}
    products = [Product(sku, f"product {sku}", price=None if price is None else Decimal(price)) for sku in sorted(skus)]
    return reconcile(
        looks, booked, refusals, planogram, products, policy, at(as_of), at(known_at),
        LookAlikes.of((Sku(a), Sku(b)) for a, b in pairs),
    )
