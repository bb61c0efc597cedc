"""Reads an accuracy document back: its pictures as the figures were made from, and what it says of the set."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from edge.bench.bursts import BurstTallies
from edge.bench.detection_metrics import Judged
from edge.bench.document import SCHEMA
from edge.bench.facing_metrics import Tally
from edge.bench.identity_metrics import Ranked
from edge.bench.matching import MatchPolicy
from edge.bench.results import PictureResult, SetFacts
from edge.errors import UsageFault


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Several documents as one side: their pictures, their one operating point, and the sets' facts together."""

    pictures: tuple[PictureResult, ...]
    at_score: float
    facts: SetFacts


def read_parts(files: Sequence[Path], name: str) -> Parts:
    """One side from one or more documents: several are folds. Raises UsageFault for a file that is no such document, for a
    picture that two of them hold, for different operating points, and for a synthetic set among real ones."""
    pictures: list[PictureResult] = []
    seen, scores, kinds, shelves, doubtful = set[str](), set[float](), set[bool](), set[str](), 0
    for file in files:
        try:
            table = json.loads(file.read_text(encoding="utf-8"))
            if table["schema"] != SCHEMA:
                raise KeyError("schema")
            rows = [_picture(row) for row in table["per_image"]]
            scores.add(float(table["detection"]["score"]))
            facts = table["set"]
            kinds.add(bool(facts["synthetic"]))
            doubtful += int(facts["doubtful_names"])
            shelves |= {facts["shelves"]} - {None}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageFault("{file} is not a result of `bench accuracy --out`: {why}", file=file, why=repr(error)) from error
        here = {picture.sha256 for picture in rows}
        if shared := here & seen:
            raise UsageFault("{file} holds {n} pictures that another file of the same side holds too; give each picture once",
                             file=file, n=len(shared))
        seen |= here
        pictures += rows
    if len(scores) > 1:
        raise UsageFault("the files of one side were measured at different operating points ({scores}); measure them at one",
                         scores=", ".join(str(score) for score in sorted(scores)))
    if len(kinds) > 1:
        raise UsageFault("a synthetic set and a real one are never pooled; give files of one kind")
    return Parts(tuple(pictures), scores.pop(), SetFacts(name, kinds.pop(), " + ".join(sorted(shelves)) or None, doubtful))


def _picture(row: Mapping[str, Any]) -> PictureResult:
    """A document of an earlier release has no `ranked`, `tally` and `bursts`: its boxes alone can be compared."""
    ranked, counted, bursts = row.get("ranked"), row.get("tally"), row.get("bursts")
    return PictureResult(
        str(row["image"]), str(row["sha256"]), int(row["truths"]), bool(row["trained_on"]), bool(row["in_gallery"]),
        _judged(int(row["truths"]), row["judged"]), None if ranked is None else _ranked(ranked),
        None if counted is None else _tally(counted), (),
        None if bursts is None else BurstTallies(_tally(bursts["burst"]), tuple(_tally(one) for one in bursts["singles"])),
    )


def _judged(truths: int, pairs: Sequence[Sequence[float]]) -> Judged:
    bits = np.array([int(bit) for _, bit in pairs], np.int64)
    steps = len(MatchPolicy().ap_ious)
    hit = (bits[:, None] >> np.arange(steps)) & 1 == 1  # (n, k)
    return Judged(truths, np.array([float(score) for score, _ in pairs]), hit)


def _ranked(pairs: Sequence[Sequence[float]]) -> Ranked:
    rank = np.array([int(rank) for rank, _ in pairs], np.int64)
    return Ranked(rank >= 0, rank, np.array([float(score) for _, score in pairs], np.float64))


def _tally(sums: Mapping[str, int]) -> Tally:
    return Tally(**{field.name: int(sums[field.name]) for field in fields(Tally)})
