import numpy as np
import pytest

from edge.bench.own_work import CANDIDATES, HEAPS, heaps
from edge.bench.peers import Peers
from edge.bench.rounds import RacePolicy
from edge.bench.shelf_picture import draw_shelf
from edge.bench.speed import run_table, this_machine
from edge.bench.speed_entries import Bench, Load, entries
from edge.bench.speed_table import speed_document
from models.manifest import load_manifest
from models.yolo import suppress


@pytest.fixture(scope="module")
def rows(tmp_path_factory) -> list[dict]:
    folder = tmp_path_factory.mktemp("speed")
    with Peers(folder / "no-python") as peers:
        picture = draw_shelf(640, 384, 2, 9)
        prepared = entries(Bench(picture, load_manifest(), peers, folder, Load(crops=4, enrolled=60, split_rounds=1)))
        result = run_table(prepared, this_machine(), peers.versions(), RacePolicy(rounds=1, round_s=0.001))
    return list(speed_document(result)["rows"])


def test_without_peers_their_rows_are_named_and_empty(rows):
    absent = [row["name"] for row in rows if row["absent"]]
    assert ["ultralytics predict, torch, 384x640", "ultralytics predict, torch, 640x640",
            "ultralytics predict, ONNX, 384x640", "ultralytics predict, ONNX, 640x640", "supervision with_nms",
            "SAHI, ONNX", "SAHI, torch"] == absent
    assert all("make peers" in row["absent"] for row in rows if row["peer"])


def test_every_row_of_ours_has_its_times(rows):
    assert all(row["cpu_ms"] > 0 and row["wall_ms"] > 0 and row["ratio"] > 0 for row in rows if not row["peer"])


def test_a_detection_is_split_into_its_parts(rows):
    split = next(row["split_ms"] for row in rows if row["name"] == "ours, 384x640")
    assert ["pre_ms", "infer_ms", "post_ms"] == list(split)
    assert split["infer_ms"] > split["pre_ms"] > 0


def test_every_task_has_a_row_of_ours(rows):
    assert 6 == len({row["task"] for row in rows if not row["peer"]})


def test_the_load_of_suppression_is_as_stated():
    assert CANDIDATES == len(heaps().xyxy)
    assert HEAPS == len(suppress(heaps(), 0.5))


def test_a_drawn_shelf_is_always_the_same():
    assert np.array_equal(draw_shelf(320, 200, 2, 6), draw_shelf(320, 200, 2, 6))
