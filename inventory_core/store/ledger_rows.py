"""The tables of the ledger: movements, what is kept ready beside them, and the orders that lead to movements.

The migrations make these tables; a test holds both against each other.
"""

from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from inventory_core.store.columns import HASH, REAL_NUMBER, WHOLE, Row, optional_text, text_column


class MovementRow(Row, table=True):
    """Triggers refuse UPDATE and DELETE; `seq` counts without a gap in the order in which the book took them.

    `late` is 1 where the book heard more than an hour after it happened; `hash` chains the rows (inventory_core/chain.py).
    """

    __tablename__ = "movement"
    __table_args__ = (
        CheckConstraint("units <> 0", name="units"),
        CheckConstraint("kind NOT IN ('receipt', 'return') OR units > 0", name="adds"),
        CheckConstraint("kind NOT IN ('sale', 'gift') OR units < 0", name="takes"),
        CheckConstraint("kind <> 'gift' OR coalesce(length(cites), 0) > 0", name="gift_cites"),
        CheckConstraint("late IN (0, 1)", name="late"),
        Index("ix_movement_account", "sku", "location", "effective_at", "units", "recorded_at", "late"),
        Index("ix_movement_effective", "effective_at"),
        Index("ix_movement_late", "sku", "location", "recorded_at", "effective_at", "units",
              sqlite_where=text("late = 1"), postgresql_where=text("late = 1")),
        Index("ix_movement_adjusted", "effective_at", sqlite_where=text("kind = 'adjustment'"),
              postgresql_where=text("kind = 'adjustment'")),
        Index("ix_movement_recorded", "recorded_at"),
        Index("ix_movement_ref", "ref_id", "sku", "kind", "units"),
        Index("ix_movement_cites", "cites", "sku", "kind", "units", sqlite_where=text("cites IS NOT NULL"),
              postgresql_where=text("cites IS NOT NULL")),
        {"sqlite_strict": True},
    )

    seq: int = Field(sa_type=WHOLE, primary_key=True, sa_column_kwargs={"autoincrement": False})
    id: str = Field(sa_type=Text, unique=True)
    sku: str = text_column(to="product.sku")
    location: str = text_column(to="location.id")
    units: int = Field(sa_type=WHOLE)
    kind: str = text_column()
    effective_at: str = text_column()
    recorded_at: str = text_column()
    source: str = text_column()
    device: str = text_column()
    trace: str = text_column()
    ref_id: str = text_column()
    cites: str | None = optional_text()
    late: int = Field(sa_type=WHOLE)
    hash: bytes = Field(sa_type=HASH)


class BalanceRow(Row, table=True):
    """What an account (a SKU at a location) holds now: units, how many movements made them, the latest moment of any, and the
    units that pending reservations hold."""

    __tablename__ = "balance"
    __table_args__ = (
        CheckConstraint("movements >= 0 AND reserved >= 0", name="counts"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    sku: str = text_column(key=True, to="product.sku")
    location: str = text_column(key=True, to="location.id")
    units: int = Field(sa_type=WHOLE)
    movements: int = Field(sa_type=WHOLE)
    last_effective_at: str = text_column()
    reserved: int = Field(sa_type=WHOLE)


class AccountSnapshotRow(Row, table=True):
    """Units of an account from every movement effective by `effective_at`, late ones too: a row for each 64 movements."""

    __tablename__ = "account_snapshot"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_strict": True, "sqlite_with_rowid": False}

    sku: str = text_column(key=True)
    location: str = text_column(key=True)
    effective_at: str = text_column(key=True)
    units: int = Field(sa_type=WHOLE)


class OutboxRow(Row, table=True):
    """What others have to be told, written in the transaction of what it tells; a movement's content is the movement itself."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "seq", sqlite_where=text("delivered_at IS NULL"),
              postgresql_where=text("delivered_at IS NULL")),
        {"sqlite_strict": True},
    )

    seq: int | None = Field(default=None, sa_type=WHOLE, primary_key=True)
    topic: str = text_column()
    subject: str = text_column()
    payload: str = text_column()
    at: str = text_column()
    delivered_at: str | None = optional_text()


class EventRow(Row, table=True):
    """The audit log, chained as movements are; triggers refuse UPDATE and DELETE. `detail` is a JSON object of texts."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("outcome IN ('done', 'refused', 'held', 'flagged')", name="outcome"),
        Index("ix_event_action", "action", "seq"),
        Index("ix_event_at", "at"),
        {"sqlite_strict": True},
    )

    seq: int = Field(sa_type=WHOLE, primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: str = text_column()
    actor: str = text_column()
    device: str = text_column()
    trace: str = text_column()
    action: str = text_column()
    outcome: str = text_column()
    code: str | None = optional_text()
    sku: str | None = optional_text()
    location: str | None = optional_text()
    subject: str | None = optional_text()
    detail: str = text_column()
    hash: bytes = Field(sa_type=HASH)


class ReservationRow(Row, table=True):
    """Units held for an order that is not paid yet; `due_s` is on the book's own elapsed time, `expires_at` is for people."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("units > 0", name="units"),
        CheckConstraint("state IN ('pending', 'posted', 'voided', 'expired')", name="state"),
        Index("ix_reservation_due", "due_s", sqlite_where=text("state = 'pending'"),
              postgresql_where=text("state = 'pending'")),
        {"sqlite_strict": True},
    )

    id: str = text_column(key=True)
    sku: str = text_column(to="product.sku")
    location: str = text_column(to="location.id")
    units: int = Field(sa_type=WHOLE)
    ref_id: str = text_column()
    actor: str = text_column()
    device: str = text_column()
    trace: str = text_column()
    created_at: str = text_column()
    expires_at: str = text_column()
    due_s: float = Field(sa_type=REAL_NUMBER)
    state: str = text_column()
    resolved_at: str | None = optional_text()
    resolved_by: str | None = optional_text()
    movement: str | None = optional_text()


class AdjustmentRow(Row, table=True):
    """An adjustment order; `held` is a JSON array of reasons, `photos` one of photos with what the eye said of them."""

    __tablename__ = "adjustment"
    __table_args__ = (
        CheckConstraint("units <> 0", name="units"),
        CheckConstraint("state IN ('draft', 'waiting', 'held', 'approved', 'rejected')", name="state"),
        Index("ix_adjustment_created", "created_at", "id"),
        {"sqlite_strict": True},
    )

    id: str = text_column(key=True)
    sku: str = text_column(to="product.sku")
    location: str = text_column(to="location.id")
    units: int = Field(sa_type=WHOLE)
    reason: str = text_column()
    ref_id: str = text_column()
    actor: str = text_column()
    device: str = text_column()
    trace: str = text_column()
    created_at: str = text_column()
    state: str = text_column()
    held: str = text_column()
    photos: str = text_column()
    decided_by: str | None = optional_text()
    decided_at: str | None = optional_text()
    overridden_by: str | None = optional_text()
    override_reason: str | None = optional_text()
    overridden_at: str | None = optional_text()
    movement: str | None = optional_text()


class ShiftReportRow(Row, table=True):
    """A shift's report as it was known at `known_at`; `chain_seq` and `chain_hash` tell the newest movement of that moment."""

    __tablename__ = "shift_report"
    __table_args__ = (
        CheckConstraint("kind IN ('preview', 'close', 'restated')", name="kind"),
        Index("ix_shift_report_ended", "ends_at"),
        {"sqlite_strict": True},
    )

    shift: str = text_column(key=True)
    kind: str = text_column(key=True)
    known_at: str = text_column(key=True)
    business_date: str = text_column()
    starts_at: str = text_column()
    ends_at: str = text_column()
    chain_seq: int = Field(sa_type=WHOLE)
    chain_hash: str = text_column()
    highlighted: int = Field(sa_type=WHOLE)
    document: str = text_column()


class SpotItemRow(Row, table=True):
    """One movement of the spot check of a business date."""

    __tablename__ = "spot_item"
    __table_args__ = (CheckConstraint("state IN ('open', 'confirmed', 'refuted')", name="state"), {"sqlite_strict": True})

    business_date: str = text_column(key=True)
    movement: str = text_column(key=True, to="movement.id")
    place: int = Field(sa_type=WHOLE)
    state: str = text_column()
    photo: str | None = optional_text()
    actor: str | None = optional_text()
    at: str | None = optional_text()
    note: str | None = optional_text()


class ClockMarkRow(Row, table=True):
    """How much time has passed for the book, as each machine saw it last (inventory_core/elapsed.py)."""

    __tablename__ = "clock_mark"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_strict": True}

    host: str = text_column(key=True)
    document: str = text_column()
