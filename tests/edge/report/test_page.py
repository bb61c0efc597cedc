"""The report: one file that needs nothing else, in two languages, with a chart that tells book from shelf."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from edge.messages import Lang, Translator
from edge.report.chart import ChartPoint, ChartWords, day_chart
from edge.report.page import BlindMoment, Figure, FindingCard, Picture, ProductRow, ReportPage, render
from inventory_core.messages import Message, tell
from inventory_core.units import UnitRange

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
WORDS = ChartWords("units <over> the day", "book", "seen", "unseen")


def points(*rows: tuple[int, int, tuple[int, int] | None]) -> list[ChartPoint]:
    return [
        ChartPoint(START + timedelta(hours=i), then, now, UnitRange(*seen) if seen else None)
        for i, (then, now, seen) in enumerate(rows)
    ]


def page(name: str = "milk <b>") -> ReportPage:
    card = FindingCard(
        "D-1", "MILK", name, "bad", tell("unexplained"), ((tell("book"), Message("3")),), (tell("unexplained"),),
        tell("open"), day_chart(points((3, 3, (1, 2)), (3, 3, (1, 2))), ZONE, WORDS), (Picture(b"jpeg", tell("camera")),),
    )
    return ReportPage(
        tell("Demo bakery: book and shelf"), tell("since"), ZONE, (Figure("1", tell("findings")),), (card,),
        (BlindMoment(START, (tell("too dark"),)),),
        (ProductRow("MILK", name, "1", "2", "2-4", 3, tell("agrees"), "good"),), (), ((tell("camera"), "sha256:0"),),
    )


@pytest.mark.parametrize("lang", list(Lang))
def test_the_report_needs_no_network_and_no_script(lang: Lang) -> None:
    html = render(page(), Translator(lang))
    assert re.findall(r"<script|https?://|<link|url\(", html) == []


def test_names_from_outside_are_text_and_never_markup() -> None:
    html = render(page("milk <b>"), Translator(Lang.EN))
    assert "milk <b>" not in html
    assert "milk &lt;b&gt;" in html


def test_the_chinese_report_is_chinese() -> None:
    html = render(page(), Translator(Lang.ZH))
    assert '<html lang="zh-CN">' in html
    assert "账与架不符之处" in html
    assert "Where book and shelf disagree" not in html


def test_a_chart_shows_unseen_moments_as_unseen_and_not_as_zero() -> None:
    svg = day_chart(points((5, 5, (3, 6)), (5, 5, None), (5, 5, (3, 6))), ZONE, WORDS)
    assert svg.count('class="unseen"') == 1
    assert svg.count('class="seen"') == 2


def test_a_chart_marks_where_the_book_knows_more_now_than_then() -> None:
    svg = day_chart(points((8, 5, (3, 6)), (5, 5, (3, 6))), ZONE, WORDS)
    assert svg.count('class="now"') == 1


def test_a_chart_escapes_its_words() -> None:
    assert "<over>" not in day_chart(points((1, 1, (1, 1)), (1, 1, (1, 1))), ZONE, WORDS)


def test_one_look_makes_no_chart() -> None:
    assert day_chart(points((1, 1, (1, 1))), ZONE, WORDS) == Markup("")


def test_moments_are_told_in_the_readers_zone() -> None:
    told = Translator(Lang.EN, ZONE)("at {at}", at=START)
    assert told == "at 2026-11-20 08:00+08:00"
