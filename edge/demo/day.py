"""The shipped day as it truly happened: for the playwright who writes the book and for the verdict, never for the loop.

`truth.json` is made with the pictures; the import contract `the loop cannot read the truth` keeps it out of `play`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inventory_core.ids import LocationId, ShelfId, Sku
from inventory_core.planogram import Slot

DAY = Path(__file__).parent / "day"


@dataclass(frozen=True, slots=True)
class PhysicalEvent:
    """`units` (signed) of a SKU really came or went at `at`; `what` is sale, restock or gift."""

    at: datetime
    sku: Sku
    units: int
    what: str


@dataclass(frozen=True, slots=True)
class TrueShelf:
    """What stood there when a picture was taken; `clear` is False when a shopper or darkness hid it."""

    at: datetime
    clear: bool
    units: Mapping[Sku, int]
    facings: Mapping[Sku, int]


@dataclass(frozen=True, slots=True)
class TrueDay:
    """The day: opening units, every physical event and the state at every capture."""

    location: LocationId
    slots: tuple[Slot, ...]
    opening: Mapping[Sku, int]
    events: tuple[PhysicalEvent, ...]
    shelves: tuple[TrueShelf, ...]
    look_alikes: tuple[tuple[Sku, Sku], ...]

    def depth(self, sku: Sku) -> int:
        return next(slot.depth for slot in self.slots if slot.sku == sku)

    @property
    def skus(self) -> tuple[Sku, ...]:
        return tuple(slot.sku for slot in self.slots)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def read_true_day(folder: Path = DAY) -> TrueDay:
    """The truth beside the shipped pictures."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    location = LocationId(truth["location"])
    slots = tuple(
        Slot(location, ShelfId(str(s["shelf"])), Sku(s["sku"]), int(s["facings"]), int(s["depth"]))
        for s in truth["slots"]
    )
    return TrueDay(
        location=location,
        slots=slots,
        opening={Sku(sku): int(units) for sku, units in truth["opening"].items()},
        events=tuple(
            PhysicalEvent(_instant(e["t"]), Sku(e["sku"]), int(e["units"]), str(e["what"])) for e in truth["events"]
        ),
        shelves=tuple(
            TrueShelf(
                at=_instant(frame["captured_at"]),
                clear=frame["condition"] not in ("shopper", "lights_off"),
                units={Sku(sku): int(state["units"]) for sku, state in frame["state"].items()},
                facings={Sku(sku): int(state["facings"]) for sku, state in frame["state"].items()},
            )
            for frame in truth["frames"]
        ),
        look_alikes=tuple((Sku(a), Sku(b)) for a, b in truth["look_alikes"]),
    )
