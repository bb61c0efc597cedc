"""The JSON document of an accuracy run, schema `shelfcount.accuracy/1`; it holds enough to compare two runs later."""

from collections.abc import Mapping
from dataclasses import asdict, fields

import numpy as np

from edge.bench.bursts import BurstFigures
from edge.bench.detection_metrics import measure
from edge.bench.facing_metrics import FacingFigures
from edge.bench.identity_metrics import IdentityFigures
from edge.bench.outcomes import Outcome
from edge.bench.results import Accuracy, PictureResult, facings_of, identity_of

SCHEMA = "shelfcount.accuracy/1"

Json = Mapping[str, object]


def document(result: Accuracy) -> dict[str, object]:
    """The whole run; a number that has no meaning for the set is null."""
    facts = result.facts
    return {
        "schema": SCHEMA,
        "set": {
            "name": facts.name,
            "images": len(result.pictures),
            "facings": sum(picture.facings for picture in result.pictures),
            "synthetic": facts.synthetic,
            "trained_on": sum(picture.trained_on for picture in result.pictures),
            "in_gallery": sum(picture.in_gallery for picture in result.pictures),
            "shelves": facts.shelves,
            "doubtful_names": facts.doubtful,
        },
        "detection": {**asdict(result.detection), "score": result.at_score},
        "identity": _figures(result.identity, IdentityFigures),
        "facings": _figures(result.facings, FacingFigures),
        "bursts": _bursts(result.bursts),
        "per_image": [_picture(picture, result.at_score) for picture in result.pictures],
        "intervals": {name: [interval.low, interval.high] for name, interval in sorted(result.intervals.items())},
        "pedigree": None if result.pedigree is None else asdict(result.pedigree),
    }


def _bursts(figures: BurstFigures | None) -> Json | None:
    if figures is None:
        return None
    return {
        "frames": figures.frames, "burst": asdict(figures.burst), "single": asdict(figures.single),
        "difference": figures.difference,
        "difference_95": {name: [interval.low, interval.high] for name, interval in sorted(figures.interval.items())},
    }


def _figures(figures: IdentityFigures | FacingFigures | None, kind: type[IdentityFigures | FacingFigures]) -> Json:
    if figures is None:
        return {field.name: None for field in fields(kind)}
    return asdict(figures)


def _picture(picture: PictureResult, at_score: float) -> Json:
    """One row. `judged` holds each found box as its score and one bit per IoU of .50, .55 ... .95 that it matched at.

    `ranked`, `tally` and `bursts` are what the figures are made of, so that folds can be pooled; `outcomes` is what became of
    every facing.
    """
    detection = measure([picture.judged], at_score)
    bits = picture.judged.hit @ (1 << np.arange(picture.judged.hit.shape[1]))  # (n,)
    return {
        "image": picture.name,
        "sha256": picture.sha256,
        "truths": picture.facings,
        "trained_on": picture.trained_on,
        "in_gallery": picture.in_gallery,
        "found": int((picture.judged.score >= at_score).sum()),
        "detection": asdict(detection),
        "identity": _figures(identity_of([picture]), IdentityFigures),
        "facings": _figures(facings_of([picture]), FacingFigures),
        "judged": [
            [round(score, 7), bit] for score, bit in zip(picture.judged.score.tolist(), bits.tolist(), strict=True)
        ],
        "ranked": None if picture.ranked is None else [
            [int(rank), round(float(score), 6)] for rank, score in zip(picture.ranked.rank, picture.ranked.score, strict=True)
        ],
        "tally": None if picture.tally is None else asdict(picture.tally),
        "bursts": None if picture.bursts is None else asdict(picture.bursts),
        "outcomes": [_outcome(one) for one in picture.outcomes],
    }


def _outcome(one: Outcome) -> Json:
    return {"fate": one.fate.value, "xyxy_px": [round(side, 1) for side in one.xyxy], "true": one.true, "said": one.said,
            "shelf": one.shelf, "score": round(one.score, 4)}
