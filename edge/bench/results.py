"""What an accuracy run found out: per picture, over the set, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from edge.bench.bootstrap import BootstrapPolicy, Figures, Interval
from edge.bench.bursts import BurstFigures, BurstTallies, compare_bursts
from edge.bench.detection_metrics import DetectionFigures, Judged, measure
from edge.bench.facing_metrics import FacingFigures, Tally, measure_facings
from edge.bench.identity_metrics import IdentityFigures, Ranked, measure_identity
from edge.bench.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A network at work: its fingerprint, whether this release's manifest pins it, and how many pictures its list of
    training pictures holds (None: it has no list, so nobody knows)."""

    fingerprint: str
    in_manifest: bool
    training_pictures: int | None = None


@dataclass(frozen=True, slots=True)
class AccuracyPedigree:
    """What was measured; None where that part was not there."""

    detector: UsedModel
    embedder: UsedModel | None
    gallery: str | None


@dataclass(frozen=True, slots=True, eq=False)
class PictureResult:
    """One picture of the set. `ranked` and `tally` are None without a gallery or without SKU names; `trained_on`: a
    model at work saw this very picture in training; `in_gallery`: the gallery's crops were cut from it; `outcomes` say what
    became of each facing; `bursts` is None where bursts were not asked for."""

    name: str
    sha256: str
    facings: int
    trained_on: bool
    in_gallery: bool
    judged: Judged
    ranked: Ranked | None
    tally: Tally | None
    outcomes: tuple[Outcome, ...] = ()
    bursts: BurstTallies | None = None


@dataclass(frozen=True, slots=True)
class SetFacts:
    """The set as a whole. `shelves` says where the shelves of the truth came from; `doubtful` boxes carry a name that
    begins with `__`."""

    name: str
    synthetic: bool
    shelves: str | None
    doubtful: int


@dataclass(frozen=True, slots=True, eq=False)
class Accuracy:
    """Every figure of one run at the operating point `at_score`; a pooled run has no pedigree of its own."""

    facts: SetFacts
    pictures: tuple[PictureResult, ...]
    at_score: float
    detection: DetectionFigures
    identity: IdentityFigures | None
    facings: FacingFigures | None
    intervals: Mapping[str, Interval]
    pedigree: AccuracyPedigree | None
    bursts: BurstFigures | None = None


def identity_of(pictures: Sequence[PictureResult]) -> IdentityFigures | None:
    ranked = [picture.ranked for picture in pictures if picture.ranked is not None]
    return measure_identity(ranked) if ranked else None


def facings_of(pictures: Sequence[PictureResult]) -> FacingFigures | None:
    tallies = [picture.tally for picture in pictures if picture.tally is not None]
    return measure_facings(tallies) if tallies else None


def bursts_of(pictures: Sequence[PictureResult], bootstrap: BootstrapPolicy) -> BurstFigures | None:
    bursts = [picture.bursts for picture in pictures if picture.bursts is not None]
    return compare_bursts(bursts, bootstrap) if bursts else None


COUNTS = frozenset({"known", "unknown", "enrolled", "missed", "misnamed", "extra", "best_f1_score"})
"""Figures that grow with the set, or are a setting: an interval would mean nothing."""


def figures_of(pictures: Sequence[PictureResult], at_score: float) -> Figures:
    """Every share and error over `pictures`, by its path in the document: what the bootstrap draws again and again."""
    parts = {
        "detection": measure([picture.judged for picture in pictures], at_score),
        "identity": identity_of(pictures),
        "facings": facings_of(pictures),
    }
    return {
        f"{part}.{name}": value
        for part, figures in parts.items()
        if figures is not None
        for name, value in asdict(figures).items()
        if name not in COUNTS
    }
