"""Ledgers drawn at random, with everything that makes insight hard: late postings, two clocks at the edge of a limit,
references that name a movement, its id, another product's, or nothing."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from inventory_core.catalogue import Product
from inventory_core.events import Action, Event, Outcome, quoted
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import NOT_SAID, Movement, MovementKind
from inventory_core.locations import Location, LocationKind
from inventory_core.ports import Book
from inventory_core.postings import Posting, RefusedPosting

PRODUCTS = (Product(Sku("cola"), "可乐", price=Decimal("2.50")), Product(Sku("chips"), "薯片", price=Decimal("0.1")),
            Product(Sku("soap"), "肥皂"), Product(Sku("tea"), "茶", price=Decimal("2.5")))
PLACES = (Location(LocationId("shelf-1")), Location(LocationId("back"), LocationKind.BACK_ROOM),
          Location(LocationId("road"), LocationKind.TRANSIT))
SECOND = timedelta(seconds=1)
DELAYS = (0 * SECOND, 2 * SECOND, 300 * SECOND, 300 * SECOND + datetime.resolution, -300 * SECOND, -301 * SECOND, 7200 * SECOND,
          timedelta(days=12))
WORDS = (NOT_SAID, NOT_SAID, "\u3000-", "k-1", "MOV-23A4B5")


@dataclass
class RandomShop:
    """Movements around `middle`, at most 45 days before or after it."""

    seed: int
    middle: datetime
    movements: list[Movement] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    refused: list[RefusedPosting] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def stock_up(self, book: Book) -> None:
        for product in PRODUCTS:
            book.add_product(product)
        for place in PLACES[1:]:
            book.add_location(place)

    def trade(self, book: Book, rows: int) -> None:
        """So many more movements, with refusals and events between them."""
        for _ in range(rows):
            movement = self._movement()
            self.movements.append(movement)
            book.add_movement(movement)
            for event in self._events():
                self.events.append(event)
                book.add_event(event)
            if self.dice.random() < 0.2:
                self._refuse(book)

    def moments(self, n: int) -> list[datetime]:
        """So many different ones at which something happened, or was heard of; the earliest first."""
        known = {m.effective_at for m in self.movements} | {m.recorded_at for m in self.movements}
        known |= {event.at for event in self.events} | {r.posting.recorded_at for r in self.refused}
        return sorted(self.dice.sample(sorted(known), n))

    def moment(self) -> datetime:
        """To the microsecond, and now and then one again."""
        if self.movements and self.dice.random() < 0.1:
            return self.dice.choice(self.movements).recorded_at
        return self.middle + timedelta(microseconds=self.dice.randint(-45 * 86_400_000_000, 45 * 86_400_000_000))

    def _movement(self) -> Movement:
        pick, n = self.dice.choice, len(self.movements)
        kind = pick([*MovementKind, *[MovementKind.ADJUSTMENT] * 5])
        at = self.moment()
        names = [f"R-{self.dice.randint(0, 8 + n // 8)}" for _ in range(3)]
        names += ["", NOT_SAID, f"m-{n}", *(pick(self.movements).id for _ in range(2) if self.movements)]
        return Movement(
            MovementId(f"m-{n}"), pick(PRODUCTS).sku, pick(PLACES).id,
            self.dice.randint(1, 9) * (kind.sign or pick([1, -1])), kind, at, at + pick(DELAYS), Actor(pick(["ann", "bob"])),
            pick(names), "R-0" if kind is MovementKind.GIFT else pick([None, *names]), pick(WORDS), pick(WORDS))

    def _events(self) -> Iterator[Event]:
        pick = self.dice.choice
        while self.dice.random() < 0.4:
            outcome = pick(list(Outcome))
            about = pick([None, *(quoted(r.id) for r in self.refused[-3:])])
            code = pick(["insufficient_stock", "gift_without_order", "unknown_sku", "burst",
                         *([] if outcome is Outcome.REFUSED else [None])])
            yield Event(self.moment(), Actor(pick(["ann", "till-1"])), pick(list(Action)), outcome, code=code, subject=about)

    def _refuse(self, book: Book) -> None:
        pick, at = self.dice.choice, self.moment()
        kind = pick([MovementKind.GIFT, MovementKind.SALE, MovementKind.RETURN])
        posting = Posting(
            Sku(pick(["cola", "nobody\n"])), LocationId("shelf-1"), kind, 1, at, at, Actor(pick(["ann", "eve\n"])), "R-1",
            id=MovementId(pick(["", " \t"]) + f"x-{len(self.refused)}"))
        refused = RefusedPosting(posting, pick(["gift_without_order", "insufficient_stock", "unknown_sku"]), "no")
        self.refused.append(refused)
        book.add_refused(refused)
