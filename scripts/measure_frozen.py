"""Whether a still shelf with sensor noise is ever taken for a frozen camera, and how soon a frozen one is noticed.

    python -m scripts.measure_frozen PHOTO [--small 100000] [--large 1000]

Every frame is PHOTO at 640x360 (or 1920x1080) with fresh noise; prints false alarms for each way a camera may noise, and how
many frames a frozen camera takes to be noticed (a frame repeated, a sequence number or a time that stands).
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Frame, Image
from edge.capture.frozen import FrozenWatch
from edge.capture.pictures import read_picture

START = datetime(2026, 1, 1, tzinfo=UTC)
FPS = 15.0
MAX_PIXELS = 50_000_000


def frames(
    photo: Image, size: tuple[int, int], count: int, grain: Callable[[Image, np.random.Generator], Image]
) -> Iterator[Frame]:
    """`count` frames of a shelf on which nothing ever changes."""
    still = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    dice = np.random.default_rng(0)
    for seq in range(count):
        yield Frame("still", seq, START + timedelta(seconds=seq / FPS), grain(still, dice))


def sensor(still: Image, dice: np.random.Generator) -> Image:
    """Noise of -1, 0 or +1 grey level (sigma .7): little, for a webcam."""
    bits = np.frombuffer(dice.bytes(still.size), np.uint8).reshape(still.shape)
    return np.asarray(cv2.add(cv2.subtract(still, bits & 1), (bits >> 1) & 1), np.uint8)


def through_jpeg(still: Image, dice: np.random.Generator) -> Image:
    """The same through a camera's JPEG of quality 80."""
    data = cv2.imencode(".jpg", sensor(still, dice), [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def false_alarms(stream: Iterator[Frame]) -> tuple[int, int, float]:
    """(frames, alarms, ms of watching per frame)."""
    watch, alarms, seen, spent_s = FrozenWatch(), 0, 0, 0.0
    for frame in stream:
        began_s = time.perf_counter()
        alarms += watch.look(frame, frame.seq / FPS)
        spent_s += time.perf_counter() - began_s
        seen += 1
    return seen, alarms, 1000 * spent_s / max(1, seen)


def noticed_after(spoil: Callable[[Frame, Frame], Frame], photo: Image) -> int:
    """Frames of a camera that froze at its tenth, until it is noticed (the frozen one included)."""
    watch, held = FrozenWatch(), None
    for frame in frames(photo, (640, 360), 40, sensor):
        held = frame if frame.seq == 10 else held
        shown = spoil(held, frame) if held is not None else frame
        if watch.look(shown, frame.seq / FPS):
            return frame.seq - 10 + 1
    return -1


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("photo", type=Path)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000)
    arguments = parser.parse_args()
    photo = read_picture(arguments.photo, MAX_PIXELS).image
    for name, spoil in {
        "same bytes, fresh number and time": lambda held, now: replace(now, image=held.image),
        "same number": lambda held, now: replace(now, seq=held.seq),
        "same time": lambda held, now: replace(now, captured_at=held.captured_at),
    }.items():
        print(f"frozen ({name}): noticed with frame {noticed_after(spoil, photo)}")
    for size, count, grain in (((1920, 1080), arguments.large, sensor), ((640, 360), arguments.small // 50, through_jpeg),
                               ((640, 360), arguments.small, sensor)):
        seen, alarms, spent_ms = false_alarms(frames(photo, size, count, grain))
        print(f"{size[0]}x{size[1]} {grain.__name__}: {alarms} false alarms in {seen:,} frames, "
              f"{spent_ms:.3f} ms each", flush=True)


if __name__ == "__main__":
    main()
