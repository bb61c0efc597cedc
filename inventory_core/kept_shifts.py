"""Shift reports as the book keeps them: what each is and what it knew, and beside it the report itself as a document.

A shift has at most one preview and one close, and neither is ever changed. What the book takes later of that shift makes
further reports, `restated`.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inventory_core.chain import Head
from inventory_core.instants import check_instant
from inventory_core.shifts import Shift


class KeptAs(enum.StrEnum):
    """As what a report was kept: before the end, at the end, or once more with what was heard after the end."""

    PREVIEW = "preview"
    CLOSE = "close"
    RESTATED = "restated"

    @property
    def is_final(self) -> bool:
        """True for a report of the whole shift."""
        return self is not KeptAs.PREVIEW


_RANK = {kind: rank for rank, kind in enumerate(KeptAs)}


@dataclass(frozen=True, slots=True)
class ShiftEntry:
    """A kept report without its content: it holds what the book had taken up to `head`, at `known_at`, and points out
    `highlighted` lines.

    What was taken is told by the chain and not by the clock, which may be set back, and behind which a posting may have queued.
    """

    shift: Shift
    kind: KeptAs
    known_at: datetime
    head: Head
    highlighted: int

    def __post_init__(self) -> None:
        check_instant("known_at", self.known_at)

    @property
    def order(self) -> tuple[datetime, datetime, str, int, int]:
        """Rises with the end of the shift, and within a shift with what is newer."""
        return self.shift.ends_at, self.shift.starts_at, self.shift.id, _RANK[self.kind], self.head.seq


@dataclass(frozen=True, slots=True)
class KeptShiftReport:
    """`document` is the JSON of `shift_document.as_document`."""

    entry: ShiftEntry
    document: str


def newest_of_each(newest_first: Iterable[ShiftEntry]) -> tuple[ShiftEntry, ...]:
    """The newest report of each shift, of entries in falling `order`."""
    newest: dict[str, ShiftEntry] = {}
    for entry in newest_first:
        newest.setdefault(entry.shift.id, entry)
    return tuple(newest.values())
