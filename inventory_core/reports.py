"""A reconcile report as the book keeps it: a version of its own for every (as of, known at), never overwritten."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeptReport:
    """`document` is the JSON text of schema `shelfcount.report/1`; `id` is made of its content."""

    id: str
    as_of: datetime
    known_at: datetime
    document: str
