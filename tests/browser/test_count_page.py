"""The page with the button in a real browser, on a phone, in both languages: one press, and what was seen, or why not."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.capture.rig import Mode, RigCamera, replayed
from edge.messages import Lang
from inventory_core.store.sql_book import open_book
from tests.browser.chromium import CHROMIUM, Page
from tests.edge.api.conftest import add_keys
from tests.edge.api.test_serve import Served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed: apt-get install chromium")
SHELF = Path(__file__).parents[2] / "models" / "golden_set" / "shelf.jpg"
CAMERA = "door"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RigCamera]:
    shutil.copy(SHELF, pictures := tmp_path_factory.mktemp("pictures"))
    with RigCamera(replayed(pictures, noise=1.5)) as camera:
        yield camera


@pytest.fixture(scope="module")
def served(rig: RigCamera, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that holds a camera before the shelf."""
    book = open_book(str((folder := tmp_path_factory.mktemp("count")) / "shop.db"))
    add_keys(book)
    book.close()
    running = Served(folder, "--db", "shop.db", "--camera", f"{CAMERA}={rig.url}")
    yield running
    running.stop()
    running.process.communicate(timeout=10)


def press(page: Page, served: Served, lang: str) -> None:
    page.size(360, 740)
    page.open(f"{served.address}/count?lang={lang}")
    page.until("!document.getElementById('step-key').hidden || !document.getElementById('step-count').hidden")
    if page.js("!document.getElementById('step-key').hidden"):
        page.fill("#key", "staff")
        page.click("#key-form button")
    page.until("!document.getElementById('step-count').hidden")
    page.click("#count")


def text(page: Page, id: str) -> str:
    return str(page.js(f"document.getElementById('{id}').textContent"))


@pytest.mark.parametrize(("lang", "verdict", "unknown"), [
    (Lang.EN, "Counted", "unknown products"), (Lang.ZH, "已清点", "未识别商品"),
])
def test_one_press_on_a_phone_counts_what_the_camera_sees(
    page: Page, served: Served, lang: Lang, verdict: str, unknown: str
) -> None:
    press(page, served, lang)
    page.until("!document.getElementById('result').hidden", patience_s=60)
    assert verdict == text(page, "verdict")
    assert unknown in text(page, "seen")
    assert page.js("document.documentElement.scrollWidth") <= 360
    assert CAMERA == page.js("document.getElementById('camera').value")


def test_a_camera_that_fails_is_told_in_words_and_shows_no_zeros(page: Page, served: Served, rig: RigCamera) -> None:
    rig.mode = Mode.STALL
    press(page, served, Lang.ZH)
    page.until("!document.getElementById('alert-count').hidden", patience_s=60)
    assert "摄像头" in text(page, "alert-count")
    assert page.js("document.getElementById('result').hidden")
