"""Places that hold stock in the book."""

import enum
from dataclasses import dataclass

from inventory_core.ids import LocationId
from inventory_core.texts import check_text


class LocationKind(enum.StrEnum):
    """A camera looks at a shelf; nobody looks at a back room or at goods in transit."""

    SHELF = "shelf"
    BACK_ROOM = "back_room"
    TRANSIT = "transit"


@dataclass(frozen=True, slots=True)
class Location:
    """One place; with `allow_negative` the book may hold less than nothing there (goods sold before they are booked)."""

    id: LocationId
    kind: LocationKind = LocationKind.SHELF
    allow_negative: bool = False

    def __post_init__(self) -> None:
        check_text("location", self.id)


FIRST_SHELF = Location(LocationId("shelf-1"))
"""The place that every new book begins with."""
