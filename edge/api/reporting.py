"""The report of discrepancies of a book, of now or of moments that are asked for."""

from datetime import datetime

from inventory_core.discrepancies import DiscrepancyReport
from inventory_core.policy import ReconcilePolicy
from inventory_core.ports import BookStore
from inventory_core.reconcile import reconcile


def report_at(
    store: BookStore, now: datetime, as_of: datetime | None = None, known_at: datetime | None = None
) -> DiscrepancyReport:
    """The report of `now`, or of the moments asked for.

    Without `known_at` it is the moment of the last look or of the last posting heard of, whichever is later: the same knowledge
    as now, and a page that stays the same, byte for byte, until the book changes.
    """
    with store.read() as book:
        captures, movements, refused = book.captures(until=as_of or now), book.movements(), book.refused()
        moments = [*(c.captured_at for c in captures), *(m.recorded_at for m in movements),
                   *(r.posting.recorded_at for r in refused)]
        return reconcile(
            captures, movements, refused, book.planogram(), book.products(), ReconcilePolicy(), as_of or now,
            known_at or max(moments, default=now), book.look_alikes(),
        )


def ledger_seq(store: BookStore, known_at: datetime) -> int | None:
    """The number in the ledger of the newest movement that the book had heard of by `known_at`; None before the first."""
    with store.read() as book:
        heard = [movement for movement in book.movements() if movement.recorded_at <= known_at]
        newest = max((movement.recorded_at for movement in heard), default=None)
        numbers = (book.seq(movement.id) for movement in heard if movement.recorded_at == newest)
        return max((number for number in numbers if number is not None), default=None)
