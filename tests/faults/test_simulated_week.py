"""The week in little: a camera before the rendered shelves of the demo, its product untouched, and a judge that can fail."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import Pipe
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.api.unattended import RetryPolicy
from edge.bootstrap import open_eye
from edge.capture.settle import BurstPolicy
from edge.counting.evidence import Evidence
from edge.counting.masking import NobodyThere
from edge.demo.stage import DAY
from edge.settings import load_settings
from inventory_core.counts import Capture, CaptureStatus, Pedigree, ShelfCount
from inventory_core.ids import CountId, LocationId, ShelfId
from inventory_core.store.sql_book import open_book
from inventory_core.units import FacingRange
from models.step_back import StepBack
from scripts.simulated_week.composed import Composed
from scripts.simulated_week.conditions import CLEAR, Condition, Severity
from scripts.simulated_week.fixtures import Fixture, fixture_of
from scripts.simulated_week.judge import BARS, Look, Wrong, judge, wrongs_of
from scripts.simulated_week.leaks import Held, growth
from scripts.simulated_week.part import attend
from scripts.simulated_week.plan import Moment, moments_of
from scripts.simulated_week.product import Afar
from scripts.simulated_week.scene import Goods, Scene
from scripts.simulated_week.surveyed import Installed, install
from scripts.simulated_week.week import Lived, ShakyEye, Stand, WeekPolicy
from scripts.simulated_week.witness import Witness

WIDTH_PX = 560
HURRIED = WeekPolicy(BurstPolicy(frames=3, still_s=1.0), RetryPolicy(retry_for_s=10.0, retry_every_s=10.0))
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
    evidence = Evidence.of_book(str(db), NobodyThere())
    witness = Witness(shop.camera, eye, lambda look, _: looks.append(look), HURRIED.burst.frames)
    stand = Stand(shop.camera.name, shop.camera.site, moments)
    Lived(stand, witness, replace(eye, detector=shaky), shaky, store, evidence, HURRIED).live()
    store.close()
    return looks, witness.crashes


def faults() -> Iterator[Condition]:
    for name in ("black", "white", "under", "focus", "cut_short", "rows_repeated"):
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


def test_the_products_process_gets_its_pictures_from_the_rigs_and_tells_it_what_happens(shop: Shop) -> None:
    moment, expected = Moment(0, SOLD, Goods(), (CLEAR,)), Composed(shop.camera.scene)
    witness = Witness(shop.camera, open_eye(load_settings()), lambda look, _: None)
    ours, theirs = Pipe()
    product = Afar(theirs)
    with ours, ThreadPoolExecutor(1) as rig, theirs:
        attended = rig.submit(attend, ours, iter([(Stand("drawn", shop.camera.site, (moment,)), witness)]))
        stand = product.next_camera()
        assert stand is not None
        assert (shop.camera.site.fingerprint, (moment,)) == (stand.site.fingerprint, stand.moments)
        product.begin(moment)
        expected.begin(moment)
        assert expected.picture(CLEAR, 1.0) == product.picture(CLEAR, 1.0)
        product.crashed("a trace")
        assert product.next_camera() is None
    attended.result()
    assert (1, ["a trace"]) == (witness.rounds, witness.crashes)


def test_the_same_seed_gives_the_same_week_with_something_of_every_kind() -> None:
    week = list(moments_of(54, 168, seed=7, dark_nights=True))
    assert week == list(moments_of(54, 168, seed=7, dark_nights=True))
    assert week != list(moments_of(54, 168, seed=8, dark_nights=True))
    planted = {moment.conditions[0].kind for moment in week}
    assert planted >= {"clear", "night", "person", "nudge", "moved", "frozen", "unplugged", "black", "dirt"}
    assert all(len(moment.goods.gone) <= 54 * 0.45 for moment in week)
    assert len({moment.goods for moment in week}) > 50


def test_the_scene_is_composed_as_planned_and_the_same_each_time(shop: Shop) -> None:
    scene = shop.camera.scene
    full, sold = scene.view(Goods(), CLEAR).astype(int), scene.view(SOLD, CLEAR).astype(int)
    changed = np.abs(full - sold).max(axis=2) > 20
    places = np.zeros(changed.shape, np.bool_)
    for place in SOLD.gone:
        frame_from_photo = np.linalg.inv(scene.fixture.photo_from_frame)
        (x1, y1), (x2, y2) = scene.fixture.goods[place].reshape(2, 2) + frame_from_photo[:2, 2]
        places[max(0, int(y1) - 2) : int(y2) + 2, max(0, int(x1) - 2) : int(x2) + 2] = True
    assert changed.any()
    assert not (changed & ~places).any()
    person = Condition("person", Severity.COVERED, cover="person", wide=0.3, seed=3)
    hidden = np.abs(scene.view(Goods(), person).astype(int) - full).max(axis=2) > 20
    grown = cv2.dilate(scene.cover(person).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert hidden.any()
    assert not (hidden & ~grown).any()
    assert np.array_equal(scene.view(SOLD, person), scene.view(SOLD, person))


PEDIGREE = Pedigree("door", "sha256:d", None, None, "sha256:c")
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def answer(condition: Condition, best: int, *, status: CaptureStatus = CaptureStatus.COUNTED, covered: float = 0.0) -> Look:
    """A count of one shelf on which 20 facings stand."""
    counts = (ShelfCount(ShelfId("1"), None, FacingRange(best - 1, best, best + 1)),)
    capture = Capture(CountId("c-1"), LocationId("door"), AT, status, (), (ShelfId("1"),), counts, 1.0, PEDIGREE, "e-1.jpg", 9)
    return Look("door", 0, condition, False, {"1": covered}, capture, 0.5, {"1": FacingRange(19, 20, 21)})


MILD = Condition("focus", Severity.MILD, fault="focus", level=4)
SEVERE = Condition("black", Severity.SEVERE, fault="black", level=8)
PERSON = Condition("person", Severity.COVERED, cover="person", wide=0.3)
RIGHT = answer(CLEAR, 20)
BLIND = replace(RIGHT, capture=replace(RIGHT.capture, status=CaptureStatus.CANNOT_SEE, shelves_seen=(), counts=()))


@pytest.mark.parametrize(("look", "wrong"), [
    (RIGHT, ()),
    (answer(CLEAR, 12), (Wrong.OFF_WHEN_CLEAR,)),
    (BLIND, (Wrong.GOOD_REFUSED,)),
    (replace(BLIND, mixed=True), ()),
    (replace(BLIND, condition=SEVERE), ()),
    (answer(SEVERE, 20), (Wrong.INVALID_PUBLISHED,)),
    (answer(Condition("frozen", Severity.NO_PICTURE), 20), (Wrong.INVALID_PUBLISHED,)),
    (answer(MILD, 19), ()),
    (answer(MILD, 12), (Wrong.WRONG_COUNT,)),
    (answer(PERSON, 12, covered=0.3), (Wrong.FALSE_SHORTAGE,)),
    (answer(PERSON, 12, covered=0.3, status=CaptureStatus.PARTLY), (Wrong.FEWER_IN_PARTLY,)),
    (answer(PERSON, 20, covered=0.3), ()),
    (answer(PERSON, 18, covered=0.1), ()),
    (replace(RIGHT, capture=replace(RIGHT.capture, evidence=None)), (Wrong.UNTRACED,)),
    (replace(RIGHT, capture=replace(RIGHT.capture, frame=None)), (Wrong.UNTRACED,)),
    (replace(RIGHT, capture=replace(RIGHT.capture, pedigree=replace(PEDIGREE, detector=""))), (Wrong.UNTRACED,)),
    (replace(RIGHT, age_s=60.0), (Wrong.OLD,)),
    (replace(RIGHT, age_s=-1.0), (Wrong.OLD,)),
])
def test_the_judge_says_what_is_wrong_with_an_answer(look: Look, wrong: tuple[Wrong, ...]) -> None:
    assert wrong == wrongs_of(look)
    assert judge([look] * 200).holds is not bool({*BARS, Wrong.GOOD_REFUSED} & set(wrong))


def test_one_good_view_in_a_hundred_may_be_refused() -> None:
    assert judge([*[RIGHT] * 99, BLIND]).holds
    assert not judge([*[RIGHT] * 98, BLIND, BLIND]).holds


def test_a_process_that_grows_or_keeps_a_handle_is_told() -> None:
    still = [Held(100_000, 12, 3, 0)] * 100
    assert growth(still).holds
    assert growth([Held(50_000, 9, 2, 0)] * 10 + still).holds  # the warming up
    assert not growth([replace(each, memory_kib=100_000 + 200 * n) for n, each in enumerate(still)]).holds
    assert not growth([*still[:-1], replace(still[0], files=13)]).holds
    assert not growth([*still[:-1], replace(still[0], threads=4)]).holds
    assert not growth([*still[:-1], replace(still[0], temporary=1)]).holds
