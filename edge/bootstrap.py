"""The composition root: where settings become an eye, a judge of photos and a site, and are held against the book.

    eye = open_eye(settings, gallery=Path("gallery"))
    prove_eye(eye)  # before its counts are published
    judge = open_judge(settings, eye)
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from calibration.record import Calibration
from calibration.site_file import read_site
from edge.counting.masking import CannotMask
from edge.counting.photo_judge import EyeJudge
from edge.counting.pipeline import Eye
from edge.errors import UsageFault
from edge.settings import Settings
from inventory_core.catalogue import LookAlikes
from inventory_core.ids import LocationId
from inventory_core.ports import BookStore
from models.backends import PLAIN
from models.choice import chosen_files
from models.detector import open_detector
from models.embedder import open_embedder
from models.errors import ModelError
from models.gallery import open_gallery
from models.golden import judge_detector, judge_embedder, judge_label_finder, judge_person_finder, load_golden_set
from models.label_finder import open_label_finder
from models.manifest import Manifest
from models.namer import Namer, NoNamer
from models.person_finder import PersonFinder, open_person_finder
from models.policy import DetectorPolicy
from models.session import NetworkOf, load_network
from models.step_back import StepBack
from models.tuning import usable_tuning

FAINT = 0.45
"""Boxes are asked for from this share of the operating point on: the faint ones do not count, they widen intervals."""

Networks = Callable[[str], NetworkOf]
"""What loads the network of a role; `NetworkWatch.named` has each watched."""


def here(role: str) -> NetworkOf:
    """Networks in this process."""
    del role
    return load_network


def model_files(settings: Settings) -> Manifest:
    """The model files in use: the release's, or those chosen on this device. Raises BadManifest, BadModelChoice."""
    return chosen_files(settings.models)


def open_eye(
    settings: Settings, gallery: Path | None = None, *, detector: Path | None = None, embedder: Path | None = None,
    networks: Networks = here,
) -> Eye:
    """The detector and, with a gallery, the namer, from the files in use; others only where they are named.

    Raises BadModelFile, BadManifest, BadModelChoice, BadGallery.
    """
    files = model_files(settings)
    policy = files.of("detector").policy or DetectorPolicy()
    tuning = usable_tuning(settings.models)
    finder = StepBack(open_detector(
        detector, threads=settings.threads, policy=replace(policy, score=FAINT * policy.score), files=files, tuning=tuning,
        network_of=networks("detector")))
    if gallery is None:
        return Eye(finder, NoNamer(), policy.score)
    backend = tuning.backend.for_vectors if tuning is not None and tuning.fits(files.of("detector")) else PLAIN
    describer = open_embedder(embedder, threads=settings.threads, files=files, backend=backend,
                              network_of=networks("embedder"))
    names = open_gallery(gallery, describer.fingerprint)
    return Eye(
        finder, Namer(describer, names), policy.score, backend.mark(describer.fingerprint), names.fingerprint,
        LookAlikes.of(names.look_alikes()),
    )


def prove_eye(eye: Eye) -> None:
    """Show the eye's networks the golden set, where they are about to work. Raises GoldenFailed."""
    golden = load_golden_set()
    judge_detector(eye.detector, golden, eye.count_from).require()
    if isinstance(eye.namer, Namer):
        judge_embedder(eye.namer.embedder, golden).require()


def open_judge(settings: Settings, eye: Eye, networks: Networks = here) -> EyeJudge:
    """What looks at the photos of adjustment orders: `eye` for the product, the label finder for the label of its place,
    which is shown the golden set first.

    Raises BadModelFile, BadManifest, BadModelChoice, GoldenFailed.
    """
    finder = open_label_finder(threads=settings.threads, files=model_files(settings), network_of=networks("label_finder"))
    judge_label_finder(finder, load_golden_set()).require()
    return EyeJudge(eye, finder, settings.max_pixels)


def open_people(settings: Settings, networks: Networks = here) -> PersonFinder:
    """What finds people on pictures before they are kept; it is shown the golden set first.

    Raises BadModelFile, BadManifest, BadModelChoice, GoldenFailed: then no picture may be kept.
    """
    finder = open_person_finder(threads=settings.threads, files=model_files(settings), network_of=networks("person_finder"))
    judge_person_finder(finder, load_golden_set()).require()
    return finder


def need_people(settings: Settings) -> PersonFinder:
    """`open_people` for a picture that is asked for: raises CannotMask where it cannot be written."""
    try:
        return open_people(settings)
    except ModelError as error:
        raise CannotMask("people could not be looked for, so no picture is written: {why}", why=error) from error


def open_site(path: Path | None) -> Calibration | None:
    """The calibration in a site file. Raises BadSite."""
    return read_site(path) if path is not None else None


def require_location(store: BookStore, db: str, location: str) -> None:
    """Raises UsageFault where the book does not know the location that counts are held against."""
    with store.read() as book:
        if book.location(LocationId(location)) is None:
            raise UsageFault(
                "the book {db} has no location {location}, it has {known}; mend `location` in the settings, or bring the "
                "location in with `shelfcount planogram import`", db=db, location=location,
                known=", ".join(each.id for each in book.locations()) or "-")
