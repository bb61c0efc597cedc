"""The bay: a flat front of shelves, measured in mm. Plane: bay mm, origin top-left, y down."""

from dataclasses import dataclass

from calibration.errors import BadGeometry
from calibration.slots import ShelfSlot, require_slots
from inventory_core.ids import ShelfId


@dataclass(frozen=True, slots=True)
class ShelfBand:
    """What belongs to one shelf: everything between `top_mm` and the board it stands on, `bottom_mm`."""

    shelf: ShelfId
    top_mm: float
    bottom_mm: float

    def __post_init__(self) -> None:
        if not self.top_mm < self.bottom_mm:
            raise BadGeometry(
                "shelf {shelf} needs top_mm above bottom_mm (y runs down), got {top} and {bottom}",
                shelf=self.shelf, top=self.top_mm, bottom=self.bottom_mm,
            )

    def share_of(self, top_mm: float, bottom_mm: float) -> float:
        """How much of the height from `top_mm` to `bottom_mm` lies in this band, 0..1."""
        inside = min(bottom_mm, self.bottom_mm) - max(top_mm, self.top_mm)
        return max(0.0, inside) / max(bottom_mm - top_mm, 1e-9)


@dataclass(frozen=True, slots=True)
class Bay:
    """Width and height of the front, its shelves from the top, and the places on them that a survey names (optional)."""

    width_mm: float
    height_mm: float
    bands: tuple[ShelfBand, ...]
    slots: tuple[ShelfSlot, ...] = ()

    def __post_init__(self) -> None:
        if self.width_mm <= 0 or self.height_mm <= 0:
            raise BadGeometry(
                "a bay needs width_mm and height_mm above 0, got {width} and {height}",
                width=self.width_mm, height=self.height_mm,
            )
        if not self.bands:
            raise BadGeometry("a bay needs at least one shelf; add a [[shelf]]")
        names = [band.shelf for band in self.bands]
        for name in names:
            if names.count(name) > 1:
                raise BadGeometry("shelf {shelf} is there twice; give every shelf its own name", shelf=name)
        for upper, lower in zip(self.bands, self.bands[1:], strict=False):
            if lower.top_mm < upper.bottom_mm - 1e-6:
                raise BadGeometry(
                    "shelves {upper} and {lower} overlap; list them from the top, each beginning where the one above "
                    "ends or lower", upper=upper.shelf, lower=lower.shelf,
                )
        last = self.bands[-1]
        if self.bands[0].top_mm < -1e-6 or last.bottom_mm > self.height_mm + 1e-6:
            raise BadGeometry(
                "shelf {shelf} reaches outside the bay, which is {height} mm high; mend its top_mm or bottom_mm, or the "
                "bay's height_mm",
                shelf=self.bands[0].shelf if self.bands[0].top_mm < 0 else last.shelf, height=self.height_mm,
            )
        require_slots(self.slots, names, self.width_mm)

    def band_of(self, left_mm: float, top_mm: float, right_mm: float, bottom_mm: float) -> ShelfBand | None:
        """The shelf that most of a box stands in, or None for a box on no shelf or beside the bay."""
        if not 0 <= (left_mm + right_mm) / 2 <= self.width_mm:
            return None
        best = max(self.bands, key=lambda band: band.share_of(top_mm, bottom_mm))
        return best if best.share_of(top_mm, bottom_mm) > 0.5 else None
