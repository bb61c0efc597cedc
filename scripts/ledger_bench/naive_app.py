"""The same question as a tutorial would answer it: a plain sync route, SQLModel, a session by `Depends`.

Its pool is large enough not to hang at 200 clients (the default pool does). It checks no key; nothing is written through it.

    python -m scripts.ledger_bench.naive_app BOOK
"""

import sys
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlmodel import Field, Session, SQLModel, create_engine, select

from inventory_core.store.sqlite_file import sqlite_module
from scripts.ledger_bench.raw_app import serve

POOL = 300


class Balance(SQLModel, table=True):
    sku: str = Field(primary_key=True)
    location: str = Field(primary_key=True)
    units: int
    reserved: int


class Reply(BaseModel):
    sku: str
    available: int
    on_hand: int
    reserved: int


def make(book: str) -> FastAPI:
    engine = create_engine(f"sqlite:///{book}", module=sqlite_module(), pool_size=POOL,
                           connect_args={"check_same_thread": False})
    app = FastAPI()

    def session() -> Iterator[Session]:
        with Session(engine) as opened:
            yield opened

    @app.get("/v2/inventory/check")
    def check(sku: str, session: Annotated[Session, Depends(session)]) -> Reply:
        rows = session.exec(select(Balance).where(Balance.sku == sku)).all()
        if not rows:
            raise HTTPException(404)
        units, reserved = sum(row.units for row in rows), sum(row.reserved for row in rows)
        return Reply(sku=sku, available=units - reserved, on_hand=units, reserved=reserved)

    return app


if __name__ == "__main__":
    serve(make(sys.argv[1]))
