"""The commands on the book, as people type them."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from edge.cli import commands
from edge.messages import Lang, Translator
from inventory_core.access import Role, hash_key
from inventory_core.ids import Sku
from inventory_core.messages import tell
from inventory_core.service import store_capture
from inventory_core.store.sql_book import open_book
from tests.inventory_core.shop_lines import look

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "docs" / "templates"
Shelfcount = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shelfcount(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shelfcount:
    """Runs one command line on a book of its own, in English unless it says otherwise."""

    def run(*words: str | Path, lang: str = "en") -> tuple[int, str, str]:
        code = commands.run([*map(str, words), "--db", str(tmp_path / "shop.db"), "--lang", lang])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def bring_in(shelfcount: Shelfcount) -> None:
    for family in ("catalogue", "planogram", "ledger"):
        name = "movements" if family == "ledger" else family
        assert 0 == shelfcount(family, "import", TEMPLATES / f"{name}.csv")[0]


def saved(folder: Path, name: str, text: str) -> Path:
    (file := folder / name).write_text(text, encoding="utf-8")
    return file


def test_the_templates_of_the_docs_come_in_and_make_a_book(shelfcount: Shelfcount, tmp_path: Path) -> None:
    code, out, err = shelfcount("catalogue", "import", TEMPLATES / "catalogue.csv")
    assert (0, f"{TEMPLATES / 'catalogue.csv'}: 3 rows taken, 0 already in the book, 0 refused\n", "") == (code, out, err)
    assert (tmp_path / "shop.db").exists()


def test_the_same_ledger_again_adds_nothing_and_says_so(shelfcount: Shelfcount) -> None:
    bring_in(shelfcount)
    code, out, _ = shelfcount("ledger", "import", TEMPLATES / "movements.csv")
    assert (0, True) == (code, "0 rows taken, 5 already in the book, 0 refused" in out)


def test_refused_rows_are_told_by_line_and_the_rest_is_taken(shelfcount: Shelfcount, tmp_path: Path) -> None:
    file = saved(tmp_path, "c.csv", "sku,name\ncola,Cola\ncola,Cola\nmilk,\n")
    code, out, err = shelfcount("catalogue", "import", file)
    assert (3, True) == (code, "1 rows taken, 0 already in the book, 2 refused" in out)
    assert "line 3: cola stands on line 2 already\nline 4: name is empty\n" == err
    chinese = Translator(Lang.ZH)
    told = chinese("line {line}: {why}", line=4, why=tell("{column} is empty", column="name"))
    assert shelfcount("catalogue", "import", file, lang="zh")[2].endswith(told + "\n")


def test_a_new_location_is_said(shelfcount: Shelfcount, tmp_path: Path) -> None:
    bring_in(shelfcount)
    file = saved(tmp_path, "p.csv", "location,shelf,sku,facings,depth\nwindow,1,cola-33cl,1,1\n")
    assert "the location window is new and was added as a shelf\n" in shelfcount("planogram", "import", file)[1]


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("wrong.csv", b"a,b\n1,2\n", 3, "missing sku, name; unknown a, b; twice -; docs/templates has a catalogue.csv"),
        ("empty.csv", b"", 3, "missing sku, name"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", 3, "is no text"),
        ("broken.xlsx", b"PK\x03\x04 no workbook", 3, "is no workbook that can be read"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_whole(
    shelfcount: Shelfcount, tmp_path: Path, name: str, content: bytes, code: int, said: str
) -> None:
    (file := tmp_path / name).write_bytes(content)
    got, out, err = shelfcount("catalogue", "import", file)
    assert (code, "", True) == (got, out, said in err)
    assert str(file) in err


def test_a_missing_file_is_an_input_that_cannot_be_read(shelfcount: Shelfcount, tmp_path: Path) -> None:
    missing = tmp_path / "none.csv"
    assert (3, "", f"there is no file {missing}; check the path\n") == shelfcount("catalogue", "import", missing)
    assert 3 == shelfcount("catalogue", "import", tmp_path)[0]


def test_a_workbook_comes_in_as_a_csv_does(shelfcount: Shelfcount, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["sku", "name", "price", "safety_stock"], [4006381333931, "可乐", 3.5, 12], [None], ["tea", "茶", None, None]):
        book.active.append(row)
    book.save(tmp_path / "c.xlsx")
    assert (0, True) == ((told := shelfcount("catalogue", "import", tmp_path / "c.xlsx"))[0], "2 rows taken" in told[1])
    moves = openpyxl.Workbook()
    for row in (["sku", "kind", "units", "effective_at"], ["tea", "receipt", 5, "2026-11-20T09:00:00Z"],
                ["tea", "receipt", 5, datetime(2026, 11, 20, 9)]):  # noqa: DTZ001 (as a sheet keeps it)
        moves.active.append(row)
    moves.save(tmp_path / "m.xlsx")
    code, out, err = shelfcount("ledger", "import", tmp_path / "m.xlsx")
    assert (3, True, True) == (code, "1 rows taken" in out, err.startswith("line 3: effective_at needs a time with a zone"))


def test_balances_are_told_as_of_a_moment(shelfcount: Shelfcount) -> None:
    bring_in(shelfcount)
    now = shelfcount("ledger", "balance", "--sku", "cola-33cl")[1].splitlines()
    assert 2 == len(now)
    assert now[1].endswith(" 22")
    early = shelfcount("ledger", "balance", "--sku", "cola-33cl", "--as-of", "2026-11-20T07:00:00+08:00")[1]
    assert early.splitlines()[1].endswith(" 24")
    unheard = shelfcount("ledger", "balance", "--known-at", "2026-11-20T06:59:00+08:00")[1]
    assert 1 == len(unheard.splitlines())
    nothing = shelfcount("ledger", "balance", "--sku", "cola-33cl", "--known-at", "2026-11-20T06:59:00+08:00")[1]
    assert ["-", "cola-33cl", "Cola", "33", "cl", "0"] == nothing.splitlines()[1].split()
    assert "可乐" in shelfcount("ledger", "balance", lang="zh")[1]


@pytest.mark.parametrize(
    "words", [["ledger", "balance", "--as-of", "2026-11-20"], ["reconcile", "--known-at", "2026-11-20T09:00"]])
def test_a_moment_without_a_zone_is_refused(shelfcount: Shelfcount, words: list[str]) -> None:
    code, out, err = shelfcount(*words)
    assert (2, "", True) == (code, out, "needs a time with a zone" in err)


def test_an_unknown_product_is_refused(shelfcount: Shelfcount) -> None:
    assert (2, "", "the catalogue has no product tea; add it first\n") == shelfcount("ledger", "balance", "--sku", "tea")


def test_a_new_book_reconciles_to_nothing(shelfcount: Shelfcount) -> None:
    code, out, err = shelfcount("reconcile")
    assert (0, "0 looks, 0 of them could not see; 0 places judged, 0 agree, 0 to settle\n", "") == (code, out, err)


@pytest.fixture
def short_shelf(shelfcount: Shelfcount, tmp_path: Path) -> Path:
    """A book of 24 bottles and two looks at a shelf with one facing of four."""
    saved(tmp_path, "c.csv", "sku,name,price\nA,可乐,2.50\n")
    saved(tmp_path, "p.csv", "shelf,sku,facings,depth\n1,A,6,4\n")
    moment = "2026-11-20T08:00:00Z"
    saved(tmp_path, "m.csv", f"sku,kind,units,effective_at,recorded_at\nA,opening,24,{moment},{moment}\n")
    for family, name in (("catalogue", "c"), ("planogram", "p"), ("ledger", "m")):
        assert 0 == shelfcount(family, "import", tmp_path / f"{name}.csv")[0]
    store = open_book(str(tmp_path / "shop.db"))
    with store.write() as book:
        for clock in ("09:00", "10:00"):
            store_capture(book, look(clock, "A"))
        book.commit()
    store.close()
    return tmp_path / "shop.db"


def test_findings_are_a_result_and_not_a_failure(shelfcount: Shelfcount, short_shelf: Path) -> None:
    code, out, _ = shelfcount("reconcile")
    assert (0, True) == (code, "2 looks, 0 of them could not see; 1 places judged, 0 agree, 1 to settle" in out)
    for word in ("shortage", "1..4", "+20", "+50.00", "11-20 09:00", "recount"):
        assert word in out
    chinese = shelfcount("reconcile", lang="zh")[1]
    for word in ("shortage", "recount"):
        assert Translator(Lang.ZH)(word) in chinese


def test_the_json_of_a_reconcile_is_one_document_and_the_same_report_again(shelfcount: Shelfcount, short_shelf: Path) -> None:
    words = ("reconcile", "--json", "--as-of", "2026-11-20T12:00:00Z", "--known-at", "2026-11-20T20:00:00+08:00")
    code, out, err = shelfcount(*words)
    document = json.loads(out)
    assert (0, "", "shelfcount.report/1") == (code, err, document["schema"])
    assert [20] == [found["gap"] for found in document["discrepancies"]]
    assert out == shelfcount(*words)[1]
    store = open_book(str(short_shelf))
    with store.read() as book:
        assert 1 == len(book.reports())
    store.close()


def test_a_report_of_an_earlier_moment_does_not_know_what_came_later(shelfcount: Shelfcount, short_shelf: Path) -> None:
    early = json.loads(shelfcount("reconcile", "--json", "--as-of", "2026-11-20T08:30:00Z")[1])
    assert (0, []) == (early["summary"]["looks"], early["discrepancies"])


def test_what_is_not_built_yet_says_so(shelfcount: Shelfcount) -> None:
    code, out, err = shelfcount("replay", "D-1")
    assert (2, "", True) == (code, out, "is not built yet" in err)


def test_a_book_that_is_no_book_is_refused_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file := tmp_path / "notes.txt").write_text("milk, eggs")
    assert 2 == commands.run(["reconcile", "--db", str(file), "--lang", "en"])
    assert (f"{file} is not a book and was left as it is; name another file\n", "milk, eggs") == (
        capsys.readouterr().err, file.read_text())


class TestTokens:
    def test_a_key_is_shown_once_as_the_last_word_and_kept_as_a_hash(self, shelfcount: Shelfcount, tmp_path: Path) -> None:
        for lang in ("en", "zh"):
            code, out, _ = shelfcount("token", "create", "--name", f"till-{lang}", "--role", "till", lang=lang)
            key = out.split()[-1]
            assert (0, True, 1) == (code, key.startswith("sc_"), len(out.splitlines()))
            store = open_book(str(tmp_path / "shop.db"))
            with store.read() as book:
                token = book.token(hash_key(key))
            store.close()
            assert token is not None
            assert (f"till-{lang}", Role.TILL) == (token.name, token.role)
        assert key.encode() not in (tmp_path / "shop.db").read_bytes()

    def test_keys_are_listed_and_revoked_by_name(self, shelfcount: Shelfcount) -> None:
        shelfcount("token", "create", "--name", "ann", "--role", "staff")
        assert (0, "1 keys of ann revoked\n", "") == shelfcount("token", "revoke", "--name", "ann")
        code, out, _ = shelfcount("token", "list")
        (listed,) = out.splitlines()[1:]
        assert (0, ["ann", "staff"], 5) == (code, listed.split()[1:3], len(listed.split()))
        code, out, err = shelfcount("token", "revoke", "--name", "ann")
        assert (2, "", "ann has no working key; `shelfcount token list` shows all\n") == (code, out, err)

    @pytest.mark.parametrize(
        "words", [["--name", "ann", "--role", "king"], ["--name", " ", "--role", "staff"], ["--role", "staff"]])
    def test_a_key_needs_a_name_and_a_role(self, shelfcount: Shelfcount, words: list[str]) -> None:
        code, out, err = shelfcount("token", "create", *words)
        assert (2, "", True) == (code, out, bool(err))


def test_the_real_program_imports_and_reconciles(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "edge", *words, "--db", str(tmp_path / "shop.db"), "--lang", "en"],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )

    done = run("catalogue", "import", str(TEMPLATES / "catalogue.csv"))
    assert (0, "") == (done.returncode, done.stderr)
    assert '"schema": "shelfcount.report/1"' in run("reconcile", "--json").stdout


def test_the_moment_of_an_import_is_when_the_book_heard_of_its_rows(shelfcount: Shelfcount, tmp_path: Path) -> None:
    saved(tmp_path, "c.csv", "sku,name\nA,A\n")
    saved(tmp_path, "m.csv", "sku,kind,units,effective_at\nA,opening,3,2026-11-20T08:00:00Z\n")
    shelfcount("catalogue", "import", tmp_path / "c.csv")
    shelfcount("ledger", "import", tmp_path / "m.csv")
    store = open_book(str(tmp_path / "shop.db"))
    with store.read() as book:
        (movement,) = book.movements(sku=Sku("A"))
    store.close()
    assert timedelta(0) <= datetime.now(UTC) - movement.recorded_at < timedelta(minutes=5)  # noqa: TID251 (held against the real clock)
