"""Reservations and the marks of the machines' clocks in SQL."""

import json
from datetime import datetime

from inventory_core.elapsed import ClockMark
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.instants import sortable_text
from inventory_core.reservations import Reservation, ReservationId, ReservationState
from inventory_core.store.over import OverConnection
from inventory_core.store.statements import Values

_RESERVATION = ("id, sku, location, units, ref_id, actor, device, trace, created_at, expires_at, due_s, state, resolved_at, "
                "resolved_by, movement")


class OrderReads(OverConnection):
    """Questions about reservations and clocks."""

    def reservation(self, reservation: ReservationId) -> Reservation | None:
        row = self.do.row(f"SELECT {_RESERVATION} FROM reservation WHERE id = ?", reservation)
        return None if row is None else reservation_of(row)

    def reservations(self, *, state: ReservationState | None = None, due_by_s: float | None = None) -> tuple[Reservation, ...]:
        where, values = ["1 = 1"], list[Values]()
        if state is not None:
            where.append(f"state = '{state.value}'")  # a literal, so that the index of pending ones fits
        if due_by_s is not None:
            where.append("due_s <= ?")
            values.append(due_by_s)
        rows = self.do.rows(
            f"SELECT {_RESERVATION} FROM reservation WHERE {' AND '.join(where)} ORDER BY created_at, id", *values)
        return tuple(reservation_of(row) for row in rows)

    def clock_marks(self) -> tuple[ClockMark, ...]:
        return tuple(_mark_of(row[0]) for row in self.do.rows("SELECT document FROM clock_mark ORDER BY host"))


class OrderWrites(OrderReads):
    """Keeping of reservations and clock marks."""

    def put_reservation(self, reservation: Reservation) -> None:
        r = reservation
        self.do.run(
            f"INSERT INTO reservation ({_RESERVATION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET due_s = excluded.due_s, state = excluded.state, "
            "resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by, movement = excluded.movement",
            r.id, r.sku, r.location, r.units, r.ref_id, r.actor, r.device, r.trace, sortable_text(r.created_at),
            sortable_text(r.expires_at), r.due_s, r.state.value,
            None if r.resolved_at is None else sortable_text(r.resolved_at), r.resolved_by, r.movement,
        )

    def put_clock_mark(self, mark: ClockMark) -> None:
        document = json.dumps({
            "host": mark.host, "boot_id": mark.boot_id, "boot_s": mark.boot_s, "wall": sortable_text(mark.wall),
            "elapsed_s": mark.elapsed_s, "behind_since_s": mark.behind_since_s,
            "others": [sortable_text(line) for line in mark.others],
        })
        self.do.run("INSERT INTO clock_mark (host, document) VALUES (?, ?) "
                    "ON CONFLICT (host) DO UPDATE SET document = excluded.document", mark.host, document)


def reservation_of(row: tuple[object, ...]) -> Reservation:
    """A reservation from its columns."""
    (id, sku, location, units, ref_id, actor, device, trace, created_at, expires_at, due_s, state, resolved_at, resolved_by,
     movement) = row
    return Reservation(
        ReservationId(str(id)), Sku(str(sku)), LocationId(str(location)), int(str(units)), str(ref_id), Actor(str(actor)),
        str(device), str(trace), datetime.fromisoformat(str(created_at)), datetime.fromisoformat(str(expires_at)),
        float(str(due_s)), ReservationState(str(state)),
        None if resolved_at is None else datetime.fromisoformat(str(resolved_at)),
        None if resolved_by is None else Actor(str(resolved_by)), None if movement is None else MovementId(str(movement)),
    )


def _mark_of(document: str) -> ClockMark:
    held = json.loads(document)
    return ClockMark(
        held["host"], held["boot_id"], held["boot_s"], datetime.fromisoformat(held["wall"]), held["elapsed_s"],
        held["behind_since_s"], tuple(datetime.fromisoformat(line) for line in held["others"]),
    )
