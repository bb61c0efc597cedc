"""Which boxes of a label file teach, and which are only places where we do not know."""

import json
from pathlib import Path

import pytest

from models.training.labels import PRODUCT, VOID, LabelError, Trust, believed, read_coco, split


def write_labels(folder: Path, annotations: list[dict]) -> Path:
    path = folder / "annotations.json"
    images = [
        {"id": 1, "file_name": "a.jpg", "width": 100, "height": 80},
        {"id": 2, "file_name": "b.jpg", "width": 100, "height": 80},
    ]
    categories = [{"id": 0, "name": "product"}, {"id": 1, "name": "void"}]
    path.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))
    return path


def box(category: int = 0, image: int = 1, **more: float) -> dict:
    return {"image_id": image, "category_id": category, "bbox": [10, 20, 30, 40], **more}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [({}, True), ({"score": 0.9, "votes": 4}, True), ({"score": 0.44, "votes": 4}, False), ({"score": 0.9, "votes": 1}, False)],
)
def test_a_human_box_is_believed_a_machine_box_only_with_score_and_votes(entry: dict, expected: bool) -> None:
    assert expected == believed(entry, Trust())


def test_a_doubtful_box_is_kept_as_a_place_where_we_do_not_know(tmp_path: Path) -> None:
    path = write_labels(tmp_path, [box(score=0.9, votes=3), box(score=0.4, votes=3), box(score=0.1), box(category=1)])
    picture = read_coco(path, tmp_path, {"product": PRODUCT, "void": VOID})[0]
    assert [PRODUCT, VOID] == picture.class_id.tolist()
    assert [[10, 20, 40, 60]] == picture.unsure.tolist()
    assert picture.voids_known


def test_without_a_class_table_every_box_is_a_product_and_gaps_are_unknown(tmp_path: Path) -> None:
    picture = read_coco(write_labels(tmp_path, [box(category=1)]), tmp_path)[0]
    assert [PRODUCT] == picture.class_id.tolist()
    assert not picture.voids_known


def test_boxes_are_cut_at_the_picture(tmp_path: Path) -> None:
    picture = read_coco(write_labels(tmp_path, [{**box(), "bbox": [90, 70, 30, 30]}]), tmp_path)[0]
    assert [[90, 70, 100, 80]] == picture.xyxy.tolist()


@pytest.mark.parametrize("bad", [box(image=9), box(category=7)])
def test_an_annotation_that_points_nowhere_is_refused(tmp_path: Path, bad: dict) -> None:
    with pytest.raises(LabelError, match="annotation 0"):
        read_coco(write_labels(tmp_path, [bad]), tmp_path)


def test_a_file_that_is_no_coco_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "annotations.json"
    path.write_text("[]")
    with pytest.raises(LabelError, match="not a COCO label file"):
        read_coco(path, tmp_path)


def test_holding_out_names_pictures_that_exist(tmp_path: Path) -> None:
    pictures = read_coco(write_labels(tmp_path, []), tmp_path)
    rest, held = split(pictures, frozenset({"b.jpg"}))
    assert (["a.jpg"], ["b.jpg"]) == ([p.path.name for p in rest], [p.path.name for p in held])
    with pytest.raises(LabelError, match=r"c\.jpg"):
        split(pictures, frozenset({"c.jpg"}))
