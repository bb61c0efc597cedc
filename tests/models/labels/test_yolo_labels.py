"""YOLO labels: what was written comes back, in every layout; every line that cannot be taken is named with its mend."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadLabels
from models.labels.class_names import find_names
from models.labels.yolo_text import read_yolo
from tests.models.labels.drawn_sets import NAMES, Named, boxes, near, picture, refusals, size_of, taken, write, yolo_line

BOX = ("void", (80.0, 60.0, 160.0, 180.0))


def shop(root: Path, text: str, labels: str = "labels/a.txt", image: str = "images/a.jpg") -> Path:
    write(root / "classes.txt", "\n".join(NAMES))
    picture(root / image)
    write(root / labels, text)
    return root


@given(boxes())
@settings(max_examples=40, deadline=None)
def test_boxes_written_as_yolo_come_back_within_rounding(expected: list[Named]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = shop(Path(folder), "\n".join(yolo_line(*one) for one in expected))
        labels = read_yolo(root, size_of)
    assert () == labels.refused
    assert near(expected, taken(labels), 0.01)


words = st.sampled_from(["0", "1", "2", "7", "-1", ".5", ".1", "nan", "inf", "1e999", "x", "2000", "0.0", "１", "可"])


@given(st.lists(st.lists(words, max_size=9).map(" ".join), max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_line_is_taken_or_named_whatever_it_says(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        labels = read_yolo(shop(Path(folder), "\n".join(lines)), size_of)
    assert sum(bool(line.strip()) for line in lines) == labels.boxes + len(labels.refused)


@pytest.mark.parametrize(("labels", "image"), [
    ("labels/train/a.txt", "images/train/a.jpg"), ("train/labels/a.txt", "train/images/a.jpg"), ("shop/a.txt", "shop/a.PNG"),
])
def test_every_layout_finds_its_pictures(tmp_path: Path, labels: str, image: str) -> None:
    found = read_yolo(shop(tmp_path, yolo_line(*BOX), labels, image), size_of)
    assert [image] == [one.file_name for one in found.images]
    assert near([BOX], taken(found), 0.01)


def test_a_polygon_becomes_the_box_around_it(tmp_path: Path) -> None:
    labels = read_yolo(shop(tmp_path, "0 .1 .1 .3 .2 .2 .5"), size_of)
    assert near([(NAMES[0], (80, 60, 240, 300))], taken(labels), 1e-6)


def test_an_empty_file_says_that_nothing_is_there_and_a_missing_one_says_nothing(tmp_path: Path) -> None:
    root = shop(tmp_path, "")
    picture(root / "images" / "b.jpg")
    labels = read_yolo(root, size_of)
    assert ["images/a.jpg"] == [image.file_name for image in labels.images]
    assert "images/b.jpg: the picture has no label file" in refusals(labels)


@pytest.mark.parametrize(("line", "says"), [
    ("0 .5 .5 .1 .1 .97", "line 2: 6 words, but a box has 5"),
    ("0 .5 .5 .1 high", "is not made of numbers"),
    ("7 .5 .5 .1 .1", "there is no class 7, the names have 0 to 2"),
    ("-1 .5 .5 .1 .1", "there is no class -1"),
    ("0.5 .5 .5 .1 .1", "there is no class 0.5"),
    ("0 nan .5 .1 .1", "is not made of numbers"),
    ("0 .5 .5 inf .1", "is not made of numbers"),
    ("0 .5 nan .3 .2 .2 .5", "is not made of numbers"),
    ("0 .5 .5 0 .1", "has no area"),
    ("0 .5 .5 .0001 .1", "has no area"),
    ("0 .5 .5 -.1 .1", "has no area"),
    ("0 1.4 .5 .1 .1", "lies outside the picture of 800 x 600 pixels"),
    ("0 .98 .5 .2 .1", "lies outside the picture"),
    ("0 400 300 80 60", "given in pixels"),
])
def test_a_wrong_line_is_named_and_the_others_are_taken(tmp_path: Path, line: str, says: str) -> None:
    labels = read_yolo(shop(tmp_path, f"{yolo_line(*BOX)}\n{line}\n"), size_of)
    assert near([BOX], taken(labels), 0.01)
    assert 1 == len(labels.refused)
    assert says in refusals(labels)
    assert refusals(labels).startswith("labels/a.txt, line 2")


def test_the_same_line_twice_counts_once_and_is_said(tmp_path: Path) -> None:
    labels = read_yolo(shop(tmp_path, f"{yolo_line(*BOX)}\n{yolo_line(*BOX)}"), size_of)
    assert near([BOX], taken(labels), 0.01)
    assert "line 2: the same box of void stands there twice" in refusals(labels)


def test_a_box_that_sticks_out_by_a_hair_is_cut_at_the_border(tmp_path: Path) -> None:
    labels = read_yolo(shop(tmp_path, "0 .95 .5 .11 .1"), size_of)
    assert near([(NAMES[0], (716, 270, 800, 330))], taken(labels), 1e-6)


def test_labels_without_their_picture_and_damaged_pictures_are_named(tmp_path: Path) -> None:
    root = shop(tmp_path, yolo_line(*BOX))
    write(root / "labels" / "b.txt", yolo_line(*BOX))
    write(root / "labels" / "c.txt", yolo_line(*BOX))
    picture(root / "images" / "c.jpg", "?")
    labels = read_yolo(root, size_of)
    assert "labels/b.txt: its picture images/b.jpg is not there" in refusals(labels)
    assert "labels/c.txt: c.jpg is damaged" in refusals(labels)
    assert 1 == len(labels.images)


def test_two_pictures_of_one_name_are_no_guess(tmp_path: Path) -> None:
    root = shop(tmp_path, yolo_line(*BOX))
    picture(root / "images" / "a.png")
    assert "2 pictures have this name (a.jpg, a.png); keep one" in refusals(read_yolo(root, size_of))


@pytest.mark.parametrize("text", [
    "names: ['可乐 33cl', \"O'Brien, dark\", void]  # three",
    "nc: 3\nnames:\n  - 可乐 33cl\n  - O'Brien, dark\n  - void\ntrain: x",
    "names:\n- '可乐 33cl'\n- 'O''Brien, dark'\n- void",
    "names:\n  0: 可乐 33cl\n  1: \"O'Brien, dark\"\n  2: void\n",
    "names: {0: 可乐 33cl, 1: \"O'Brien, dark\", 2: void}",
    "names: [\n  可乐 33cl,\n  \"O'Brien, dark\",\n  void\n]",
])
def test_class_names_are_read_from_data_yaml_however_it_writes_them(tmp_path: Path, text: str) -> None:
    write(tmp_path / "data.yaml", text)
    assert NAMES == find_names(tmp_path)


@pytest.mark.parametrize(("text", "says"), [
    ("names: &anchor", "cannot be read"), ("names:\n  0: a\n  2: b", "without a gap"),
    ("names:\n  0: a\n  0: b", "cannot be read"), ("names:\n  - *a", "cannot be read"),
    ("train: x", "names no class"), ("names: [a, b", "cannot be read"), ("names:\n  - 'a", "cannot be read"),
])
def test_class_names_that_are_not_read_are_said(tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path / "data.yaml", text)
    with pytest.raises(BadLabels, match=says):
        find_names(tmp_path)


def test_a_folder_without_names_or_labels_says_what_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(BadLabels, match=r"no data\.yaml"):
        read_yolo(tmp_path, size_of)
    write(tmp_path / "classes.txt", "a")
    with pytest.raises(BadLabels, match="no YOLO label files"):
        read_yolo(tmp_path, size_of)
