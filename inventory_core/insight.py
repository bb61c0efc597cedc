"""Variance and health of an open book as of now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from inventory_core.business_days import DAY, month_of, month_window
from inventory_core.health_score import HealthPolicy, HealthScore, Share, health_score
from inventory_core.lookback import Lookback
from inventory_core.ports import BookReader
from inventory_core.reports import KeptReport
from inventory_core.shifts import ShiftCalendar
from inventory_core.variance import ShareBasis, VariancePolicy, VarianceShare
from inventory_core.variance_board import VarianceBoard, variance_board
from inventory_core.variance_counts import variance_share


@dataclass(frozen=True, slots=True)
class MonthlyVariance:
    """The shares of a calendar month of the shop, `month` being its first day; up to now where it is not `over`."""

    month: date
    since: datetime
    until: datetime
    over: bool
    shares: Mapping[ShareBasis, VarianceShare]


@dataclass(frozen=True, slots=True)
class Health:
    """A score and the time that it looks back on."""

    lookback: Lookback
    policy: HealthPolicy
    score: HealthScore


def variance_now(book: BookReader, now: datetime, policy: VariancePolicy = VariancePolicy()) -> VarianceBoard:
    """The board of the policy's days up to `now`."""
    lookback = Lookback.of_days(policy.days, now)
    return variance_board(book.variance_counts(lookback), lookback, policy)


def monthly_variance(
    book: BookReader, calendar: ShiftCalendar, now: datetime, policy: VariancePolicy = VariancePolicy()
) -> tuple[MonthlyVariance, ...]:
    """Last month's and this month's, held against the target; months are those of the shop's business days."""
    this = month_of(calendar.business_date(now))
    return tuple(_month(book, calendar, month, now, policy) for month in (month_of(this - DAY), this))


def health_now(book: BookReader, now: datetime, policy: HealthPolicy = HealthPolicy()) -> Health:
    """The score of the policy's days up to `now`.

    Whether book and shelf agree is what the newest kept report of a reconcile says, unless it is older than that. Nothing is
    delivered to other systems yet, so that there is no figure for it.
    """
    lookback = Lookback.of_days(policy.days, now)
    newest = book.newest_report()
    agreed = None if newest is None or newest.as_of <= lookback.since else _agreed(newest)
    return Health(lookback, policy, health_score(book.health_figures(lookback, policy, None, agreed), policy))


def _month(
    book: BookReader, calendar: ShiftCalendar, month: date, now: datetime, policy: VariancePolicy
) -> MonthlyVariance:
    since, until = month_window(calendar, month)
    # a look-back leaves out its start and takes in its end
    counts = book.variance_counts(Lookback(since - datetime.resolution, min(until - datetime.resolution, now), now))
    shares = {basis: variance_share(counts, policy.monthly_target, basis) for basis in ShareBasis}
    return MonthlyVariance(month, since, until, until <= now, shares)


def _agreed(report: KeptReport) -> Share:
    """Places that agree, of those judged."""
    summary = json.loads(report.document)["summary"]
    return Share(summary["agreed"], summary["judged"])
