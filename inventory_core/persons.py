"""One person under two spellings: where a second person is asked for, another key of the first is not one."""

import unicodedata

from inventory_core.ids import Actor


def same_person(a: Actor, b: Actor) -> bool:
    """True when the names differ in nothing but case, width and spaces."""
    return _plain(a) == _plain(b)


def _plain(name: Actor) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
