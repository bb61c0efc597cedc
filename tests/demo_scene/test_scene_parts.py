"""The parts of the demo scene that need no renderer: the script of the day, pack bodies, changed regions."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scripts.demo_scene.bodies import LABEL_SHARE, Body, bag, bottle, box, carton
from scripts.demo_scene.candidates import Look
from scripts.demo_scene.day import captures, clock, events, stock_at, utc
from scripts.demo_scene.overlay import lay
from scripts.demo_scene.patches import changed, joined
from scripts.demo_scene.shop import BAY_WIDTH_MM, BY_SKU, LOOK_ALIKES, SHELF_DEPTH_MM, SLOTS

TRUTH = Path(__file__).resolve().parents[2] / "edge" / "demo" / "day" / "truth.json"


def test_the_shipped_truth_is_the_script_played() -> None:
    told = json.loads(TRUTH.read_text(encoding="utf-8"))
    assert [(utc(e.at), e.sku, e.what, list(e.columns)) for e in events()] == [
        (e["t"], e["sku"], e["what"], e["columns"]) for e in told["events"]
    ]
    assert [(utc(c.at), c.condition) for c in captures()] == [(f["captured_at"], f["condition"]) for f in told["frames"]]


def test_the_day_is_the_same_every_time() -> None:
    assert events() == events.__wrapped__()


def test_every_column_is_full_when_the_shop_opens() -> None:
    stock = stock_at(clock("08:00"))
    assert {slot.sku: (slot.depth,) * slot.facings for slot in SLOTS} == stock


def test_slots_lie_side_by_side_within_the_bay() -> None:
    for shelf in {slot.shelf for slot in SLOTS}:
        row = [slot for slot in SLOTS if slot.shelf == shelf]
        edges = [(slot.left_mm, slot.left_mm + slot.facings * slot.pitch_mm) for slot in row]
        assert edges[0][0] == pytest.approx(-BAY_WIDTH_MM / 2)
        assert edges[-1][1] == pytest.approx(BAY_WIDTH_MM / 2)
        for (_, right), (left, _) in pairwise(edges):
            assert right == pytest.approx(left)


def test_products_fit_their_columns_and_the_board() -> None:
    for slot in SLOTS:
        product = BY_SKU[slot.sku]
        assert 5 <= slot.pitch_mm - product.width_mm <= 16, slot.sku
        assert slot.depth * (product.depth_mm + 5) < SHELF_DEPTH_MM, slot.sku


def test_look_alikes_are_of_one_size_and_never_deeper_than_two() -> None:
    depth = {slot.sku: slot.depth for slot in SLOTS}
    for a, b in LOOK_ALIKES:
        assert (BY_SKU[a].width_mm, BY_SKU[a].height_mm) == (BY_SKU[b].width_mm, BY_SKU[b].height_mm)
        assert max(depth[a], depth[b]) <= 2


def size_mm(body: Body) -> tuple[float, float, float]:
    wide, deep, high = ((max(axis) - min(axis)) * 1000 for axis in zip(*body.points, strict=True))
    return wide, high, deep


@pytest.mark.parametrize("body", [box(100, 180, 60), carton(100, 180, 60), bottle(100, 180, LABEL_SHARE, 0.6)])
def test_a_stiff_pack_has_its_size(body: Body) -> None:
    wide, high, deep = size_mm(body)
    assert wide == pytest.approx(100, abs=1)
    assert high == pytest.approx(180, abs=1)
    assert deep == pytest.approx(100 if deep > 90 else 60, abs=4)  # the carton's cap stands out


@pytest.mark.parametrize("seed", range(5))
def test_a_bag_has_about_its_size_and_every_bag_is_its_own(seed: int) -> None:
    body = bag(150, 190, 104, seed)
    wide, high, deep = size_mm(body)
    assert wide == pytest.approx(150, abs=5)
    assert high == pytest.approx(190, abs=7)
    assert deep == pytest.approx(104, abs=20)
    assert bag(150, 190, 104, seed).points == body.points
    assert bag(150, 190, 104, seed + 1).points != body.points


def test_every_face_corner_has_a_place_on_the_print() -> None:
    for body in (bag(150, 190, 104, 1), box(100, 180, 60), carton(100, 180, 60), bottle(100, 180, LABEL_SHARE, 0.0)):
        assert sum(len(face) for face in body.faces) == len(body.uv)
        assert len(body.faces) == len(body.paint)


def test_near_spans_are_joined() -> None:
    assert joined([(5, 9), (0, 3), (2, 4)]) == [(0, 4), (5, 9)]


def test_only_columns_that_traded_are_rendered_again() -> None:
    before = {(slot.sku, column): 1 for slot in SLOTS for column in range(slot.facings)}
    after = before | {("HG-OAT-BISCUIT", 1): 0}
    assert [] == changed(before, before)
    (patch,) = changed(before, after)
    slot = next(slot for slot in SLOTS if slot.sku == "HG-OAT-BISCUIT")
    assert patch.shelf == slot.shelf
    assert patch.left_mm < slot.column_x_mm(1) < patch.right_mm


@pytest.mark.parametrize(("shift", "gap"), [(-4, -1), (-3, 0), (0, 0), (6, 0), (7, 1)])
def test_a_ledger_shows_only_outside_the_seen_interval(shift: int, gap: int) -> None:
    look = Look(index=0, at=clock("08:00"), units=6, facings=3, depth=4)
    assert gap == look.gap(shift)


def test_a_region_is_laid_over_softly_and_only_inside_its_box() -> None:
    old, new = np.zeros((60, 200, 3), np.uint8), np.full((60, 200, 3), 200, np.uint8)
    laid = lay(old, new, (40, 10, 180, 50))
    assert (laid[30, 110] == 200).all()
    assert not laid[:, :40].any()
    assert not laid[:, 180:].any()
    assert not laid[:10].any()
    assert np.abs(np.diff(laid[30, :, 0].astype(int))).max() < 12
