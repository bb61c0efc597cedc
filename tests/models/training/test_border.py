"""What hand-made labels leave out at the edge of a picture."""

import json
from pathlib import Path

import cv2
import numpy as np

from models.training.border import unlabelled_at_edge, with_doubtful_border
from models.training.labels import read_coco

INSIDE, CUT, LABELLED_AND_CUT = (300.0, 200.0, 340.0, 300.0), (0.0, 10.0, 30.0, 90.0), (610.0, 10.0, 640.0, 90.0)


def test_only_what_the_edge_cuts_and_nobody_labelled_is_doubtful() -> None:
    found = np.array([INSIDE, CUT, LABELLED_AND_CUT], np.float32)

    assert [CUT] == unlabelled_at_edge(found, [[608, 10, 32, 80]], (480, 640, 3))


def test_a_picture_without_labels_or_finds_has_nothing_doubtful() -> None:
    assert [] == unlabelled_at_edge(np.zeros((0, 4), np.float32), [], (480, 640, 3))


def test_a_doubtful_place_is_masked_in_training_and_no_label(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((480, 640, 3), np.uint8))
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 640, "height": 480}], "categories": [{"id": 0, "name": "cola"}],
        "annotations": [{"id": 7, "image_id": 1, "category_id": 0, "bbox": [100, 100, 40, 90], "area": 3600, "iscrowd": 0}],
    }  # fmt: skip
    (tmp_path / "labels.json").write_text(json.dumps(document), encoding="utf-8")

    marked = with_doubtful_border(tmp_path / "labels.json", tmp_path, lambda image: np.array([CUT, INSIDE], np.float32))
    (tmp_path / "marked.json").write_text(json.dumps(marked), encoding="utf-8")
    (picture,) = read_coco(tmp_path / "marked.json", tmp_path)

    assert [[100, 100, 140, 190]] == picture.xyxy.tolist()
    assert [list(CUT)] == picture.unsure.tolist()
