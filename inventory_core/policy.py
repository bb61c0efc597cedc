"""The thresholds of reconciling, with their units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from inventory_core.errors import BadValue
from inventory_core.ids import Actor


@dataclass(frozen=True, slots=True)
class ReconcilePolicy:
    """When a gap is a finding, and what makes a posting suspicious.

    `min_captures`: looks in a row that must show a gap (None: 2, or 1 where there is only one look).
    `posting_grace_s`: seconds after a look within which a posting still counts as known at that look.
    `round_bulk_units`: a movement of a multiple of this many units is a round bulk.
    `service_accounts`: patterns of accounts that nobody sits at, case ignored.
    `explains_share`: share 0..1 of the looks at a gap which a cause must bring into the range.
    `other_camera_s`: seconds for which what another camera of the location saw on its own shelves counts as standing there: a
    day, so that one that is counted once a day is not forgotten and one that was taken away is.
    """

    min_captures: int | None = None
    posting_grace_s: float = 0.0
    round_bulk_units: int = 50
    service_accounts: tuple[str, ...] = ("*@*", "auto-*", "*-sync*", "svc-*")
    explains_share: float = 0.8
    other_camera_s: float = 86_400.0

    def __post_init__(self) -> None:
        if self.other_camera_s < 0:
            raise BadValue("other_camera_s is at least 0, got {n}", n=self.other_camera_s)
        if self.min_captures is not None and self.min_captures < 1:
            raise BadValue("min_captures is at least 1, got {n}", n=self.min_captures)
        if self.posting_grace_s < 0:
            raise BadValue("posting_grace_s is at least 0, got {n}", n=self.posting_grace_s)
        if self.round_bulk_units < 1:
            raise BadValue("round_bulk_units is at least 1, got {n}", n=self.round_bulk_units)
        if not 0 < self.explains_share <= 1:
            raise BadValue("explains_share is a share above 0 and up to 1, got {n}", n=self.explains_share)

    @property
    def grace(self) -> timedelta:
        return timedelta(seconds=self.posting_grace_s)

    def looks_needed(self, looks: int) -> int:
        """How many looks in a row make a finding where `looks` could see."""
        if self.min_captures is not None:
            return self.min_captures
        return 1 if looks <= 1 else 2

    def is_service(self, source: Actor) -> bool:
        return any(fnmatchcase(source.lower(), pattern.lower()) for pattern in self.service_accounts)

    def is_round_bulk(self, units: int) -> bool:
        return units != 0 and units % self.round_bulk_units == 0

    def is_enough(self, fits: Sequence[bool]) -> bool:
        """True when a cause fits so many of the looks that it explains them."""
        return sum(fits) >= self.explains_share * len(fits)
