"""Keys of the API for benches, as `shelfcount token create` makes them."""

from pathlib import Path

from edge.clock import SystemClock
from inventory_core.access import ApiToken, Role, hash_key
from inventory_core.ids import Actor
from inventory_core.store.sql_book import open_book


def add(book: Path | str, count: int, role: Role = Role.TILL) -> list[str]:
    """So many keys of one role, each with a name of its own."""
    store = open_book(str(book))
    names = [f"{role.value}-{number:03}" for number in range(count)]
    with store.write() as writing:
        for name in names:
            writing.add_token(ApiToken(Actor(name), role, hash_key(f"sc_{name}"), SystemClock().now()))
        writing.commit()
    store.close()
    return [f"sc_{name}" for name in names]
