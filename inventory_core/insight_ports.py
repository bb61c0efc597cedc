"""What insight and spot checks need of a book; parts of the protocols in `ports`. Nothing here reads the whole book."""

from datetime import date, datetime
from typing import Protocol

from inventory_core.chain import Head
from inventory_core.health_score import HealthFigures, HealthPolicy, Share
from inventory_core.ids import MovementId
from inventory_core.ledger import Movement
from inventory_core.lookback import Lookback
from inventory_core.reports import KeptReport
from inventory_core.spot_check import SpotCheck, SpotItem
from inventory_core.variance_counts import VarianceCounts


class InsightReader(Protocol):
    """Questions that add up a look-back, and those about spot checks."""

    def variance_counts(self, lookback: Lookback) -> VarianceCounts:
        """What `variance_counts.variance_counts` counts."""
        ...

    def health_figures(
        self, lookback: Lookback, policy: HealthPolicy, sync: Share | None, book_is_shelf: Share | None
    ) -> HealthFigures:
        """What `health_figures.health_figures` counts."""
        ...

    def newest_report(self) -> KeptReport | None:
        """The kept report of the latest moment; of one moment the one that knew most."""
        ...

    def recorded(self, since: datetime, until: datetime) -> tuple[Movement, ...]:
        """Movements of which the book heard in [since, until), in its order."""
        ...

    def head_before(self, at: datetime) -> Head:
        """The link of the movement that was recorded last before `at`."""
        ...

    def spot_check(self, business_date: date) -> SpotCheck | None: ...

    def spot_check_with(self, movement: MovementId) -> SpotCheck | None:
        """The newest one that drew the movement."""
        ...

    def newest_spot_check(self) -> SpotCheck | None:
        """That of the latest business date."""
        ...


class SpotBook(Protocol):
    """Keeping of spot checks."""

    def add_spot_check(self, check: SpotCheck) -> None:
        """Once per business date: a second one changes nothing."""
        ...

    def put_spot_item(self, business_date: date, item: SpotItem) -> None:
        """Keeps an item of a check as it is now."""
        ...
