"""A facing that something hides is not missing: only a place that was emptied, or refilled, lowers the upper end of a count."""

import hashlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.record import Calibration
from calibration.site_file import read_site
from edge.capture.frame import Frame, Image
from edge.capture.settle import Burst
from edge.clock import SimulatedClock
from edge.counting.count import count_frame
from edge.counting.fixed_camera import FixedCamera
from edge.counting.intervals import SkuFacings
from edge.counting.last_clear import LastClear, doubtful, widened
from edge.counting.pipeline import Eye
from edge.counting.readings import Box, Facing, Gap
from edge.counting.readings import Place as Found
from edge.counting.result import CountResult
from edge.counting.sources import Source, count_source
from edge.counting.surveyed import surveyed_view
from inventory_core.counts import CaptureStatus
from inventory_core.ids import ShelfId, Sku
from inventory_core.units import FacingRange
from models.detections import PRODUCT, VOID, Detections
from models.errors import ModelError
from models.identities import Candidate, Identities
from tests.edge.capture.test_quality import shelf
from tests.edge.counting.drawn import AT

BOARDS, PLACES = 4, 12
Place = tuple[int, int]
ALL = tuple((board, place) for board in range(BOARDS) for place in range(PLACES))


def box_of(board: int, place: int) -> tuple[float, float, float, float]:
    """Where `shelf()` paints a package."""
    floor, left = 110 + board * 118, 8 + place * 52
    return left, floor - 85, left + 46, floor


class PaintedEye:
    """Finds the packages and gaps that it is told of; a package is named by its board and third of it."""

    fingerprint = "sha256:painted"

    def __init__(self, goods: tuple[Place, ...], gaps: tuple[Place, ...] = ()) -> None:
        self._goods, self._gaps = goods, gaps

    def detect(self, image: Image) -> Detections:
        boxes = np.array([box_of(*place) for place in (*self._goods, *self._gaps)], np.float32).reshape(-1, 4)
        kinds = np.array([PRODUCT] * len(self._goods) + [VOID] * len(self._gaps), np.int64)
        return Detections(boxes, np.full(len(boxes), 0.95, np.float32), kinds)

    def identify(self, image: Image, found: Detections) -> Identities:
        names = tuple(Sku(f"{board}{'abc'[place // 4]}") for board, place in self._goods)
        looks = tuple((Candidate(name, 0.97), Candidate(Sku("other"), 0.4)) for name in names)
        return Identities(names, names, np.full(len(names), 0.97, np.float32), np.full(len(names), 0.57, np.float32), looks)


def eye(goods: tuple[Place, ...], gaps: tuple[Place, ...] = ()) -> Eye:
    painted = PaintedEye(goods, gaps)
    return Eye(painted, painted, 0.35, "sha256:e", "sha256:g")


def but(*missing: Place) -> tuple[Place, ...]:
    return tuple(place for place in ALL if place not in missing)


@pytest.fixture
def site(tmp_path: Path) -> Calibration:
    return read_site(site_file(tmp_path))


def site_file(folder: Path, picture: Image | None = None) -> Path:
    """A bay of four shelves that fills the picture, with the surveyed picture where there is one."""
    text = ("[camera]\nwidth_px = 640\nheight_px = 480\n[corners]\ntop_left = [0, 0]\ntop_right = [640, 0]\n"
            "bottom_right = [640, 480]\nbottom_left = [0, 480]\n[bay]\nwidth_mm = 640\nheight_mm = 480\nmm_per_px = 1\n")
    if picture is not None:
        data = bytes(cv2.imencode(".png", picture)[1])
        (folder / "surveyed.png").write_bytes(data)
        text += f'[reference]\npicture = "surveyed.png"\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
    for board in range(BOARDS):
        text += f'[[shelf]]\nname = "{board}"\ntop_mm = {10 + board * 118}\nbottom_mm = {124 + board * 118}\n'
    (folder / "site.toml").write_text(text, encoding="utf-8")
    return folder / "site.toml"


def counted(seen_by: Eye, image: Image, site: Calibration, before: LastClear | None = None) -> CountResult:
    return count_frame(seen_by, Frame("cam", 0, AT, image), source="cam", site=site, before=before)


def clear_view(site: Calibration) -> LastClear:
    before = LastClear.of(counted(eye(ALL), shelf(), site))
    assert before is not None
    return before


def high(result: CountResult, sku: str) -> int:
    return sum(row.facings.high for each in result.shelves for row in each.facings if row.sku == sku)


def with_arm(x: int = 240) -> Image:
    """The shelf with something thin, upright and plain from the first board down to below the second."""
    image = shelf().copy()
    cv2.rectangle(image, (x, 40), (x + 30, 330), (110, 140, 190), -1)
    return image


def test_goods_that_were_taken_are_missing(site: Calibration) -> None:
    gone = ((1, 4), (1, 5))
    result = counted(eye(but(*gone), gone), shelf(sold=gone), site, clear_view(site))
    assert (CaptureStatus.COUNTED, 2, ()) == (result.status, high(result, "1b"), result.doubtful)


def test_goods_behind_an_arm_are_not_missing_although_a_gap_is_seen_on_it(site: Calibration) -> None:
    hidden = ((1, 4), (0, 4))
    result = counted(eye(but(*hidden), hidden), with_arm(8 + 4 * 52), site, clear_view(site))
    assert (CaptureStatus.COUNTED, [4, 4]) == (result.status, [high(result, "0b"), high(result, "1b")])
    assert {(facing.shelf, facing.sku) for facing in result.doubtful} == {(ShelfId("0"), Sku("0b")), (ShelfId("1"), Sku("1b"))}


def test_a_place_that_changed_as_a_whole_and_alone_was_emptied_although_no_gap_is_seen(site: Calibration) -> None:
    gone = ((1, 4), (1, 5))
    assert 2 == high(counted(eye(but(*gone)), shelf(sold=gone), site, clear_view(site)), "1b")


UPPER = 55
"""Height of the upper package of a stack, px."""


def stacks(sold: tuple[int, ...] = ()) -> Image:
    """The shelf, but each package of the second board is two, one upon the other; the upper ones at `sold` are gone."""
    image, dice = shelf(), np.random.default_rng(7)
    for place in range(PLACES):
        left, top, right, _ = (int(v) for v in box_of(1, place))
        middle, colour = top + UPPER, dice.integers(90, 250, 3).tolist()
        cv2.rectangle(image, (left, top), (right - 1, middle - 1), (70, 70, 70) if place in sold else colour, -1)
        if place not in sold:
            cv2.putText(image, "TOP", (left + 5, middle - 12), 0, 0.5, (255, 255, 255), 1)
    return image


def test_the_upper_packages_of_stacks_that_were_taken_are_missing() -> None:
    sold, facings = (4, 5, 6), []
    for board, place in ALL:
        left, top, right, bottom = box_of(board, place)
        for box in [(top, top + UPPER), (top + UPPER, bottom)] if board == 1 else [(top, bottom)]:
            facings.append(Facing(ShelfId(str(board)), Sku("x"), None, 0, 1, 0.9, 0.9, 0.1, Box(left, box[0], right, box[1])))
    taken = [Box(left, top, right, top + UPPER) for left, top, right, _ in (box_of(1, place) for place in sold)]
    upper = [facing for facing in facings if facing.box in taken]
    gaps = [Gap(facing.shelf, 0, 1, 0.9, facing.box) for facing in upper]
    stood = [Found(facing, 1, 1, 1, 1, ()) for facing in facings if facing not in upper]
    assert () == doubtful(LastClear(stacks(), tuple(facings)), stood, gaps, [stacks(sold)], None)


def test_the_tip_of_an_arm_inside_one_place_does_not_empty_it(site: Calibration) -> None:
    image = shelf().copy()
    left, top, right, _ = (int(v) for v in box_of(1, 4))
    cv2.rectangle(image, (left + 2, 0), (right - 2, top + 70), (110, 140, 190), -1)
    result = counted(eye(but((0, 4), (1, 4)), ((1, 4),)), image, site, clear_view(site))
    assert [4, 4] == [high(result, "0b"), high(result, "1b")]


def test_goods_that_are_just_not_found_are_not_missing(site: Calibration) -> None:
    result = counted(eye(but((2, 0), (2, 1), (2, 2), (2, 3))), shelf(), site, clear_view(site))
    assert 4 == high(result, "2a")


def _twice_as_wide(facing: Facing) -> Facing:
    box = facing.box
    return replace(facing, sku=Sku("old"), box=Box(box.x1_px, box.y1_px - 10, box.x2_px + 52, box.y2_px))


def test_another_product_in_a_place_makes_the_old_one_missing(site: Calibration) -> None:
    before = clear_view(site)
    facings = tuple(_twice_as_wide(facing) if facing.sku == "3c" else facing for facing in before.facings)
    wide = LastClear(before.picture, facings)
    result = counted(eye(ALL), shelf(), site, wide)
    assert 0 == high(result, "old")


def test_what_is_doubtful_stays_known_while_the_rest_of_the_view_is_renewed(site: Calibration) -> None:
    before, hidden, gone = clear_view(site), ((1, 4), (0, 4)), ((3, 0), (3, 1))
    image = with_arm(8 + 4 * 52)
    image[300:470] = shelf(sold=gone)[300:470]
    after = before.after(counted(eye(but(*hidden, *gone), (*hidden, *gone)), image, site, before))
    names = [facing.sku for facing in after.facings]
    assert (4, 4, 2) == (names.count(Sku("0b")), names.count(Sku("1b")), names.count(Sku("3a")))
    assert np.array_equal(before.picture[150:228, 220:254], after.picture[150:228, 220:254])
    assert np.array_equal(image[400:460], after.picture[400:460])


def test_a_camera_that_cannot_see_keeps_its_last_clear_view(site: Calibration) -> None:
    before = clear_view(site)
    assert before is before.after(counted(eye(ALL), np.zeros((480, 640, 3), np.uint8), site, before))


def test_a_surveyed_camera_is_held_against_its_survey_and_then_against_what_it_saw(tmp_path: Path) -> None:
    site = read_site(site_file(tmp_path, shelf()))
    camera = FixedCamera()
    gone, hidden = ((1, 4), (1, 5)), ((1, 0), (0, 0))
    sold = with_arm(8)
    sold[:, 60:] = shelf(sold=gone)[:, 60:]
    results = [
        camera.count(eye(but(*missing), missing), Burst((Frame("cam", n, AT, image),), settled=True), n * 60.0, source="cam",
                     site=site)
        for n, (image, missing) in enumerate(((shelf(sold=gone), gone), (sold, (*gone, *hidden))))
    ]
    assert [(2, 4), (2, 4)] == [(high(result, "1b"), high(result, "1a")) for result in results]
    assert {Sku("0a"), Sku("1a")} == {facing.sku for facing in results[1].doubtful}


def burst_of(image: Image) -> Burst:
    return Burst((Frame("cam", 0, AT, image),), settled=True)


def larger(image: Image, size: tuple[int, int] = (960, 720)) -> Image:
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize("sizes", [[(640, 480), (960, 720)], [(960, 720), (640, 480)], [(640, 360), (640, 480)]])
def test_a_camera_that_comes_back_with_pictures_of_another_size_is_held_against_its_survey(
    tmp_path: Path, sizes: list[tuple[int, int]]
) -> None:
    site, camera = read_site(site_file(tmp_path, shelf())), FixedCamera()
    person = shelf().copy()
    cv2.rectangle(person, (150, 60), (480, 479), (90, 80, 60), -1)
    views = [shelf(), shelf(), person]
    results = [
        camera.count(eye(ALL), burst_of(larger(view, size)), n * 400.0, source="cam", site=site)
        for n, (view, size) in enumerate(zip(views, [sizes[0], sizes[1], sizes[1]], strict=True))
    ]
    assert [(), ("blocked",)] == [result.reasons for result in results[1:]]


class FailsFirst(PaintedEye):
    """Gives no answer as long as it is `stuck`, then sees everything but what an arm hides."""

    stuck = True

    def detect(self, image: Image) -> Detections:
        if self.stuck:
            raise ModelError("stuck")
        is_armed = image[200, 8 + 4 * 52 + 15].tolist() == [110, 140, 190]
        self._goods, self._gaps = (but((1, 4), (0, 4)), ((1, 4), (0, 4))) if is_armed else (ALL, ())
        return super().detect(image)


def test_a_network_that_failed_in_the_first_count_is_shown_the_survey_again_in_the_next(tmp_path: Path) -> None:
    site, camera, seen_by = read_site(site_file(tmp_path, shelf())), FixedCamera(), FailsFirst(ALL)
    both = Eye(seen_by, seen_by, 0.35, "sha256:e", "sha256:g")
    failed = camera.count(both, burst_of(shelf()), 0.0, source="cam", site=site)
    seen_by.stuck = False
    armed = camera.count(both, burst_of(with_arm(8 + 4 * 52)), 400.0, source="cam", site=site)
    assert (("no_answer",), [4, 4]) == (failed.reasons, [high(armed, "0b"), high(armed, "1b")])


def test_a_picture_counted_with_a_surveyed_site_knows_what_a_carton_hides(tmp_path: Path) -> None:
    site = read_site(site_file(tmp_path, shelf()))
    picture = shelf().copy()
    cv2.rectangle(picture, (100, 262), (400, 478), (90, 110, 100), -1)
    cv2.imwrite(str(tmp_path / "now.png"), picture)
    source = Source.of_path(str(tmp_path / "now.png"))
    (result,) = count_source(source, eye(but(*((2, place) for place in range(12)))), site, 1_000_000, SimulatedClock(AT))
    assert (CaptureStatus.PARTLY, ("blocked",)) == (result.status, result.reasons)
    assert {"0", "1"} <= {each.shelf for each in result.shelves}
    assert "2" in {each.shelf for each in result.hidden}


def test_a_site_without_a_surveyed_picture_has_no_clear_view(site: Calibration) -> None:
    assert surveyed_view(eye(ALL), site, shelf()) is None


@given(st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)), st.lists(st.sampled_from("abd"), max_size=9))
def test_unseen_facings_raise_upper_ends_by_their_number_and_nothing_else(counts: dict[str, int], unseen: list[str]) -> None:
    rows = [SkuFacings(Sku(sku), FacingRange(n // 2, n, n + 1)) for sku, n in counts.items()]
    facings = [Facing(ShelfId("1"), Sku(sku), None, 0, 1, 0.9, 0.9, 0.1, Box(0, 0, 1, 1)) for sku in unseen]
    after = {row.sku: row.facings for row in widened(rows, facings, named=True)}
    before = {row.sku: row.facings for row in rows}
    assert set(after) == {*before, *map(Sku, unseen)}
    for sku, facing in after.items():
        was = before.get(sku, FacingRange(0, 0, 0))
        assert FacingRange(was.low, was.best, was.high + unseen.count(str(sku))) == facing
