"""The five parts of the data-health score and what is said of each: its name, its figure, the mend, why there is no figure."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from inventory_core.messages import Message, tell


class HealthPart(enum.StrEnum):
    """In the order in which a draw for the worst is settled."""

    LATENCY = "latency"
    SYNC = "sync"
    BOOK_IS_SHELF = "book_is_shelf"
    TRACEABILITY = "traceability"
    INTERCEPTION = "interception"

    @property
    def words(self) -> "PartWords":
        return _WORDS[self]


@dataclass(frozen=True, slots=True)
class PartWords:
    """`figure` has the fields good, of and limit_s; `empty` says that there were none to count, `absent` that there is nothing
    to count with."""

    title: Message
    figure: Message
    mend: Message
    empty: Message
    absent: Message

    def told(self, good: int, of: int, limit_s: float) -> Message:
        return Message(self.figure.template, {"good": good, "of": of, "limit_s": f"{limit_s:g}"})


_NO_MOVEMENT = tell("no movement was booked in this time")
_WORDS: Mapping[HealthPart, PartWords] = {
    HealthPart.LATENCY: PartWords(
        tell("timeliness"),
        tell("{good} of {of} movements were booked within {limit_s} s of happening"),
        tell("find the tills that deliver late or whose clocks are wrong, and connect or set them"),
        _NO_MOVEMENT, _NO_MOVEMENT,
    ),
    HealthPart.SYNC: PartWords(
        tell("delivery to other systems"),
        tell("{good} of {of} messages to other systems were delivered"),
        tell("look at the messages that wait for delivery and at the system that does not take them"),
        tell("there was nothing to deliver in this time"),
        tell("no other system is connected"),
    ),
    HealthPart.BOOK_IS_SHELF: PartWords(
        tell("book = shelf"),
        tell("book and shelf agree at {good} of {of} places of the newest reconcile"),
        tell("settle the open discrepancies, the dearest first"),
        tell("no place could be judged at the newest reconcile"),
        tell("no shelf was counted and reconciled in this time"),
    ),
    HealthPart.TRACEABILITY: PartWords(
        tell("traceability"),
        tell("{good} of {of} movements name reference, person, device and trace code"),
        tell("make every till and import name its reference, device and trace code"),
        _NO_MOVEMENT, _NO_MOVEMENT,
    ),
    HealthPart.INTERCEPTION: PartWords(
        tell("interception of wrong inputs"),
        tell("{good} of {of} known wrong inputs were refused at once; the others were corrected later"),
        tell("look at the corrected movements and add an input rule that would have stopped them"),
        tell("no wrong input was refused or found in this time"),
        tell("no wrong input was refused or found in this time"),
    ),
}
