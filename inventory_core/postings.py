"""A posting is what somebody asks the book to write; it becomes a movement, or is refused and kept with the reason."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from inventory_core.errors import LedgerError
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.instants import check_instant, sortable_text
from inventory_core.ledger import NOT_SAID, Movement, MovementKind


@dataclass(frozen=True, slots=True)
class Posting:
    """The fields of a movement before the book's rules were held against them; only its times are sure to have a zone."""

    sku: Sku
    location: LocationId
    kind: MovementKind
    units: int
    effective_at: datetime
    recorded_at: datetime
    source: Actor
    ref_id: str
    cites: str | None = None
    id: MovementId | None = None
    device: str = NOT_SAID
    trace: str = NOT_SAID

    def __post_init__(self) -> None:
        check_instant("effective_at", self.effective_at)
        check_instant("recorded_at", self.recorded_at)

    def movement(self) -> Movement:
        """The movement that this posting asks for; without an id it gets one made from its content.

        Raises BadSign, GiftWithoutOrder or BadValue.
        """
        return Movement(
            id=self.id or content_id(self), sku=self.sku, location=self.location, units=self.units, kind=self.kind,
            effective_at=self.effective_at, recorded_at=self.recorded_at, source=self.source, ref_id=self.ref_id,
            cites=self.cites, device=self.device, trace=self.trace,
        )

    def refused(self, error: LedgerError) -> "RefusedPosting":
        return RefusedPosting(self, error.code, str(error))


def content_id(posting: Posting, occurrence: int = 0) -> MovementId:
    """An id made of what happened, not of when we heard: the same event posted again has the same id.

    `occurrence` tells apart events that agree in everything (two equal sales in the same second of one file).
    """
    content = (
        posting.sku, posting.location, posting.kind.value, str(posting.units), sortable_text(posting.effective_at),
        posting.source, posting.ref_id, posting.cites or "", str(occurrence),
    )
    return MovementId("m-" + hashlib.sha256("\x1f".join(content).encode("utf-8", "backslashreplace")).hexdigest()[:24])


@dataclass(frozen=True, slots=True)
class RefusedPosting:
    """A posting that the book did not take: stable error `code` and the reason in English."""

    posting: Posting
    code: str
    why: str

    @property
    def id(self) -> MovementId:
        return self.posting.id or content_id(self.posting)
