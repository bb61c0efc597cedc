"""The spot check of the day: five movements drawn by lot, each to be confirmed or refuted by a second person with a photo.

    open --confirm--> confirmed        the goods, the paper or the till roll bear the movement out
    open --refute---> refuted          they do not; the note says what was found

The lot is cast with the head of the hash chain as it stood when the business date closed. Until then nobody knows it, whoever
casts it afterwards draws the same five, and nobody can draw again until it suits.
"""

import enum
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from inventory_core.access import Role
from inventory_core.chain import Head
from inventory_core.errors import AlreadyResolved, BadValue, PhotoRequired, SelfApproval, ServiceAccount
from inventory_core.ids import Actor, MovementId
from inventory_core.instants import check_instant
from inventory_core.ledger import Movement
from inventory_core.messages import Message, tell
from inventory_core.persons import same_person
from inventory_core.texts import MAX_NAME_CHARS, check_text


class SpotState(enum.StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"

    @property
    def shown(self) -> Message:
        return _SHOWN[self]


_SHOWN: Mapping[SpotState, Message] = {
    SpotState.OPEN: tell("to be checked"),
    SpotState.CONFIRMED: tell("confirmed"),
    SpotState.REFUTED: tell("refuted"),
}


@dataclass(frozen=True, slots=True)
class SpotCheckPolicy:
    """`items`: movements drawn for a day; the field study (January 2026) asks for 5, which one person checks in minutes."""

    items: int = 5

    def __post_init__(self) -> None:
        if self.items < 1:
            raise BadValue("a spot check draws at least 1 movement, got {n}", n=self.items)


@dataclass(frozen=True, slots=True)
class SpotItem:
    """One drawn movement, which `posted_by` posted; once settled, `photo` (the name of the stored picture), `by` whom and `at`.

    Raises PhotoRequired without a photo, SelfApproval where `by` posted the movement, and BadValue.
    """

    movement: MovementId
    posted_by: Actor
    state: SpotState = SpotState.OPEN
    photo: str | None = None
    by: Actor | None = None
    at: datetime | None = None
    note: str = ""

    def __post_init__(self) -> None:
        check_text("note", self.note, MAX_NAME_CHARS, may_be_empty=self.state is not SpotState.REFUTED)
        if self.state is SpotState.OPEN:
            if self.photo is not None or self.by is not None or self.at is not None:
                raise BadValue("the check of {movement} is open and cannot have a result yet", movement=self.movement)
            return
        if not self.photo:
            raise PhotoRequired("the check of {movement} needs a photo of the goods or of the paper", movement=self.movement)
        if self.by is None or self.at is None:
            raise BadValue("the check of {movement} needs to say who settled it and when", movement=self.movement)
        check_text("photo", self.photo)
        check_text("by", self.by)
        check_instant("at", self.at)
        self._need_second(self.by)

    def confirm(self, *, by: Actor, role: Role, photo: str | None, at: datetime, note: str = "") -> "SpotItem":
        """What was found bears the movement out.

        Raises ServiceAccount, SelfApproval, AlreadyResolved, PhotoRequired or BadValue.
        """
        return self._settled(SpotState.CONFIRMED, by, role, photo, at, note)

    def refute(self, *, by: Actor, role: Role, photo: str | None, at: datetime, note: str) -> "SpotItem":
        """What was found speaks against it, and `note` says what. Raises as `confirm` does."""
        return self._settled(SpotState.REFUTED, by, role, photo, at, note)

    def _need_second(self, by: Actor) -> None:
        if same_person(by, self.posted_by):
            raise SelfApproval("{actor} posted {movement}; another person must check it", actor=by, movement=self.movement)

    def _settled(self, state: SpotState, by: Actor, role: Role, photo: str | None, at: datetime, note: str) -> "SpotItem":
        if role.is_service_account:
            raise ServiceAccount("{actor} is a service account; a person has to check {movement}",
                                 actor=by, movement=self.movement)
        self._need_second(by)
        if self.state is not SpotState.OPEN:
            raise AlreadyResolved("the check of {movement} was settled by {by} at {at}: {state}",
                                  movement=self.movement, state=self.state.shown, by=self.by, at=self.at)
        return replace(self, state=state, photo=photo, by=by, at=at, note=note)


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """The movements drawn for a business date, in the order in which they were drawn."""

    business_date: date
    items: tuple[SpotItem, ...]

    def item(self, movement: MovementId) -> SpotItem | None:
        """None where it was not drawn."""
        return next((item for item in self.items if item.movement == movement), None)

    def in_state(self, state: SpotState) -> tuple[SpotItem, ...]:
        return tuple(item for item in self.items if item.state is state)


def draw(business_date: date, movements: Iterable[Movement], head: Head, policy: SpotCheckPolicy) -> SpotCheck:
    """Draw from the movements of a business date, in any order; a day with fewer than `items` is checked as a whole.

    `head` is the newest row of the chain at the close of the date. Each movement's lot is SHA-256 over a seed (SHA-256 over
    head hash and date) and its id, and the lowest win: every movement has the same chance, and one more movement changes at
    most one of the five. Who posts the last movement of a day cannot try texts until the lot suits: the time at which the book
    hears of it is part of the hash, to the microsecond, and not theirs to choose.
    """
    seed = hashlib.sha256(b"spot check" + head.hash + business_date.isoformat().encode()).digest()
    drawn = sorted(movements, key=lambda m: hashlib.sha256(seed + m.id.encode("utf-8", "backslashreplace")).digest())
    return SpotCheck(business_date, tuple(SpotItem(m.id, m.source) for m in drawn[: policy.items]))
