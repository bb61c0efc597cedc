"""The tables of a book beside those of the ledger, as SQLModel rows: STRICT, with the shop's rules as CHECKs; times are UTC
text of constant width.

The migrations make these tables; a test holds both against each other.
"""

from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, Table
from sqlmodel import Field

from inventory_core.store import ledger_rows
from inventory_core.store.columns import BOOK, REAL_NUMBER, WHOLE, Row, optional_text, text_column

__all__ = ["BOOK", "ledger_rows", "table"]


class ProductRow(Row, table=True):
    __tablename__ = "product"
    __table_args__ = (CheckConstraint("safety_stock >= 0", name="safety_stock"), {"sqlite_strict": True})

    sku: str = text_column(key=True)
    name: str = text_column()
    name_en: str = text_column()
    gtin: str | None = optional_text()
    price: str | None = optional_text()
    safety_stock: int = Field(sa_type=WHOLE)


class LocationRow(Row, table=True):
    __tablename__ = "location"
    __table_args__ = (
        CheckConstraint("kind IN ('shelf', 'back_room', 'transit')", name="kind"),
        CheckConstraint("allow_negative IN (0, 1)", name="allow_negative"),
        {"sqlite_strict": True},
    )

    id: str = text_column(key=True)
    kind: str = text_column()
    allow_negative: int = Field(sa_type=WHOLE)


class SlotRow(Row, table=True):
    __tablename__ = "slot"
    __table_args__ = (CheckConstraint("facings >= 1 AND depth >= 1", name="places"), {"sqlite_strict": True})

    location: str = text_column(key=True, to="location.id")
    shelf: str = text_column(key=True)
    sku: str = text_column(key=True, to="product.sku")
    facings: int = Field(sa_type=WHOLE)
    depth: int = Field(sa_type=WHOLE)


class CaptureRow(Row, table=True):
    """`reasons` and `shelves_seen` are JSON arrays of text."""

    __tablename__ = "capture"
    __table_args__ = (
        CheckConstraint("status IN ('counted', 'partly', 'cannot_see')", name="status"),
        CheckConstraint("coverage BETWEEN 0 AND 1", name="coverage"),
        Index("ix_capture_location_at", "location", "captured_at"),
        {"sqlite_strict": True},
    )

    id: str = text_column(key=True)
    location: str = text_column(to="location.id")
    captured_at: str = text_column()
    status: str = text_column()
    reasons: str = text_column()
    shelves_seen: str = text_column()
    coverage: float = Field(sa_type=REAL_NUMBER)
    camera: str | None = optional_text()
    detector: str = text_column()
    embedder: str | None = optional_text()
    gallery: str | None = optional_text()
    calibration: str | None = optional_text()
    evidence: str | None = optional_text()
    frame: int | None = Field(default=None, sa_type=WHOLE)


class ShelfCountRow(Row, table=True):
    """`place` keeps the order of a capture's counts; `sku` is null for products that the gallery does not know."""

    __tablename__ = "shelf_count"
    __table_args__ = (
        CheckConstraint("0 <= low AND low <= best AND best <= high", name="facings"), {"sqlite_strict": True},
    )

    capture: str = text_column(key=True, to="capture.id")
    place: int = Field(sa_type=WHOLE, primary_key=True)
    shelf: str = text_column()
    sku: str | None = optional_text()
    low: int = Field(sa_type=WHOLE)
    best: int = Field(sa_type=WHOLE)
    high: int = Field(sa_type=WHOLE)


class RefusedPostingRow(Row, table=True):
    """What was asked and not taken, word for word: nothing here refers to other tables, for that may be the reason."""

    __tablename__ = "refused_posting"
    __table_args__ = (Index("ix_refused_posting_recorded", "recorded_at"), {"sqlite_strict": True})

    id: str = text_column(key=True)
    given_id: str | None = optional_text()
    sku: str = text_column()
    location: str = text_column()
    units: int = Field(sa_type=WHOLE)
    kind: str = text_column()
    effective_at: str = text_column()
    recorded_at: str = text_column()
    source: str = text_column()
    ref_id: str = text_column()
    cites: str | None = optional_text()
    code: str = text_column()
    why: str = text_column()


class LookAlikeRow(Row, table=True):
    __tablename__ = "look_alike"
    __table_args__ = (CheckConstraint("a < b", name="order"), {"sqlite_strict": True})

    a: str = text_column(key=True)
    b: str = text_column(key=True)


class ReportRow(Row, table=True):
    __tablename__ = "report"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_strict": True}

    id: str = text_column(key=True)
    as_of: str = text_column()
    known_at: str = text_column()
    document: str = text_column()


class ReplyRow(Row, table=True):
    __tablename__ = "reply"
    __table_args__ = (Index("ix_reply_at", "at"), {"sqlite_strict": True})

    actor: str = text_column(key=True)
    key: str = text_column(key=True)
    body_sha256: str = text_column()
    status: int = Field(sa_type=WHOLE)
    body: str = text_column()
    at: str = text_column()


class ApiTokenRow(Row, table=True):
    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'staff', 'till', 'bi', 'camera')", name="role"), {"sqlite_strict": True},
    )

    key_sha256: str = text_column(key=True)
    name: str = text_column()
    role: str = text_column()
    created_at: str = text_column()
    revoked_at: str | None = optional_text()


def table(name: str) -> Table:
    """One of the book's tables, for queries."""
    return BOOK.tables[name]
