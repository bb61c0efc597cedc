"""One product at one place in one look, held against the book of that moment: the atom of reconciling."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from inventory_core.accounts import Account
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.ids import ShelfId, Sku
from inventory_core.planogram import Slot
from inventory_core.policy import ReconcilePolicy
from inventory_core.units import FacingRange, UnitRange

NOTHING = FacingRange.exactly(0)


@dataclass(frozen=True, slots=True)
class Sighting:
    """Facings and units seen of a SKU in `capture`, and the book's units: as known at the look, and as known now.

    `at_least` says that a part of its place was hidden: `seen.high` is then no limit. `knew` is False where the book had
    heard nothing of the product at this location by then.
    """

    capture: Capture
    sku: Sku | None
    shelves: tuple[ShelfId, ...]
    facings: FacingRange
    seen: UnitRange
    at_least: bool
    ledger_then: int = 0
    ledger: int = 0
    knew: bool = True

    @property
    def at(self) -> datetime:
        return self.capture.captured_at

    def gap_to(self, ledger: int) -> int | None:
        """Signed distance of `ledger` from what was seen; None where a hidden part may hold the difference."""
        gap = self.seen.gap(ledger)
        return None if gap > 0 and self.at_least else gap

    @property
    def gap(self) -> int | None:
        """Against the book as known now."""
        return self.gap_to(self.ledger)

    @property
    def gap_then(self) -> int | None:
        """Against the book as it was known at the look."""
        return self.gap_to(self.ledger_then)


def judged_sightings(
    capture: Capture, places: Mapping[Sku, tuple[Slot, ...]], products: frozenset[Sku], accounts: Mapping[Sku, Account],
    policy: ReconcilePolicy, known_at: datetime, elsewhere: frozenset[Sku | None] = frozenset(),
) -> tuple[Sighting, ...]:
    """Every known product that has a place at the capture's location, or was counted there, and could be seen; of those that
    stand `elsewhere` at the location too, where this look does not reach, it shows a part."""
    counted = _counted(capture)
    heard_by = min(capture.captured_at + policy.grace, known_at)
    sightings = []
    stood_here = (sku for sku, on in counted.items() if sku in products and any(facings.best for facings in on.values()))
    for sku in sorted({*places, *stood_here}):
        slots, on = places.get(sku, ()), counted[sku]
        visible = [slot for slot in slots if slot.shelf in capture.shelves_seen or slot.shelf in on]
        depths = {slot.shelf: slot.depth for slot in visible}
        stood = {shelf: on.get(shelf, NOTHING) for shelf in (*depths, *(shelf for shelf in on if shelf not in depths))}
        if not stood:
            continue
        account = accounts.get(sku, Account.empty())
        units = account.units(capture.captured_at)
        late = sum(m.units for m in account.late(capture.captured_at, heard_by))
        sightings.append(Sighting(
            capture, sku, tuple(stood), _sum(stood.values()),
            _units(UnitRange.behind(facings, depths.get(shelf, depth_of(slots))) for shelf, facings in stood.items()),
            at_least=len(visible) < len(slots) or capture.status is CaptureStatus.PARTLY or sku in elsewhere,
            ledger_then=units - late, ledger=units, knew=account.knew(capture.captured_at, heard_by),
        ))
    return tuple(sightings)


def stray_sightings(
    captures: Iterable[Capture], places: Mapping[Sku, tuple[Slot, ...]], accounts: Mapping[Sku, Account]
) -> Mapping[Sku | None, tuple[Sighting, ...]]:
    """Over all looks at one location: what stands on a shelf where it has no place, None for products without a name.

    A look that shows none of a stray shows that it is gone, unless it saw only a part, or neither a shelf nor through a camera
    on which the stray was ever seen: two cameras may look at two bays of one location.
    """
    looks = tuple(captures)
    found = {capture.id: _out_of_place(capture, places) for capture in looks}
    shelves, cameras = defaultdict[Sku | None, set[ShelfId]](set), defaultdict[Sku | None, set[str | None]](set)
    for look in looks:
        for sku, on in found[look.id].items():
            shelves[sku].update(on)
            cameras[sku].add(look.pedigree.camera)

    def looked_there(look: Capture, sku: Sku | None) -> bool:
        seen = look.pedigree.camera in cameras[sku] or not shelves[sku].isdisjoint(look.shelves_seen)
        return seen and look.status is CaptureStatus.COUNTED

    strays: dict[Sku | None, tuple[Sighting, ...]] = {}
    for sku in {sku for on in found.values() for sku in on}:
        account = Account.empty() if sku is None else accounts.get(sku, Account.empty())
        depth = 1 if sku is None else depth_of(places.get(sku, ()))
        strays[sku] = tuple(
            Sighting(
                look, sku, tuple(on), _sum(on.values()), UnitRange.behind(_sum(on.values()), depth), at_least=False,
                ledger_then=account.units(look.captured_at), ledger=account.units(look.captured_at),
            )
            for look in looks if (on := found[look.id].get(sku, {})) or looked_there(look, sku)
        )
    return strays


def depth_of(slots: tuple[Slot, ...]) -> int:
    """Units behind a facing where the product has no place: as at its deepest place, else 1."""
    return max((slot.depth for slot in slots), default=1)


def _counted(capture: Capture) -> Mapping[Sku | None, Mapping[ShelfId, FacingRange]]:
    counted: dict[Sku | None, dict[ShelfId, FacingRange]] = defaultdict(dict)
    for count in capture.counts:
        shelves = counted[count.sku]
        shelves[count.shelf] = shelves.get(count.shelf, NOTHING) + count.facings
    return counted


def _out_of_place(
    capture: Capture, places: Mapping[Sku, tuple[Slot, ...]]
) -> Mapping[Sku | None, Mapping[ShelfId, FacingRange]]:
    """Facings that certainly stand there; a possible one (low 0) is no stray."""
    strays: dict[Sku | None, dict[ShelfId, FacingRange]] = defaultdict(dict)
    for sku, shelves in _counted(capture).items():
        planned = () if sku is None else tuple(slot.shelf for slot in places.get(sku, ()))
        for shelf, facings in shelves.items():
            if facings.low > 0 and shelf not in planned:
                strays[sku][shelf] = facings
    return strays


def _sum(ranges: Iterable[FacingRange]) -> FacingRange:
    return sum(ranges, start=NOTHING)


def _units(ranges: Iterable[UnitRange]) -> UnitRange:
    return sum(ranges, start=UnitRange(0, 0))
