"""What the keeping of shifts needs of a book; parts of the protocols in `ports`."""

from datetime import datetime
from typing import Protocol

from inventory_core.kept_shifts import KeptAs, KeptShiftReport, ShiftEntry
from inventory_core.ledger import Movement


class ShiftBookReader(Protocol):
    """Questions about windows of time and the reports of shifts."""

    def happened(self, since: datetime | None, until: datetime, *, after_seq: int = 0) -> tuple[Movement, ...]:
        """Movements effective in [since, until) (None: since ever) that the book took after its `after_seq`th, in its order."""
        ...

    def shift_report(self, shift: str, kind: KeptAs) -> KeptShiftReport | None:
        """The newest report of that kind of the shift with that id."""
        ...

    def shift_reports(self, since: datetime | None = None) -> tuple[ShiftEntry, ...]:
        """Reports of the shifts that ended after `since` (None: of all), latest shift first, of one shift the newest first."""
        ...


class ShiftBook(Protocol):
    """Keeping them."""

    def add_shift_report(self, report: KeptShiftReport) -> None:
        """Once per shift, kind and moment: the same again changes nothing."""
        ...
