"""Stores counts in the book for commands that are given one."""

import uuid

from calibration.record import Calibration
from edge.cli.console import Out
from edge.clock import Clock
from edge.counting.evidence import Evidence
from edge.counting.evidence_document import about_of
from edge.counting.masking import FindsPeople
from edge.counting.result import CountResult, to_capture
from inventory_core.catalogue import LookAlikes
from inventory_core.ids import CountId, LocationId
from inventory_core.messages import tell
from inventory_core.ports import BookStore
from inventory_core.service import need_location, store_capture
from inventory_core.store.sql_book import open_book


class Keeper:
    """Keeps every count in one book and location, and its picture beside the book; a file that could not be read is no look
    at the shelf and is not kept."""

    def __init__(
        self, store: BookStore, location: LocationId, clock: Clock, evidence: Evidence, site: Calibration | None = None,
    ) -> None:
        self._store = store
        self._evidence = evidence
        self._location = location
        self._clock = clock
        self._site = site

    @classmethod
    def open(cls, db: str, location: str, clock: Clock, look_alikes: LookAlikes | None = None,
             *, people: FindsPeople | None, site: Calibration | None = None) -> "Keeper":
        """The book `db`, made if absent; it remembers which products the gallery takes for each other. `site` is the one that
        is counted by.

        Raises StoreError, UnknownLocation.
        """
        store = open_book(db)
        with store.write() as book:
            need_location(book, LocationId(location))
            if look_alikes is not None and book.look_alikes() != look_alikes:
                book.set_look_alikes(look_alikes)
                book.commit()
        return cls(store, LocationId(location), clock, Evidence.of_book(db, people), site)

    def store(self, result: CountResult, out: Out) -> None:
        """Store one count; a picture without a time gets the clock's, and that is said."""
        if result.unreadable:
            return
        picture = None if result.frame is None else self._evidence.keep_if_room(
            result.frame.image, about_of(result, self._site), result.cover)
        capture = to_capture(
            result, count_id=CountId(uuid.uuid4().hex), location=self._location, now=self._clock.now(), evidence=picture
        )
        with self._store.write() as book:
            store_capture(book, capture)
            book.commit()
        if result.captured_at is None:
            out.warn(tell("{source} does not say when it was taken: stored as counted now, {at}",
                          source=result.source, at=capture.captured_at))
