"""What the speed table races: every task with its peers first and our own rows after them.

    with Peers(peers_python()) as peers, TemporaryDirectory() as folder:
        table = run_table(entries(picture, peers, Path(folder)), ...)
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from edge.bench.own_work import detector_at, heaps, nearest_names, split_of, tiled
from edge.bench.peers import Peers
from edge.bench.rounds import Here
from edge.bench.shelf_picture import draw_shelf
from edge.bench.speed import Entry
from edge.capture.frame import Frame, Image
from edge.counting.count import count_frame
from edge.counting.pipeline import Eye
from inventory_core.ids import Sku
from inventory_core.messages import Message, tell
from models.detections import PRODUCT
from models.embedder import Embedder, Vectors, open_embedder, unit
from models.gallery import Gallery
from models.gallery_changes import Enrolled, Rows
from models.gallery_file import GalleryState, PhotoRecord
from models.manifest import Manifest
from models.namer import Namer
from models.policy import DetectorPolicy, UnknownPolicy
from models.session import Session, open_session
from models.yolo import suppress

WIDE, SQUARE = (640, 384), (640, 640)
CROPS_A_SKU = 10

DETECT = tell("Detect a 1920x1080 frame, end to end")
SUPPRESS = tell("Suppress 1,095 overlapping boxes to 150")
TILES = tell("Detect a 1920x1080 frame whole and in six tiles of 640 px")
EMBED = tell("Describe 150 products of one picture")
NAME = tell("Find the nearest of 10,000 enrolled crops for 150 products")
COUNT = tell("Count one picture: verdict, boxes, names, rows, facings per product")


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to do: products in a picture, crops enrolled, and repetitions for the parts of a detection."""

    crops: int = 150
    enrolled: int = 10_000
    split_rounds: int = 15


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What all rows share: the frame, our networks, the peers and a folder to hand them files in."""

    picture: Image
    manifest: Manifest
    peers: Peers
    folder: Path
    load: Load = Load()

    @property
    def policy(self) -> DetectorPolicy:
        return self.manifest.of("detector").policy or DetectorPolicy()

    def peer(self, task: Message, name: Message, kind: str, **order: object) -> Entry:
        shared = {"frame": str(self.folder / "frame.npy"), "boxes": str(self.folder / "boxes.npz"),
                  "weights": str(self.manifest.of("detector").path), "folder": str(self.folder),
                  "score": self.policy.score, "iou": self.policy.iou}
        return Entry(task, name, self.peers.prepare(str(name), kind, {**shared, **order}), peer=True)


def entries(bench: Bench) -> list[Entry]:
    """All rows; preparing the peers takes a while."""
    session = open_session(bench.manifest.verified("detector").data, 1)
    np.save(bench.folder / "frame.npy", bench.picture)
    load = heaps()
    np.savez(bench.folder / "boxes.npz", xyxy=load.xyxy, score=load.score, class_id=load.class_id)
    return [*_detect(bench, session), *_suppress(bench), *_tiles(bench, session), *_names(bench, session)]


def _detect(bench: Bench, session: Session) -> list[Entry]:
    one_pass = replace(bench.policy, tile_px=0)
    rows = [
        bench.peer(DETECT, tell("ultralytics predict, torch, 384x640"), "ultralytics_torch", rect=True),
        bench.peer(DETECT, tell("ultralytics predict, torch, 640x640"), "ultralytics_torch", rect=False),
        bench.peer(DETECT, tell("ultralytics predict, ONNX, 384x640"), "ultralytics_onnx", height_px=384),
        bench.peer(DETECT, tell("ultralytics predict, ONNX, 640x640"), "ultralytics_onnx", height_px=640),
    ]
    for name, size in ((tell("ours, 384x640"), WIDE), (tell("ours, 640x640"), SQUARE)):
        detector = detector_at(session, size, one_pass)
        found = len(detector.detect(bench.picture))
        rows.append(Entry(DETECT, name, Here(lambda detector=detector: detector.detect(bench.picture)),  # type: ignore[misc]
                          split=split_of(session, size, one_pass, bench.picture, bench.load.split_rounds),
                          note=tell("{n} boxes", n=found)))
    if bench.policy.tile_px or bench.policy.long_side_px != max(WIDE):
        shipped = detector_at(session, None, bench.policy)
        rows.append(Entry(DETECT, tell("ours, at the shipped operating point"), Here(lambda: shipped.detect(bench.picture)),
                          note=tell("long side {px} px", px=bench.policy.long_side_px)))
    return rows


def _suppress(bench: Bench) -> list[Entry]:
    load = heaps()
    return [
        bench.peer(SUPPRESS, tell("supervision with_nms"), "supervision_nms"),
        Entry(SUPPRESS, tell("ours"), Here(lambda: suppress(load, bench.policy.iou)),
              note=tell("{n} boxes", n=len(suppress(load, bench.policy.iou)))),
    ]


def _tiles(bench: Bench, session: Session) -> list[Entry]:
    detector = detector_at(session, None, tiled(bench.policy))
    return [
        bench.peer(TILES, tell("SAHI, ONNX"), "sahi", onnx=True, height_px=640),
        bench.peer(TILES, tell("SAHI, torch"), "sahi", onnx=False),
        Entry(TILES, tell("ours"), Here(lambda: detector.detect(bench.picture)),
              note=tell("{n} boxes", n=len(detector.detect(bench.picture)))),
    ]


def _names(bench: Bench, session: Session) -> list[Entry]:
    embedder = open_embedder(threads=1)
    detector = detector_at(session, None, bench.policy)
    shelf = draw_shelf()
    found = detector.detect(shelf).of_class(PRODUCT)
    boxes = np.resize(found.xyxy if len(found) else np.array([[0, 0, 60, 180]], np.float32), (bench.load.crops, 4))
    vectors = embedder.embed(shelf, boxes)
    gallery = _gallery(embedder, vectors, bench.load.enrolled)
    crops = gallery.rows.vectors
    eye = Eye(detector, Namer(embedder, gallery), bench.policy.score, embedder.fingerprint, gallery.fingerprint)
    frame = Frame("bench", 0, None, bench.picture)
    return [
        Entry(EMBED, tell("ours, one crop at a time"), Here(lambda: [embedder.embed(shelf, box[None]) for box in boxes])),
        Entry(EMBED, tell("ours"), Here(lambda: embedder.embed(shelf, boxes))),
        Entry(NAME, tell("numpy: one product and its largest"), Here(nearest_names(vectors, crops))),
        Entry(NAME, tell("ours: best and second-best product, unknown refused"), Here(lambda: gallery.identify(vectors))),
        Entry(COUNT, tell("ours"), Here(lambda: count_frame(eye, frame, source="bench")),
              note=tell("{n} boxes", n=len(detector.detect(bench.picture)))),
    ]


def _gallery(embedder: Embedder, near: Vectors, crops: int) -> Gallery:
    """`crops` crops, CROPS_A_SKU for each product, in memory: real vectors shaken, so that look-alikes abound."""
    dice = np.random.default_rng(0)
    centre = near[dice.integers(0, len(near), crops // CROPS_A_SKU)]
    products = unit(centre + dice.normal(0, 0.02, centre.shape).astype(np.float32))
    vectors = np.repeat(products, CROPS_A_SKU, axis=0)
    vectors = unit(vectors + dice.normal(0, 0.01, vectors.shape).astype(np.float32))
    runs = tuple(
        Rows(Sku(f"sku-{number:04d}"), number * CROPS_A_SKU, (number + 1) * CROPS_A_SKU) for number in range(len(products))
    )
    photos = tuple(PhotoRecord("", "", f"photo-{row % CROPS_A_SKU}", "") for row in range(len(vectors)))
    return Gallery(Path(), GalleryState(embedder.fingerprint, photos, (Enrolled(runs),), vectors), UnknownPolicy())
