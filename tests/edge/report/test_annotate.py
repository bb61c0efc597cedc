"""Annotated pictures: boxes in shelf colours, Chinese that is really drawn, and the counts beside the picture."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from edge.counting.count import count_frame
from edge.messages import Lang, Translator
from edge.report.annotate import ROW_COLOURS, AnnotatedFolder, annotated
from edge.report.lettering import Pen
from tests.edge.counting.drawn import drawn, eye_on, frame

TR = Translator(Lang.EN)


def ink(text: str) -> np.ndarray:
    page = np.full((60, 400, 3), 255, np.uint8)
    Pen.new().write(page, text, 10, 40, 24, (0, 0, 0))
    return page


def test_chinese_letters_are_letters_and_not_question_marks() -> None:
    words = [ink(word) for word in ("面包", "牛奶", "蛋糕", "??", "□□")]
    for number, word in enumerate(words):
        assert word.min() < 100
        assert all(not np.array_equal(word, other) for other in words[number + 1 :])


def test_a_text_is_cut_to_its_room_or_left_out() -> None:
    pen = Pen.new()
    room = pen.width("可口可乐 33cl", 20)
    assert "可口可乐 33cl" == pen.fitted("可口可乐 33cl", 20, room)
    short = pen.fitted("可口可乐 33cl 罐装", 20, room)
    assert short.startswith("可口")
    assert short.endswith("…")
    assert pen.width(short, 20) <= room
    assert "" == pen.fitted("可口可乐", 20, 10)


def test_every_shelf_has_its_colour_and_the_counts_stand_beside_the_picture() -> None:
    result = count_frame(eye_on(drawn("A A . B | C C C")), frame(), source="x")
    picture = annotated(result, TR)
    assert picture is not None
    assert picture.shape[1] > picture.shape[0] * 640 / 480
    for colour in ROW_COLOURS[:2]:
        assert (np.abs(picture.astype(int) - colour).sum(axis=2) < 6).sum() > 200


def test_a_picture_that_cannot_be_seen_says_so_and_one_that_is_gone_draws_nothing() -> None:
    result = count_frame(eye_on(drawn(".")), frame(), source="x")
    assert annotated(result, TR) is not None
    assert annotated(result.without_frame(), TR) is None


def test_two_sources_of_one_name_keep_their_own_copies(tmp_path: Path) -> None:
    folder = AnnotatedFolder(tmp_path / "out", TR)
    result = count_frame(eye_on(drawn("A A")), frame(), source="a/shelf.jpg")
    names = [folder.add(replace(result, source=source)) for source in ("a/shelf.jpg", "b/shelf.jpg")]
    assert ["shelf.counted.jpg", "shelf-2.counted.jpg"] == [path.name for path in names if path]
    assert "v.0012.50s.counted.jpg" == (folder.add(replace(result, source="v.mp4", at_s=12.5)) or Path()).name
