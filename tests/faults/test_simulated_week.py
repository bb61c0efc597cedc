"""The week in little: a camera before the rendered shelves of the demo, its product untouched, and a judge that can fail."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.bootstrap import open_eye
from edge.api.unattended import RetryPolicy
from edge.capture.settle import BurstPolicy
from edge.counting.evidence import Evidence
from edge.demo.stage import DAY
from edge.settings import load_settings
from inventory_core.counts import Capture, CaptureStatus, Pedigree, ShelfCount
from inventory_core.ids import CountId, LocationId, ShelfId
from inventory_core.store.sql_book import open_book
from inventory_core.units import FacingRange
from models.step_back import StepBack
from scripts.simulated_week.conditions import CLEAR, Condition, Severity
from scripts.simulated_week.fixtures import Fixture, fixture_of
from scripts.simulated_week.judge import BARS, Look, Wrong, judge, wrongs_of
from scripts.simulated_week.leaks import Held, growth
from scripts.simulated_week.plan import Moment, moments_of
from scripts.simulated_week.scene import Goods, Scene
from scripts.simulated_week.surveyed import Installed, install
from scripts.simulated_week.week import Lived, ShakyEye, WeekPolicy

WIDTH_PX = 560
HURRIED = WeekPolicy(BurstPolicy(frames=3, still_s=0.5), RetryPolicy(retry_for_s=10.0, retry_every_s=10.0))
SOLD = Goods(frozenset({1, 4, 7}))


def drawn() -> Fixture:
    """The first picture of the demo day, with its goods."""
    frame = json.loads((DAY / "truth.json").read_text(encoding="utf-8"))["frames"][0]
    goods = np.array([box["xyxy_px"] for box in frame["boxes"]], np.float32)
    return fixture_of("drawn", np.asarray(cv2.imread(str(DAY / frame["file"])), np.uint8), goods, WIDTH_PX)


def mirrored(fixture: Fixture) -> Fixture:
    return replace(fixture, name="mirrored", photo=np.ascontiguousarray(fixture.photo[:, ::-1]))


@dataclass(frozen=True)
class Shop:
    camera: Installed
    folder: Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder, fixture = tmp_path_factory.mktemp("shop"), drawn()
    camera = install("drawn", Scene(fixture, [mirrored(fixture)]), folder, seed=1)
    assert camera is not None
    return Shop(camera, folder)


def week(shop: Shop, conditions: list[Condition]) -> tuple[list[Look], list[str]]:
    """The product's answers to one round under each condition, goods having been sold meanwhile, and its crashes."""
    eye = open_eye(load_settings().model_copy(update={"threads": 1}))
    assert isinstance(eye.detector, StepBack)
    shaky, db = ShakyEye(eye.detector), shop.folder / "week.db"
    store, looks = open_book(str(db)), list[Look]()
    moments = [Moment(n, SOLD, Goods(), (replace(each, seed=n),)) for n, each in enumerate(conditions)]
    lived = Lived(shop.camera, moments, replace(eye, detector=shaky), shaky, store, Evidence.of_book(str(db)), HURRIED)
    lived.live(lambda answer: looks.append(answer.look))
    store.close()
    return looks, lived.crashes


def faults() -> Iterator[Condition]:
    for name in ("black", "white", "under", "focus", "flicker", "cut_short", "rows_repeated"):
        yield Condition(name, Severity.SEVERE, fault=name, level=8)
    for kind in ("frozen", "stall", "unplugged", "garbage", "half_jpegs"):
        yield Condition(kind, Severity.NO_PICTURE)
    yield Condition("night", Severity.SEVERE)
    yield Condition("moved", Severity.SEVERE, shift_px=(40.0, 10.0))
    yield Condition("moved", Severity.SEVERE, turn_deg=5.0)
    yield Condition("other_camera", Severity.SEVERE)
    yield Condition("network_fails", Severity.SEVERE)
    yield Condition("restless", Severity.SEVERE, cover="person", wide=0.25)


GOOD = [CLEAR, replace(CLEAR, light=1.07), Condition("nudge", Severity.VALID, shift_px=(6.0, -4.0), turn_deg=1.0),
        Condition("slow", Severity.VALID), Condition("clock_ahead", Severity.VALID), Condition("clock_back", Severity.VALID)]


def test_good_views_are_counted_and_invalid_ones_refused(shop: Shop) -> None:
    conditions = [*GOOD, *faults()]
    looks, crashes = week(shop, conditions)
    assert [] == crashes
    assert [] == [(look.condition.kind, look.capture.reasons, wrongs_of(look)) for look in looks if wrongs_of(look)]
    assert judge(looks).holds
    assert {each.kind for each in conditions} == {look.condition.kind for look in looks}
    assert len(GOOD) == sum(look.published for look in looks)
