"""Who types a command."""

import getpass

from inventory_core.events import quoted
from inventory_core.ids import Actor
from inventory_core.ledger import NOT_SAID


def account() -> Actor:
    """The account of this machine; `-` where it has no name."""
    try:
        return Actor(quoted(getpass.getuser()))
    except (KeyError, OSError):
        return Actor(NOT_SAID)
