"""What a check of a book says: nothing, or where it is not as it was written."""

from dataclasses import dataclass

from inventory_core.chain import Head
from inventory_core.messages import Message

MOST_FINDINGS = 50
"""A damaged page can make thousands; the first ones tell what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written: the table it stands in, why, and the row's `seq` and `id` where it has them.

    `part` is `file` where it is the database's own structure.
    """

    part: str
    why: Message
    seq: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A book that was looked through: rows that are there, the head of the chain of movements as far as it is whole, and at
    most MOST_FINDINGS findings, the movements' first."""

    book: str
    movements: int
    events: int
    head: Head
    event_head: Head
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        return not self.findings
