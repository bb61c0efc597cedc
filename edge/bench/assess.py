"""Holds the eye against one labelled picture: boxes, names on the true boxes, and the whole count. Plane: px of the picture."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from edge.bench.detection_metrics import Judged, judge
from edge.bench.facing_metrics import Answer, Cell, Tally, TrueFacing, tally
from edge.bench.identity_metrics import Ranked
from edge.bench.matching import NONE, MatchPolicy, away_from_edge, match, overlaps
from edge.capture.frame import Frame
from edge.counting.count import CountPolicy
from edge.counting.facings import row_beside
from edge.counting.intervals import tally as tally_places
from edge.counting.pipeline import Eye, look
from edge.counting.readings import Facing, FrameReading, Place
from edge.counting.rows import find_rows
from inventory_core.ids import ShelfId, Sku
from inventory_core.units import FacingRange
from models.detections import PRODUCT, Detections
from models.embedder import Embedder
from models.gallery import Gallery
from models.namer import Namer

Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The labelled facings of one picture: `xyxy` (n, 4), a SKU and a shelf of each, and the picture's size."""

    xyxy: Boxes
    sku: tuple[Sku, ...]
    shelf: tuple[ShelfId, ...]
    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        if self.xyxy.shape != (len(self.sku), 4) or len(self.sku) != len(self.shelf):
            found = f"{self.xyxy.shape}, {len(self.sku)}, {len(self.shelf)}"
            raise ValueError(f"truth needs n boxes, names and shelves, got {found}")

    def away_from_edge(self, share: float) -> "Truth":
        """The facings that are measured: none within `share` of the picture's edge."""
        kept = np.flatnonzero(away_from_edge(self.xyxy, self.width_px, self.height_px, share))
        return Truth(self.xyxy[kept], tuple(self.sku[i] for i in kept), tuple(self.shelf[i] for i in kept),
                     self.width_px, self.height_px)


def shelves_from_rows(xyxy: Boxes) -> tuple[ShelfId, ...]:
    """The shelf of each true box where the set names none: the rows that the product's own finder sees in them."""
    return tuple(ShelfId(str(row + 1)) for row in find_rows(xyxy).row.tolist())


@dataclass(frozen=True, slots=True)
class AssessPolicy:
    """How truth and answer are held together, and the product's own thresholds of a count."""

    match: MatchPolicy = field(default_factory=MatchPolicy)
    count: CountPolicy = field(default_factory=CountPolicy)


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """A detector that has already looked: answers what it is told, so that one pass serves every figure."""

    fingerprint: str
    found: Detections

    def detect(self, image: npt.NDArray[np.uint8]) -> Detections:
        del image
        return self.found


def judge_boxes(truth: Truth, found: Detections, policy: MatchPolicy) -> Judged:
    """Product boxes from the policy's least score on, away from the edge, against the truth (already away from it)."""
    products = found.of_class(PRODUCT)
    kept = away_from_edge(products.xyxy, truth.width_px, truth.height_px, policy.edge) & (products.score >= policy.min_score)
    return judge(truth.xyxy, products.xyxy[kept], products.score[kept], policy)


def rank_names(truth: Truth, frame: Frame, embedder: Embedder, gallery: Gallery) -> Ranked:
    """Where the true SKU stands among all enrolled ones, for each true box."""
    enrolled = {sku: column for column, sku in enumerate(gallery.names())}
    similarity = gallery.similarities(embedder.embed(frame.image, truth.xyxy))  # (n, SKUs)
    known = np.array([sku in enrolled for sku in truth.sku], np.bool_).reshape(-1)
    rank = np.full(len(truth.sku), NONE, np.int64)
    for index in np.flatnonzero(known):
        own = similarity[index, enrolled[truth.sku[index]]]
        rank[index] = int((similarity[index] > own).sum())
    return Ranked(known, rank, similarity.max(axis=1, initial=-1.0).astype(np.float64))


def count_end_to_end(
    truth: Truth, frame: Frame, eye: Eye, enrolled: AbstractSet[Sku], policy: AssessPolicy
) -> Tally:
    """The product's own count of the picture, box by box and cell by cell; `eye` is asked once."""
    reading = look(frame, eye, None, policy.count.look)
    if not isinstance(reading, FrameReading):
        return tally(_true_facings(truth), Answer((), refused=True), np.zeros(0, np.int64), enrolled)
    facings = _away_from_edge([*reading.facings, *reading.strays], truth, policy.match.edge)
    counted = [facing for facing in facings if facing.score >= eye.count_from]
    partner = match(overlaps(_boxes(counted), truth.xyxy), np.array([f.score for f in counted]), policy.match.min_iou)
    answer = Answer(tuple(facing.sku for facing in counted), _counts(facings, truth, eye, policy))
    return tally(_true_facings(truth), answer, partner, enrolled)


def _counts(facings: Sequence[Facing], truth: Truth, eye: Eye, policy: AssessPolicy) -> Mapping[Cell, FacingRange]:
    """The ranges that the product gives, on the truth's shelves: whether a row was numbered alike is no question here."""
    names = sorted(set(truth.shelf))
    row = np.array([names.index(shelf) for shelf in truth.shelf], np.int64)
    overlap = overlaps(_boxes(facings), truth.xyxy)  # (n, m)
    on: dict[ShelfId, list[Place]] = {shelf: [] for shelf in names}
    for index, facing in enumerate(facings):
        best = int(overlap[index].argmax()) if overlap.shape[1] else NONE
        if best != NONE and overlap[index, best] >= policy.match.min_iou:
            shelf = int(row[best])
        else:
            shelf = row_beside(_boxes([facing])[0], truth.xyxy, row)
        if shelf != NONE:
            on[names[shelf]].append(Place(facing, int(facing.score >= eye.count_from), 1, 1, 1))
    named = eye.gallery_fingerprint is not None
    return {
        (shelf, counted.sku): counted.facings
        for shelf, places in on.items()
        for counted in tally_places(places, eye.count_from, named, policy.count.trust)
        if counted.sku is not None
    }


def _away_from_edge(facings: Sequence[Facing], truth: Truth, share: float) -> list[Facing]:
    kept = away_from_edge(_boxes(facings), truth.width_px, truth.height_px, share)
    return [facing for facing, inside in zip(facings, kept, strict=True) if inside]


def _true_facings(truth: Truth) -> list[TrueFacing]:
    return [TrueFacing(sku, shelf) for sku, shelf in zip(truth.sku, truth.shelf, strict=True)]


def _boxes(facings: Sequence[Facing]) -> Boxes:
    """(n, 4) px of the source picture."""
    return np.array([(f.box.x1_px, f.box.y1_px, f.box.x2_px, f.box.y2_px) for f in facings], np.float32).reshape(-1, 4)


def eye_on(found: Detections, fingerprint: str, at_score: float, faint: float, namer: Namer) -> Eye:
    """The product's eye, with a detector that answers `found` from the faint share of the operating point on."""
    heard = found.where(found.score >= faint * at_score)
    return Eye(Replay(fingerprint, heard), namer, at_score, namer.embedder.fingerprint, namer.gallery.fingerprint)
