from dataclasses import replace

import numpy as np
import pytest

from edge.bench.assess import Truth
from edge.bench.own_work import CANDIDATES, HEAPS, around, heaps, raw_answer
from edge.bench.peers import Peers
from edge.bench.rounds import RacePolicy
from edge.bench.shelf_picture import draw_shelf
from edge.bench.speed import run_table, this_machine
from edge.bench.speed_accuracy import Labelled, LabelledSet
from edge.bench.speed_entries import Bench, Load, entries
from edge.bench.speed_table import speed_document
from inventory_core.ids import ShelfId, Sku
from models.backends import BACKENDS
from models.detections import PRODUCT, VOID
from models.manifest import load_manifest
from models.policy import DetectorPolicy
from models.yolo import Overlap, decode, suppress


def one_grey_picture(folder) -> LabelledSet:
    truth = Truth(np.array([[30, 20, 50, 80]], np.float32), (Sku("cola"),), (ShelfId("1"),), 160, 96)
    return LabelledSet("grey", (Labelled(np.full((96, 160, 3), 114, np.uint8), folder / "grey.png", truth),), 0.35)


@pytest.fixture(scope="module")
def rows(tmp_path_factory) -> list[dict]:
    folder = tmp_path_factory.mktemp("speed")
    with Peers(folder / "no-python") as peers:
        load, picture = Load(crops=4, enrolled=60, split_rounds=1, long_px=64), draw_shelf(384, 216, 2, 9)
        small = replace(load_manifest().of("detector"), policy=DetectorPolicy(long_side_px=96, second_side_px=64))
        files = load_manifest().with_file(small)
        prepared = entries(Bench(picture, files, peers, folder, load, one_grey_picture(folder)))
        result = run_table(prepared, this_machine(), peers.versions(), RacePolicy(rounds=1, round_s=0.001))
    return list(speed_document(result)["rows"])


def test_without_peers_their_rows_are_named_and_empty(rows):
    absent = [row["name"] for row in rows if row["absent"] and row["peer"]]
    assert ["ultralytics predict, torch, 384x640", "ultralytics predict, torch, 640x640",
            "ultralytics predict, ONNX, 384x640", "ultralytics predict, ONNX, 640x640",
            "ultralytics predict, OpenVINO, 640x640", "ultralytics preprocess and postprocess", "supervision with_nms",
            "SAHI, ONNX", "SAHI, torch"] == absent
    assert all("make peers" in row["absent"] for row in rows if row["peer"])


def test_a_back_end_that_is_not_installed_is_a_named_empty_row(rows):
    mine = [row for row in rows if not row["peer"] and row["name"].endswith(", 384x640")]
    assert [f"ours, {backend}, 384x640" for backend in BACKENDS] == [row["name"] for row in mine]
    assert [not backend.is_installed for backend in BACKENDS] == [bool(row["absent"]) for row in mine]


def test_every_row_of_ours_has_its_times(rows):
    raced = [row for row in rows if not row["peer"] and not row["absent"]]
    assert all(row["cpu_ms"] > 0 and row["wall_ms"] > 0 and row["ratio"] > 0 for row in raced)


def test_a_detection_is_split_into_its_parts(rows):
    split = next(row["split_ms"] for row in rows if row["name"] == "ours, onnxruntime-fp32, 384x640")
    assert ["pre_ms", "infer_ms", "post_ms"] == list(split)
    assert split["infer_ms"] > split["pre_ms"] > 0


def test_every_task_has_a_row_of_ours(rows):
    assert 9 == len({row["task"] for row in rows if not row["peer"]})


def test_every_row_that_detects_says_how_well_it_sees(rows):
    assert [row["name"] for row in rows if row["detects"] and not row["absent"]] == [
        row["name"] for row in rows if row["accuracy"]]
    assert all(set(row["accuracy"]) == {"ap50", "ap75", "count_wape"} for row in rows if row["accuracy"])
    assert all(row["accuracy"]["count_wape"] == 1.0 for row in rows if row["accuracy"])  # one true facing, and none on grey


def test_the_answer_that_is_handed_in_decodes_to_the_load():
    load, picture = heaps(), draw_shelf(1920, 1080, 2, 9)
    seen = decode(raw_answer(load, picture, 640), (PRODUCT, VOID), {PRODUCT: 0.0001, VOID: 0.0001})
    assert sorted(load.score.tolist()) == sorted(seen.score.tolist())
    found = around(raw_answer(load, picture, 640), picture, DetectorPolicy(score=0.01), 640)()
    assert HEAPS == len(found)


def test_the_load_of_suppression_is_as_stated():
    assert CANDIDATES == len(heaps().xyxy)
    assert HEAPS == len(suppress(heaps(), Overlap(0.5)))


def test_a_drawn_shelf_is_always_the_same():
    assert np.array_equal(draw_shelf(320, 200, 2, 6), draw_shelf(320, 200, 2, 6))
