"""Folds as one set: sums of sums, every picture once, and never a synthetic set among real ones."""

import json
from pathlib import Path

import numpy as np
import pytest

from edge.bench.bootstrap import BootstrapPolicy
from edge.bench.bursts import BurstTallies
from edge.bench.detection_metrics import Judged, measure
from edge.bench.document import document
from edge.bench.facing_metrics import Tally, measure_facings
from edge.bench.identity_metrics import Ranked, measure_identity
from edge.bench.pooled import pool
from edge.bench.results import Accuracy, AccuracyPedigree, PictureResult, SetFacts, UsedModel
from edge.errors import UsageFault

POLICY = BootstrapPolicy(rounds=100)


def picture(number: int, missed: int) -> PictureResult:
    tally = Tally(enrolled=10, missed=missed, cells=4, cells_exact=4 - missed, cells_covered=4, answered_facings=10,
                  off_facings=missed)
    score = np.linspace(0.9, 0.4, 10)
    ranked = Ranked(np.array([True, True, False]), np.array([0, missed, -1]), np.array([0.9, 0.8, 0.3]))
    return PictureResult(f"{number}.jpg", f"hash-{number}", 10, False, False,
                         Judged(10, score, np.ones((10, 10), np.bool_)), ranked, tally, (),
                         BurstTallies(tally, (tally, tally)))


def written(folder: Path, name: str, pictures: list[PictureResult], synthetic: bool = False) -> Path:
    whole = Accuracy(
        SetFacts(name, synthetic, "rows", 1), tuple(pictures), 0.3, measure([p.judged for p in pictures], 0.3), None, None, {},
        AccuracyPedigree(UsedModel("sha256:0", True), None, None),
    )
    file = folder / f"{name}.json"
    file.write_text(json.dumps(document(whole)), encoding="utf-8")
    return file


def test_pooled_folds_are_the_figures_of_all_their_pictures(tmp_path: Path) -> None:
    pictures = [picture(number, number % 3) for number in range(6)]
    pooled = pool([written(tmp_path, "a", pictures[:2]), written(tmp_path, "b", pictures[2:])], "both", POLICY)
    assert (SetFacts("both", False, "rows", 2), 6, None) == (pooled.facts, len(pooled.pictures), pooled.pedigree)
    assert measure_facings([p.tally for p in pictures if p.tally]) == pooled.facings
    assert measure_identity([p.ranked for p in pictures if p.ranked]) == pooled.identity
    assert measure([p.judged for p in pictures], 0.3) == pooled.detection
    assert pooled.bursts is not None
    assert (2, 0.0) == (pooled.bursts.frames, pooled.bursts.difference["accuracy"])
    assert pooled.facings is not None
    assert pooled.facings.accuracy is not None
    assert pooled.intervals["facings.accuracy"].low < pooled.facings.accuracy < pooled.intervals["facings.accuracy"].high


def test_a_synthetic_set_is_never_pooled_with_a_real_one(tmp_path: Path) -> None:
    real, drawn = written(tmp_path, "a", [picture(1, 0)]), written(tmp_path, "b", [picture(2, 0)], synthetic=True)
    with pytest.raises(UsageFault, match="never pooled"):
        pool([real, drawn], "both", POLICY)
