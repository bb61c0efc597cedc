"""Tables brought into a book: what can be taken is taken, the rest is reported with its line and its reason."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from inventory_core.errors import BadTable
from inventory_core.ids import LocationId, Sku
from inventory_core.imports import ImportReport, Origin, import_catalogue, import_movements, import_planogram
from inventory_core.locations import LocationKind
from inventory_core.ports import Book, BookStore
from inventory_core.tables import CATALOGUE, MAX_ROWS, MOVEMENTS, PLANOGRAM, read_csv, table_rows

TEMPLATES = Path(__file__).parents[2] / "docs" / "templates"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def said(report: ImportReport) -> list[str]:
    return [str(row.told) for row in report.refused]


def catalogue(book: Book, text: str) -> ImportReport:
    return import_catalogue(book, read_csv(text.encode(), CATALOGUE))


def planogram(book: Book, text: str) -> ImportReport:
    return import_planogram(book, read_csv(text.encode(), PLANOGRAM))


def movements(book: Book, text: str) -> ImportReport:
    return import_movements(book, read_csv(text.encode(), MOVEMENTS), Origin(NOW, "box", "IMP-000001"))


class TestReading:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_the_encodings_of_spreadsheets_are_read(self, encoding: str) -> None:
        (row,) = read_csv("sku,name\r\ncola,可乐\r\n".encode(encoding), CATALOGUE)
        assert (2, "可乐", "") == (row.line, row.text("name"), row.text("gtin"))

    @pytest.mark.parametrize("mark", [",", ";", "\t"])
    def test_the_separators_of_spreadsheets_are_read(self, mark: str) -> None:
        (row,) = read_csv(f"SKU{mark}Name{mark}\n\n{mark}{mark}\ncola{mark} Cola {mark}\n".encode(), CATALOGUE)
        assert (4, {"sku": "cola", "name": "Cola"}, 0) == (row.line, row.cells, row.beyond)

    def test_wrong_columns_refuse_the_whole_file_and_are_named(self) -> None:
        with pytest.raises(BadTable, match=r"not those of catalogue.csv \(sku,.*\): missing sku; unknown code; twice name"):
            read_csv(b"code,name,name\n1,2,3\n", CATALOGUE)
        with pytest.raises(BadTable, match="missing depth"):
            read_csv(b"location,shelf,sku,facings\n", PLANOGRAM)

    @pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"sku,name\x00\n", b"\xff\xfea"])
    def test_a_file_that_is_no_table_is_refused(self, content: bytes) -> None:
        with pytest.raises(BadTable):
            read_csv(content, CATALOGUE)

    def test_a_quote_that_never_ends_refuses_the_file_and_names_the_line(self) -> None:
        with pytest.raises(BadTable, match="is no CSV"):
            read_csv(b'sku,name\ncola,"Cola\nmilk,Milk\n', CATALOGUE)

    def test_a_table_has_an_end(self) -> None:
        endless = [(1, ["sku", "name"]), *[(2, ["a", "b"])] * (MAX_ROWS + 1)]
        with pytest.raises(BadTable, match="more than 250000 rows"):
            table_rows(endless, CATALOGUE)


class TestCatalogue:
    def test_the_template_in_the_docs_comes_in(self, store: BookStore) -> None:
        with store.write() as book:
            assert ImportReport(3, 0, ()) == catalogue(book, (TEMPLATES / "catalogue.csv").read_text(encoding="utf-8"))

    def test_each_bad_row_is_told_and_the_rest_is_taken(self, store: BookStore) -> None:
        text = """sku,name,name_en,gtin,price,safety_stock
cola,可乐,Cola,4006381333931,3.50,12
cola,again,,,,
milk,牛奶,,4006381333932,,
,nameless,,,,
tea,,,,,
jam,Jam,,,cheap,
egg,Egg,,,-1,
oil,Oil,,,,1.5
SHE-2026-00123-B,Cake,,,,
pie,Pie,,,,,surprise
toast,吐司,,,,
"""
        with store.write() as book:
            report = catalogue(book, text)
            assert (2, [Sku("cola"), Sku("toast")]) == (report.taken, [p.sku for p in book.products()])
        assert [
            "line 3: cola stands on line 2 already",
            "line 4: 4006381333932 ends in 2, but its check digit is 1; read the code again",
            "line 5: sku is empty",
            "line 6: name is empty",
            "line 7: price is no amount: cheap",
            "line 8: the price of egg must lie between 0 and 1000000000, got -1",
            "line 9: safety_stock is no whole number: 1.5",
            "line 10: SHE-2026-00123-B ends in B, but its check character is O; read the code again",
            "line 11: the row has 1 cells more than the header; is a comma not quoted?",
        ] == said(report)

    def test_the_same_product_again_is_no_news_and_another_under_its_sku_is_refused(self, store: BookStore) -> None:
        with store.write() as book:
            catalogue(book, "sku,name\ncola,可乐\n")
            assert ImportReport(0, 1, ()) == catalogue(book, "sku,name\ncola,可乐\n")
            assert ["line 2: the catalogue already has a product cola"] == said(catalogue(book, "sku,name\ncola,Coke\n"))


class TestPlanogram:
    @pytest.fixture
    def shop(self, store: BookStore) -> BookStore:
        with store.write() as book:
            catalogue(book, (TEMPLATES / "catalogue.csv").read_text(encoding="utf-8"))
            book.commit()
        return store

    def test_the_template_in_the_docs_comes_in_and_is_no_news_the_second_time(self, shop: BookStore) -> None:
        text = (TEMPLATES / "planogram.csv").read_text(encoding="utf-8")
        with shop.write() as book:
            assert ImportReport(3, 0, ()) == planogram(book, text)
            assert ImportReport(0, 3, ()) == planogram(book, text)
            assert 3 == len(book.planogram().slots)

    def test_the_file_is_the_whole_plan_of_each_location_that_it_names(self, shop: BookStore) -> None:
        with shop.write() as book:
            planogram(book, "shelf,sku,facings,depth\n1,cola-33cl,2,4\n2,toast-400g,3,1\n")
            report = planogram(book, "location,shelf,sku,facings,depth\n,1,cola-33cl,2,5\nwindow,1,toast-400g,1,1\n")
            assert [
                "1 earlier places at shelf-1 are not in the file and were taken out",
                "the location window is new and was added as a shelf",
            ] == [str(note) for note in report.notes]
            assert [("shelf-1", 5), ("window", 1)] == [(s.location, s.depth) for s in book.planogram().slots]

    def test_a_refused_row_takes_no_earlier_place_out(self, shop: BookStore) -> None:
        with shop.write() as book:
            planogram(book, "shelf,sku,facings,depth\n1,cola-33cl,2,4\n2,toast-400g,3,1\n")
            report = planogram(book, "shelf,sku,facings,depth\n1,cola-33cl,2,5\n2,toast-400g,three,1\n")
            assert [
                "1 earlier places at shelf-1 are not in the file and were kept, because rows were refused"
            ] == [str(note) for note in report.notes]
            assert [("cola-33cl", 5), ("toast-400g", 1)] == [(s.sku, s.depth) for s in book.planogram().slots]

    def test_each_bad_row_is_told(self, shop: BookStore) -> None:
        text = """location,shelf,sku,facings,depth
,1,cola-33cl,2,4
,1,cola-33cl,3,4
,1,unheard,1,1
,1,toast-400g,0,1
,,toast-400g,1,1
,1,toast-400g,1,deep
"""
        with shop.write() as book:
            report = planogram(book, text)
        assert 1 == report.taken
        assert [
            "line 3: cola-33cl has its place on shelf 1 from line 2 already",
            "line 4: the catalogue has no product unheard; add it first",
            "line 5: the place of toast-400g on shelf 1 needs facings and depth of 1 to 1000, got 0 and 1",
            "line 6: shelf is empty",
            "line 7: depth is no whole number: deep",
        ] == said(report)


class TestMovements:
    @pytest.fixture
    def shop(self, store: BookStore) -> BookStore:
        with store.write() as book:
            catalogue(book, "sku,name\ncola,Cola\nmilk,Milk\n")
            book.commit()
        return store

    def test_the_template_in_the_docs_comes_in_and_adds_nothing_the_second_time(self, store: BookStore) -> None:
        text = (TEMPLATES / "movements.csv").read_text(encoding="utf-8")
        with store.write() as book:
            catalogue(book, (TEMPLATES / "catalogue.csv").read_text(encoding="utf-8"))
            assert ImportReport(5, 0, ()) == movements(book, text)
            assert ImportReport(0, 5, ()) == movements(book, text)
            assert 22 == book.balance(Sku("cola-33cl"))

    def test_what_a_row_leaves_out_has_a_default(self, shop: BookStore) -> None:
        with shop.write() as book:
            assert 1 == movements(book, "sku,kind,units,effective_at\ncola,Receipt,+12,2026-11-20T09:00:00+08:00\n").taken
            (movement,) = book.movements()
        assert ("shelf-1", "import", "", None, NOW, datetime(2026, 11, 20, 1, 0, tzinfo=UTC)) == (
            movement.location, movement.source, movement.ref_id, movement.cites, movement.recorded_at, movement.effective_at)

    def test_two_equal_rows_of_one_file_are_two_events(self, shop: BookStore) -> None:
        text = "sku,kind,units,effective_at\ncola,receipt,5,2026-11-20T09:00:00Z\ncola,receipt,5,2026-11-20T09:00:00Z\n"
        with shop.write() as book:
            assert (2, 10) == (movements(book, text).taken, book.balance(Sku("cola")))
            assert (0, 2) == ((again := movements(book, text)).taken, again.unchanged)

    def test_rows_are_posted_in_the_order_of_their_times_not_of_the_file(self, shop: BookStore) -> None:
        text = """sku,kind,units,effective_at
cola,sale,-3,2026-11-20T10:00:00Z
cola,sale,-2,2026-11-20T08:00:00Z
cola,opening,5,2026-11-20T08:00:00Z
"""
        with shop.write() as book:
            assert (3, [5, -2, -3]) == (movements(book, text).taken, [m.units for m in book.movements()])

    def test_a_new_location_is_added_as_a_shelf_and_said_once(self, shop: BookStore) -> None:
        row = "cola,window,receipt,{units},2026-11-20T09:00:00Z\n"
        with shop.write() as book:
            report = movements(book, "sku,location,kind,units,effective_at\n" + row.format(units=1) + row.format(units=2))
            assert ["the location window is new and was added as a shelf"] == [str(note) for note in report.notes]
            place = book.location(LocationId("window"))
            assert place is not None
            assert LocationKind.SHELF is place.kind

    def test_each_bad_row_is_told_by_line(self, shop: BookStore) -> None:
        text = """sku,kind,units,effective_at,recorded_at,ref_id,cites
cola,opening,10,2026-11-20T08:00:00Z,,,
cola,sale,2,2026-11-20T09:00:00Z,,,
cola,sale,-2,2026-11-20 09:00,,,
cola,sale,-2,2026-11-20,,,
cola,sale,-2,yesterday,,,
cola,theft,-2,2026-11-20T09:00:00Z,,,
cola,sale,two,2026-11-20T09:00:00Z,,,
cola,sale,0,2026-11-20T09:00:00Z,,,
cola,sale,-9999999999,2026-11-20T09:00:00Z,,,
unheard,sale,-2,2026-11-20T09:00:00Z,,,
cola,sale,-11,2026-11-20T09:00:00Z,,,
cola,gift,-1,2026-11-20T09:00:00Z,,G-7,
cola,gift,-1,2026-11-20T09:00:00Z,,G-8,T-1
cola,sale,-2,2026-11-20T09:00:00Z,2026-11-20 09:01,,
"""
        with shop.write() as book:
            report = movements(book, text)
            assert (2, 9) == (report.taken, book.balance(Sku("cola")))
            assert {("sale", 2, "bad_sign"), ("sale", 0, "bad_value"), ("sale", -11, "insufficient_stock"),
                    ("gift", -1, "gift_without_order")} == {(r.posting.kind, r.posting.units, r.code) for r in book.refused()}
            assert 2 == movements(book, text).unchanged
            assert 4 == len(book.refused())
        zone = "needs a time with a zone (2026-11-20T09:30:00+08:00), got 2026-11-20T0"
        assert [
            "line 3: a sale of cola must have - units, got 2",
            f"line 4: effective_at {zone}9:00:00",
            f"line 5: effective_at {zone}0:00:00",
            "line 6: effective_at is no time: yesterday; write it as 2026-11-20T09:30:00+08:00",
            "line 7: theft is no kind of movement; use one of opening, receipt, sale, gift, return, transfer, adjustment",
            "line 8: units is no whole number: two",
            "line 9: a movement of cola needs units other than 0",
            "line 10: units is too large: -9999999999",
            "line 11: the catalogue has no product unheard; add it first",
            "line 12: shelf-1 holds 10 x cola in the book, 11 are too many; book the missing receipt first",
            "line 13: the gift of 1 x cola cites no order; post it again with the order's number in `cites`",
            f"line 15: recorded_at {zone}9:01:00",
        ] == said(report)

    def test_a_given_id_counts_once(self, shop: BookStore) -> None:
        head, row = "id,sku,kind,units,effective_at\n", "t-1,cola,receipt,{units},2026-11-20T09:00:00Z\n"
        with shop.write() as book:
            assert (1, 1) == ((both := movements(book, head + row.format(units=2) * 2)).taken, both.unchanged)
            assert ["line 2: the book already has another movement with the id t-1"] == said(
                movements(book, head + row.format(units=3)))
