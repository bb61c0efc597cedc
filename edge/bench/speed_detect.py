"""The rows of the speed table that detect: a frame at one look, what stands around the network, and a frame in tiles.

Every back end that is installed has its rows, all of them and the peers with the same float weights as their origin, and each
with the accuracy of exactly what it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from edge.bench.own_work import (
    around,
    bare,
    detector_at,
    heaps,
    nothing_changes,
    one_tile_changes,
    raw_answer,
    split_of,
    tiled,
)
from edge.bench.peers import Absent, Peer, Peers
from edge.bench.rounds import Here
from edge.bench.speed import Entry
from edge.bench.speed_accuracy import LabelledSet, Look, Seen, judge
from edge.capture.frame import Image
from inventory_core.messages import Message, tell
from models.backends import BACKENDS, PLAIN, Backend
from models.detector import Detector, open_network
from models.errors import BadBackend
from models.letterbox import fit_long_side
from models.manifest import Manifest
from models.policy import DetectorPolicy
from models.session import Session

SAHI_FROM = 0.05
"""SAHI's merging takes minutes a photo from .01 on; from here on it is asked for its accuracy."""

DETECT = tell("Detect a 1920x1080 frame, end to end")
AROUND = tell("Prepare a 1920x1080 frame and decode 1,095 candidates to 150 boxes, without the network")
TILES = tell("Detect a 1920x1080 frame whole and in six tiles of 640 px")


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to do: products in a picture, crops enrolled, repetitions for the parts of a detection, and the long
    side in px that a frame, and the side that a tile, is shown at."""

    crops: int = 150
    enrolled: int = 10_000
    split_rounds: int = 15
    long_px: int = 640


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What all rows share: the frame, our networks, the peers, a folder to hand them files in, and the set they are judged on
    (None: their accuracy stays open)."""

    picture: Image
    manifest: Manifest
    peers: Peers
    folder: Path
    load: Load = Load()
    labelled: LabelledSet | None = None

    @property
    def policy(self) -> DetectorPolicy:
        return self.manifest.of("detector").policy or DetectorPolicy()

    def peer(self, task: Message, name: Message, kind: str, *, detects_from: float | None = None, **order: object) -> Entry:
        """A peer's row; `detects_from` is the score from which on it is asked for its accuracy, None where it finds nothing."""
        shared = {"frame": str(self.folder / "frame.npy"), "boxes": str(self.folder / "boxes.npz"),
                  "raw": str(self.folder / "raw.npy"), "weights": str(self.manifest.of("detector").path),
                  "folder": str(self.folder), "score": self.policy.score, "iou": self.policy.iou}
        contender = self.peers.prepare(str(name), kind, {**shared, **order})
        seen = None
        if self.labelled is not None and detects_from is not None and isinstance(contender, Peer):
            peer = contender
            seen = judge(lambda each, score: peer.boxes(each.file, score), self.labelled, detects_from)
        return Entry(task, name, contender, peer=True, detects=detects_from is not None, seen=seen)

    def seen(self, detector: Detector, policy: DetectorPolicy) -> Seen | None:
        """How well one of ours sees, shown pictures as `policy` says."""
        look: Look = lambda each, score: detector.detect(each.image, replace(policy, score=score))  # noqa: E731
        return None if self.labelled is None else judge(look, self.labelled)


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """The detector in every back end; one that cannot be had says why."""

    plain: Session
    every: Mapping[Backend, Session | Absent]

    def quickest(self) -> tuple[Backend, Session]:
        """The one that is quickest on processors with int8 and bf16 instructions, of those that are there."""
        return [(backend, session) for backend, session in self.every.items() if isinstance(session, Session)][-1]

    def two(self) -> dict[Backend, Session]:
        """The plain one and the quickest."""
        return {PLAIN: self.plain} | dict([self.quickest()])


def hand_over(bench: Bench) -> None:
    """Write down what the peers are given: the frame, the heaps of boxes, and the answer that holds them."""
    load = heaps()
    np.save(bench.folder / "frame.npy", bench.picture)
    np.savez(bench.folder / "boxes.npz", xyxy=load.xyxy, score=load.score, class_id=load.class_id)
    np.save(bench.folder / "raw.npy", raw_answer(load, bench.picture, bench.load.long_px))


def open_all(bench: Bench) -> Opened:
    """The detector in every back end, ready for the shapes of the race."""
    pinned, height, width = bench.manifest.of("detector"), *bench.picture.shape[:2]
    sides = sorted({bench.load.long_px, bench.policy.long_side_px, bench.policy.second_side_px} - {0})
    boxes = [fit_long_side(width, height, side) for side in sides]
    shapes = {(1, box.height, box.width, 3) for box in boxes} | {(1, bench.load.long_px, bench.load.long_px, 3)}
    plain = open_network(pinned, PLAIN, 1)
    sessions: dict[Backend, Session | Absent] = {PLAIN: plain}
    for backend in BACKENDS:
        if backend == PLAIN:
            continue
        try:
            session = open_network(pinned, backend, 1)
        except BadBackend as error:
            sessions[backend] = Absent(error.message)
            continue
        for shape in sorted(shapes):
            session.prepare(shape)
        sessions[backend] = session
    return Opened(plain, sessions)


def detect_rows(bench: Bench, opened: Opened) -> list[Entry]:
    """One look at the frame: peers, every back end at the same input, and the shipped operating point."""
    least = bench.labelled.match.min_score if bench.labelled else 0.0
    rows = [
        bench.peer(DETECT, tell("ultralytics predict, torch, 384x640"), "ultralytics_torch", detects_from=least, rect=True),
        bench.peer(DETECT, tell("ultralytics predict, torch, 640x640"), "ultralytics_torch", detects_from=least, rect=False),
        bench.peer(DETECT, tell("ultralytics predict, ONNX, 384x640"), "ultralytics_onnx", detects_from=least, height_px=384),
        bench.peer(DETECT, tell("ultralytics predict, ONNX, 640x640"), "ultralytics_onnx", detects_from=least, height_px=640),
        bench.peer(DETECT, tell("ultralytics predict, OpenVINO, 640x640"), "ultralytics_openvino", detects_from=least,
                   height_px=640),
    ]
    square = (bench.load.long_px, bench.load.long_px)
    once = replace(bench.policy, long_side_px=bench.load.long_px, second_side_px=0, tile_px=0)
    for backend, session in opened.every.items():
        rows.append(_own(bench, session, tell("ours, {backend}, 384x640", backend=backend), None, once))
    for backend, session in opened.two().items():
        rows.append(_own(bench, session, tell("ours, {backend}, 640x640", backend=backend), square, once))
    if bench.policy != once:
        for backend, session in opened.two().items():
            name = tell("ours, {backend}, as shipped: {looks}", backend=backend, looks=_looks(bench.policy))
            rows.append(_own(bench, session, name, None, bench.policy))
    return rows


def around_rows(bench: Bench) -> list[Entry]:
    """Everything but the network."""
    raw = raw_answer(heaps(), bench.picture, bench.load.long_px)
    return [
        bench.peer(AROUND, tell("ultralytics preprocess and postprocess"), "ultralytics_around"),
        Entry(AROUND, tell("ours"), Here(around(raw, bench.picture, bench.policy, bench.load.long_px))),
    ]


def tile_rows(bench: Bench, opened: Opened) -> list[Entry]:
    """The frame whole and in tiles; what the seven passes cost by themselves; and what a fixed camera is spared."""
    rows = [
        bench.peer(TILES, tell("SAHI, ONNX"), "sahi", detects_from=SAHI_FROM, onnx=True, height_px=640),
        bench.peer(TILES, tell("SAHI, torch"), "sahi", detects_from=SAHI_FROM, onnx=False),
    ]
    policy = tiled(bench.policy, bench.load.long_px)
    for backend, session in opened.every.items():
        rows.append(_own(bench, session, tell("ours, {backend}", backend=backend), None, policy, TILES))
    for backend, session in opened.two().items():
        detector = detector_at(session, None, policy)
        rows += [
            Entry(TILES, tell("the seven passes of {backend} alone", backend=backend),
                  Here(bare(session, bench.picture, policy))),
            Entry(TILES, tell("ours, {backend}, fixed camera, one tile changed", backend=backend),
                  Here(one_tile_changes(detector, bench.picture, policy))),
            Entry(TILES, tell("ours, {backend}, fixed camera, nothing changed", backend=backend),
                  Here(nothing_changes(detector, bench.picture, policy))),
        ]
    return rows


def _own(bench: Bench, session: Session | Absent, name: Message, size: tuple[int, int] | None, policy: DetectorPolicy,
         task: Message = DETECT) -> Entry:  # fmt: skip
    if isinstance(session, Absent):
        return Entry(task, name, session, detects=True)
    detector = detector_at(session, size, policy)
    single = not policy.second_side_px and not policy.tile_px
    return Entry(
        task, name, Here(lambda: detector.detect(bench.picture)), detects=True, seen=bench.seen(detector, policy),
        split=split_of(session, size, policy, bench.picture, bench.load.split_rounds) if single else None,
        note=tell("{n} boxes", n=len(detector.detect(bench.picture))),
    )


def _looks(policy: DetectorPolicy) -> str:
    """The sizes that pictures are shown at, in px."""
    sides = [policy.long_side_px, policy.second_side_px, policy.tile_px]
    return " + ".join(str(side) for side in sides if side) + " px"
