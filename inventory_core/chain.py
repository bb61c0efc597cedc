"""The hash chain over rows of the book: whoever edits, removes or inserts a row breaks it at that row.

The hash of row n is SHA-256 over the hash of row n-1 (32 bytes; 32 zero bytes before the first) and the row's own fields as
a JSON array in ASCII without spaces. The order of a chain is the row's `seq`, which counts 1, 2, 3 without a gap and is a field
as well. A chain cannot show that its newest rows were cut off: what else the book holds (`Head`, balances) is held against it.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inventory_core.messages import Message, tell

_json = json.JSONEncoder(separators=(",", ":")).encode
GENESIS = bytes(32)
"""What the first row follows."""
Field = str | int | None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row of a chain: its `seq` (0: there is none) and hash (32 bytes)."""

    seq: int = 0
    hash: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class Link:
    """A row as it was found: its fields, `seq` among them, and the hash beside them."""

    seq: int
    fields: Sequence[Field]
    hash: bytes


@dataclass(frozen=True, slots=True)
class BadRow:
    """The first row that is not what was written: where, and in which way."""

    seq: int
    why: Message


def seal(previous: bytes, fields: Sequence[Field]) -> bytes:
    """The hash of the row with `fields` after the row whose hash is `previous`; 32 bytes."""
    return hashlib.sha256(previous + _json(fields).encode()).digest()


def first_bad(links: Iterable[Link], after: Head = Head()) -> BadRow | Head:
    """Walk a chain from the row after `after`; the first row that does not fit, or the head when all do."""
    head = after
    for link in links:
        if link.seq != head.seq + 1:
            return BadRow(head.seq + 1, tell("row {seq} is missing; the next one found is {found}",
                                             seq=head.seq + 1, found=link.seq))
        if seal(head.hash, link.fields) != link.hash:
            return BadRow(link.seq, tell("row {seq} was changed after it was written, or a row before it was", seq=link.seq))
        head = Head(link.seq, link.hash)
    return head
