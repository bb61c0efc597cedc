"""A book is looked through: whole as it was written, and named where anybody touched it."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from inventory_core.catalogue import Product
from inventory_core.errors import StoreError
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor, Sku
from inventory_core.report_document import kept_report
from inventory_core.service import add_product, post_movement, reconcile_now
from inventory_core.store import postgresql, sqlite_file
from inventory_core.store.sql_book import open_book
from inventory_core.store.verdicts import Finding
from inventory_core.store.verify import verify
from scripts.book_care import edits
from scripts.book_care.migrations import old_book
from tests.inventory_core.shop_lines import at, ledger
from tests.postgres_server import Server

Copies = Callable[[Path], contextlib.AbstractContextManager[str]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def copied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """Copies of a book of either database with 130 movements of one account, two events and a report."""
    if request.param == "sqlite":
        written = str(tmp_path_factory.mktemp("written") / "shop.db")
        fill(written)
        return lambda folder: contextlib.nullcontext(str(shutil.copy(written, folder)))
    server: Server = request.getfixturevalue("postgres")
    name = server.make("empty_book")
    fill(server.url(name))
    return lambda _: server.copy(name)


def fill(url: str) -> None:
    store = open_book(url)
    lines = ["08:00 opening cola +500", *(f"{9 + n // 60:02}:{n % 60:02} sale cola -1 ref T-{n}" for n in range(129))]
    with store.write() as book:
        add_product(book, Product(Sku("cola"), "可乐"))
        for movement in ledger(*lines):
            post_movement(book, movement)
        for code in ("insufficient_stock", "unknown_sku"):
            book.add_event(Event(at("09:00"), Actor("ann"), Action.ORDER_CONFIRM, Outcome.REFUSED, code=code))
        book.add_report(kept_report(reconcile_now(book, at("20:00"), at("20:00"))))
        book.commit()
    store.close()


@pytest.fixture
def url(copied: Copies, tmp_path: Path) -> Iterator[str]:
    """Such a book, to be touched."""
    with copied(tmp_path) as made:
        yield made


@contextlib.contextmanager
def behind_its_back(url: str) -> Iterator[sa.Connection]:
    """The book with nothing that guards it, as somebody with the database's own tools has it."""
    server = postgresql.is_postgresql(url)
    engine = postgresql.engine_of(url) if server else sqlite_file.engine_of(url)
    with engine.connect() as sql:
        if server:
            sql.exec_driver_sql("SET default_transaction_read_only = off")
            sql.rollback()
        sql = sql.execution_options(book_writes=True)
        sql.begin()
        for table in ("movement", "event"):
            if server:
                sql.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                for verb in ("edited", "deleted"):
                    sql.exec_driver_sql(f"DROP TRIGGER {table}_never_{verb}")
        yield sql
        sql.commit()
    engine.dispose()


def first_after(url: str, *statements: str) -> Finding:
    with behind_its_back(url) as sql:
        for statement in statements:
            sql.exec_driver_sql(statement)
    verdict = verify(url)
    assert not verdict.good
    return verdict.findings[0]


def test_a_book_as_it_was_written_is_whole(url: str) -> None:
    store = open_book(url)
    with store.read() as book:
        head = book.head()
    store.close()
    verdict = verify(url)
    assert (130, 2, (), head) == (verdict.movements, verdict.events, verdict.findings, verdict.head)


@pytest.mark.parametrize("change", [
    "units = -2", "sku = sku || 'x'", "ref_id = ''", "cites = 'x'", "effective_at = recorded_at || ' '", "source = 'bob'",
    "trace = 'x'", "device = 'x'", "kind = 'adjustment'", "id = 'm-x'",
])
def test_whatever_is_changed_in_a_movement_is_found_there(url: str, change: str) -> None:
    allow = ["INSERT INTO product VALUES ('colax', 'x', '', NULL, NULL, 0)"]
    found = first_after(url, *allow, f"UPDATE movement SET {change} WHERE seq = 77")
    assert ("movement", 77) == (found.part, found.seq)
    assert "row 77 was changed after it was written" in str(found.why)
    assert found.id is not None


def test_a_movement_taken_out_is_missed_at_its_place(url: str) -> None:
    found = first_after(url, "DELETE FROM movement WHERE seq = 5")
    assert ("movement", 5, "row 5 is missing; the next one found is 6") == (found.part, found.seq, str(found.why))


def test_the_newest_movement_cut_off_is_missed_by_the_outbox(url: str) -> None:
    found = first_after(url, "DELETE FROM movement WHERE seq = 130")
    assert ("outbox", True) == (found.part, "the newest rows may have been cut off" in str(found.why))


def test_the_newest_movement_cut_off_with_its_outbox_row_is_missed_by_its_balance(url: str) -> None:
    found = first_after(url, "DELETE FROM movement WHERE seq = 130",
                        "DELETE FROM outbox WHERE seq = (SELECT max(seq) FROM outbox)")
    assert ("balance", "the balance of cola at shelf-1 is made of 130 movements, but 129 are there") == (
        found.part, str(found.why))


@pytest.mark.parametrize(("statement", "part", "said"), [
    ("UPDATE movement SET late = 1 WHERE seq = 9", "movement", "row 9 says wrongly whether it was heard of late"),
    ("UPDATE balance SET units = units + 1", "balance", "says 372 units, but its movements add up to 371"),
    ("UPDATE balance SET movements = 129", "balance", "is made of 129 movements, but 130 are there"),
    ("UPDATE balance SET last_effective_at = ''", "balance", "names a wrong latest moment"),
    ("UPDATE balance SET reserved = 4", "balance", "says 4 units reserved, but open reservations hold 0"),
    ("DELETE FROM balance", "balance", "cola at shelf-1 has movements or reservations, but no balance"),
    ("UPDATE account_snapshot SET units = units - 1", "account_snapshot", "says 436 units, but the movements add up to 437"),
    ("DELETE FROM outbox WHERE seq = 7", "outbox", "the movement in row 7 is not in the outbox at its place"),
    ("UPDATE event SET actor = 'bob' WHERE seq = 2", "event", "row 2 was changed after it was written"),
    ("DELETE FROM event WHERE seq = 1", "event", "row 1 is missing; the next one found is 2"),
    ("UPDATE report SET document = replace(document, 'looks', 'Looks')", "report", "was changed after it was kept"),
    ("UPDATE report SET as_of = known_at || ' '", "report", "was changed after it was kept"),
    ("UPDATE report SET document = '[]'", "report", "was changed after it was kept"),
    ("INSERT INTO shift_report VALUES ('s', 'close', '', '', '', '', 130, 'ff', 0, '')", "shift_report",
     "the report of the shift s (close) was made when row 130 of the movements was another one"),
])
def test_what_is_kept_beside_the_movements_is_held_against_them(url: str, statement: str, part: str, said: str) -> None:
    found = first_after(url, statement)
    assert (part, True) == (found.part, said in str(found.why)), found


def test_an_undelivered_and_a_delivered_outbox_row_are_both_there(url: str) -> None:
    with behind_its_back(url) as sql:
        sql.exec_driver_sql("UPDATE outbox SET delivered_at = at WHERE seq < 50")
    assert verify(url).good


def test_movements_of_a_book_from_before_the_outbox_need_none(tmp_path: Path) -> None:
    old_book(url := str(tmp_path / "shop.db"), 300)
    store = open_book(url)
    with store.write() as book:
        post_movement(book, ledger("08:00 receipt sku-1 +5")[0])
        book.commit()
    store.close()
    assert (301, ()) == ((verdict := verify(url)).movements, verdict.findings)
    assert "row 301" in str(first_after(url, "DELETE FROM outbox", "UPDATE outbox SET topic = 'x'",
                                        "UPDATE movement SET trace = 't' WHERE seq = 301").why)


def test_an_index_that_disagrees_with_its_table_is_found(url: str) -> None:
    if postgresql.is_postgresql(url):
        pytest.skip("PostgreSQL keeps its indexes by itself")
    with behind_its_back(url) as sql:
        sql.exec_driver_sql("PRAGMA writable_schema = ON")
        sql.exec_driver_sql("UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', 'NULL') WHERE name = 'ix_movement_cites'")
    assert "file" in {finding.part for finding in verify(url).findings}


def test_a_row_that_refers_to_nothing_and_a_text_that_is_none_are_found(url: str) -> None:
    if postgresql.is_postgresql(url):
        pytest.skip("PostgreSQL takes neither")
    with behind_its_back(url) as sql:
        sql.exec_driver_sql("INSERT INTO look_alike VALUES ('a', CAST(x'ff' AS TEXT))")
    assert ["look_alike"] == [finding.part for finding in verify(url).findings]
    with contextlib.closing(sqlite_file.sqlite_module().connect(url)) as raw:  # foreign keys are off here
        raw.execute("INSERT INTO slot VALUES ('nowhere', '1', 'cola', 1, 1)")
        raw.commit()
    assert "refers to a location that is not there" in str(verify(url).findings[-1].why)


def test_every_edited_byte_is_found_and_its_row_named(tmp_path: Path) -> None:
    figures = edits.edit(tmp_path, edits.Plan(edits=100, movements=150))
    assert [] == list(figures.failures)
    (row,) = figures.rows
    assert (100, 100) == (row["found"], row["its row named first"])


@pytest.mark.slow
def test_a_thousand_edited_bytes_are_found(tmp_path: Path) -> None:
    figures = edits.edit(tmp_path)
    assert ([], 1000) == (list(figures.failures), figures.rows[0]["found"])


def test_looking_through_changes_nothing(url: str) -> None:
    if postgresql.is_postgresql(url):
        pytest.skip("it reads in a transaction that cannot write")
    before = Path(url).read_bytes()
    verify(url)
    assert before == Path(url).read_bytes()


@pytest.mark.parametrize(("content", "said"), [
    (None, "there is no book"), (b"", "there is no book"), (b"milk, eggs", "is not a book and was left as it is")])
def test_where_there_is_no_book_nothing_is_made(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "shop.db"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(StoreError, match=said):
        verify(str(file))
    assert (content is not None) == file.exists()


def test_a_book_without_a_chain_or_of_a_newer_form_is_not_judged(tmp_path: Path) -> None:
    old_book(url := str(tmp_path / "shop.db"), 10)
    with pytest.raises(StoreError, match=r"of an old form \(0001\) without a chain"):
        verify(url)
    with contextlib.closing(sqlite_file.sqlite_module().connect(url)) as sql:
        sql.execute("UPDATE alembic_version SET version_num = '9999'")
        sql.commit()
    with pytest.raises(StoreError, match="made by a newer version"):
        verify(url)
    with contextlib.closing(sqlite_file.sqlite_module().connect(url)) as sql:
        sql.execute("DELETE FROM alembic_version")
        sql.commit()
    assert ["file"] == [finding.part for finding in verify(url).findings]


def test_a_server_that_cannot_be_reached_or_holds_no_book_is_said(postgres_book: str) -> None:
    with pytest.raises(StoreError, match="cannot be reached"):
        verify("postgresql://shop@127.0.0.1:1/shop")
    with behind_its_back(postgres_book) as sql:
        sql.exec_driver_sql("DROP TABLE alembic_version")
    with pytest.raises(StoreError, match="no book of this program"):
        verify(postgres_book)


def test_a_late_movement_is_whole_too(url: str) -> None:
    store = open_book(url)
    with store.write() as book:
        post_movement(book, ledger("07:00 receipt cola +3 @12:00")[0])
        book.commit()
    store.close()
    assert verify(url).good
