"""COCO files: what is right is read, what is wrong is named, nothing is dropped in silence."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.coco import CocoBox, read_coco
from models.errors import BadLabels


def document(**changes: Any) -> dict[str, Any]:
    return {
        "images": [{"id": 1, "file_name": "shelf.jpg", "width": 100, "height": 50}],
        "categories": [{"id": 7, "name": "可乐 33cl"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [10, 5, 20, 30]}],
    } | changes


def write(folder: Path, content: object) -> Path:
    path = folder / "labels.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def annotation(**changes: Any) -> dict[str, Any]:
    return document(annotations=[document()["annotations"][0] | changes])


def test_a_set_is_read_as_pictures_with_named_boxes(tmp_path: Path) -> None:
    labels = read_coco(write(tmp_path, annotation(shelf=2)))

    assert ("labels", 1, ()) == (labels.name, labels.boxes, labels.refused)
    assert (CocoBox("1", "可乐 33cl", (10, 5, 30, 35), "2"),) == labels.images[0].boxes
    assert ("shelf.jpg", 100, 50) == (labels.images[0].file_name, labels.images[0].width_px, labels.images[0].height_px)


def test_a_box_that_sticks_out_is_clipped(tmp_path: Path) -> None:
    labels = read_coco(write(tmp_path, annotation(bbox=[-5, 40, 20, 30])))

    assert (0, 40, 15, 50) == labels.images[0].boxes[0].xyxy


@pytest.mark.parametrize(("content", "says"), [
    (annotation(image_id=9), "points to picture 9"),
    (annotation(image_id=None), "points to picture None"),
    (annotation(category_id=8), "points to category 8"),
    (annotation(bbox=[1, 2, 3]), "no box of 4 numbers"),
    (annotation(bbox=[1, 2, "3", 4]), "no box of 4 numbers"),
    (annotation(bbox=[200, 0, 10, 10]), "lies outside the picture"),
    (annotation(bbox=[10, 10, -5, 10]), "has no area"),
    (annotation(bbox=[10, 10, 0, 10]), "has no area"),
    (document(annotations=document()["annotations"] * 2), "repeats an id"),
    (document(annotations=[3]), "points to picture None"),
    (document(images=[*document()["images"], {"id": 2}]), "picture 2 has no id, or its file_name"),
    (document(images=[*document()["images"], {"id": 1, "file_name": "b.jpg", "width": 1, "height": 1}]), "repeats id 1"),
    (document(images=[*document()["images"], {"id": 2, "file_name": "../b.jpg", "width": 1, "height": 1}]), "not a path"),
    (document(images=[*document()["images"], {"id": 2, "file_name": "b.jpg"}]), "no width and height"),
    (document(categories=[*document()["categories"], {"id": 8}]), "category 2 has no id or no name"),
    (document(categories=[*document()["categories"], {"id": 7, "name": "x"}]), "category 2 repeats id 7"),
    (document(categories=[*document()["categories"], {"id": 8, "name": "\ud800"}]), "category 2 has no id or no name"),
])  # fmt: skip
def test_each_wrong_entry_is_named_and_the_rest_is_read(tmp_path: Path, content: object, says: str) -> None:
    labels = read_coco(write(tmp_path, content))

    assert 1 == len(labels.refused)
    assert says in str(labels.refused[0])
    assert 1 == len(labels.images)


def test_not_a_number_is_no_box(tmp_path: Path) -> None:
    path = write(tmp_path, document())
    path.write_text(path.read_text().replace("[10, 5, 20, 30]", "[NaN, 5, 20, Infinity]"))

    assert "no box of 4 numbers" in str(read_coco(path).refused[0])


@pytest.mark.parametrize(("content", "says"), [
    ("", "is not JSON"), ("{", "is not JSON"), ("[]", "not a COCO file"), ("3", "not a COCO file"),
    ('{"images": [], "annotations": {}, "categories": []}', "not a COCO file"), ("[" * 100_000, "is not JSON"),
])  # fmt: skip
def test_what_is_no_coco_file_is_refused(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "labels.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(BadLabels, match=says):
        read_coco(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLabels, match="cannot be read"):
        read_coco(tmp_path / "none.json")


anything = st.recursive(st.none() | st.booleans() | st.integers(-5, 200) | st.floats(allow_nan=False) | st.text(max_size=4),
                        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                            st.sampled_from(["id", "name", "bbox", "image_id", "category_id", "file_name", "width",
                                             "height"]), inner, max_size=5), max_leaves=12)  # fmt: skip


@given(st.lists(anything, max_size=4), st.lists(anything, max_size=4), st.lists(anything, max_size=4))
@settings(max_examples=80, deadline=None)
def test_whatever_the_lists_hold_every_annotation_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, images: list[Any], annotations: list[Any], categories: list[Any]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    labels = read_coco(write(folder, {"images": images, "annotations": annotations, "categories": categories}))

    assert labels.boxes + len(labels.refused) >= len(annotations)
