import json

import numpy as np
import pytest

from edge.bench.bootstrap import BootstrapPolicy, Interval
from edge.bench.compare import Verdict, compare, read_run, verdict
from edge.bench.detection_metrics import Judged, measure
from edge.bench.document import document
from edge.bench.results import Accuracy, AccuracyPedigree, PictureResult, SetFacts, UsedModel
from edge.errors import UsageFault

POLICY = BootstrapPolicy(rounds=200)


def picture(number: int, truths: int, found: int, invented: int) -> PictureResult:
    """`found` true boxes with high scores, then `invented` ones with lower scores."""
    score = np.linspace(0.9, 0.4, found + invented).round(4)
    hit = np.repeat((np.arange(found + invented) < found)[:, None], 10, axis=1)
    return PictureResult(f"{number}.jpg", f"hash-{number}", truths, False, False, Judged(truths, score, hit), None, None)


def accuracy(pictures: list[PictureResult], at_score: float = 0.3) -> Accuracy:
    return Accuracy(
        SetFacts("drawn", False, None, 0), tuple(pictures), at_score, measure([p.judged for p in pictures], at_score),
        None, None, {}, AccuracyPedigree(UsedModel("sha256:0", True), None, None),
    )  # fmt: skip


def written(folder, name, pictures, at_score=0.3):
    file = folder / f"{name}.json"
    file.write_text(json.dumps(document(accuracy(pictures, at_score))), encoding="utf-8")
    return file


def test_a_detector_that_misses_more_everywhere_is_clearly_worse(tmp_path):
    good = read_run([written(tmp_path, "good", [picture(n, 20, 20, 0) for n in range(8)])])
    bad = read_run([written(tmp_path, "bad", [picture(n, 20, 12 + n % 3, 1) for n in range(8)])])
    assert {Verdict.CLEARLY_WORSE} == {row.verdict for row in compare(bad, good, POLICY)}
    assert {Verdict.CLEARLY_BETTER} == {row.verdict for row in compare(good, bad, POLICY)}


def test_a_detector_against_itself_shows_no_difference(tmp_path):
    run = read_run([written(tmp_path, "one", [picture(n, 20, 15 + n % 3, 2) for n in range(8)])])
    for row in compare(run, run, POLICY):
        assert (Verdict.NO_CLEAR_DIFFERENCE, Interval(0.0, 0.0)) == (row.verdict, row.interval)


def test_folds_are_pooled_into_one_side(tmp_path):
    pictures = [picture(n, 20, 15 + n % 3, 2) for n in range(6)]
    whole = read_run([written(tmp_path, "whole", pictures)])
    folds = read_run([written(tmp_path, "a", pictures[:2]), written(tmp_path, "b", pictures[2:])])
    assert [row.ours for row in compare(whole, folds, POLICY)] == [row.theirs for row in compare(whole, folds, POLICY)]
    assert "a + b" == folds.name


def test_what_was_written_is_what_is_read(tmp_path):
    pictures = [picture(n, 20, 15, 4) for n in range(3)]
    run = read_run([written(tmp_path, "one", pictures)])
    assert measure([p.judged for p in pictures], 0.3) == measure([run.pictures[p.sha256].judged for p in pictures], 0.3)


def test_sides_that_saw_different_pictures_cannot_be_compared(tmp_path):
    a = read_run([written(tmp_path, "a", [picture(1, 9, 9, 0), picture(2, 9, 9, 0)])])
    b = read_run([written(tmp_path, "b", [picture(2, 9, 9, 0), picture(3, 9, 9, 0)])])
    with pytest.raises(UsageFault, match="1 in common"):
        compare(a, b, POLICY)


def test_folds_that_share_a_picture_are_refused(tmp_path):
    file = written(tmp_path, "a", [picture(1, 9, 9, 0)])
    with pytest.raises(UsageFault, match="each picture once"):
        read_run([file, file])


def test_folds_at_different_operating_points_are_refused(tmp_path):
    a, b = written(tmp_path, "a", [picture(1, 9, 9, 0)], 0.3), written(tmp_path, "b", [picture(2, 9, 9, 0)], 0.4)
    with pytest.raises(UsageFault, match="operating points"):
        read_run([a, b])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "other/1"}', '{"schema": "shelfcount.accuracy/1"}'])
def test_a_file_that_is_no_result_is_refused_by_name(tmp_path, text):
    file = tmp_path / "other.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageFault, match=r"other\.json is not a result"):
        read_run([file])


def test_less_count_error_is_better():
    assert Verdict.CLEARLY_BETTER == verdict(Interval(-0.2, -0.1), -1)
    assert Verdict.CLEARLY_WORSE == verdict(Interval(-0.2, -0.1), 1)
    assert Verdict.NO_CLEAR_DIFFERENCE == verdict(Interval(-0.1, 0.1), 1)
    assert Verdict.NO_CLEAR_DIFFERENCE == verdict(None, 1)
