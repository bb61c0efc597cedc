"""What others have to be told: written in the transaction of what it tells, delivered later, at least once and in order."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """`topic` says what it is about (movement, shift, adjustment), `subject` which one; a movement has no `payload` beside
    itself."""

    seq: int
    topic: str
    subject: str
    payload: str
    at: datetime
