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
from edge.bench.outcomes import Facing as Told
from edge.bench.outcomes import Outcome, outcomes
from edge.capture.frame import Frame
from edge.counting.count import CountPolicy, count_burst
from edge.counting.facings import row_beside
from edge.counting.intervals import is_counted
from edge.counting.intervals import tally as tally_places
from edge.counting.pipeline import Detects, Eye
from edge.counting.readings import Place
from edge.counting.rows import find_rows
from inventory_core.counts import CaptureStatus
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
    truth: Truth, frames: Sequence[Frame], eye: Eye, enrolled: AbstractSet[Sku], policy: AssessPolicy
) -> tuple[Tally, tuple[Outcome, ...]]:
    """The product's own count of one frame or of a burst of it, cell by cell, and what became of every facing."""
    result = count_burst(eye, frames, source="", policy=policy.count)
    true = [Told(_corners(box), sku, shelf) for box, sku, shelf in zip(truth.xyxy, truth.sku, truth.shelf, strict=True)]
    facings = [TrueFacing(sku, shelf) for sku, shelf in zip(truth.sku, truth.shelf, strict=True)]
    if result.status is CaptureStatus.CANNOT_SEE:
        nothing = np.zeros(0, np.int64)
        return tally(facings, Answer((), refused=True), nothing, enrolled), outcomes(true, (), nothing, enrolled)
    seen = [place for shelf in result.shelves for place in shelf.reading.places]
    places = places_away_from_edge([*seen, *result.strays], truth, policy.match.edge)
    counted = [place for place in places if is_counted(place)]
    score = np.array([place.facing.score for place in counted])
    partner = match(overlaps(_boxes(counted), truth.xyxy), score, policy.match.min_iou)
    answer = Answer(tuple(place.facing.sku for place in counted), _counts(places, truth, eye, policy))
    found = [Told(_corners(box), place.facing.sku, None, place.facing.score)
             for box, place in zip(_boxes(counted), counted, strict=True)]
    return tally(facings, answer, partner, enrolled), outcomes(true, found, partner, enrolled)


def _counts(places: Sequence[Place], truth: Truth, eye: Eye, policy: AssessPolicy) -> Mapping[Cell, FacingRange]:
    """The ranges that the product gives, on the truth's shelves: whether a row was numbered alike is no question here."""
    named = eye.gallery_fingerprint is not None
    return {
        (shelf, counted.sku): counted.facings
        for shelf, places in on_true_shelves(places, truth, policy.match).items()
        for counted in tally_places(places, eye.count_from, named, policy.count.trust)
        if counted.sku is not None
    }


def on_true_shelves(places: Sequence[Place], truth: Truth, policy: MatchPolicy) -> Mapping[ShelfId, list[Place]]:
    """The places on each shelf of the truth: that of the facing they lie on, else that of the row beside them."""
    names = sorted(set(truth.shelf))
    row = np.array([names.index(shelf) for shelf in truth.shelf], np.int64)
    boxes = _boxes(places)
    overlap = overlaps(boxes, truth.xyxy)  # (n, m)
    on: dict[ShelfId, list[Place]] = {shelf: [] for shelf in names}
    for index, place in enumerate(places):
        best = int(overlap[index].argmax()) if overlap.shape[1] else NONE
        if best != NONE and overlap[index, best] >= policy.min_iou:
            shelf = int(row[best])
        else:
            shelf = row_beside(boxes[index], truth.xyxy, row)
        if shelf != NONE:
            on[names[shelf]].append(place)
    return on


def true_names(places: Sequence[Place], truth: Truth, policy: MatchPolicy) -> tuple[Sku | None, ...]:
    """What stands at each place, the surest choosing first; None: no facing of the truth."""
    score = np.array([place.facing.score for place in places])
    partner = match(overlaps(_boxes(places), truth.xyxy), score, policy.min_iou)
    return tuple(None if index == NONE else truth.sku[index] for index in partner.tolist())


def places_away_from_edge(places: Sequence[Place], truth: Truth, share: float) -> list[Place]:
    """The places that are measured, as the facings of the truth are."""
    kept = away_from_edge(_boxes(places), truth.width_px, truth.height_px, share)
    return [place for place, inside in zip(places, kept, strict=True) if inside]


def _boxes(places: Sequence[Place]) -> Boxes:
    """(n, 4) px of the source picture."""
    boxes = [place.facing.box for place in places]
    return np.array([(b.x1_px, b.y1_px, b.x2_px, b.y2_px) for b in boxes], np.float32).reshape(-1, 4)


def _corners(box: npt.NDArray[np.float32]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(side) for side in box)
    return x1, y1, x2, y2


@dataclass(frozen=True, slots=True, eq=False)
class Faint:
    """A detector of which boxes from `least` on are heard, as the product asks its own."""

    detector: Detects
    least: float

    @property
    def fingerprint(self) -> str:
        return self.detector.fingerprint

    def detect(self, image: npt.NDArray[np.uint8]) -> Detections:
        found = self.detector.detect(image)
        return found.where(found.score >= self.least)


def eye_on(found: Detections, fingerprint: str, at_score: float, faint: float, namer: Namer) -> Eye:
    """The product's eye, with a detector that answers `found` from the faint share of the operating point on."""
    heard = found.where(found.score >= faint * at_score)
    return Eye(Replay(fingerprint, heard), namer, at_score, namer.embedder.fingerprint, namer.gallery.fingerprint)
