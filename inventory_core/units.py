"""Facings and units, as two types that cannot be mixed: a facing is what the camera sees, a unit is what the book holds.

Behind each facing stand one to `depth` units, so F facings are between F and F x depth units, never exactly one figure.
"""

from dataclasses import dataclass

from inventory_core.errors import BadValue


@dataclass(frozen=True, slots=True)
class FacingRange:
    """Facings counted: `low` and `high` hold the stated coverage, `best` is the single most likely figure."""

    low: int
    best: int
    high: int

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.best <= self.high:
            raise BadValue(
                "a facing range needs 0 <= low <= best <= high, got {low}, {best}, {high}",
                low=self.low, best=self.best, high=self.high,
            )

    @classmethod
    def exactly(cls, facings: int) -> "FacingRange":
        return cls(facings, facings, facings)

    def __add__(self, other: "FacingRange") -> "FacingRange":
        return FacingRange(self.low + other.low, self.best + other.best, self.high + other.high)


@dataclass(frozen=True, slots=True)
class UnitRange:
    """Units that may stand on the shelf, both ends included."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise BadValue("a unit range needs 0 <= low <= high, got {low}, {high}", low=self.low, high=self.high)

    @classmethod
    def behind(cls, facings: FacingRange, depth: int) -> "UnitRange":
        """Units behind `facings` where each column holds 1 to `depth` units: [low, high x depth]."""
        if depth < 1:
            raise BadValue("depth is units per facing and at least 1, got {depth}", depth=depth)
        return cls(facings.low, facings.high * depth)

    def gap(self, ledger: int) -> int:
        """Signed distance in units from the range to the book: 0 inside, positive when the book holds more.

        Seen 3..12 against ledger 0, 2, 3, 7, 12, 15 gives -3, -1, 0, 0, 0, +3.
        """
        if ledger > self.high:
            return ledger - self.high
        return min(ledger - self.low, 0)

    def __add__(self, other: "UnitRange") -> "UnitRange":
        return UnitRange(self.low + other.low, self.high + other.high)
