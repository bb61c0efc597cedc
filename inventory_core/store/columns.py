"""Columns and base of the book's tables, for SQLite (STRICT tables, so TEXT and INTEGER) and PostgreSQL alike."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Integer, LargeBinary, MetaData, Text
from sqlalchemy.dialects.postgresql import BYTEA, DOUBLE_PRECISION
from sqlalchemy.types import REAL
from sqlmodel import Field, SQLModel

BOOK = MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})


WHOLE: Any = BigInteger().with_variant(Integer, "sqlite")
REAL_NUMBER: Any = DOUBLE_PRECISION().with_variant(REAL, "sqlite")
HASH: Any = BYTEA().with_variant(LargeBinary, "sqlite")


class Row(SQLModel):
    """Base of all rows, with the book's own metadata."""

    metadata: ClassVar[MetaData] = BOOK


def text_column(*, key: bool = False, to: str | None = None) -> Any:
    """A TEXT column; SQLModel's own choice, VARCHAR, is refused by STRICT tables."""
    return Field(sa_type=Text, primary_key=key, foreign_key=to) if to else Field(sa_type=Text, primary_key=key)


def optional_text(*, to: str | None = None) -> Any:
    return Field(default=None, sa_type=Text, nullable=True, foreign_key=to) if to else Field(
        default=None, sa_type=Text, nullable=True)
