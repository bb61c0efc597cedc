"""The composition root: where settings become an eye, a judge of photos and a site.

    eye = open_eye(settings, gallery=Path("gallery"))
    judge = open_judge(settings, eye)
"""

from dataclasses import replace
from pathlib import Path

from calibration.record import Calibration
from calibration.site_file import read_site
from edge.counting.photo_judge import EyeJudge
from edge.counting.pipeline import Eye
from edge.settings import Settings
from inventory_core.catalogue import LookAlikes
from models.detector import open_detector
from models.embedder import open_embedder
from models.gallery import open_gallery
from models.label_finder import open_label_finder
from models.manifest import load_manifest
from models.namer import Namer, NoNamer
from models.policy import DetectorPolicy

FAINT = 0.45
"""Boxes are asked for from this share of the operating point on: the faint ones do not count, they widen intervals."""


def open_eye(
    settings: Settings, gallery: Path | None = None, *, detector: Path | None = None, embedder: Path | None = None
) -> Eye:
    """The detector and, with a gallery, the namer; files outside the manifest only where they are named.

    Raises BadModelFile, BadManifest, BadGallery.
    """
    policy = load_manifest().of("detector").policy or DetectorPolicy()
    finder = open_detector(detector, threads=settings.threads, policy=replace(policy, score=FAINT * policy.score))
    if gallery is None:
        return Eye(finder, NoNamer(), policy.score)
    describer = open_embedder(embedder, threads=settings.threads)
    names = open_gallery(gallery, describer.fingerprint)
    return Eye(
        finder, Namer(describer, names), policy.score, describer.fingerprint, names.fingerprint,
        LookAlikes.of(names.look_alikes()),
    )


def open_judge(settings: Settings, eye: Eye) -> EyeJudge:
    """What looks at the photos of adjustment orders: `eye` for the product, the label finder for the label of its place.

    Raises BadModelFile, BadManifest.
    """
    return EyeJudge(eye, open_label_finder(threads=settings.threads), settings.max_pixels)


def open_site(path: Path | None) -> Calibration | None:
    """The calibration in a site file. Raises BadSite."""
    return read_site(path) if path is not None else None
