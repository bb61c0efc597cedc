"""A book that a bench makes in bulk is, row by row, the one that the product would have written."""

from pathlib import Path

from inventory_core.chain import Head, first_bad
from inventory_core.store.sql_book import SqlStore, open_book
from scripts.ledger_bench.postings import stock_up
from scripts.ledger_bench.stocked_book import make

ROWS, PRODUCTS = 3000, 12
TABLES = ("movement", "balance", "account_snapshot")


def rows_of(store: SqlStore) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as book:
        return {table: book.do.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in TABLES}  # type: ignore[attr-defined]


def test_it_holds_what_posting_the_same_movements_leaves(tmp_path: Path) -> None:
    bulk, posted = open_book(str(make(tmp_path / "bulk.db", ROWS, PRODUCTS))), open_book(str(tmp_path / "posted.db"))
    stock_up(posted, PRODUCTS)
    with bulk.read() as book:
        movements = book.movements()
        assert Head(ROWS, book.head().hash) == first_bad(book.links())
    with posted.write() as book:
        for movement in movements:
            book.add_movement(movement)
        book.commit()
    expected, found = rows_of(posted), rows_of(bulk)
    assert [PRODUCTS, True, True] == [
        len(expected["balance"]), len(expected["account_snapshot"]) > PRODUCTS, any(row[-2] for row in expected["movement"])]
    assert expected == found
    bulk.close()
    posted.close()
