"""A count repeats the last one only where every place of every frame shows what it showed, in good pictures, for a while."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from edge.capture.frame import Image
from edge.capture.packet import Packet, Shot
from edge.capture.settle import Burst
from edge.counting.fixed_camera import FixedCamera
from edge.counting.pipeline import Eye
from edge.counting.result import CountResult
from edge.counting.unchanged import Shown, UnchangedPolicy, cells_of, places_alike
from inventory_core.counts import CaptureStatus
from models.detections import Detections
from models.look_memory import LookPolicy, alike
from models.namer import NoNamer

NINE = datetime(2026, 11, 26, 9, tzinfo=UTC)
LEFTS = (140, 420, 700, 980)


def shelf(*, without: int | None = None) -> Image:
    """1280 x 720: four packs with print on a patterned wall."""
    dice = np.random.default_rng(1)
    image = cv2.resize(dice.integers(30, 225, (90, 160, 3)).astype(np.uint8), (1280, 720), interpolation=cv2.INTER_NEAREST)
    for number, left in enumerate(LEFTS):
        if number != without:
            cv2.rectangle(image, (left, 250), (left + 160, 560), (40, 60 + 40 * number, 200), -1)
            cv2.putText(image, "COLA", (left + 5, 400), cv2.FONT_HERSHEY_SIMPLEX, 2, (255, 255, 255), 5)
    return np.asarray(image, np.uint8)


class Packs:
    """Finds the four packs and says how often it was asked."""

    fingerprint = "sha256:packs"

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, image: Image) -> Detections:
        self.asked += 1
        boxes = np.array([(left, 250, left + 160, 560) for left in LEFTS], np.float32)
        return Detections(boxes, np.full(4, 0.9, np.float32), np.zeros(4, np.int64))


class Watched:
    """One camera and its eye; `count` counts a burst of the given pictures, each with noise of its own."""

    def __init__(self, policy: UnchangedPolicy = UnchangedPolicy()) -> None:
        self.packs, self.seen, self.seq = Packs(), FixedCamera(unchanged=policy), 0
        self.eye = Eye(self.packs, NoNamer(), 0.4)

    def shot(self, image: Image, noise: float = 2.0) -> Packet:
        self.seq += 1
        noisy = image + np.random.default_rng(self.seq).normal(0, noise, image.shape)
        data = cv2.imencode(".jpg", np.clip(noisy, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
        return Packet("door", self.seq, NINE + timedelta(seconds=self.seq), float(self.seq), data)

    def of(self, shots: tuple[Shot, ...], at_s: float | None = None) -> tuple[CountResult, int]:
        """The result, and how many frames the detector was shown for it."""
        before = self.packs.asked
        result = self.seen.count(self.eye, Burst(shots, settled=True), float(self.seq) if at_s is None else at_s,
                                 source="door", camera="door")
        return result, self.packs.asked - before

    def count(self, *images: Image, at_s: float | None = None) -> tuple[CountResult, int]:
        return self.of(tuple(self.shot(image) for image in images), at_s)


STILL = (shelf(),) * 3


def test_an_unchanged_shelf_is_counted_without_a_look_at_the_time_of_its_own_frames() -> None:
    watched = Watched()
    first, shown = watched.count(*STILL)
    again, spared = watched.count(*STILL)
    assert (3, 0) == (shown, spared)
    assert (CaptureStatus.COUNTED, 4, None) == (first.status, first.facings, first.looked_at)
    assert (again.status, again.facings, again.pedigree) == (first.status, first.facings, first.pedigree)
    assert again.looked_at == first.captured_at
    assert (NINE + timedelta(seconds=4), NINE + timedelta(seconds=6), 3) == (
        again.window.first, again.window.last, again.window.accepted)
    assert {again.window} == {shelf.reading.window for shelf in again.shelves}
    assert again.frame is not None
    assert (6, again.captured_at) == (again.frame.seq, again.frame.captured_at)


@pytest.mark.parametrize("frame", [0, 1, 2])
@pytest.mark.parametrize("place", range(4))
def test_one_place_that_changed_in_one_frame_is_looked_at(frame: int, place: int) -> None:
    watched = Watched()
    watched.count(*STILL)
    pictures = list(STILL)
    pictures[frame] = shelf(without=place)
    assert 3 == watched.count(*pictures)[1]


def test_light_that_creeps_adds_up_until_it_is_looked_at() -> None:
    watched = Watched()
    shown = [watched.count(*[np.clip(shelf() * (1 + 0.01 * step), 0, 255).astype(np.uint8)] * 3)[1] for step in range(8)]
    assert 3 == shown[0]
    assert 0 == shown[1]
    assert 3 in shown[2:]


def test_a_lens_that_went_soft_is_judged_though_every_cell_shows_what_it_showed() -> None:
    y, x = np.mgrid[:720, :1280]
    print_px = np.where((x // 3 + y // 3) % 2, 60, -60) + 127 + 60 * np.sin(x / 60) * np.sin(y / 50)
    sharp = np.repeat(np.clip(print_px, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    soft = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 1.5), np.uint8)
    watched = Watched()
    before, after = (cells_of(watched.shot(each).colour(4)) for each in (sharp, soft))
    assert alike(before, after, LookPolicy())
    assert CaptureStatus.COUNTED is watched.count(*[sharp] * 3)[0].status
    assert ("blurred",) == watched.count(*[soft] * 3)[0].reasons


def test_a_count_that_could_not_be_made_is_not_repeated() -> None:
    watched = Watched()
    dark = [shelf() // 8] * 3
    assert [("dark",), ("dark",)] == [watched.count(*dark)[0].reasons for _ in range(2)]
    assert 3 == watched.count(*STILL)[1]


def test_a_camera_that_repeats_itself_is_frozen_and_not_unchanged() -> None:
    watched = Watched()
    watched.count(*STILL)
    one = watched.shot(shelf())
    stuck, _ = watched.of(tuple(replace(one, seq=one.seq + step) for step in range(3)))
    assert (CaptureStatus.CANNOT_SEE, ("frozen",)) == (stuck.status, stuck.reasons)


def test_a_count_answers_for_so_many_and_for_so_long() -> None:
    few, short = Watched(UnchangedPolicy(most_counts=2)), Watched(UnchangedPolicy(most_s=10.0))
    assert [3, 0, 0, 3, 0] == [few.count(*STILL, at_s=float(n))[1] for n in range(5)]
    assert [3, 0, 3, 3] == [short.count(*STILL, at_s=at_s)[1] for at_s in (0.0, 10.0, 10.5, 3.0)]


def test_another_eye_other_frames_and_frames_that_came_decoded_are_looked_at() -> None:
    watched = Watched()
    watched.count(*STILL)
    assert 2 == watched.count(*STILL[:2])[1]
    watched.eye = replace(watched.eye, gallery_fingerprint="sha256:another")
    assert 2 == watched.count(*STILL[:2])[1]
    for _ in range(2):
        assert 2 == watched.of(tuple(watched.shot(shelf()).frame() for _ in range(2)))[1]


def test_a_low_place_is_not_taken_for_changed_by_noise_that_few_pixels_average() -> None:
    watched, low = Watched(), np.array([[100, 100, 210, 124]], np.float32)
    dark = np.full((240, 320, 3), 48, np.uint8)
    bursts = [[Shown.by(watched.shot(dark, noise=3.0), low) for _ in range(3)] for _ in range(20)]
    as_any_place = UnchangedPolicy(area_px=1.0)
    assert all(places_alike(bursts[0], burst, UnchangedPolicy()) for burst in bursts)
    assert not all(places_alike(bursts[0], burst, as_any_place) for burst in bursts)


def test_a_low_place_that_shows_another_pack_has_changed() -> None:
    watched, low = Watched(), np.array([[100, 100, 210, 124]], np.float32)
    before, after = np.full((240, 320, 3), 48, np.uint8), np.full((240, 320, 3), 48, np.uint8)
    after[100:124, 100:210] = (60, 48, 40)
    then, now = ([Shown.by(watched.shot(image, noise=3.0), low) for _ in range(3)] for image in (before, after))
    assert not places_alike(then, now, UnchangedPolicy())
