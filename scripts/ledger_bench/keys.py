"""Keys of the API for benches, as `shelfcount token create` makes them."""

from pathlib import Path

from edge.clock import SystemClock
from inventory_core.access import ApiToken, Role, hash_key
from inventory_core.ids import Actor
from inventory_core.store.sql_book import open_book


def add(book: Path | str, count: int) -> list[str]:
    """Keys of so many tills."""
    store = open_book(str(book))
    names = [f"till-{number:03}" for number in range(count)]
    with store.write() as writing:
        for name in names:
            writing.add_token(ApiToken(Actor(name), Role.TILL, hash_key(f"sc_{name}"), SystemClock().now()))
        writing.commit()
    store.close()
    return [f"sc_{name}" for name in names]
