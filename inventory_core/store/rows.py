"""The tables of a book, as SQLModel rows: STRICT, with the shop's rules as CHECKs; times are UTC text of constant width.

The migrations make these tables; a test holds both against each other.
"""

from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, Integer, MetaData, Table, Text
from sqlalchemy.types import REAL
from sqlmodel import Field, SQLModel

BOOK = MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})


class Row(SQLModel):
    """Base of all rows, with the book's own metadata."""

    metadata: ClassVar[MetaData] = BOOK


def _text(*, key: bool = False, to: str | None = None) -> Any:
    """A TEXT column; SQLModel's own choice, VARCHAR, is refused by STRICT tables."""
    return Field(sa_type=Text, primary_key=key, foreign_key=to) if to else Field(sa_type=Text, primary_key=key)


def _optional_text(*, to: str | None = None) -> Any:
    return Field(default=None, sa_type=Text, nullable=True, foreign_key=to) if to else Field(
        default=None, sa_type=Text, nullable=True)


class ProductRow(Row, table=True):
    __tablename__ = "product"
    __table_args__ = (CheckConstraint("safety_stock >= 0", name="safety_stock"), {"sqlite_strict": True})

    sku: str = _text(key=True)
    name: str = _text()
    name_en: str = _text()
    gtin: str | None = _optional_text()
    price: str | None = _optional_text()
    safety_stock: int = Field(sa_type=Integer)


class LocationRow(Row, table=True):
    __tablename__ = "location"
    __table_args__ = (
        CheckConstraint("kind IN ('shelf', 'back_room', 'transit')", name="kind"),
        CheckConstraint("allow_negative IN (0, 1)", name="allow_negative"),
        {"sqlite_strict": True},
    )

    id: str = _text(key=True)
    kind: str = _text()
    allow_negative: int = Field(sa_type=Integer)


class SlotRow(Row, table=True):
    __tablename__ = "slot"
    __table_args__ = (CheckConstraint("facings >= 1 AND depth >= 1", name="places"), {"sqlite_strict": True})

    location: str = _text(key=True, to="location.id")
    shelf: str = _text(key=True)
    sku: str = _text(key=True, to="product.sku")
    facings: int = Field(sa_type=Integer)
    depth: int = Field(sa_type=Integer)


class MovementRow(Row, table=True):
    """Triggers refuse UPDATE and DELETE; `seq` is the order in which the book took them and is never used twice."""

    __tablename__ = "movement"
    __table_args__ = (
        CheckConstraint("units <> 0", name="units"),
        CheckConstraint("kind NOT IN ('receipt', 'return') OR units > 0", name="adds"),
        CheckConstraint("kind NOT IN ('sale', 'gift') OR units < 0", name="takes"),
        CheckConstraint("kind <> 'gift' OR coalesce(length(cites), 0) > 0", name="gift_cites"),
        Index("ix_movement_sku_effective", "sku", "effective_at", "location", "recorded_at", "units"),
        {"sqlite_strict": True, "sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, sa_type=Integer, primary_key=True)
    id: str = Field(sa_type=Text, unique=True)
    sku: str = _text(to="product.sku")
    location: str = _text(to="location.id")
    units: int = Field(sa_type=Integer)
    kind: str = _text()
    effective_at: str = _text()
    recorded_at: str = _text()
    source: str = _text()
    ref_id: str = _text()
    cites: str | None = _optional_text()


class CaptureRow(Row, table=True):
    """`reasons` and `shelves_seen` are JSON arrays of text."""

    __tablename__ = "capture"
    __table_args__ = (
        CheckConstraint("status IN ('counted', 'partly', 'cannot_see')", name="status"),
        CheckConstraint("coverage BETWEEN 0 AND 1", name="coverage"),
        Index("ix_capture_location_at", "location", "captured_at"),
        {"sqlite_strict": True},
    )

    id: str = _text(key=True)
    location: str = _text(to="location.id")
    captured_at: str = _text()
    status: str = _text()
    reasons: str = _text()
    shelves_seen: str = _text()
    coverage: float = Field(sa_type=REAL)
    camera: str | None = _optional_text()
    detector: str = _text()
    embedder: str | None = _optional_text()
    gallery: str | None = _optional_text()
    calibration: str | None = _optional_text()
    evidence: str | None = _optional_text()


class ShelfCountRow(Row, table=True):
    """`place` keeps the order of a capture's counts; `sku` is null for products that the gallery does not know."""

    __tablename__ = "shelf_count"
    __table_args__ = (
        CheckConstraint("0 <= low AND low <= best AND best <= high", name="facings"), {"sqlite_strict": True},
    )

    capture: str = _text(key=True, to="capture.id")
    place: int = Field(sa_type=Integer, primary_key=True)
    shelf: str = _text()
    sku: str | None = _optional_text()
    low: int = Field(sa_type=Integer)
    best: int = Field(sa_type=Integer)
    high: int = Field(sa_type=Integer)


class RefusedPostingRow(Row, table=True):
    """What was asked and not taken, word for word: nothing here refers to other tables, for that may be the reason."""

    __tablename__ = "refused_posting"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_strict": True}

    id: str = _text(key=True)
    given_id: str | None = _optional_text()
    sku: str = _text()
    location: str = _text()
    units: int = Field(sa_type=Integer)
    kind: str = _text()
    effective_at: str = _text()
    recorded_at: str = _text()
    source: str = _text()
    ref_id: str = _text()
    cites: str | None = _optional_text()
    code: str = _text()
    why: str = _text()


class LookAlikeRow(Row, table=True):
    __tablename__ = "look_alike"
    __table_args__ = (CheckConstraint("a < b", name="order"), {"sqlite_strict": True})

    a: str = _text(key=True)
    b: str = _text(key=True)


class ReportRow(Row, table=True):
    __tablename__ = "report"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_strict": True}

    id: str = _text(key=True)
    as_of: str = _text()
    known_at: str = _text()
    document: str = _text()


class ReplyRow(Row, table=True):
    __tablename__ = "reply"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_strict": True}

    actor: str = _text(key=True)
    key: str = _text(key=True)
    body_sha256: str = _text()
    status: int = Field(sa_type=Integer)
    body: str = _text()
    at: str = _text()


class ApiTokenRow(Row, table=True):
    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'staff', 'till', 'bi', 'camera')", name="role"), {"sqlite_strict": True},
    )

    key_sha256: str = _text(key=True)
    name: str = _text()
    role: str = _text()
    created_at: str = _text()
    revoked_at: str | None = _optional_text()


def table(name: str) -> Table:
    """One of the book's tables, for queries."""
    return BOOK.tables[name]
