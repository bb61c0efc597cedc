"""The report in a real browser: nothing sticks out, on a phone and on a desk, in both languages."""

from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge.messages import Lang, Translator
from edge.report.chart import ChartPoint, ChartWords, day_chart
from edge.report.page import BlindMoment, Figure, FindingCard, Picture, ProductRow, ReportPage, render
from inventory_core.messages import Message, tell
from inventory_core.units import UnitRange
from tests.browser.chromium import CHROMIUM, Page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed: apt-get install chromium")

START = datetime(2026, 11, 20, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
LONG = "非常长的商品名称" * 6 + "-an-article-with-a-name-that-never-ends" * 3


def report() -> ReportPage:
    points = [ChartPoint(START + timedelta(hours=h), 100 + h, 100, UnitRange(h, 2 * h) if h % 3 else None) for h in range(12)]
    card = FindingCard(
        "D-1", "SKU-" + "9" * 60, LONG, "bad", tell("unexplained"),
        ((tell("book"), Message("x" * 90)), (tell("since"), Message("08:00"))), (Message("why " * 60),), Message("do " * 60),
        day_chart(points, ZONE, ChartWords("a", "b", "c", "d")), (Picture(b"", tell("camera")),) * 3,
    )
    row = ProductRow("SKU-1", LONG, "1, 2, 3", "12", "12–36", 14, tell("agrees"), "good")
    return ReportPage(
        tell("Demo bakery: book and shelf"), tell("since"), ZONE, (Figure("¥1234567.89", tell("findings")),) * 5, (card,) * 2,
        (BlindMoment(START, (tell("too dark"), tell("blurred"))),), (row,) * 4, (), ((tell("camera"), "sha256:" + "0" * 64),),
    )


@pytest.mark.parametrize("width_px", [360, 1280])
@pytest.mark.parametrize("lang", list(Lang))
def test_the_report_is_never_wider_than_its_window(page: Page, tmp_path: Path, lang: Lang, width_px: int) -> None:
    inner = escape(render(report(), Translator(lang)), quote=True)
    wrapper = tmp_path / "wrapper.html"
    wrapper.write_text(
        f'<!doctype html><title>?</title><iframe id="f" '
        f'style="width:{width_px}px;height:900px;border:0" srcdoc="{inner}"></iframe>'
        "<script>onload = () => { document.title = 'wide ' + "
        "document.getElementById('f').contentDocument.documentElement.scrollWidth; }</script>",
        encoding="utf-8",
    )
    page.size(1400, 1000)
    page.open(wrapper.as_uri())
    page.until("document.title.startsWith('wide ')")
    assert int(page.js("document.title.slice(5)")) <= width_px
