"""What the speed table races: every task with its peers first and our own rows after them.

    with Peers(peers_python()) as peers, TemporaryDirectory() as folder:
        table = run_table(entries(Bench(picture, manifest, peers, Path(folder))), ...)
"""

from pathlib import Path

import numpy as np

from edge.bench.naming_work import NamingLoad, naming_entries
from edge.bench.own_work import detector_at, heaps, nearest_names
from edge.bench.rounds import Here
from edge.bench.shelf_picture import draw_shelf
from edge.bench.speed import Entry
from edge.bench.speed_detect import Bench, Load, around_rows, detect_rows, hand_over, open_all, tile_rows
from edge.capture.frame import Frame
from edge.counting.count import count_frame
from edge.counting.pipeline import Eye
from inventory_core.ids import Sku
from inventory_core.messages import tell
from models.backends import Backend
from models.detections import PRODUCT
from models.embedder import Embedder, Vectors, open_embedder, unit
from models.gallery import Gallery
from models.gallery_changes import Enrolled, Rows
from models.gallery_file import GalleryState, PhotoRecord
from models.namer import Namer
from models.policy import UnknownPolicy
from models.session import Session, open_session
from models.yolo import Overlap, suppress

__all__ = ["Bench", "Load", "entries"]

CROPS_A_SKU = 10

SUPPRESS = tell("Suppress 1,095 overlapping boxes to 150")
EMBED = tell("Describe 150 products of one picture")
NAME = tell("Find the nearest of 10,000 enrolled crops for 150 products")
COUNT = tell("Count one picture: verdict, boxes, names, rows, facings per product")


def entries(bench: Bench) -> list[Entry]:
    """All rows; preparing the peers takes a while, and judging every row on a labelled set longer."""
    hand_over(bench)
    opened = open_all(bench)
    return [*detect_rows(bench, opened), *around_rows(bench), *_suppress(bench), *tile_rows(bench, opened),
            *_names(bench, opened.plain)]


def _suppress(bench: Bench) -> list[Entry]:
    load = heaps()
    return [
        bench.peer(SUPPRESS, tell("supervision with_nms"), "supervision_nms"),
        Entry(SUPPRESS, tell("ours"), Here(lambda: suppress(load, Overlap(bench.policy.iou))),
              note=tell("{n} boxes", n=len(suppress(load, Overlap(bench.policy.iou))))),
    ]


def _names(bench: Bench, session: Session) -> list[Entry]:
    embedder = open_embedder(threads=1, files=bench.manifest)
    detector = detector_at(session, None, bench.policy)
    shelf = draw_shelf()
    found = detector.detect(shelf).of_class(PRODUCT)
    boxes = np.resize(found.xyxy if len(found) else np.array([[0, 0, 60, 180]], np.float32), (bench.load.crops, 4))
    vectors = embedder.embed(shelf, boxes)
    gallery = _gallery(embedder, vectors, bench.load.enrolled)
    crops = gallery.rows.vectors
    eye = Eye(detector, Namer(embedder, gallery), bench.policy.score, embedder.fingerprint, gallery.fingerprint)
    frame = Frame("bench", 0, None, bench.picture)
    in_bf16 = Backend.of("openvino-bf16")
    quick = open_embedder(threads=1, files=bench.manifest, backend=in_bf16) if in_bf16.is_installed else None
    return [
        Entry(EMBED, tell("ours, one crop at a time"), Here(lambda: [embedder.embed(shelf, box[None]) for box in boxes])),
        Entry(EMBED, tell("ours"), Here(lambda: embedder.embed(shelf, boxes))),
        Entry(NAME, tell("numpy: one product and its largest"), Here(nearest_names(vectors, crops))),
        Entry(NAME, tell("ours: best and second-best product, unknown refused"), Here(lambda: gallery.identify(vectors))),
        *naming_entries(embedder, open_session(bench.manifest.verified("embedder").data, 1), shelf, found.xyxy,
                        NamingLoad(crops=bench.load.crops, many=bench.load.enrolled), quick),
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
    names = [f"sku-{row // CROPS_A_SKU:04d}/photo-{row % CROPS_A_SKU}" for row in range(len(vectors))]
    photos = tuple(PhotoRecord("", "", name, "") for name in names)
    return Gallery(Path(), GalleryState(embedder.fingerprint, photos, (Enrolled(runs),), vectors), UnknownPolicy())
