"""COCO files and reviewed counts as labels, and the one COCO file that is written from any of them."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from models.coco import CocoBox, CocoImage, CocoSet, read_coco
from models.errors import BadLabels
from models.labels.coco_files import coco_document, read_coco_files
from models.labels.reviewed_counts import read_reviewed_counts
from models.training.imported import read_imported
from models.training.labels import PRODUCT, VOID
from tests.models.labels.drawn_sets import (
    HEIGHT,
    WIDTH,
    Named,
    boxes,
    count,
    near,
    picture,
    refusals,
    reviewed,
    size_of,
    taken,
    write,
)


def document(labels: CocoSet) -> str:
    return json.dumps(coco_document(labels, "test"))


@given(boxes())
@settings(max_examples=40, deadline=None)
def test_a_written_coco_file_is_read_back_as_it_was(expected: list[Named]) -> None:
    made = [CocoBox(str(number), name, box) for number, (name, box) in enumerate(expected)]
    with tempfile.TemporaryDirectory() as folder:
        picture(Path(folder) / "a.jpg")
        file = write(Path(folder) / "labels.json", document(CocoSet("x", (CocoImage("a.jpg", WIDTH, HEIGHT, tuple(made)),))))
        labels = read_coco_files(Path(folder), size_of)
        again = read_coco(file)
    assert () == labels.refused
    assert near(expected, taken(labels), 0.001)
    assert taken(again) == taken(labels)


def test_what_a_machine_said_of_its_boxes_and_the_set_of_itself_stays(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "a.jpg")
    box = CocoBox("1", "cola", (10, 10, 60, 90), "2", 0.5, 3)
    made = CocoSet("x", (CocoImage("a.jpg", WIDTH, HEIGHT, (box,)),), synthetic=True)
    write(tmp_path / "labels.json", document(made))
    labels = read_coco_files(tmp_path, size_of)
    assert ((box,), True, "images/a.jpg") == (labels.images[0].boxes, labels.synthetic, labels.images[0].file_name)


def test_several_coco_files_are_one_set_and_each_fault_names_its_file(tmp_path: Path) -> None:
    for part in ("train", "valid"):
        picture(tmp_path / part / "a.jpg")
        made = CocoSet("x", (CocoImage("a.jpg", WIDTH, HEIGHT, (CocoBox("1", "cola", (10, 10, 60, 90)),)),))
        write(tmp_path / part / "labels.json", document(made))
    write(tmp_path / "valid" / "other.json", "[]")
    small = CocoSet("x", (CocoImage("b.jpg", 10, 10, ()),))
    picture(tmp_path / "valid" / "b.jpg")
    write(tmp_path / "valid" / "small.json", document(small))
    labels = read_coco_files(tmp_path, size_of)
    assert ["train/a.jpg", "valid/a.jpg"] == [image.file_name for image in labels.images]
    assert "other.json is not a COCO file" in refusals(labels)
    small_file = "valid/small.json: the labels were drawn on 10 x 10 pixels, the picture valid/b.jpg has 800 x 600"
    assert small_file in refusals(labels)


def test_an_id_that_is_given_twice_is_named_with_its_file(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    entry = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9]}
    write(tmp_path / "labels.json", json.dumps({
        "images": [{"id": 1, "file_name": "a.jpg", "width": WIDTH, "height": HEIGHT}], "annotations": [entry, entry],
        "categories": [{"id": 1, "name": "cola"}],
    }))
    labels = read_coco_files(tmp_path, size_of)
    assert (1, ["labels.json: annotation 1 repeats an id; the first one counts"]) == (
        labels.boxes, [str(told) for told in labels.refused])


def test_a_reviewed_count_gives_what_a_person_let_stand(tmp_path: Path) -> None:
    picture(tmp_path / "shelf.jpg")
    write(tmp_path / "count.json", count(
        "/somewhere/else/shelf.jpg", reviewed(), reviewed("corrected", sku=None, xyxy_px=[70, 20, 120, 120]),
        reviewed("added", kind="void", sku=None, xyxy_px=[130, 20, 180, 120]), reviewed("removed", xyxy_px=[0, 0, 9, 9]),
    ))
    labels = read_reviewed_counts(tmp_path, size_of)
    assert () == labels.refused
    assert [("COLA", (10, 20, 60, 120)), ("product", (70, 20, 120, 120)), ("void", (130, 20, 180, 120))] == taken(labels)
    assert "2" == labels.images[0].boxes[0].shelf


@pytest.mark.parametrize(("text", "says"), [
    (count("shelf.jpg", reviewed(), reviewed(None)), "1 of 2 boxes of shelf.jpg were not reviewed"),
    (count("shelf.jpg", reviewed("seen")), "1 of 1 boxes of shelf.jpg were not reviewed"),
    (count("shelf.jpg", "box"), "1 of 1 boxes of shelf.jpg were not reviewed"),
    (count("shelf.mp4", reviewed(), at_s=3.5), "the count is from a video"),
    (count("shelf.jpg", status="cannot_see"), "could not be counted"),
    (count("gone.jpg", reviewed()), "its picture gone.jpg is not there"),
    (count("../../etc/gone.jpg", reviewed()), "its picture gone.jpg is not there"),
    (count("..", reviewed()), "its picture - is not there"),
    (count("shelf.jpg", reviewed(), width_px=80), "drawn on 80 x 600 pixels"),
    (count("shelf.jpg", reviewed(sku=3)), "box 1: it needs xyxy_px"),
    (count("shelf.jpg", reviewed(kind="shelf")), "box 1: it needs xyxy_px"),
    (count("shelf.jpg", reviewed(xyxy_px=[1, 2, 3])), "box 1: it needs xyxy_px"),
    (count("shelf.jpg", reviewed(xyxy_px=[1, 2, 3, "4"])), "box 1: it needs xyxy_px"),
    (count("shelf.jpg", reviewed(xyxy_px=[1, 2, 3, float("nan")])), "is not made of numbers"),
    (json.dumps({"schema": "shelfcount.count/1", "images": [3]}), "it has no source and no boxes"),
])
def test_a_count_that_teaches_nothing_is_named(tmp_path: Path, text: str, says: str) -> None:
    picture(tmp_path / "shelf.jpg")
    write(tmp_path / "count.json", text)
    labels = read_reviewed_counts(tmp_path, size_of)
    assert ([], 1) == (taken(labels), len(labels.refused))
    assert says in refusals(labels)


def test_files_that_are_no_counts_are_named_and_a_folder_without_one_is_no_set(tmp_path: Path) -> None:
    write(tmp_path / "a.json", "{")
    with pytest.raises(BadLabels, match="holds no count"):
        read_reviewed_counts(tmp_path, size_of)
    picture(tmp_path / "shelf.jpg")
    write(tmp_path / "b.json", "{}")
    write(tmp_path / "c.json", count("shelf.jpg", reviewed()))
    labels = read_reviewed_counts(tmp_path, size_of)
    assert 1 == labels.boxes
    assert ["a.json is not JSON", "b.json is not a count"] == [str(told).partition(":")[0] for told in labels.refused]


@pytest.mark.parametrize(("gap", "known"), [("gap", True), ("cola", False)])
def test_training_reads_the_file_whatever_its_products_are_called(tmp_path: Path, gap: str, known: bool) -> None:
    made = CocoSet("x", (CocoImage("a.jpg", WIDTH, HEIGHT, (
        CocoBox("1", "可乐", (10, 10, 60, 90)), CocoBox("2", gap, (70, 10, 90, 90)),
        CocoBox("3", "可乐", (1, 1, 9, 9), None, 0.3, 1))),))
    (read,) = read_imported(write(tmp_path / "l.json", document(made)), tmp_path)
    assert ([PRODUCT, VOID if known else PRODUCT], [[10, 10, 60, 90], [70, 10, 90, 90]], [[1, 1, 9, 9]], known) == (
        read.class_id.tolist(), read.xyxy.tolist(), read.unsure.tolist(), read.voids_known)
