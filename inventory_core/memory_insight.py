"""Insight into a book in memory: everything is counted from all movements."""

from collections.abc import Iterable
from datetime import date, datetime

from inventory_core.chain import Head
from inventory_core.health_figures import health_figures
from inventory_core.health_score import HealthFigures, HealthPolicy, Share
from inventory_core.ids import MovementId
from inventory_core.ledger import Movement
from inventory_core.lookback import Lookback
from inventory_core.memory_pages import Pages
from inventory_core.reports import KeptReport
from inventory_core.spot_check import SpotCheck
from inventory_core.variance_counts import VarianceCounts, variance_counts


class MemoryInsight:
    """Questions over one moment of the pages."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def variance_counts(self, lookback: Lookback) -> VarianceCounts:
        held = self._pages
        return variance_counts(held.movements.values(), held.refused.values(), held.events, held.products.values(), lookback)

    def health_figures(
        self, lookback: Lookback, policy: HealthPolicy, sync: Share | None, book_is_shelf: Share | None
    ) -> HealthFigures:
        held = self._pages
        return health_figures(
            held.movements.values(), held.refused.values(), held.events, lookback, policy, sync, book_is_shelf)

    def newest_report(self) -> KeptReport | None:
        return max(self._pages.reports.values(), key=lambda report: (report.as_of, report.known_at, report.id), default=None)

    def recorded(self, since: datetime, until: datetime) -> tuple[Movement, ...]:
        return tuple(m for m in self._pages.movements.values() if since <= m.recorded_at < until)

    def head_before(self, at: datetime) -> Head:
        recorded = zip(self._pages.movements.values(), self._pages.links, strict=True)
        newest = max(((m.recorded_at, link.seq, link.hash) for m, link in recorded if m.recorded_at < at), default=None)
        return Head() if newest is None else Head(*newest[1:])

    def spot_check(self, business_date: date) -> SpotCheck | None:
        return self._pages.spot_checks.get(business_date)

    def spot_check_with(self, movement: MovementId) -> SpotCheck | None:
        return self._newest(check for check in self._pages.spot_checks.values() if check.item(movement) is not None)

    def newest_spot_check(self) -> SpotCheck | None:
        return self._newest(self._pages.spot_checks.values())

    @staticmethod
    def _newest(checks: Iterable[SpotCheck]) -> SpotCheck | None:
        return max(checks, key=lambda check: check.business_date, default=None)
