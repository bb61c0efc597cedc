"""Naming as work to be raced: the usual way, ours, and ours at a fixed camera where few places changed; the nearest of many.

Planes: px of the given picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge.bench.own_work import nearest_names
from edge.bench.rounds import Here
from edge.bench.speed import Entry
from edge.capture.frame import Image
from inventory_core.ids import Sku
from inventory_core.messages import tell
from models.crops import cut, draw_square
from models.detections import Boxes, Detections
from models.embedder import Embedder, Vectors, unit
from models.gallery import Gallery
from models.gallery_changes import Enrolled, Rows
from models.gallery_file import GalleryState, PhotoRecord
from models.gallery_search import plain_two
from models.namer import Namer, RememberingNamer
from models.policy import UnknownPolicy
from models.session import Session
from models.slot_cache import Slots

IDENTIFY = tell("Name 150 products of one picture, 500 crops enrolled")
NEAREST = tell("Find the nearest of 10,000 enrolled crops of 576 numbers for 150 products")
DIMS = 576


@dataclass(frozen=True, slots=True)
class NamingLoad:
    """How much there is to name: products of a picture, the share of them whose place `changed` since the last count, crops
    enrolled for these and for the large gallery, and crops for each product."""

    crops: int = 150
    changed: float = 0.05
    enrolled: int = 500
    many: int = 10_000
    crops_a_sku: int = 10


def naming_entries(
    embedder: Embedder, plain: Session, picture: Image, found: Boxes, load: NamingLoad = NamingLoad(),
    quick: Embedder | None = None,
) -> list[Entry]:
    """The rows of both tasks. `plain` is the same network in float32, uint8 (n, S, S, 3) in; `found` (n, 4) products of
    `picture`, repeated up to the load; `quick` is the embedder by another back end."""
    return [*_identify(embedder, plain, picture, found, load, quick), *_nearest(load)]


def _identify(
    embedder: Embedder, plain: Session, picture: Image, found: Boxes, load: NamingLoad, quick: Embedder | None
) -> list[Entry]:
    picture, boxes = spread_out(picture, found, load.crops)
    detections = Detections(boxes, np.full(len(boxes), 0.9, np.float32), np.zeros(len(boxes), np.int64))
    vectors = embedder.embed(picture, boxes)
    dice = np.random.default_rng(0)
    enrolled = np.arange(load.enrolled) // load.crops_a_sku
    shaken = vectors[enrolled % len(vectors)] + dice.normal(0, 0.005, (load.enrolled, embedder.dim)).astype(np.float32)
    namer = Namer(embedder, gallery_in_memory(unit(shaken), enrolled, embedder.fingerprint))
    by_quick = Namer(quick, namer.gallery) if quick else None
    before = RememberingNamer(namer, Slots.none(), 0.0)
    before.identify(picture, detections)
    slots = before.remember()
    changed = round(load.changed * len(boxes))
    now = swapped(picture, boxes, changed)
    return [
        Entry(IDENTIFY, tell("float pictures by blobFromImages, float32 one by one, numpy"),
              Here(usual_way(plain, embedder.side_px, picture, boxes, namer.gallery.rows.vectors, embedder.dim))),
        Entry(IDENTIFY, tell("ours"), Here(lambda: namer.identify(picture, detections)),
              note=tell("{n} looked at", n=len(boxes))),
        *([] if by_quick is None else [
            Entry(IDENTIFY, tell("ours, {backend}", backend=by_quick.embedder.backend),
                  Here(lambda: by_quick.identify(picture, detections)), note=tell("{n} looked at", n=len(boxes)))]),
        Entry(IDENTIFY, tell("ours, a fixed camera, 5 in 100 places changed"),
              Here(lambda: RememberingNamer(namer, slots, 60.0).identify(now, detections)),
              note=tell("{n} looked at", n=looked_at(namer, slots, now, detections))),
    ]


def _nearest(load: NamingLoad) -> list[Entry]:
    vectors, owner, asked = enrolled_and_asked(DIMS, load)
    gallery = gallery_in_memory(vectors, owner, "bench")
    right = plain_two(gallery.similarities(asked)).best
    names = np.array([gallery.names()[index] for index in right])
    same = np.mean(names == np.array(gallery.identify(asked).nearest))
    return [
        Entry(NEAREST, tell("numpy: one product and its largest"), Here(nearest_names(asked, vectors))),
        Entry(NEAREST, tell("ours: best and second-best product, unknown refused"), Here(lambda: gallery.identify(asked)),
              note=tell("the same nearest product for {share}", share=f"{same:.1%}")),
    ]


def usual_way(plain: Session, side_px: int, picture: Image, boxes: Boxes, enrolled: Vectors, dims: int) -> Callable[[], object]:
    """Crops scaled to float pictures with mean and scale, the float32 network one by one, one product of matrices.

    The network's normalisation is inside its graph, so it is fed the squares; the float pictures are made as another program
    has to. Its vectors lack our colour part: the product is with that many numbers of the gallery.
    """
    squares = np.empty((len(boxes), side_px, side_px, 3), np.uint8)
    for square, box in zip(squares, boxes, strict=True):
        draw_square(square, cut(picture, box))
    width = min(dims, plain.run(squares[:1]).shape[1])
    half = (127.5, 127.5, 127.5)

    def work() -> object:
        crops = [cut(picture, box) for box in boxes]
        cv2.dnn.blobFromImages(crops, 1 / 127.5, (side_px, side_px), half, swapRB=True)
        seen = np.concatenate([plain.run(square[None]) for square in squares])
        return nearest_names(unit(seen)[:, :width], enrolled[:, :width])()

    return work


def spread_out(picture: Image, found: Boxes, crops: int) -> tuple[Image, Boxes]:
    """The picture and `crops` boxes in it, none over another: the picture is set below itself as often as it takes."""
    found = found if len(found) else np.array([[0, 0, 60, 180]], np.float32)
    times = -(-crops // len(found))
    down = np.repeat(np.arange(times) * picture.shape[0], len(found))[:, None] * np.array([0, 1, 0, 1])
    return np.concatenate([picture] * times), (np.tile(found, (times, 1)) + down)[:crops].astype(np.float32)


def swapped(picture: Image, boxes: Boxes, count: int) -> Image:
    """The picture with other products in `count` places: upside down and in other colours."""
    made = picture.copy()
    for box in boxes[np.linspace(0, len(boxes) - 1, count).astype(np.int64)]:
        part = cut(made, box)
        part[:] = part[::-1, :, [1, 2, 0]].copy()
    return made


def looked_at(namer: Namer, slots: Slots, picture: Image, found: Detections) -> int:
    """How many products are embedded when the picture is named with what is remembered."""
    names = RememberingNamer(namer, slots, 60.0)
    names.identify(picture, found)
    return names.looked


def enrolled_and_asked(dims: int, load: NamingLoad) -> tuple[Vectors, npt.NDArray[np.int64], Vectors]:
    """Enrolled crops (many, dims) of products that stand in heaps of look-alikes, their product, and other looks at some of
    the products (crops, dims)."""
    dice = np.random.default_rng(0)
    owner = np.arange(load.many) // load.crops_a_sku
    heap = unit(dice.normal(size=(load.crops, dims)).astype(np.float32))
    products = int(owner[-1]) + 1

    def near(centre: Vectors, apart: float) -> Vectors:
        return unit(centre + dice.normal(0, apart, centre.shape).astype(np.float32))

    product = near(heap[dice.integers(0, len(heap), products)], 0.02)
    return near(product[owner], 0.01), owner, near(product[dice.integers(0, products, load.crops)], 0.01)


def gallery_in_memory(vectors: Vectors, owner: npt.NDArray[np.int64], embedder: str) -> Gallery:
    """A gallery that lies nowhere: a run of rows for each product of `owner` (rows,), ascending."""
    first = np.searchsorted(owner, np.arange(owner[-1] + 2))
    runs = tuple(Rows(Sku(f"sku-{sku:04d}"), int(first[sku]), int(first[sku + 1])) for sku in range(owner[-1] + 1))
    photos = tuple(PhotoRecord("", "", f"{sku}/photo-{row - first[sku]}", "") for row, sku in enumerate(owner))
    return Gallery(Path(), GalleryState(embedder, photos, (Enrolled(runs),), vectors), UnknownPolicy())
