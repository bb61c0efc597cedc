"""A video of a fixed camera is counted scene by scene: every change once, at its time, and none with a hand in view."""

from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.clock import SimulatedClock
from edge.counting.pipeline import Eye
from edge.counting.result import CountResult
from edge.counting.sources import Source, count_source
from models.detections import PRODUCT, Detections
from models.namer import NoNamer
from tests.edge.capture.shop_clip import FPS, HIGH, WIDE, Clip, a_morning, corner

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WALL = 70.0
"""Grey level behind the packages."""
CELLS = [(board, place) for board in range(4) for place in range(12)]


class SeesPackages:
    """Sees a package, or a hand before an empty place, wherever the wall of the drawn shelf is hidden."""

    fingerprint = "sha256:packages"

    def detect(self, image: Image) -> Detections:
        boxes = [(left, top, left + WIDE, top + HIGH) for left, top in map(corner, CELLS)]
        parts = [image[top + 2 : top + 10, left + 4 : left + WIDE - 4].astype(float) for left, top, _, _ in boxes]
        hidden = [bool(np.abs(part.mean((0, 1)) - WALL).max() > 12) for part in parts]
        xyxy = np.array(boxes, np.float32)[hidden]
        return Detections(xyxy, np.full(len(xyxy), 0.9, np.float32), np.full(len(xyxy), PRODUCT, np.int64))


def filmed(clip: Clip, path: Path) -> None:
    height, width = clip.pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (width, height))
    for picture in clip.pictures:
        writer.write(picture)
    writer.release()


def counted(path: Path) -> list[CountResult]:
    eye = Eye(SeesPackages(), NoNamer(), 0.35)
    return list(count_source(Source.of_path(str(path)), eye, None, 50_000_000, SimulatedClock(NINE), NINE))


def test_a_filmed_morning_gives_exactly_its_counts_and_none_with_a_hand_in_view(tmp_path: Path) -> None:
    clip, path = a_morning(), tmp_path / "morning.avi"
    filmed(clip, path)
    results = counted(path)
    assert [48, 47, 45, 46] == [result.facings for result in results]
    assert [48, 47, 45, 46] == [clip.true[round((result.at_s or 0.0) * FPS)] for result in results]


def test_a_film_in_which_a_hand_is_always_busy_is_unsettled_rather_than_counted(tmp_path: Path) -> None:
    clip, path = Clip(), tmp_path / "busy.avi"
    for _ in range(3):
        clip.hand((2, 3), does="nothing")
    filmed(clip, path)
    assert [("unsettled",)] == [result.reasons for result in counted(path)]
