"""Whether a still shelf with sensor noise is ever taken for a frozen camera, and how soon a frozen one is noticed.

    python -m scripts.measure_frozen PHOTO [--small 100000] [--jpegs 10000] [--large 1000]

Bursts are taken by `take_burst`, one after another by a simulated clock, of a camera that delivers PHOTO with fresh noise, and
refused by what refuses them in a count: pictures that came before (`Recall`, asked as the capture process asks it), and a
burst that repeats itself (`frozen`). A repeated count (`counting/unchanged.py`) is not given where two looks have the same
cells: such pairs are told as well.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Frame, Image
from edge.capture.frozen import frozen
from edge.capture.gate import Gate
from edge.capture.packet import Packet, packet_of
from edge.capture.pictures import read_picture
from edge.capture.recall import Recall
from edge.capture.settle import Burst, BurstPolicy, take_burst
from edge.clock import SimulatedClock
from edge.counting.unchanged import Shown

START = datetime(2026, 1, 1, tzinfo=UTC)
MAX_PIXELS = 50_000_000
SMALL, LARGE = (640, 360), (1920, 1080)
NOWHERE = np.zeros((0, 4), np.float32)
FIRST = range(3, 23)
"""A camera freezes with one of these pictures."""
FROZEN_LOOKS = 3
"""A burst with so many pictures of a frozen camera must be refused."""
SLOW_FRAMES = 200


def noisy(still: Image, dice: np.random.Generator) -> Image:
    """Noise of -1, 0 or +1 grey level (sigma .7): little, for a webcam."""
    bits = np.frombuffer(dice.bytes(still.size), np.uint8).reshape(still.shape)
    return np.asarray(cv2.add(cv2.subtract(still, bits & 1), (bits >> 1) & 1), np.uint8)


def jpeg(image: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes())


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """A picture as the camera sends it, and its number by the capture process."""

    number: int
    picture: bytes | Image


Way = Callable[[list[Sent], int], Sent]
"""What is sent, of all pictures that were made, by a camera that froze with picture `first`."""

FREEZES: dict[str, Way] = {
    "same bytes": lambda made, first: replace(made[-1], picture=made[first].picture),
    "same number": lambda made, first: replace(made[-1], number=made[first].number),
    "three before, over and over": lambda made, first: replace(
        made[-1], picture=made[first - 3 + (len(made) - 1 - first) % 3].picture),
}
OF_A_NETWORK_CAMERA = "three before, over and over"
"""A driver has no such buffer: its few pictures are read out (`capture/worker.py`)."""


def twice(made: list[Sent], _: int) -> Sent:
    """A slow camera that sends each picture twice."""
    return replace(made[-1], picture=made[(len(made) - 1) // 2 * 2].picture)


class StillCamera:
    """A PacketCamera before a shelf on which nothing ever changes. From picture `first` on it sends what `way` says."""

    name = "still"

    def __init__(self, still: Image, *, compressed: bool, first: int = 0, way: Way | None = None) -> None:
        self.clock = SimulatedClock(START)
        self._still, self._compressed, self._first, self._way = still, compressed, first, way
        self._dice, self._recall, self._made = np.random.default_rng(0), Recall(), list[Sent]()
        self._gate, self.pictures = Gate(), 0

    def read_packet(self) -> Packet:
        image = noisy(self._still, self._dice)
        sent = Sent(self.pictures, jpeg(image) if self._compressed else image)
        self.pictures += 1
        if self._way is not None:
            self._made.append(sent)
            sent = self._way(self._made, self._first) if len(self._made) > self._first else sent
        again = isinstance(sent.picture, bytes) and self._recall.look(sent.picture)
        return packet_of(self.name, sent.number, self.clock.now(), self.clock.monotonic(), sent.picture, again=again)

    def read(self) -> Frame:
        return self.read_packet().frame()

    def close(self) -> None:
        pass

    def burst(self) -> Burst:
        return take_burst(self, self.clock, gate=self._gate)


def refused(burst: Burst) -> bool:
    return burst.replayed or frozen(burst.frames)


def false_alarms(camera: StillCamera, count: int) -> str:
    found, began_s = Counter[str](), time.perf_counter()
    while found["frames"] < count:
        burst = camera.burst()
        packets = [shot for shot in burst.shots if isinstance(shot, Packet)]
        cells = [Shown.by(packet, NOWHERE).cells for packet in packets]
        found.update(frames=len(packets), bursts=1, refused=refused(burst), again=sum(packet.again for packet in packets))
        found.update(cells=sum(np.array_equal(last, now) for last, now in pairwise(cells)))
    return (f"{found['refused']} of {found['bursts']:,} bursts of {found['frames']:,} frames refused, {found['again']} called "
            f"sent before, {found['cells']} pairs with the same cells; {time.perf_counter() - began_s:.0f} s")


def noticed(still: Image, way: Way, *, compressed: bool) -> str:
    """What became of counts, asked for without a pause, of a camera that freezes with each of `FIRST`."""
    published, pictures = 0, list[int]()
    for first in FIRST:
        camera = StillCamera(still, compressed=compressed, first=first, way=way)
        while not refused(burst := camera.burst()):
            looks = len(burst.shots)
            published += camera.pictures - max(first, camera.pictures - looks) >= FROZEN_LOOKS
        pictures.append(camera.pictures - first)
    longest_s = (max(pictures) - 1) * BurstPolicy().every_s
    return (f"{published} counts published with {FROZEN_LOOKS} frozen pictures; refused at the {min(pictures)}rd to "
            f"{max(pictures)}th of them, {longest_s:.2f} s later at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path)
    parser.add_argument("--small", type=int, default=100_000, help="frames at 640x360, as rows")
    parser.add_argument("--jpegs", type=int, default=10_000, help="the same as JPEGs")
    parser.add_argument("--large", type=int, default=1_000, help="frames at 1920x1080, of each kind")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    photo = read_picture(given.photo, MAX_PIXELS).image
    small, large = (np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8) for size in (SMALL, LARGE))
    for kind, compressed in (("rows", False), ("JPEG", True)):
        for name, way in FREEZES.items():
            if compressed or name != OF_A_NETWORK_CAMERA:
                print(f"frozen, {kind}, {name}: {noticed(small, way, compressed=compressed)}", flush=True)
        slow = StillCamera(small, compressed=compressed, way=twice)
        print(f"slow, {kind}, each twice: {false_alarms(slow, SLOW_FRAMES)}", flush=True)
    for still, count, compressed in ((large, given.large, False), (large, given.large, True), (small, given.small, False),
                                     (small, given.jpegs, True)):
        told = false_alarms(StillCamera(still, compressed=compressed), count)
        print(f"{still.shape[1]}x{still.shape[0]}, {'JPEG' if compressed else 'rows'}: {told}", flush=True)


if __name__ == "__main__":
    main()
