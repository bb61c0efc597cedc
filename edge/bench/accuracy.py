"""Runs the eye over a labelled set: one detection pass a picture, every figure from it, intervals over the pictures."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from edge.bench.assess import AssessPolicy, Truth, count_end_to_end, eye_on, judge_boxes, rank_names
from edge.bench.bootstrap import BootstrapPolicy, intervals
from edge.bench.coco_ap import coco_average_precision
from edge.bench.detection_metrics import DetectionFigures, measure
from edge.bench.held_out import cut_from, without_picture
from edge.bench.labelled import is_generic, is_product, read_labelled, truth_of
from edge.bench.matching import away_from_edge
from edge.bench.results import (
    Accuracy,
    AccuracyPedigree,
    PictureResult,
    SetFacts,
    UsedModel,
    facings_of,
    figures_of,
    identity_of,
)
from edge.bench.trained import list_beside, read_hashes
from edge.bootstrap import FAINT
from edge.capture.frame import Frame
from edge.errors import UnreadableInput
from inventory_core.messages import Message
from models.coco import CocoImage, CocoSet
from models.detections import PRODUCT, Detections
from models.detector import Detector, open_detector
from models.embedder import Embedder, open_embedder
from models.gallery import Gallery, open_gallery
from models.manifest import load_manifest
from models.namer import Namer
from models.policy import DetectorPolicy

DOUBTFUL = "__"


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What is measured: the detector asked from the least score on, and with a gallery the names.

    `leave_one_out`: a picture is named without the crops that were cut from it. `detector_saw` and `embedder_saw` hold the
    sha256 of the pictures that the network was trained on, None where that is not known.
    """

    detector: Detector
    at_score: float
    embedder: Embedder | None
    gallery: Gallery | None
    detector_saw: frozenset[str] | None
    embedder_saw: frozenset[str] | None = None
    leave_one_out: bool = False
    policy: AssessPolicy = field(default_factory=AssessPolicy)

    @property
    def pedigree(self) -> AccuracyPedigree:
        embedder, gallery = self.embedder, self.gallery
        return AccuracyPedigree(
            UsedModel(self.detector.fingerprint, self.detector.in_manifest, _length(self.detector_saw)),
            UsedModel(embedder.fingerprint, embedder.in_manifest, _length(self.embedder_saw)) if embedder else None,
            gallery.fingerprint if gallery else None,
        )

    def was_trained_on(self, digest: str) -> bool:
        """Whether a network at work saw the picture with this sha256 in training."""
        return digest in (self.detector_saw or frozenset()) | (self.embedder_saw or frozenset())


def _length(hashes: frozenset[str] | None) -> int | None:
    return None if hashes is None else len(hashes)


def open_bench(
    threads: int, *, gallery: Path | None, detector: Path | None, embedder: Path | None, at_score: float | None = None,
    leave_one_out: bool = False, policy: AssessPolicy = AssessPolicy(),
) -> Bench:
    """The shipped eye, or the files named; `at_score` replaces the shipped operating point.

    Raises BadModelFile, BadManifest, BadGallery, UsageFault.
    """
    manifest = load_manifest()
    shipped = manifest.of("detector").policy or DetectorPolicy()
    finder = open_detector(detector, threads=threads, policy=replace(shipped, score=policy.match.min_score))
    known = read_hashes(list_beside(detector or manifest.of("detector").card))
    if gallery is None:
        return Bench(finder, at_score or shipped.score, None, None, known, policy=policy)
    describer = open_embedder(embedder, threads=threads)
    known_too = read_hashes(list_beside(embedder or manifest.of("embedder").card))
    names = open_gallery(gallery, describer.fingerprint)
    return Bench(finder, at_score or shipped.score, describer, names, known, known_too, leave_one_out, policy)


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
        bench.pedigree,
    )


def _assess(
    image: CocoImage, frame: Frame, digest: str, bench: Bench, with_skus: bool, labelled_shelves: bool
) -> _Judgement:
    match = bench.policy.match
    truth = truth_of(image, labelled_shelves).away_from_edge(match.edge)
    found = bench.detector.detect(frame.image)
    products = found.of_class(PRODUCT)
    ranked = tally = None
    cut_here = False
    if bench.gallery is not None and bench.embedder is not None and with_skus:
        source = Path(image.file_name).name
        cut_here = cut_from(bench.gallery, source)
        gallery = without_picture(bench.gallery, source) if bench.leave_one_out and cut_here else bench.gallery
        cut_here &= not bench.leave_one_out
        ranked = rank_names(truth, frame, bench.embedder, gallery)
        eye = eye_on(found, bench.detector.fingerprint, bench.at_score, FAINT, Namer(bench.embedder, gallery))
        tally = count_end_to_end(truth, frame, eye, frozenset(gallery.names()), bench.policy)
    result = PictureResult(
        image.file_name, digest, len(truth.sku), bench.was_trained_on(digest), cut_here,
        judge_boxes(truth, found, match), ranked, tally,
    )
    inside = away_from_edge(products.xyxy, truth.width_px, truth.height_px, match.edge)
    return _Judgement(result, truth, products.where(inside & (products.score >= match.min_score)))


def _detection(judged: Sequence[_Judgement], bench: Bench) -> DetectionFigures:
    """Our figures, with the library's AP as the headline."""
    own = measure([one.result.judged for one in judged], bench.at_score)
    scenes = [(one.truth.xyxy, one.products.xyxy, one.products.score) for one in judged]
    ap = coco_average_precision(scenes, bench.policy.match)
    if ap is None:
        return own
    return replace(own, ap50=float(ap[0]), ap75=float(ap[len(ap) // 2]), ap=float(ap.mean()))
