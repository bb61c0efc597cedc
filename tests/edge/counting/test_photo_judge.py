"""The judge of adjustment photos: the label of the place and the product, each with how sure; a broken file is refused."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.bootstrap import open_eye, open_judge
from edge.capture.frame import Image
from edge.counting.photo_judge import EyeJudge
from edge.counting.pipeline import Eye
from edge.errors import UnreadableInput
from edge.settings import Settings
from inventory_core.photos import PhotoVerdict
from models.detections import PRODUCT, VOID, Detections
from models.label_finder import LabelSeen
from models.namer import NoNamer
from tests.models.label_scenes import blank_wall, packet, shelf

COUNTS_FROM = 0.35
MAX_PIXELS = 1_000_000


@dataclass(frozen=True, slots=True)
class Finds:
    """A detector that finds the same boxes on every picture: class and score each."""

    boxes: tuple[tuple[int, float], ...]
    fingerprint: str = "sha256:d"

    def detect(self, image: Image) -> Detections:
        ordered = sorted(self.boxes, key=lambda box: -box[1])
        return Detections(np.zeros((len(ordered), 4), np.float32), np.array([s for _, s in ordered], np.float32),
                          np.array([c for c, _ in ordered], np.int64))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reads:
    """A label finder that says the same of every picture."""

    seen: LabelSeen
    fingerprint: str = "sha256:l"

    def find(self, image: Image) -> LabelSeen:
        return self.seen


def judge(*boxes: tuple[int, float], label: LabelSeen = LabelSeen(0.75, True)) -> EyeJudge:
    return EyeJudge(Eye(Finds(boxes), NoNamer(), COUNTS_FROM), Reads(label), MAX_PIXELS)


def sent(image: Image, kind: str = ".png") -> bytes:
    return cv2.imencode(kind, image)[1].tobytes()


def test_the_best_product_box_and_the_label_are_told_with_how_sure() -> None:
    verdict = judge((PRODUCT, 0.25), (PRODUCT, 0.5)).judge(sent(packet()))

    assert PhotoVerdict(True, 0.75, True, 0.5, "sha256:d sha256:l") == verdict
    assert verdict.proves


def test_a_product_is_seen_from_the_score_on_that_counts() -> None:
    def product_at(score: float) -> bool | None:
        return judge((PRODUCT, score)).judge(sent(packet())).shows_product

    assert (False, True) == (product_at(0.34), product_at(0.36))


@pytest.mark.parametrize("boxes", [(), ((VOID, 0.9),)], ids=["nothing", "a gap"])
def test_nothing_and_a_gap_are_no_product(boxes: tuple[tuple[int, float], ...]) -> None:
    verdict = judge(*boxes).judge(sent(packet()))

    assert (False, 0.0, False) == (verdict.shows_product, verdict.product_confidence, verdict.proves)


def test_a_product_without_its_label_proves_nothing() -> None:
    verdict = judge((PRODUCT, 0.9), label=LabelSeen(0.125, False)).judge(sent(packet()))

    assert (False, 0.125, False) == (verdict.shows_label, verdict.label_confidence, verdict.proves)


@pytest.mark.parametrize(("upload", "code"), [
    (b"", "empty"), (b"no picture", "not_a_picture"), (sent(packet(), ".jpg")[:-900], "truncated"),
    (sent(np.zeros((1001, 1000, 3), np.uint8)), "too_large"),
])  # fmt: skip
def test_what_is_no_whole_picture_is_refused(upload: bytes, code: str) -> None:
    with pytest.raises(UnreadableInput) as refused:
        judge().judge(upload)

    assert code == refused.value.code


@pytest.fixture(scope="module")
def shipped() -> EyeJudge:
    settings = Settings(threads=1)
    return open_judge(settings, open_eye(settings))


def test_the_shipped_judge_sees_label_and_product_on_the_demo_shelf(shipped: EyeJudge) -> None:
    frame = Path(__file__).parents[3] / "edge" / "demo" / "day" / "frames" / "00-0800.jpg"

    assert shipped.judge(frame.read_bytes()).proves


def test_the_shipped_judge_sees_the_label_of_a_drawn_shelf_and_misses_it_where_none_hangs(shipped: EyeJudge) -> None:
    assert (True, False) == tuple(shipped.judge(sent(shelf(labels=hung))).shows_label for hung in (True, False))


def test_the_shipped_judge_sees_neither_on_a_wall(shipped: EyeJudge) -> None:
    verdict = shipped.judge(sent(blank_wall()))

    assert (False, False) == (verdict.shows_label, verdict.shows_product)
