"""Runs the eye over a labelled set: one detection pass a picture, every figure from it, intervals over the pictures."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from edge.bench.assess import Faint, Truth, count_end_to_end, eye_on, judge_boxes, rank_names
from edge.bench.bootstrap import BootstrapPolicy, intervals
from edge.bench.bursts import BurstPolicy, BurstTallies, simulated_burst
from edge.bench.coco_ap import coco_average_precision
from edge.bench.contestant import Bench
from edge.bench.detection_metrics import DetectionFigures, Judged, measure
from edge.bench.held_out import cut_from, without_pictures
from edge.bench.labelled import is_generic, is_product, read_labelled, truth_of
from edge.bench.matching import MatchPolicy, away_from_edge
from edge.bench.outcomes import Outcome
from edge.bench.results import (
    Accuracy,
    PictureResult,
    SetFacts,
    bursts_of,
    facings_of,
    figures_of,
    identity_of,
)
from edge.bootstrap import FAINT
from edge.capture.frame import Frame
from edge.counting.pipeline import Eye
from edge.errors import UnreadableInput
from inventory_core.ids import Sku
from inventory_core.messages import Message
from models.coco import CocoImage, CocoSet
from models.detections import PRODUCT, Detections
from models.namer import Namer

DOUBTFUL = "__"
UNSEEN = Judged(0, np.zeros(0), np.zeros((0, len(MatchPolicy().ap_ious)), np.bool_))
"""Where no box was looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class _Judgement:
    """One picture's result, with what the library wants for the headline AP."""

    result: PictureResult
    truth: Truth
    products: Detections


def measure_set(
    labels: CocoSet, images: Path, bench: Bench, *, name: str, synthetic: bool, max_pixels: int,
    pictures: Iterable[CocoImage] | None = None, bootstrap: BootstrapPolicy = BootstrapPolicy(),
    report: Callable[[Message | UnreadableInput], None] = lambda _: None,
) -> Accuracy | None:
    """Every figure of the set; `pictures` is the set's own pictures, wrapped in whatever shows progress.

    A picture that cannot be read goes to `report` and is left out; None when none could be read.
    """
    with_skus = not all(is_generic(box) for image in labels.images for box in image.boxes)
    labelled_shelves = with_skus and all(
        box.shelf is not None for image in labels.images for box in image.boxes if is_product(box))
    judged: list[_Judgement] = []
    for image in labels.images if pictures is None else pictures:
        try:
            frame, digest = read_labelled(images, image, max_pixels)
        except UnreadableInput as error:
            report(error)
            continue
        judged.append(_assess(image, frame, digest, bench, with_skus, labelled_shelves))
    if not judged:
        return None
    results = tuple(one.result for one in judged)
    measured = bench.gallery is not None and with_skus
    doubtful = sum(sku.startswith(DOUBTFUL) for one in judged for sku in one.truth.sku)
    facts = SetFacts(name, synthetic, ("labels" if labelled_shelves else "rows") if measured else None,
                     doubtful if measured else 0)
    return Accuracy(
        facts, results, bench.at_score, _detection(judged, bench), identity_of(results), facings_of(results),
        intervals(len(results), lambda draw: figures_of([results[index] for index in draw], bench.at_score), bootstrap),
        bench.pedigree, bursts_of(results, bootstrap),
    )


def _assess(
    image: CocoImage, frame: Frame, digest: str, bench: Bench, with_skus: bool, labelled_shelves: bool
) -> _Judgement:
    match = bench.policy.match
    truth = truth_of(image, labelled_shelves).away_from_edge(match.edge)
    found = Detections.none() if bench.names_only else bench.detector.detect(frame.image)
    products = found.of_class(PRODUCT)
    ranked = tally = bursts = None
    fates: tuple[Outcome, ...] = ()
    cut_here = False
    if bench.gallery is not None and bench.embedder is not None and with_skus:
        source = Path(image.file_name).name
        gallery, hidden = bench.gallery, bench.held_out(source)
        if hidden and cut_from(gallery, hidden):
            gallery = without_pictures(gallery, hidden)
        cut_here = cut_from(gallery, {source})
        ranked = rank_names(truth, frame, bench.embedder, gallery)
        if not bench.names_only:
            namer, enrolled = Namer(bench.embedder, gallery), frozenset(gallery.names())
            eye = eye_on(found, bench.detector.fingerprint, bench.at_score, FAINT, namer)
            tally, fates = count_end_to_end(truth, (frame,), eye, enrolled, bench.policy)
            bursts = _count_bursts(truth, frame, eye, enrolled, bench) if bench.burst else None
    result = PictureResult(
        image.file_name, digest, len(truth.sku), bench.was_trained_on(digest), cut_here,
        UNSEEN if bench.names_only else judge_boxes(truth, found, match), ranked, tally, fates, bursts,
    )
    inside = away_from_edge(products.xyxy, truth.width_px, truth.height_px, match.edge)
    return _Judgement(result, truth, products.where(inside & (products.score >= match.min_score)))


def _count_bursts(truth: Truth, frame: Frame, eye: Eye, enrolled: frozenset[Sku], bench: Bench) -> BurstTallies:
    """The burst made from the picture, and each of its frames alone."""
    live = replace(eye, detector=Faint(bench.detector, FAINT * bench.at_score))
    frames = simulated_burst(frame.image, bench.burst or BurstPolicy())
    tallies = [count_end_to_end(truth, shown, live, enrolled, bench.policy)[0] for shown in (frames, *((f,) for f in frames))]
    return BurstTallies(tallies[0], tuple(tallies[1:]))


def _detection(judged: Sequence[_Judgement], bench: Bench) -> DetectionFigures:
    """Our figures, with the library's AP as the headline."""
    own = measure([one.result.judged for one in judged], bench.at_score)
    if bench.names_only:
        return own
    scenes = [(one.truth.xyxy, one.products.xyxy, one.products.score) for one in judged]
    ap = coco_average_precision(scenes, bench.policy.match)
    if ap is None:
        return own
    return replace(own, ap50=float(ap[0]), ap75=float(ap[len(ap) // 2]), ap=float(ap.mean()))
