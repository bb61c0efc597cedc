"""The book on disk: what it refuses to open, what SQL itself refuses, and that everything comes back as it was."""

import subprocess
import sys
import types
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.catalogue import Product
from inventory_core.counts import Capture, CaptureStatus, Pedigree, ShelfCount
from inventory_core.errors import Damaged, StoreError
from inventory_core.ids import CountId, LocationId, ShelfId, Sku
from inventory_core.service import add_product, post_movement
from inventory_core.store import engine, forms, sqlite_file
from inventory_core.store.blocks import reading, writing
from inventory_core.store.rows import BOOK
from inventory_core.store.sql_book import SqlStore, open_book
from inventory_core.store.upgrade import config
from inventory_core.units import FacingRange
from tests.inventory_core.shop_lines import PLACE, ledger

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
facings = st.lists(st.integers(0, 99), min_size=3, max_size=3).map(lambda n: FacingRange(*sorted(n)))
counts = st.builds(ShelfCount, texts.map(ShelfId), st.none() | texts.map(Sku), facings)
pedigrees = st.builds(Pedigree, st.none() | texts, texts, st.none() | texts, st.none() | texts, st.none() | texts)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
captures = st.builds(
    Capture, texts.map(CountId), st.just(PLACE), moments,
    st.sampled_from([CaptureStatus.COUNTED, CaptureStatus.PARTLY]), st.lists(texts).map(tuple),
    st.lists(texts.map(ShelfId)).map(tuple), st.lists(counts, max_size=5).map(tuple), st.floats(0, 1), pedigrees,
    st.none() | texts,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> SqlStore:
    return open_book(str(tmp_path_factory.mktemp("book") / "shop.db"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A closed book with one product and one movement."""
    path = tmp_path / "shop.db"
    opened = open_book(str(path))
    with opened.write() as book:
        add_product(book, Product(Sku("cola"), "可乐"))
        post_movement(book, ledger("08:00 opening cola +12")[0])
        book.commit()
    opened.close()
    return path


@given(captures)
def test_a_capture_comes_back_identical(shared: SqlStore, capture: Capture) -> None:
    with shared.write() as book:
        book.add_capture(capture)
        assert capture == book.capture(capture.id)


def test_a_book_is_kept_across_openings_and_named_by_file_or_url(file: Path) -> None:
    for name in (str(file), f"sqlite:///{file}"):
        opened = open_book(name)
        with opened.read() as book:
            assert 12 == book.balance(Sku("cola"))
        opened.close()


def test_the_migrations_make_exactly_the_tables_of_the_rows(file: Path) -> None:
    opened = engine.open_engine(str(file))
    with reading(opened) as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), BOOK)
        drawn = {t.name: str(sa.schema.CreateTable(t).compile(connection)).split() for t in BOOK.sorted_tables}
        made = {
            name: sql.split() for name, sql in connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema")
            if name in drawn
        }
    opened.dispose()
    assert drawn == made


def test_the_forms_are_those_of_the_migrations_in_their_order() -> None:
    assert forms.forms() == tuple(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def test_sqlite_is_set_so_that_nothing_acknowledged_is_lost(file: Path) -> None:
    opened = engine.open_engine(str(file))
    with writing(opened) as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "mmap_size", "application_id")
        assert ["wal", 2, 1, 0, sqlite_file.APPLICATION_ID] == [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
        assert tuple(map(int, str(connection.exec_driver_sql("SELECT sqlite_version()").scalar()).split("."))) >= (3, 51, 3)
    opened.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE movement SET units = 1",
        "DELETE FROM movement",
        "INSERT INTO movement (id, sku, location, units, kind, effective_at, recorded_at, source, ref_id) "
        "SELECT 'x', sku, location, -5, 'receipt', effective_at, recorded_at, source, ref_id FROM movement",
        "INSERT INTO movement (id, sku, location, units, kind, effective_at, recorded_at, source, ref_id) "
        "SELECT 'x', sku, location, -5, 'gift', effective_at, recorded_at, source, ref_id FROM movement",
        "INSERT INTO movement (id, sku, location, units, kind, effective_at, recorded_at, source, ref_id) "
        "SELECT 'x', 'unheard', location, 5, 'receipt', effective_at, recorded_at, source, ref_id FROM movement",
        "INSERT INTO location VALUES ('x', 'moon', 0)",
        "INSERT INTO product VALUES ('x', 'x', '', NULL, NULL, 'many')",
    ],
)
def test_sql_itself_refuses_what_the_book_forbids(file: Path, statement: str) -> None:
    opened = engine.open_engine(str(file))
    with writing(opened) as connection, pytest.raises(sa.exc.IntegrityError):
        connection.exec_driver_sql(statement)
    opened.dispose()


def test_a_file_that_is_no_book_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    path.write_bytes(content := b"sku,name\ncola,Cola\n")
    with pytest.raises(StoreError, match="is not a book and was left as it is"):
        open_book(str(path))
    assert (content, [path]) == (path.read_bytes(), list(tmp_path.iterdir()))


def test_a_database_whose_inside_is_gone_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    path.write_bytes(content := b"SQLite format 3\x00" + b"\x07" * 5000)
    with pytest.raises(Damaged, match="is damaged and was left as it is"):
        open_book(str(path))
    assert content == path.read_bytes()


def test_a_damaged_book_is_refused_and_left_alone(file: Path) -> None:
    whole = file.read_bytes()
    broken = whole[:4096] + b"\xa5" * 4096 * 3 + whole[4096 * 4 :]
    file.write_bytes(broken)
    with pytest.raises(Damaged, match="is damaged and was left as it is"):
        open_book(str(file))
    assert broken == file.read_bytes()


def test_a_book_cut_short_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-5000])
    with pytest.raises(StoreError):
        open_book(str(file))


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite_file.sqlite_module().connect(path) as other:
        other.execute("CREATE TABLE movement (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is a database, but no book of this program"):
        open_book(str(path))
    assert before == path.read_bytes()


def test_a_book_of_a_newer_program_is_refused(file: Path) -> None:
    with sqlite_file.sqlite_module().connect(file) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    with pytest.raises(StoreError, match=r"made by a newer version \(form 9999\); update this program"):
        open_book(str(file))


def test_a_book_whose_making_was_killed_is_made_by_the_next_opening(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    path.touch()
    opened = open_book(str(path))
    with opened.read() as book:
        assert 1 == len(book.locations())
    opened.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://shop:secret@127.0.0.1:1/shop", r"shop:\*\*\*@127.0.0.1:1/shop cannot be reached"),
        ("mysql://user:secret@db/shop", "mysql://... is no book"),
        (":memory:", "is no file"),
        (" ", "is no file"),
        ("{folder}/none/shop.db", "there is no folder"),
        ("{folder}", "is no file; name a file"),
    ],
)
def test_what_no_book_can_be_is_refused_with_the_mend(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as refusal:
        open_book(url.format(folder=tmp_path))
    assert "secret" not in str(refusal.value)


def test_a_file_that_cannot_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    loop = tmp_path / "shop.db"
    loop.symlink_to(loop)
    with pytest.raises(StoreError, match="cannot be opened"):
        open_book(str(loop))


def test_an_sqlite_that_can_damage_a_book_is_refused() -> None:
    old = types.SimpleNamespace(sqlite_version="3.40.1", sqlite_version_info=(3, 40, 1))
    with pytest.raises(StoreError, match=r"SQLite 3.40.1 can damage a book; 3.51.3 is the oldest"):
        sqlite_file.new_enough(old)  # type: ignore[arg-type]


def test_a_fault_in_the_middle_of_work_is_explained(file: Path) -> None:
    opened = open_book(str(file))
    with pytest.raises(StoreError, match="cannot be used just now"), opened.write() as book:
        book._sql.exec_driver_sql("SELECT * FROM nowhere")  # type: ignore[attr-defined]
    with pytest.raises(sa.exc.IntegrityError), opened.write() as book:
        book.add_product(Product(Sku("cola"), "again"))
    opened.close()


def test_two_processes_make_one_book(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    code = f"from inventory_core.store.sql_book import open_book; open_book({str(path)!r}).close()"
    root = Path(__file__).parents[2]
    makers = [subprocess.Popen([sys.executable, "-c", code], cwd=root, stderr=subprocess.PIPE) for _ in range(3)]
    assert [(b"", 0)] * 3 == [(maker.communicate()[1], maker.returncode) for maker in makers]


def test_a_movement_at_any_moment_sorts_by_time(file: Path) -> None:
    opened = open_book(str(file))
    place = LocationId("shelf-1")
    with opened.read() as book:
        eight = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
        assert 12 == book.balances(eight, eight)[place, Sku("cola")]
        assert 0 == book.balances(eight - timedelta(microseconds=1), eight)[place, Sku("cola")]
    opened.close()
