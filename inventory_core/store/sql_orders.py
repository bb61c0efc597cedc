"""Reservations, adjustment orders, shift reports, spot checks and clock marks in SQL."""

from inventory_core.store.over import OverConnection


class OrderReads(OverConnection):
    """Questions about orders."""


class OrderWrites(OrderReads):
    """Writing of orders."""
