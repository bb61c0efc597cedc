"""What an accuracy bench measures: a detector, and with enrolled products the names; of the release, or the files named."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from edge.bench.assess import AssessPolicy
from edge.bench.bursts import BurstPolicy
from edge.bench.enrolled import gallery_of_set
from edge.bench.held_out import Fixtures
from edge.bench.results import AccuracyPedigree, UsedModel
from edge.bench.trained import list_beside, read_hashes
from edge.capture.frame import Image
from edge.errors import UnreadableInput
from inventory_core.messages import Message
from models.coco import CocoSet
from models.detections import Detections
from models.detector import open_detector
from models.embedder import Embedder, open_embedder
from models.gallery import Gallery, open_gallery
from models.manifest import Manifest, load_manifest
from models.policy import DetectorPolicy


class Finds(Protocol):
    """A detector that says who it is; `models.detector.Detector` does, and a peer in another process."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def in_manifest(self) -> bool: ...

    def detect(self, image: Image) -> Detections: ...


@dataclass(frozen=True, slots=True, eq=False)
class Enrol:
    """A labelled set whose every box is enrolled, in memory, before anything is named."""

    labels: CocoSet
    images: Path
    max_pixels: int


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What is measured: the detector asked from the least score on, and with a gallery the names.

    `leave_one_out`: a picture is named without the crops that were cut from it. `detector_saw` and `embedder_saw` hold the
    sha256 of the pictures that the network was trained on, None where that is not known. `burst`: every picture is also
    counted as a burst made from it. `names_only`: the true boxes are named, nothing is looked for and nothing counted.
    `fixtures`: a picture is named without the crops of its whole fixture.
    """

    detector: Finds
    at_score: float
    embedder: Embedder | None
    gallery: Gallery | None
    detector_saw: frozenset[str] | None
    embedder_saw: frozenset[str] | None = None
    leave_one_out: bool = False
    policy: AssessPolicy = field(default_factory=AssessPolicy)
    burst: BurstPolicy | None = None
    names_only: bool = False
    fixtures: Fixtures | None = None

    def held_out(self, picture: str) -> frozenset[str]:
        """The pictures whose crops may not name this one."""
        if self.fixtures is not None:
            return self.fixtures.get(picture, frozenset()) | {picture}
        return frozenset({picture} if self.leave_one_out else ())

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
    leave_one_out: bool = False, policy: AssessPolicy = AssessPolicy(), files: Manifest | None = None,
    enrol: Enrol | None = None, burst: BurstPolicy | None = None, finder: Finds | None = None, names_only: bool = False,
    fixtures: Fixtures | None = None, report: Callable[[Message | UnreadableInput], None] = lambda _: None,
) -> Bench:
    """The eye of `files` (None: of the release), or the files named; `at_score` replaces their operating point.

    `enrol` is a set to enrol instead of a gallery on disk, `finder` whoever runs the detector's weights instead of us.
    Raises BadModelFile, BadManifest, BadGallery, UsageFault.
    """
    manifest = files or load_manifest()
    shipped = manifest.of("detector").policy or DetectorPolicy()
    finder = finder or open_detector(
        detector, threads=threads, policy=replace(shipped, score=policy.match.min_score), files=files)
    known = read_hashes(list_beside(detector or manifest.of("detector").card))
    if gallery is None and enrol is None:
        return Bench(finder, at_score or shipped.score, None, None, known, policy=policy)
    describer = open_embedder(embedder, threads=threads, files=files)
    known_too = read_hashes(list_beside(embedder or manifest.of("embedder").card))
    if enrol is not None:
        names = gallery_of_set(enrol.labels, enrol.images, describer, enrol.max_pixels, report)
    else:
        names = open_gallery(gallery or Path(), describer.fingerprint)
    return Bench(finder, at_score or shipped.score, describer, names, known, known_too, leave_one_out, policy, burst,
                 names_only, fixtures)
