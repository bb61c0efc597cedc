"""Insight in SQL: a look-back is added up through an index, and small sums come out, however long the book is."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from inventory_core.chain import Head
from inventory_core.events import quoted
from inventory_core.health_score import HealthFigures, HealthPolicy, Share
from inventory_core.ids import Actor, Sku
from inventory_core.instants import sortable_text
from inventory_core.ledger import Movement, MovementKind
from inventory_core.lookback import Lookback
from inventory_core.reports import KeptReport
from inventory_core.store import convert
from inventory_core.store.over import OverConnection
from inventory_core.store.sql_ledger import COLUMNS, movement_of
from inventory_core.variance import STAGE_OF, Stage, Variance
from inventory_core.variance_counts import Adjusted, VarianceCounts
from inventory_core.wrong_actions import WrongAction, added_up

_BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Python's strip takes away and a text of the book may hold."""
_MICROSECONDS = {
    "sqlite": "(CAST(strftime('%s', substr({0}, 1, 19)) AS INTEGER) * 1000000 + CAST(substr({0}, 21, 6) AS INTEGER))",
    "postgresql": "CAST(extract(epoch FROM CAST({0} AS timestamptz)) * 1000000 AS bigint)",
}
"""A time's text as whole microseconds since 1970."""
_NAMED = """
CASE WHEN m.{0} IN ('', '-') OR m.{0} = m.id THEN NULL ELSE coalesce(
    (SELECT x.seq FROM movement x WHERE x.id = m.{0} AND x.sku = m.sku AND x.recorded_at <= ?),
    (SELECT min(x.seq) FROM movement x
     WHERE x.ref_id = m.{0} AND x.sku = m.sku AND x.kind <> 'adjustment' AND x.recorded_at <= ?)) END
"""
CORRECTED = f"coalesce({_NAMED.format('cites')}, {_NAMED.format('ref_id')})"
"""The seq of what an adjustment `m` corrects, as `variance.corrections` says; takes the known_at four times."""
_ADJUSTED = f"""
SELECT a.sku, a.source, c.kind, p.price, sum(a.units), sum(abs(a.units)), count(*)
FROM (SELECT m.sku, m.source, m.units, {CORRECTED} AS corrected FROM movement m
      WHERE m.kind = 'adjustment' AND m.effective_at > ? AND m.effective_at <= ? AND m.recorded_at <= ?) a
JOIN product p ON p.sku = a.sku LEFT JOIN movement c ON c.seq = a.corrected
GROUP BY a.sku, a.source, c.kind, p.price
"""
_MOVED = """
SELECT kind, sum(abs(units)) FROM movement WHERE effective_at > ? AND effective_at <= ? AND recorded_at <= ? GROUP BY kind
"""
_LET_THROUGH = f"""
SELECT count(*) FROM movement t WHERE t.recorded_at > ? AND t.recorded_at <= ? AND t.seq IN (
    SELECT {CORRECTED} FROM movement m WHERE m.kind = 'adjustment' AND m.recorded_at <= ?)
"""
_TOLD = """
SELECT DISTINCT subject, code FROM event WHERE at > ? AND at <= ? AND code IN (
    SELECT code FROM refused_posting WHERE recorded_at > ? AND recorded_at <= ?)
"""


class InsightReads(OverConnection):
    """Questions that add up a look-back."""

    def variance_counts(self, lookback: Lookback) -> VarianceCounts:
        since, until, known = _texts(lookback)
        adjusted = self.do.rows(_ADJUSTED, *[known] * 4, since, until, known)
        moved = self.do.rows(_MOVED, since, until, known)
        refused = self.do.rows("SELECT kind, count(*) FROM refused_posting WHERE recorded_at > ? AND recorded_at <= ? "
                               "GROUP BY kind", *_noted(lookback))
        tries = self.do.rows("SELECT coalesce(code, action), actor, count(*), max(at) FROM event "
                             "WHERE at > ? AND at <= ? AND outcome IN ('refused', 'flagged') GROUP BY 1, 2", *_noted(lookback))
        told = (WrongAction(code, Actor(actor), times, datetime.fromisoformat(at)) for code, actor, times, at in tries)
        return VarianceCounts(
            tuple(_adjusted_of(row) for row in adjusted),
            Counter({MovementKind(kind): int(units) for kind, units in moved}),
            Counter({MovementKind(kind): count for kind, count in refused}), added_up((*told, *self._untold(lookback))),
        )

    def health_figures(
        self, lookback: Lookback, policy: HealthPolicy, sync: Share | None, book_is_shelf: Share | None
    ) -> HealthFigures:
        noted = _noted(lookback)
        happened, in_time, traceable, taken = self._taken(noted, round(policy.latency_limit_s * 1_000_000))
        known = sortable_text(lookback.known_at)
        let_through = self.do.number(_LET_THROUGH, *noted, *[known] * 5)
        honest = sorted(policy.honest_codes)
        stopped = self.do.number(
            "SELECT count(*) FROM event WHERE at > ? AND at <= ? AND (outcome = 'held' AND action = 'interception' "
            f"OR outcome = 'refused' AND code NOT IN ('', {', '.join('?' * len(honest))}))", *noted, *honest)
        stopped += sum(row.code not in policy.honest_codes for row in self._untold(lookback))
        return HealthFigures(Share(in_time, happened), sync, book_is_shelf, Share(traceable, taken),
                             Share(stopped, stopped + let_through))

    def newest_report(self) -> KeptReport | None:
        row = self.do.row(
            "SELECT id, as_of, known_at, document FROM report ORDER BY as_of DESC, known_at DESC, id DESC LIMIT 1")
        return None if row is None else convert.report(row)

    def recorded(self, since: datetime, until: datetime) -> tuple[Movement, ...]:
        rows = self.do.rows(f"SELECT {COLUMNS} FROM movement WHERE recorded_at >= ? AND recorded_at < ? ORDER BY seq",
                            sortable_text(since), sortable_text(until))
        return tuple(movement_of(row) for row in rows)

    def head_before(self, at: datetime) -> Head:
        row = self.do.row("SELECT seq, hash FROM movement WHERE recorded_at < ? ORDER BY recorded_at DESC, seq DESC LIMIT 1",
                          sortable_text(at))
        return Head() if row is None else Head(int(row[0]), bytes(row[1]))

    def _taken(self, noted: tuple[str, str], limit_us: int) -> tuple[int, int, int, int]:
        """Of the movements recorded in that time: those that report what happened, those of them in time, the traceable ones,
        and all."""
        us = _MICROSECONDS[self._sql.dialect.name]
        happened = "kind NOT IN ('opening', 'adjustment')"
        behind = f"abs({us.format('recorded_at')} - {us.format('effective_at')})"
        said = " AND ".join(f"trim({name}, ?) NOT IN ('', '-')" for name in ("ref_id", "source", "device", "trace"))
        row = self.do.row(
            f"SELECT sum(CASE WHEN {happened} THEN 1 ELSE 0 END), "
            f"sum(CASE WHEN {happened} AND {behind} <= ? THEN 1 ELSE 0 END), "
            f"sum(CASE WHEN {said} THEN 1 ELSE 0 END), count(*) FROM movement WHERE recorded_at > ? AND recorded_at <= ?",
            limit_us, *[_BLANKS] * 4, *noted)
        happened_n, in_time, traceable, taken = (int(n or 0) for n in row or ())
        return happened_n, in_time, traceable, taken

    def _untold(self, lookback: Lookback) -> Iterator[WrongAction]:
        """The refused postings of that time that no event of it speaks of."""
        noted = _noted(lookback)
        told = {(subject, code) for subject, code in self.do.rows(_TOLD, *noted, *noted)}
        for id, code, source, at in self.do.rows(
                "SELECT id, code, source, recorded_at FROM refused_posting WHERE recorded_at > ? AND recorded_at <= ?", *noted):
            if (quoted(id), code) not in told:
                yield WrongAction(code, Actor(quoted(source)), 1, datetime.fromisoformat(at))


def _texts(lookback: Lookback) -> tuple[str, str, str]:
    return sortable_text(lookback.since), sortable_text(lookback.until), sortable_text(lookback.known_at)


def _noted(lookback: Lookback) -> tuple[str, str]:
    """The bounds of `Lookback.noted`: the first left out, the second taken in."""
    return sortable_text(lookback.since), sortable_text(min(lookback.until, lookback.known_at))


def _adjusted_of(row: tuple[object, ...]) -> Adjusted:
    sku, operator, corrected, price, units, absolute, count = row
    signed, amount = int(str(units)), int(str(absolute))
    value = None if price is None else Decimal(str(price)) * signed
    return Adjusted(
        Sku(str(sku)), Actor(str(operator)), Stage.ADJUST if corrected is None else STAGE_OF[MovementKind(str(corrected))],
        Variance(signed, amount, int(str(count)), value, amount if price is None else 0))
