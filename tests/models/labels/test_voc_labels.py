"""Pascal VOC labels: what was written comes back; a file that could do harm is never opened."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadLabels
from models.labels.voc_xml import read_voc
from tests.models.labels.drawn_sets import Named, boxes, near, picture, refusals, size_of, taken, voc, write

BOX = ("void", (80.0, 60.0, 160.0, 180.0))
BOMB = '<?xml version="1.0"{}?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><annotation>&c;</annotation>'


def shop(root: Path, text: str, labels: str = "a.xml", image: str = "a.jpg") -> Path:
    picture(root / image)
    write(root / labels, text)
    return root


@given(boxes())
@settings(max_examples=40, deadline=None)
def test_boxes_written_as_voc_come_back_within_half_a_pixel(expected: list[Named]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        labels = read_voc(shop(Path(folder), voc("a.jpg", expected)), size_of)
    assert () == labels.refused
    assert near(expected, taken(labels), 0.5)


@pytest.mark.parametrize(("labels", "image"), [
    ("Annotations/a.xml", "JPEGImages/a.jpg"), ("train/a.xml", "train/a.jpg"), ("labels/a.xml", "images/a.jpg"),
])
def test_every_layout_finds_its_pictures(tmp_path: Path, labels: str, image: str) -> None:
    found = read_voc(shop(tmp_path, voc("C:\\shop\\a.jpg", [BOX]), labels, image), size_of)
    assert ([image], [BOX]) == ([one.file_name for one in found.images], taken(found))


def test_a_file_name_without_its_ending_and_a_size_of_zero_are_borne_with(tmp_path: Path) -> None:
    assert [BOX] == taken(read_voc(shop(tmp_path, voc("a", [BOX], (0, 0))), size_of))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_that_declares_a_document_type_is_not_opened(tmp_path: Path, encoding: str) -> None:
    shop(tmp_path, voc("a.jpg", [BOX]))
    (tmp_path / "bomb.xml").write_bytes(BOMB.format(f' encoding="{encoding}"').encode(encoding))
    labels = read_voc(tmp_path, size_of)
    assert [BOX] == taken(labels)
    assert "bomb.xml: the file declares a document type" in refusals(labels)


@given(st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=6)), max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_is_read_or_named_and_never_stops_the_rest(damage: list[tuple[int, bytes]]) -> None:
    data = bytearray(voc("a.jpg", [BOX, ("cola", (300, 60, 400, 180))]).encode())
    for at, piece in damage:
        data[at : at + len(piece)] = piece
    with tempfile.TemporaryDirectory() as folder:
        shop(Path(folder), "", "z.xml", "z.jpg")
        picture(Path(folder) / "a.jpg")
        (Path(folder) / "a.xml").write_bytes(data)
        write(Path(folder) / "z.xml", voc("z.jpg", [BOX]))
        labels = read_voc(Path(folder), size_of)
    assert {"z.jpg"} <= {image.file_name for image in labels.images}
    assert labels.refused or labels.boxes > 1


def test_a_file_that_nests_without_end_is_not_opened(tmp_path: Path) -> None:
    root = shop(tmp_path, "<annotation>" + "<object>" * 5000 + "</object>" * 5000 + "</annotation>")
    assert "nests without end" in refusals(read_voc(root, size_of))


@pytest.mark.parametrize(("text", "says"), [
    ("<annotation><object>", "is not XML"),
    ("", "is not XML"),
    ("<svg/>", "the file is <svg>"),
    (voc("b.jpg", [BOX]), "its picture b.jpg is not there"),
    (voc("a.jpg", [BOX], (640, 480)), "drawn on 640 x 480 pixels, the picture a.jpg has 800 x 600"),
])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, says: str) -> None:
    labels = read_voc(shop(tmp_path, text), size_of)
    assert ([], 1) == (taken(labels), len(labels.refused))
    assert says in refusals(labels)


@pytest.mark.parametrize(("thing", "says"), [
    ("<object><name>void</name></object>", "object 2: it has no <bndbox>"),
    ("<object><name>void</name><bndbox><xmin>1</xmin></bndbox></object>", "needs the numbers xmin"),
    ("<object><name>void</name><bndbox><xmin>nan</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>",
     "is not made of numbers"),
    ("<object><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>", "no name"),
    ("<object><name>void</name><bndbox><xmin>9</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>", "no area"),
    ("<object><name>void</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>900</xmax><ymax>9</ymax></bndbox></object>",
     "lies outside the picture"),
])
def test_a_wrong_object_is_named_and_the_others_are_taken(tmp_path: Path, thing: str, says: str) -> None:
    root = shop(tmp_path, voc("a.jpg", [BOX]).replace("</annotation>", f"{thing}</annotation>"))
    labels = read_voc(root, size_of)
    assert ([BOX], 1) == (taken(labels), len(labels.refused))
    assert says in refusals(labels)


def test_a_picture_that_two_files_label_keeps_the_first(tmp_path: Path) -> None:
    root = shop(tmp_path, voc("a.jpg", [BOX]))
    write(root / "z.xml", voc("a.jpg", [("cola", (1, 1, 90, 90))]))
    labels = read_voc(root, size_of)
    assert [BOX] == taken(labels)
    assert "z.xml: the picture a.jpg has labels already" in refusals(labels)


def test_a_folder_without_labels_says_what_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(BadLabels, match="no Pascal VOC"):
        read_voc(tmp_path, size_of)
