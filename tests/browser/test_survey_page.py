"""The survey page in a real browser, on a phone and on a desk, in both languages: by mouse, by keyboard, to a site file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from calibration.site_file import read_site
from edge.capture.rig import RigCamera, replayed
from edge.messages import Lang
from inventory_core.store.sql_book import open_book
from tests.browser.chromium import CHROMIUM, Page
from tests.edge.api.conftest import add_keys
from tests.edge.api.test_serve import Served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed: apt-get install chromium")
SHELF = Path(__file__).parents[2] / "models" / "golden_set" / "shelf.jpg"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("survey")
    book = open_book(str(made / "shop.db"))
    add_keys(book)
    book.close()
    return made


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    """A server with two cameras before the shelf, of which one has a place of its own."""
    (pictures := folder / "pictures").mkdir()
    shutil.copy(SHELF, pictures)
    with RigCamera(replayed(pictures, noise=1.5)) as rig:
        tables = [f"[[camera]]\nname = '{name}'\nspec = '{rig.url}'\n" for name in ("door", "till")]
        (folder / "shelfcount.toml").write_text("".join(tables) + "location = 'till'\nsite = 'till.toml'\n", encoding="utf-8")
        running = Served(folder, "--db", "shop.db")
        yield running
        running.stop()
        running.process.communicate(timeout=10)


def open_page(page: Page, served: Served, lang: str, width_px: int) -> None:
    page.size(width_px, 800)
    page.open(f"{served.address}/survey?lang={lang}")


def give_key(page: Page) -> None:
    page.fill("#key", "staff")
    page.click("#key-form button")
    page.until("!document.getElementById('step-picture').hidden")


def take_picture(page: Page) -> None:
    give_key(page)
    page.upload("#upload", SHELF)
    page.until("!document.getElementById('step-corners').hidden")


def show_shelves(page: Page) -> None:
    page.fill("#width", "1920")
    page.fill("#height", "1080")
    page.click("#size-form button")
    page.until("!document.getElementById('step-save').hidden")


def corner(page: Page, number: int) -> tuple[int, int]:
    x, y = page.js(f"document.querySelectorAll('.handle')[{number}].getAttribute('aria-label')").split(": ")[1].split(", ")
    return int(x), int(y)


def drag(page: Page, selector: str, right_px: float, down_px: float) -> None:
    x, y = page.middle(selector)
    page.mouse("mouseMoved", x, y)
    page.mouse("mousePressed", x, y)
    page.mouse("mouseMoved", x + right_px, y + down_px)
    page.mouse("mouseReleased", x + right_px, y + down_px)


@pytest.mark.parametrize("lang", list(Lang))
def test_a_phone_user_surveys_a_bay_and_nothing_sticks_out(page: Page, served: Served, folder: Path, lang: Lang) -> None:
    open_page(page, served, lang, 360)
    take_picture(page)
    assert lang == page.js("document.documentElement.lang.slice(0, 2)")
    show_shelves(page)
    assert page.js("!document.querySelector('#places').checkVisibility()")
    page.js("document.getElementById('slot-part').open = true")
    page.until("document.querySelector('#places').checkVisibility()")
    assert page.js("document.documentElement.scrollWidth") <= 360
    assert [] == page.js("[...document.querySelectorAll('section, .wide')].filter(e => e.scrollWidth > e.clientWidth + 1)"
                         ".map(e => e.id || e.ariaLabel)")
    small = page.js("[...document.querySelectorAll('button, input, select')].filter(e => e.offsetParent &&"
                    " !e.matches('.board, td *') && e.getBoundingClientRect().height < 44).map(e => e.id)")
    assert [] == small
    page.fill("#name", f"phone-{lang}")
    page.click("#save-form button")
    page.until("document.querySelector('#done li')")
    site = read_site(folder / "shop.site.toml")
    assert (f"phone-{lang}", 1920, 1080) == (site.camera, site.bay.width_mm, site.bay.height_mm)
    assert len(site.bay.slots) > 10


def test_sizes_typed_in_cm_are_doubted_until_they_are_mended(page: Page, served: Served) -> None:
    open_page(page, served, "zh", 360)
    take_picture(page)
    page.fill("#width", "192")
    page.fill("#height", "108")
    page.click("#size-form button")
    page.until("document.getElementById('doubts').checkVisibility()")
    assert "厘米" in page.js("document.getElementById('doubts').textContent")
    show_shelves(page)
    page.until("document.getElementById('doubts').hidden")


def test_a_shelf_that_looks_otherwise_today_is_confirmed_with_one_tap(page: Page, served: Served, folder: Path) -> None:
    open_page(page, served, "zh", 360)
    take_picture(page)
    show_shelves(page)
    page.click("#save-form button")
    page.until("document.querySelector('#done li')")
    before = read_site(folder / "shop.site.toml")
    page.upload("#upload", SHELF)
    page.until("document.getElementById('same-shelf').checkVisibility()")
    page.click("#confirm")
    page.until("document.querySelector('#confirmed li')")
    after = read_site(folder / "shop.site.toml")
    assert (before.bay, True) == (after.bay, after.surveyed_at >= before.surveyed_at)  # type: ignore[operator]
    assert page.js("document.getElementById('same-shelf').hidden && document.documentElement.scrollWidth <= 360")


def test_a_held_camera_takes_the_picture_and_everything_has_a_name_for_who_cannot_see_it(page: Page, served: Served) -> None:
    open_page(page, served, "zh", 360)
    give_key(page)
    page.click("#take")
    page.until("document.getElementById('photo').naturalWidth === 960")
    show_shelves(page)
    page.js("document.getElementById('slot-part').open = true")
    named = page.call("Accessibility.getFullAXTree")["nodes"]
    operated = [node for node in named if node.get("role", {}).get("value") in {
        "button", "textbox", "spinbutton", "combobox", "link", "image"}]
    assert len(operated) > 100
    assert [] == [node["role"]["value"] for node in operated if not node["name"]["value"].strip()]
    assert [] == page.js("[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)")


def test_a_corner_is_dragged_under_a_loupe_and_then_other_shelves_are_asked_for(page: Page, served: Served) -> None:
    open_page(page, served, "en", 1280)
    take_picture(page)
    show_shelves(page)
    scale = 960 / page.js("document.getElementById('photo').clientWidth")
    (before_x, before_y), (x, y) = corner(page, 0), page.middle(".handle")
    page.mouse("mouseMoved", x, y)
    page.mouse("mousePressed", x, y)
    page.mouse("mouseMoved", x - 30, y + 20)
    assert page.js("!document.getElementById('loupe').hidden")
    page.mouse("mouseReleased", x - 30, y + 20)
    assert page.js("document.getElementById('loupe').hidden")
    after_x, after_y = corner(page, 0)
    assert (pytest.approx(-30 * scale, abs=2), pytest.approx(20 * scale, abs=2)) == (after_x - before_x, after_y - before_y)
    assert page.js("document.getElementById('step-save').hidden")


def test_everything_is_reached_and_moved_with_the_keyboard_alone(page: Page, served: Served) -> None:
    open_page(page, served, "zh", 360)
    take_picture(page)
    show_shelves(page)
    page.js("document.getElementById('slot-part').open = true; document.activeElement.blur()")
    reached = set()
    for _ in range(page.js("document.querySelectorAll('button, input, select, summary, a, [tabindex]').length") + 5):
        page.press("Tab")
        reached.add(page.js("(e => e.id || e.getAttribute('aria-label') || e.textContent.trim())(document.activeElement)"))
    wanted = page.js("[...document.querySelectorAll('main button, main input, main select, main summary, a')]"
                     ".filter(e => e.offsetParent).map(e => e.id || e.getAttribute('aria-label') || e.textContent.trim())")
    assert [] == [name for name in wanted if name not in reached]
    page.js("document.querySelector('.board').focus()")
    before = float(page.js("document.querySelector('#shelves tr td:nth-child(3) input').value"))
    page.press("ArrowDown")
    page.press("ArrowDown", shift=True)
    moved = page.js("[...document.querySelectorAll('#shelves tr')].slice(0, 2)"
                    ".map((row, i) => row.cells[2 - i].firstChild.value)")
    assert [before + 11] * 2 == [float(value) for value in moved]
    page.js("document.querySelectorAll('.handle')[2].focus()")
    x, y = corner(page, 2)
    page.press("ArrowLeft", shift=True)
    page.press("ArrowUp")
    assert (x - 10, y - 1) == corner(page, 2)


@pytest.mark.slow
def test_boards_are_moved_added_taken_away_and_named(page: Page, served: Served, folder: Path) -> None:
    open_page(page, served, "en", 1280)
    take_picture(page)
    show_shelves(page)
    shelves = page.js("document.querySelectorAll('#shelves tr').length")
    page.js("scrollTo(0, document.getElementById('front').offsetTop)")
    mm = float(page.js("document.querySelector('#shelves tr td:nth-child(3) input').value"))
    drag(page, ".board", 0, 25)
    moved = float(page.js("document.querySelector('#shelves tr td:nth-child(3) input').value"))
    assert pytest.approx(mm + 25 * 1080 / page.js("document.getElementById('front').clientHeight"), abs=4) == moved
    page.fill("#shelves tr td:first-child input", "eye level")
    page.click("#add-shelf")
    page.click("#shelves tr:nth-child(2) button")
    page.click("#save-form button")
    page.until("document.querySelector('#done li')")
    bands, slots = (bay := read_site(folder / "shop.site.toml").bay).bands, bay.slots
    assert "eye level" in {slot.shelf for slot in slots} <= {band.shelf for band in bands}
    assert (shelves, "eye level", moved) == (len(bands), bands[0].shelf, bands[0].bottom_mm)


def test_a_second_camera_is_surveyed_without_the_sizes_and_shelves_of_the_first(
    page: Page, served: Served, folder: Path
) -> None:
    def save() -> list[str]:
        page.click("#save-form button")
        page.until("document.querySelector('#done li')")
        return [band.shelf for band in read_site(folder / page.js("document.getElementById('file').textContent")).bay.bands]

    open_page(page, served, "en", 1280)
    take_picture(page)
    show_shelves(page)
    page.fill("#shelves tr td:first-child input", "eye level")
    page.fill("#name", "first")
    assert "eye level" in save()
    page.js("document.getElementById('camera').value = 'till'")
    page.click("#take")
    page.until("document.getElementById('file').textContent === 'till.toml' && document.getElementById('step-save').hidden")
    assert ["", "", ""] == page.js("['width', 'height', 'name'].map(id => document.getElementById(id).value)")
    show_shelves(page)
    assert page.js("document.getElementById('old-shelves').hidden")
    shelves = save()
    page.click("#size-form button")
    page.until("!document.getElementById('old-shelves').hidden")
    page.click("#old-shelves")
    assert (shelves, False) == (save(), "eye level" in shelves)


@pytest.mark.slow
def test_a_mistake_is_told_where_it_was_made_and_a_wrong_key_at_the_key(page: Page, served: Served) -> None:
    open_page(page, served, "en", 360)
    page.fill("#key", "nobody")
    page.click("#key-form button")
    page.until("!document.getElementById('alert-key').hidden")
    assert "not known" in page.js("document.getElementById('alert-key').textContent")
    take_picture(page)
    show_shelves(page)
    page.fill("#shelves tr td:nth-child(3) input", "-5")
    page.click("#save-form button")
    page.until("!document.getElementById('alert-save').hidden")
    assert "needs top_mm above bottom_mm" in page.js("document.getElementById('alert-save').textContent")
