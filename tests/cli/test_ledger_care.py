"""`ledger verify`, `export`, `backup` and `restore`, as the person types them whose book is in trouble."""

import contextlib
import csv
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from edge.cli import commands
from inventory_core.access import ApiToken, Role, StoredReply, hash_key
from inventory_core.catalogue import Product
from inventory_core.events import Action
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.locations import Location
from inventory_core.ports import Book
from inventory_core.service import add_location, add_product, post_movement
from inventory_core.store.sql_book import open_book
from inventory_core.store.sqlite_file import sqlite_module
from inventory_core.store.verify import verify
from models.gallery import Photo, open_gallery
from scripts.book_care.cells import cells
from tests.inventory_core.shop_lines import ledger

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "docs" / "templates"
COLA = Sku("cola-33cl")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SITE = """
[camera]
width_px = 1280
height_px = 720
[corners]
top_left = [210.0, 95.0]
top_right = [1065.0, 120.0]
bottom_right = [1050.0, 660.0]
bottom_left = [225.0, 640.0]
[bay]
width_mm = 1200
height_mm = 750
[[shelf]]
top_mm = 0
bottom_mm = 740
"""
SURVEYED = """[reference]
picture = "pictures/front.png"
sha256 = "0"
"""
Shelfcount = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shelfcount(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shelfcount:
    """Runs one command line on the book `shop.db`, in English unless it says otherwise."""

    def run(*words: str | Path, db: str | Path = tmp_path / "shop.db", lang: str = "en") -> tuple[int, str, str]:
        code = commands.run([*map(str, words), "--db", str(db), "--lang", lang])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def book(shelfcount: Shelfcount, tmp_path: Path) -> Path:
    """The book of the templates: three products, five movements."""
    for family, name in (("catalogue", "catalogue"), ("ledger", "movements")):
        assert 0 == shelfcount(family, "import", TEMPLATES / f"{name}.csv")[0]
    return tmp_path / "shop.db"


def write(book: Path, work: Callable[[Book], object]) -> None:
    store = open_book(str(book))
    with store.write() as opened:
        work(opened)
        opened.commit()
    store.close()


def sell(book: Path, *units: int) -> None:
    """Sales of one bottle-crate each, by a till."""
    lines = [f"20:{n:02} sale {COLA} {-n} ref T-{n}" for n in units]
    write(book, lambda opened: [post_movement(opened, movement) for movement in ledger(*lines)])


def balance(book: Path) -> int:
    store = open_book(str(book))
    with store.read() as opened:
        units = opened.balance(COLA)
    store.close()
    return units


def spoil(book: Path, table: str, row: int = 0) -> bytes:
    """Change the last byte of a row; returns the file as it is then."""
    content = bytearray(book.read_bytes())
    content[cells(book, table)[row].end - 1] ^= 0x55
    book.write_bytes(content)
    return bytes(content)


def aside(book: Path) -> list[Path]:
    return sorted(p for p in book.parent.iterdir() if ".damaged-" in p.name and not p.name.endswith(("-wal", "-shm")))


class TestVerify:
    def test_a_whole_book_is_told_with_its_newest_row(self, shelfcount: Shelfcount, book: Path) -> None:
        code, out, err = shelfcount("ledger", "verify")
        assert (0, "", True) == (code, err, "is as it was written: 5 movements, 0 events; the newest is row 5" in out)

    def test_the_first_bad_row_is_named_with_what_to_do(self, shelfcount: Shelfcount, book: Path) -> None:
        spoil(book, "movement", 2)
        code, out, err = shelfcount("ledger", "verify")
        assert (1, "") == (code, out)
        first = err.splitlines()[0]
        assert "is not as it was written. The first bad place: movement m-" in first
        assert first.endswith("row 3 was changed after it was written, or a row before it was")
        assert "2 movements before it are whole" in err.splitlines()[-1]
        assert f"`shelfcount ledger restore BACKUP --db {book}`" in err.splitlines()[-1]

    def test_the_json_is_one_document_for_a_good_and_a_bad_book(self, shelfcount: Shelfcount, book: Path) -> None:
        good = json.loads(shelfcount("ledger", "verify", "--json")[1])
        assert (True, 5, []) == (good["good"], good["movements"], good["findings"])
        spoil(book, "movement", 2)
        code, out, err = shelfcount("ledger", "verify", "--json")
        found = json.loads(out)
        assert (1, "", False, 3) == (code, err, found["good"], found["findings"][0]["seq"])
        assert ("shelfcount.verify/1", "movement", 2) == (found["schema"], found["findings"][0]["part"], found["head"]["seq"])

    def test_a_missing_book_is_not_made(self, shelfcount: Shelfcount, tmp_path: Path) -> None:
        code, _, err = shelfcount("ledger", "verify", lang="zh")
        assert (2, True, False) == (code, str(tmp_path / "shop.db") in err, (tmp_path / "shop.db").exists())


class TestExport:
    def test_an_export_brought_into_an_empty_book_gives_the_same_chain(
        self, shelfcount: Shelfcount, book: Path, tmp_path: Path
    ) -> None:
        assert (0, f"{tmp_path / 'm.csv'}: 5 movements\n", "") == shelfcount("ledger", "export", tmp_path / "m.csv")
        other = tmp_path / "other.db"
        for family, file in (("catalogue", TEMPLATES / "catalogue.csv"), ("ledger", tmp_path / "m.csv")):
            assert 0 == shelfcount(family, "import", file, db=other)[0]
        assert balance(book) == balance(other)
        assert verify(str(book)).head == verify(str(other)).head
        assert "0 rows taken, 5 already in the book" in shelfcount("ledger", "import", tmp_path / "m.csv")[1]

    def test_it_has_the_columns_of_the_template_and_what_the_book_knows_beside(
        self, shelfcount: Shelfcount, book: Path, tmp_path: Path
    ) -> None:
        shelfcount("ledger", "export", tmp_path / "m.csv")
        header, first, *_ = csv.reader((tmp_path / "m.csv").read_text(encoding="utf-8").splitlines())
        template = (TEMPLATES / "movements.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
        assert [*template, "device", "trace", "seq", "hash"] == header
        assert ("1", 64) == (first[-2], len(first[-1]))

    def test_a_place_that_cannot_be_written_to_is_said(self, shelfcount: Shelfcount, book: Path, tmp_path: Path) -> None:
        code, _, err = shelfcount("ledger", "export", tmp_path / "none" / "m.csv")
        assert (2, True) == (code, "m.csv cannot be written: there is no such file or folder" in err.lower())


class TestBackup:
    def test_a_backup_names_its_parts_and_the_newest_row(self, shelfcount: Shelfcount, book: Path, tmp_path: Path) -> None:
        head = verify(str(book)).head
        code, out, err = shelfcount("ledger", "backup", tmp_path / "b.zip")
        assert (0, "", True) == (code, err, "with 5 movements up to row 5, and 0 more parts" in out)
        manifest = json.loads(zipfile.ZipFile(tmp_path / "b.zip").read("manifest.json"))
        assert ("shelfcount.backup/1", ["book.db"]) == (manifest["schema"], [part["name"] for part in manifest["parts"]])
        assert (5, head.hash.hex()) == (manifest["book"]["seq"], manifest["book"]["hash"])

    def test_it_stands_in_the_audit_log_who_took_one(self, shelfcount: Shelfcount, book: Path, tmp_path: Path) -> None:
        shelfcount("ledger", "backup", tmp_path / "b.zip")
        store = open_book(str(book))
        with store.read() as opened:
            (entry,) = opened.events(Action.BACKED_UP)
        store.close()
        assert ("b.zip", "5") == (entry.event.subject, entry.event.detail["seq"])

    def test_of_a_damaged_book_none_is_written_and_the_earlier_one_stays(
        self, shelfcount: Shelfcount, book: Path, tmp_path: Path
    ) -> None:
        shelfcount("ledger", "backup", tmp_path / "b.zip")
        before = (tmp_path / "b.zip").read_bytes()
        spoil(book, "movement", 2)
        code, out, err = shelfcount("ledger", "backup", tmp_path / "b.zip")
        assert (1, "", True) == (code, out, "no backup was written" in err)
        assert before == (tmp_path / "b.zip").read_bytes()
        assert [] == [p for p in tmp_path.iterdir() if p.name.startswith(".")]

    def test_it_never_writes_over_what_is_no_backup(self, shelfcount: Shelfcount, book: Path) -> None:
        before = book.read_bytes()
        assert (2, "", f"{book} exists and is no backup; name another file\n") == shelfcount("ledger", "backup", book)
        assert before == book.read_bytes()

    @pytest.mark.parametrize("words", [("--gallery", "none"), ("--site", "none.toml")])
    def test_a_part_that_is_not_there_is_said(
        self, shelfcount: Shelfcount, book: Path, tmp_path: Path, words: tuple[str, str]
    ) -> None:
        code, _, err = shelfcount("ledger", "backup", tmp_path / "b.zip", *words)
        assert (2, True, False) == (code, "none" in err, (tmp_path / "b.zip").exists())



@pytest.fixture
def backup(shelfcount: Shelfcount, book: Path, tmp_path: Path) -> Path:
    """A backup of the five movements."""
    assert 0 == shelfcount("ledger", "backup", tmp_path / "b.zip")[0]
    return tmp_path / "b.zip"


class TestRestore:
    def test_a_lost_book_comes_back(self, shelfcount: Shelfcount, book: Path, backup: Path) -> None:
        units = balance(book)
        book.unlink()
        code, out, err = shelfcount("ledger", "restore", backup)
        assert (0, "", True) == (code, err, "is back as it was at" in out)
        assert (units, True) == (balance(book), verify(str(book)).good)

    def test_it_stands_in_the_audit_log(self, shelfcount: Shelfcount, book: Path, backup: Path) -> None:
        book.unlink()
        shelfcount("ledger", "restore", backup)
        store = open_book(str(book))
        with store.read() as opened:
            (entry,) = opened.events(Action.RESTORED)
        store.close()
        assert ("b.zip", "5", "0") == (entry.event.subject, entry.event.detail["seq"], entry.event.detail["replayed"])

    def test_an_intact_book_is_not_replaced_unasked(self, shelfcount: Shelfcount, book: Path, backup: Path) -> None:
        sell(book, 1)
        before = book.read_bytes()
        code, out, err = shelfcount("ledger", "restore", backup)
        assert (2, "", True) == (code, out, "is an intact book and was left as it is; add --replace" in err)
        assert before == book.read_bytes()

    def test_one_that_is_replaced_lies_beside_with_its_newer_movements_in_a_table(
        self, shelfcount: Shelfcount, book: Path, backup: Path
    ) -> None:
        sell(book, 1, 2)
        before, units = book.read_bytes(), balance(book)
        code, out, _ = shelfcount("ledger", "restore", backup, "--replace")
        old, table = aside(book)
        assert (0, before, units + 3) == (code, old.read_bytes(), balance(book))
        assert "2 movements beyond the backup can be read and were not written again (the book was replaced on purpose)" in out
        assert (0, units) == (shelfcount("ledger", "import", table)[0], balance(book))

    def test_a_damaged_book_gives_up_what_it_has_beyond_the_backup(
        self, shelfcount: Shelfcount, book: Path, backup: Path
    ) -> None:
        def day(opened: Book) -> None:
            add_product(opened, Product(Sku("new-tea"), "新茶"))
            add_location(opened, Location(LocationId("window")))
            opened.add_reply(StoredReply(Actor("till-1"), "key-1", "0" * 64, 201, "{}", NOON))
            opened.add_token(ApiToken(Actor("bob"), Role.TILL, hash_key("bob"), NOON))

        write(book, day)
        sell(book, 1, 2, 3)
        write(book, lambda opened: post_movement(opened, ledger("21:00 receipt new-tea +7")[0]))
        head, units = verify(str(book)).head, balance(book)
        broken = spoil(book, "movement", 0)
        code, out, err = shelfcount("ledger", "restore", backup)
        assert (0, "", True) == (code, err, "4 movements that the damaged book had beyond the backup were written again" in out)
        assert (head, units) == ((verdict := verify(str(book))).head, balance(book))
        assert verdict.good
        store = open_book(str(book))
        with store.read() as opened:
            assert 7 == opened.balance(Sku("new-tea"))
            assert opened.location(LocationId("window")) is not None
            assert opened.reply(Actor("till-1"), "key-1") is not None
            assert opened.token(hash_key("bob")) is not None
        store.close()
        (old,) = aside(book)
        assert broken == old.read_bytes()

    def test_where_the_damage_lies_after_the_backup_the_rest_is_kept_for_a_person(
        self, shelfcount: Shelfcount, book: Path, backup: Path
    ) -> None:
        sell(book, 1, 2, 3, 4)
        units = balance(book)
        spoil(book, "movement", 6)
        code, out, _ = shelfcount("ledger", "restore", backup)
        assert (0, True) == (code, "4 movements beyond the backup can be read and were not written again (row 7 was" in out)
        assert units + 10 == balance(book)
        _, table = aside(book)
        rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
        assert ["6", "7", "8", "9"] == [row["seq"] for row in rows]
        assert str(table) in out

    def test_a_key_that_was_revoked_since_the_backup_stays_revoked(
        self, shelfcount: Shelfcount, book: Path, tmp_path: Path
    ) -> None:
        write(book, lambda opened: opened.add_token(ApiToken(Actor("bob"), Role.ADMIN, hash_key("bob"), NOON)))
        shelfcount("ledger", "backup", tmp_path / "b.zip")
        write(book, lambda opened: opened.revoke_tokens(Actor("bob"), NOON + timedelta(hours=1)))
        spoil(book, "movement", 0)
        assert 0 == shelfcount("ledger", "restore", tmp_path / "b.zip")[0]
        store = open_book(str(book))
        with store.read() as opened:
            token = opened.token(hash_key("bob"))
        store.close()
        assert token is not None
        assert token.revoked_at == NOON + timedelta(hours=1)

    def test_a_book_of_which_nothing_can_be_read_is_moved_aside_too(
        self, shelfcount: Shelfcount, book: Path, backup: Path
    ) -> None:
        book.write_bytes(b"SQLite format 3\x00" + b"\x07" * 9000)
        code, out, _ = shelfcount("ledger", "restore", backup)
        assert (0, True) == (code, "what the book before had beyond the backup is lost or cannot be told" in out)
        assert (1, True) == (len(aside(book)), verify(str(book)).good)

    def test_after_the_damage_was_copied_aside_the_mend_of_the_message_works(
        self, shelfcount: Shelfcount, book: Path, backup: Path
    ) -> None:
        spoil(book, "movement", 0)
        assert 2 == shelfcount("ledger", "balance")[0]
        book.unlink()
        code, _, err = shelfcount("ledger", "balance")
        assert (2, True) == (code, "`shelfcount ledger restore BACKUP --db" in err)
        assert (0, 0) == (shelfcount("ledger", "restore", backup)[0], shelfcount("ledger", "balance")[0])

    def test_a_file_that_is_no_book_needs_a_word_more(self, shelfcount: Shelfcount, book: Path, backup: Path) -> None:
        book.write_bytes(b"milk, eggs")
        code, _, err = shelfcount("ledger", "restore", backup)
        assert (2, b"milk, eggs", True) == (code, book.read_bytes(), "is no book of this program" in err)
        assert (0, b"milk, eggs") == (shelfcount("ledger", "restore", backup, "--replace")[0], aside(book)[0].read_bytes())

    def test_a_book_with_noise_over_its_name_gives_up_what_it_has_all_the_same(
        self, shelfcount: Shelfcount, book: Path, backup: Path
    ) -> None:
        sell(book, 1, 2)
        units = balance(book)
        content = bytearray(book.read_bytes())
        content[68:72] = b"\xa5\xa5\xa5\xa5"  # whose file it is
        book.write_bytes(content)
        assert "is no book of this program" in shelfcount("ledger", "restore", backup)[2]
        code, out, _ = shelfcount("ledger", "restore", backup, "--replace")
        assert (0, units, True) == (code, balance(book), "2 movements that the damaged book had beyond the backup" in out)

    def test_a_book_in_use_is_left_alone(self, shelfcount: Shelfcount, book: Path, backup: Path) -> None:
        code = ("import sys; from inventory_core.store.sql_book import open_book; s = open_book(sys.argv[1])\n"
                "with s.read() as b: b.head(); print(flush=True); sys.stdin.read()")
        with subprocess.Popen([sys.executable, "-c", code, str(book)], cwd=ROOT, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as user:
            assert user.stdout is not None
            user.stdout.readline()
            before = book.read_bytes()
            told = shelfcount("ledger", "restore", backup, "--replace")
            user.communicate()
        assert (2, True) == (told[0], "is in use; stop the programs that use it" in told[2])
        assert (before, []) == (book.read_bytes(), aside(book))


def tampered(backup: Path, name: str, content: bytes | None, **manifest: object) -> Path:
    """The backup with a part replaced (None: left out) or the manifest edited."""
    with zipfile.ZipFile(backup) as old:
        parts = {entry: old.read(entry) for entry in old.namelist()}
    if manifest:
        parts["manifest.json"] = json.dumps(json.loads(parts["manifest.json"]) | manifest).encode()
    if content is None:
        parts.pop(name, None)
    elif name:
        parts[name] = content
    with zipfile.ZipFile(target := backup.with_name("t.zip"), "w") as new:
        for entry, held in parts.items():
            new.writestr(entry, held)
    return target


class TestDamagedBackup:
    @pytest.fixture
    def lost(self, book: Path, backup: Path) -> Path:
        book.unlink()
        return book

    def refused(self, shelfcount: Shelfcount, lost: Path, backup: Path, said: str) -> None:
        code, out, err = shelfcount("ledger", "restore", backup)
        assert (3, "", True, False) == (code, out, said in err, lost.exists()), err
        assert [] == [p for p in lost.parent.iterdir() if p.name.startswith(".restore-")]

    @pytest.mark.parametrize("name", ["book.db", "manifest.json"])
    def test_a_part_that_is_missing(self, shelfcount: Shelfcount, lost: Path, backup: Path, name: str) -> None:
        self.refused(shelfcount, lost, tampered(backup, name, None), str(backup.with_name("t.zip")))

    def test_a_part_that_was_changed(self, shelfcount: Shelfcount, lost: Path, backup: Path) -> None:
        with zipfile.ZipFile(backup) as archive:
            content = bytearray(archive.read("book.db"))
        content[-100] ^= 1
        self.refused(shelfcount, lost, tampered(backup, "book.db", bytes(content)), "is damaged in its part book.db")

    def test_a_part_that_was_changed_with_its_hash(self, shelfcount: Shelfcount, lost: Path, backup: Path) -> None:
        with zipfile.ZipFile(backup) as archive:
            content = archive.read("book.db").replace(b"STOCKTAKE-11", b"STOCKTAKE-12")
        parts = [{"name": "book.db", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}]
        self.refused(shelfcount, lost, tampered(backup, "book.db", content, parts=parts), "is damaged in its part book.db")

    def test_a_manifest_that_names_another_newest_row(self, shelfcount: Shelfcount, lost: Path, backup: Path) -> None:
        named = {"name": "shop.db", "movements": 5, "seq": 5, "hash": "00" * 32}
        self.refused(shelfcount, lost, tampered(backup, "", None, book=named), "its newest movement is not the one")

    def test_an_archive_that_was_cut_off(self, shelfcount: Shelfcount, lost: Path, backup: Path) -> None:
        backup.write_bytes(backup.read_bytes()[:-200])
        self.refused(shelfcount, lost, backup, "is no backup, or one that was cut off")

    @pytest.mark.parametrize("name", ["../book.db", "/etc/passwd", "a\\b", ""])
    def test_a_name_that_leads_elsewhere(self, shelfcount: Shelfcount, lost: Path, backup: Path, name: str) -> None:
        parts = [{"name": name, "bytes": 1, "sha256": ""}]
        self.refused(shelfcount, lost, tampered(backup, "", None, parts=parts), "is no backup of this program")

    def test_a_zip_of_something_else_and_no_file_at_all(self, shelfcount: Shelfcount, lost: Path, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as other:
            other.writestr("a.txt", "a")
        self.refused(shelfcount, lost, tmp_path / "x.zip", "is no backup of this program")
        self.refused(shelfcount, lost, tmp_path / "none.zip", "there is no file")

    def test_one_of_a_newer_program_is_refused_with_the_mend(
        self, shelfcount: Shelfcount, lost: Path, backup: Path, tmp_path: Path
    ) -> None:
        with zipfile.ZipFile(backup) as archive:
            (newer := tmp_path / "newer.db").write_bytes(archive.read("book.db"))
        with contextlib.closing(sqlite_module().connect(newer)) as sql:
            sql.execute("UPDATE alembic_version SET version_num = '9999'")
            sql.commit()
        content = newer.read_bytes()
        parts = [{"name": "book.db", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}]
        code, _, err = shelfcount("ledger", "restore", tampered(backup, "book.db", content, parts=parts))
        assert (2, True, False) == (code, "made by a newer version" in err, lost.exists())


class TestParts:
    @pytest.fixture
    def shop(self, shelfcount: Shelfcount, book: Path, tmp_path: Path) -> Path:
        """A backup with a gallery, a site and a picture."""
        gallery = open_gallery(tmp_path / "g", "sha256:" + "a" * 64, create=True)
        gallery.enrol(COLA, np.eye(4, dtype=np.float32)[:1], [Photo(np.full((40, 20, 3), 90, np.uint8), "a.jpg")], at=NOON)
        (tmp_path / "site.toml").write_text(SITE + SURVEYED)
        (tmp_path / "pictures").mkdir()
        (tmp_path / "pictures" / "front.png").write_bytes(b"the surveyed picture")
        (pictures := tmp_path / "shop.files" / "evidence").mkdir(parents=True)
        (pictures / "e-1.jpg").write_bytes(b"a picture")
        (tmp_path / "shop.files" / "orders").mkdir()
        (tmp_path / "shop.files" / "orders" / "waiting.json").write_text("{}")
        code, out, err = shelfcount("ledger", "backup", tmp_path / "b.zip", "--gallery", tmp_path / "g", "--site",
                                    tmp_path / "site.toml", "--evidence")
        assert (0, "", True) == (code, err, "and 6 more parts" in out), (out, err)
        return tmp_path / "b.zip"

    def test_all_of_it_comes_back(self, shelfcount: Shelfcount, shop: Path, tmp_path: Path) -> None:
        (home := tmp_path / "home").mkdir()
        code, out, err = shelfcount("ledger", "restore", shop, "--gallery", home / "g", "--site", home / "site.toml",
                                    db=home / "shop.db")
        assert (0, "", False) == (code, err, "brings it back" in out)
        assert (COLA,) == open_gallery(home / "g", "sha256:" + "a" * 64).names()
        assert (SITE + SURVEYED, b"the surveyed picture", b"a picture") == (
            (home / "site.toml").read_text(), (home / "pictures" / "front.png").read_bytes(),
            (home / "shop.files" / "evidence" / "e-1.jpg").read_bytes())
        assert not (home / "shop.files" / "orders").exists()
        assert {"g", "pictures", "shop.db", "shop.files", "site.toml"} == {p.name for p in home.iterdir()}

    def test_what_is_not_asked_for_is_told(self, shelfcount: Shelfcount, shop: Path, book: Path) -> None:
        out = shelfcount("ledger", "restore", shop, "--replace")[1]
        assert "the backup also holds gallery; --gallery DIR brings it back" in out
        assert "the backup also holds site.toml; --site FILE brings it back" in out

    def test_what_stands_there_is_moved_aside_only_when_asked(
        self, shelfcount: Shelfcount, shop: Path, book: Path, tmp_path: Path
    ) -> None:
        words = ("ledger", "restore", shop, "--gallery", tmp_path / "g", "--site", tmp_path / "site.toml")
        before = book.read_bytes()
        code, _, err = shelfcount(*words)
        assert (2, True, before) == (code, "g exists and was left as it is; add --replace" in err, book.read_bytes())
        assert 0 == shelfcount(*words, "--replace")[0]
        assert 2 == len([p for p in tmp_path.iterdir() if ".before-" in p.name])
        assert (COLA,) == open_gallery(tmp_path / "g", "sha256:" + "a" * 64).names()

    @pytest.mark.parametrize(("part", "option"), [("gallery/gallery.json", "--gallery"), ("site.toml", "--site")])
    def test_a_damaged_part_changes_nothing(
        self, shelfcount: Shelfcount, shop: Path, tmp_path: Path, part: str, option: str
    ) -> None:
        (home := tmp_path / "home").mkdir()
        code, _, err = shelfcount("ledger", "restore", tampered(shop, part, b"{}"), option, home / "x", db=home / "shop.db")
        assert (3, True, []) == (code, "is damaged in its part" in err, list(home.iterdir()))

    def test_another_surveyed_picture_is_moved_aside_only_when_asked(
        self, shelfcount: Shelfcount, shop: Path, tmp_path: Path
    ) -> None:
        (home := tmp_path / "home" / "pictures").mkdir(parents=True)
        (picture := home / "front.png").write_bytes(b"another")
        words = ("ledger", "restore", shop, "--site", home.parent / "site.toml")
        code, _, err = shelfcount(*words, db=home.parent / "shop.db")
        assert (2, True, b"another") == (code, "front.png exists and was left as it is" in err, picture.read_bytes())
        assert 0 == shelfcount(*words, "--replace", db=home.parent / "shop.db")[0]
        (aside,) = home.glob("front.png.before-*")
        assert (b"the surveyed picture", b"another") == (picture.read_bytes(), aside.read_bytes())

    def test_a_picture_named_outside_the_folder_of_the_site_is_put_beside_it(
        self, shelfcount: Shelfcount, book: Path, tmp_path: Path
    ) -> None:
        (there := tmp_path / "there").mkdir()
        (tmp_path / "front.png").write_bytes(b"the surveyed picture")
        (there / "site.toml").write_text(SITE + SURVEYED.replace("pictures/front.png", "../front.png"))
        assert 0 == shelfcount("ledger", "backup", tmp_path / "b.zip", "--site", there / "site.toml")[0]
        (home := tmp_path / "deep" / "home").mkdir(parents=True)
        assert 0 == shelfcount("ledger", "restore", tmp_path / "b.zip", "--site", home / "site.toml", db=home / "shop.db")[0]
        assert ({"front.png", "shop.db", "site.toml"}, {"home"}) == (
            {p.name for p in home.iterdir()}, {p.name for p in home.parent.iterdir()})

    def test_a_site_without_its_picture_is_not_backed_up(self, shelfcount: Shelfcount, book: Path, tmp_path: Path) -> None:
        (tmp_path / "site.toml").write_text(SITE + SURVEYED)
        code, _, err = shelfcount("ledger", "backup", tmp_path / "b.zip", "--site", tmp_path / "site.toml")
        assert (2, True, False) == (code, "names the picture" in err, (tmp_path / "b.zip").exists())

    def test_a_part_that_the_backup_lacks_is_said(self, shelfcount: Shelfcount, book: Path, tmp_path: Path) -> None:
        shelfcount("ledger", "backup", tmp_path / "plain.zip")
        book.unlink()
        code, _, err = shelfcount("ledger", "restore", tmp_path / "plain.zip", "--site", tmp_path / "s.toml")
        assert (3, True) == (code, "holds no site.toml" in err)


class TestSitesOfCameras:
    """The cameras `left` and `right` have site files of their own, `middle` and `door` share that of the settings."""

    @pytest.fixture
    def shop(self, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        shop = tmp_path / "shop"
        self.survey(shop / "site.toml", "site")
        self.survey(shop / "left.toml", "left")
        self.survey(shop / "far" / "right.toml", "right")
        self.set_up(shop, left="left.toml", right="far/right.toml", middle="far/../site.toml", door=None)
        monkeypatch.setenv("SHELFCOUNT_SETTINGS", str(shop / "shelfcount.toml"))
        return shop

    def survey(self, site: Path, picture: str) -> None:
        """A site file and its picture, whose bytes tell which it is."""
        (pictures := site.parent / "pictures").mkdir(parents=True, exist_ok=True)
        site.write_text(SITE + SURVEYED.replace("front", picture))
        (pictures / f"{picture}.png").write_text(str(site))

    def set_up(self, shop: Path, **sites: str | None) -> None:
        own = [f'[[camera]]\nname = "{name}"\nspec = "0"\n' + (f"site = '{shop / site}'\n" if site else "")
               for name, site in sites.items()]
        (shop / "shelfcount.toml").write_text(f"site = '{shop / 'site.toml'}'\n" + "".join(own))

    @pytest.fixture
    def packed(self, shelfcount: Shelfcount, shop: Path, tmp_path: Path) -> Path:
        code, out, err = shelfcount("ledger", "backup", tmp_path / "b.zip")
        assert (0, "", True) == (code, err, "and 6 more parts" in out), (out, err)
        return tmp_path / "b.zip"

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        (home := tmp_path / "home").mkdir()
        return home

    def refused(self, shelfcount: Shelfcount, backup: Path, said: str) -> None:
        code, out, err = shelfcount("ledger", "backup", backup)
        assert (2, "", True, False) == (code, out, said in err, backup.exists()), err

    def test_all_of_them_come_back_with_their_pictures(
        self, shelfcount: Shelfcount, shop: Path, packed: Path, home: Path
    ) -> None:
        code, out, err = shelfcount("ledger", "restore", packed, "--site", home / "site.toml", "--sites", home,
                                    db=home / "shop.db")
        assert (0, "", False) == (code, err, "brings it back" in out)
        assert {"pictures", "shop.db", "site.toml", "left.toml", "right.toml"} == {path.name for path in home.iterdir()}
        for name, before in (("site", shop), ("left", shop), ("right", shop / "far")):
            assert (before / f"{name}.toml").read_text() == (home / f"{name}.toml").read_text()
            assert str(before / f"{name}.toml") == (home / "pictures" / f"{name}.png").read_text()

    def test_that_they_stayed_in_the_backup_is_told(self, shelfcount: Shelfcount, packed: Path, home: Path) -> None:
        out = shelfcount("ledger", "restore", packed, "--site", home / "site.toml", db=home / "shop.db")[1]
        assert (True, False) == ("the backup also holds sites; --sites DIR brings it back" in out, "--site FILE" in out)

    @pytest.mark.parametrize(("site", "picture"), [("left.toml", "other"), ("other.toml", "left")])
    def test_two_files_of_one_name_are_not_backed_up(
        self, shelfcount: Shelfcount, shop: Path, tmp_path: Path, site: str, picture: str
    ) -> None:
        self.survey(shop / "far" / site, picture)
        self.set_up(shop, left="left.toml", right=f"far/{site}")
        self.refused(shelfcount, tmp_path / "b.zip", "cannot both be in a backup")

    def test_one_picture_of_two_site_files_is_kept_once(self, shelfcount: Shelfcount, shop: Path, tmp_path: Path) -> None:
        self.survey(shop / "other.toml", "left")
        self.set_up(shop, left="left.toml", other="other.toml", again="left.toml")
        assert "and 5 more parts" in shelfcount("ledger", "backup", tmp_path / "b.zip")[1]

    def test_without_one_of_the_pictures_no_backup_is_made(self, shelfcount: Shelfcount, shop: Path, tmp_path: Path) -> None:
        (shop / "pictures" / "left.png").unlink()
        self.refused(shelfcount, tmp_path / "b.zip", "names the picture")

    def test_a_camera_that_is_still_to_be_surveyed_keeps_no_book_from_its_backup(
        self, shelfcount: Shelfcount, shop: Path, tmp_path: Path
    ) -> None:
        (shop / "far" / "right.toml").unlink()
        code, out, err = shelfcount("ledger", "backup", tmp_path / "b.zip")
        assert (0, True) == (code, "and 4 more parts" in out), (out, err)
        assert f"camera right has no site file {shop / 'far' / 'right.toml'} yet" in err

    def test_a_name_that_restore_would_refuse_is_not_backed_up(
        self, shelfcount: Shelfcount, shop: Path, tmp_path: Path
    ) -> None:
        self.survey(shop / "a\\b.toml", "b")
        self.set_up(shop, left="a\\b.toml")
        self.refused(shelfcount, tmp_path / "b.zip", "under the name sites/a\\b.toml; rename it")

    def test_what_lies_there_already_stays_and_another_file_is_moved_aside_only_when_asked(
        self, shelfcount: Shelfcount, shop: Path, packed: Path, home: Path
    ) -> None:
        (home / "left.toml").write_bytes((shop / "left.toml").read_bytes())
        (home / "right.toml").write_text("another")
        words = ("ledger", "restore", packed, "--sites", home)
        code, _, err = shelfcount(*words, db=home / "shop.db")
        assert (2, True, False) == (code, "right.toml exists and was left as it is" in err, (home / "shop.db").exists())
        assert (0, "another") == (shelfcount(*words, "--replace", db=home / "shop.db")[0],
                                  next(home.glob("right.toml.before-*")).read_text())
        assert [] == list(home.glob("left.toml.before-*"))

    def test_a_damaged_one_changes_nothing(self, shelfcount: Shelfcount, packed: Path, home: Path) -> None:
        spoilt = tampered(packed, "sites/pictures/left.png", b"")
        code, _, err = shelfcount("ledger", "restore", spoilt, "--sites", home, db=home / "shop.db")
        assert (3, True, []) == (code, "is damaged in its part sites/pictures/left.png" in err, list(home.iterdir()))

    def test_a_folder_that_is_not_there_is_said_before_anything_is_done(
        self, shelfcount: Shelfcount, packed: Path, home: Path
    ) -> None:
        code, _, err = shelfcount("ledger", "restore", packed, "--sites", home / "none", db=home / "shop.db")
        assert (2, True, []) == (code, "there is no folder" in err, list(home.iterdir()))

    def test_one_named_as_that_of_the_settings_goes_to_another_folder(
        self, shelfcount: Shelfcount, shop: Path, tmp_path: Path, home: Path
    ) -> None:
        self.survey(shop / "far" / "site.toml", "far")
        self.set_up(shop, left="far/site.toml")
        assert 0 == shelfcount("ledger", "backup", tmp_path / "b.zip")[0]
        words = ("ledger", "restore", tmp_path / "b.zip", "--site", home / "site.toml", "--sites")
        code, _, err = shelfcount(*words, home, db=home / "shop.db")
        assert (2, True, []) == (code, "holds two files for" in err, list(home.iterdir()))
        (home / "sites").mkdir()
        assert 0 == shelfcount(*words, home / "sites", db=home / "shop.db")[0]
        assert str(shop / "far" / "site.toml") == (home / "sites" / "pictures" / "far.png").read_text()

    def test_a_backup_from_before_there_were_any_comes_back_and_says_that_it_lacks_them(
        self, shelfcount: Shelfcount, backup: Path, home: Path
    ) -> None:
        code, _, err = shelfcount("ledger", "restore", backup, "--sites", home, db=home / "shop.db")
        assert (3, True) == (code, "holds no sites" in err)
        assert 0 == shelfcount("ledger", "restore", backup, db=home / "shop.db")[0]


def test_a_book_on_a_server_is_backed_up_to_a_file_and_back(
    shelfcount: Shelfcount, postgres_book: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for family, name in (("catalogue", "catalogue"), ("ledger", "movements")):
        assert 0 == shelfcount(family, "import", TEMPLATES / f"{name}.csv", db=postgres_book)[0]
    head = verify(postgres_book).head
    assert 0 == shelfcount("ledger", "backup", tmp_path / "b.zip", db=postgres_book)[0]
    assert 0 == shelfcount("ledger", "restore", tmp_path / "b.zip", db=tmp_path / "file.db")[0]
    assert (head, True) == ((verdict := verify(str(tmp_path / "file.db"))).head, verdict.good)
    server = request.getfixturevalue("postgres")
    empty = server.url(server.make())
    assert 0 == shelfcount("ledger", "restore", tmp_path / "b.zip", db=empty)[0]
    assert (head, True) == ((verdict := verify(empty)).head, verdict.good)
    code, _, err = shelfcount("ledger", "restore", tmp_path / "b.zip", "--replace", db=postgres_book)
    assert (2, True) == (code, "holds a book already; make an empty one" in err)
    assert 0 == shelfcount("ledger", "export", tmp_path / "m.csv", db=empty)[0]
    store = open_book(empty)  # the outbox goes on counting after what was brought
    with store.write() as book:
        post_movement(book, ledger(f"20:00 sale {COLA} -1")[0])
        book.commit()
    store.close()
    assert verify(empty).good
