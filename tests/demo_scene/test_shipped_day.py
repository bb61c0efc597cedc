"""The shipped demo day is consistent: states fold from events, pictures exist, and every planted error would show."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import pytest

from scripts.demo_scene.candidates import LATE, READABLE, STEADY, candidates, moment
from scripts.demo_scene.shop import check_digit

DAY = Path(__file__).resolve().parents[2] / "edge" / "demo" / "day"
BUDGET_BYTES = 15_000_000
ERRORS = ("unbooked_receipt", "gift", "swap", "late")


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return dict(json.loads((DAY / "truth.json").read_text(encoding="utf-8")))


def rows(name: str) -> list[dict[str, str]]:
    with (DAY / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def fold(truth: dict[str, Any], until: datetime) -> dict[str, list[int]]:
    depth = {slot["sku"]: slot for slot in truth["slots"]}
    columns = {sku: [slot["depth"]] * slot["facings"] for sku, slot in depth.items()}
    for event in truth["events"]:
        if moment(event["t"]) <= until:
            columns[event["sku"]] = [
                have + change for have, change in zip(columns[event["sku"]], event["columns"], strict=True)
            ]
    return columns


def test_every_state_is_the_fold_of_the_events_before_it(truth: dict[str, Any]) -> None:
    for frame in truth["frames"]:
        columns = fold(truth, moment(frame["captured_at"]))
        expected = {sku: {"units": sum(c), "facings": sum(n > 0 for n in c), "columns": c} for sku, c in columns.items()}
        assert expected == frame["state"], frame["file"]


def test_no_column_is_ever_overfull_or_negative(truth: dict[str, Any]) -> None:
    depth = {slot["sku"]: slot["depth"] for slot in truth["slots"]}
    for event in truth["events"]:
        columns = fold(truth, moment(event["t"]))[event["sku"]]
        assert min(columns) >= 0, event
        assert max(columns) <= depth[event["sku"]], event


def test_opening_units_fill_the_columns(truth: dict[str, Any]) -> None:
    assert {slot["sku"]: slot["facings"] * slot["depth"] for slot in truth["slots"]} == truth["opening"]


def test_units_always_lie_in_the_interval_that_the_facings_allow(truth: dict[str, Any]) -> None:
    depth = {slot["sku"]: slot["depth"] for slot in truth["slots"]}
    for frame in truth["frames"]:
        for sku, state in frame["state"].items():
            assert state["facings"] <= state["units"] <= state["facings"] * depth[sku], (frame["file"], sku)


def test_readable_frames_box_every_facing(truth: dict[str, Any]) -> None:
    shelf = {slot["sku"]: slot["shelf"] for slot in truth["slots"]}
    for frame in truth["frames"]:
        if frame["condition"] in READABLE:
            boxed = {sku: sum(box["sku"] == sku for box in frame["boxes"]) for sku in shelf}
            assert {sku: state["facings"] for sku, state in frame["state"].items()} == boxed, frame["file"]


def test_boxes_lie_in_the_picture_and_on_their_shelf(truth: dict[str, Any]) -> None:
    shelf = {slot["sku"]: slot["shelf"] for slot in truth["slots"]}
    for frame in truth["frames"]:
        for box in frame["boxes"]:
            left, top, right, bottom = box["xyxy_px"]
            assert 0 <= left < right <= 1280, (frame["file"], box)
            assert 0 <= top < bottom <= 720, (frame["file"], box)
            assert box["shelf"] == shelf[box["sku"]]
            assert box["visible"] >= 0.3


def test_captures_are_in_order_and_nothing_moves_within_a_minute_of_one(truth: dict[str, Any]) -> None:
    times = [moment(frame["captured_at"]) for frame in truth["frames"]]
    assert times == sorted(set(times))
    for event in truth["events"]:
        assert min(abs((moment(event["t"]) - at).total_seconds()) for at in times) >= 60, event


def test_the_day_has_what_the_demo_is_about(truth: dict[str, Any]) -> None:
    conditions = [frame["condition"] for frame in truth["frames"]]
    assert sum(condition in READABLE for condition in conditions) >= 34
    assert conditions.count("shopper") >= 1
    assert conditions.count("lights_off") >= 1
    nudged = [frame["camera_nudged"] for frame in truth["frames"]]
    assert nudged == sorted(nudged)
    assert any(nudged)
    assert len({event["sku"] for event in truth["events"] if event["what"] == "restock" and event["units"] >= 3}) >= 5
    assert len({event["sku"] for event in truth["events"] if event["what"] == "gift" and event["units"] <= -4}) >= 5


def test_a_shopper_hides_more_than_three_in_ten_facings(truth: dict[str, Any]) -> None:
    for frame in truth["frames"]:
        if frame["condition"] == "shopper":
            standing = sum(state["facings"] for state in frame["state"].values())
            whole = sum(box["visible"] > 0.9 for box in frame["boxes"])
            assert whole <= 0.7 * standing, frame["file"]


def test_candidates_are_those_that_the_pictures_prove(truth: dict[str, Any]) -> None:
    assert candidates(truth) == truth["candidates"]


@pytest.mark.parametrize(("kind", "least"), [("unbooked_receipt", 5), ("gift", 5), ("swap", 4), ("late", 5)])
def test_there_are_choices_enough(truth: dict[str, Any], kind: str, least: int) -> None:
    found = truth["candidates"][kind]
    assert len({entry.get("sku", (entry.get("a"), *entry.get("events", []))) for entry in found}) >= least


def test_an_unbooked_receipt_or_gift_shows_outside_the_interval(truth: dict[str, Any]) -> None:
    depth = {slot["sku"]: slot["depth"] for slot in truth["slots"]}
    for kind, sign in (("unbooked_receipt", -1), ("gift", 1)):
        for entry in truth["candidates"][kind]:
            shown = 0
            for frame in truth["frames"][entry["first_capture"] : entry["last_capture"] + 1]:
                state = frame["state"][entry["sku"]]
                ledger = state["units"] + sign * entry["units"]
                if frame["condition"] in READABLE:
                    assert not state["facings"] <= ledger <= state["facings"] * depth[entry["sku"]], (entry, frame["file"])
                    shown += 1
            assert shown >= STEADY, entry


def test_a_late_posting_shows_before_it_arrives(truth: dict[str, Any]) -> None:
    for entry in truth["candidates"]["late"]:
        event = truth["events"][entry["event"]]
        last = moment(truth["frames"][entry["last_capture"]]["captured_at"])
        assert moment(event["t"]) < last < moment(event["t"]) + LATE


def test_swaps_are_between_look_alikes(truth: dict[str, Any]) -> None:
    pairs = {frozenset(pair) for pair in truth["look_alikes"]}
    for entry in truth["candidates"]["swap"]:
        assert frozenset((entry["a"], entry["b"])) in pairs
        assert -sum(truth["events"][place]["units"] for place in entry["events"]) == entry["units"]
        assert {truth["events"][place]["sku"] for place in entry["events"]} == {entry["a"]}


def test_frames_exist_and_are_pictures_of_one_size(truth: dict[str, Any]) -> None:
    files = sorted(path.relative_to(DAY).as_posix() for path in (DAY / "frames").glob("*"))
    assert sorted(frame["file"] for frame in truth["frames"]) == files
    for file in (files[0], files[-1]):
        image = cv2.imread(str(DAY / file))
        assert image is not None
        assert image.shape == (720, 1280, 3)


def test_each_sku_has_enrolment_pictures(truth: dict[str, Any]) -> None:
    for sku in truth["skus"]:
        assert len(list((DAY / "enrol" / sku).glob("*.jpg"))) >= 3, sku
    assert sorted(truth["skus"]) == sorted(folder.name for folder in (DAY / "enrol").iterdir())


def test_tables_agree_with_the_truth(truth: dict[str, Any]) -> None:
    assert truth["skus"] == [row["sku"] for row in rows("catalogue.csv")]
    standing = [
        {"shelf": r["shelf"], "sku": r["sku"], "facings": int(r["facings"]), "depth": int(r["depth"])}
        for r in rows("planogram.csv")
    ]
    assert truth["slots"] == standing


def test_gtins_are_of_the_in_store_range_with_a_valid_check_digit() -> None:
    gtins = [row["gtin"] for row in rows("catalogue.csv")]
    assert len(gtins) == len(set(gtins))
    for gtin in gtins:
        assert len(gtin) == 13
        assert 20 <= int(gtin[:2]) <= 29
        assert check_digit(gtin[:12]) == gtin[12]


def test_a_known_check_digit() -> None:
    assert check_digit("629104150021") == "3"


def test_everything_shipped_fits_the_budget() -> None:
    assert sum(path.stat().st_size for path in DAY.rglob("*") if path.is_file()) <= BUDGET_BYTES
