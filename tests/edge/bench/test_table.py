from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from edge.bench.bootstrap import BootstrapPolicy, Interval
from edge.bench.compare import Run, compare
from edge.bench.detection_metrics import Judged, measure
from edge.bench.document import document
from edge.bench.facing_metrics import Tally
from edge.bench.identity_metrics import Ranked
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
from edge.bench.table import accuracy_table, compare_table, figure, picture_table, remarks
from edge.messages import Lang, Translator

PICTURE = PictureResult(
    "1.jpg", "hash", 4, True, True, Judged(4, np.array([0.9, 0.8, 0.7]), np.ones((3, 10), bool)),
    Ranked(np.array([True, False]), np.array([0, -1]), np.array([0.9, 0.2])),
    Tally(enrolled=4, missed=1, cells=2, cells_exact=1, cells_covered=2, width_facings=1, off_facings=1, answered_facings=4),
)
RESULT = Accuracy(
    SetFacts("shop", False, "rows", 3), (PICTURE,), 0.5, measure([PICTURE.judged], 0.5), identity_of([PICTURE]),
    facings_of([PICTURE]), {"facings.accuracy": Interval(0.5, 0.9)},
    AccuracyPedigree(UsedModel("sha256:1", False), UsedModel("sha256:2", True), "sha256:3"),
)
BARE = replace(RESULT, facts=SetFacts("shop", True, None, 0), identity=None, facings=None,
               pictures=(replace(PICTURE, ranked=None, tally=None, trained_on=False, in_gallery=False),),
               pedigree=AccuracyPedigree(UsedModel("sha256:1", True), None, None))


def drawn(table: Table) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


@pytest.mark.parametrize("lang", list(Lang))
def test_every_figure_stands_in_the_table(lang):
    told = drawn(accuracy_table(RESULT, Translator(lang)))
    assert "50.0 % .. 90.0 %" in told
    assert 9 + 5 + 13 + 3 == accuracy_table(RESULT, Translator(lang)).row_count  # figures, and a heading for each part


def test_boxes_alone_have_a_table_of_their_own():
    assert 9 + 1 == accuracy_table(BARE, Translator(Lang.EN)).row_count
    assert "missed" not in drawn(picture_table(BARE, Translator(Lang.EN)))


def test_pictures_that_flatter_are_marked():
    assert "1.jpg * +" in drawn(picture_table(RESULT, Translator(Lang.EN)))


def test_what_a_reader_must_know_is_said():
    expected = ("1 of these pictures (*)", "the gallery was enrolled from 1", "shelves: rows found", "3 facings carry",
                "model sha256:1 is not one")
    said = [str(remark) for remark in remarks(RESULT)]
    assert [True] * 5 == [line.startswith(start) for line, start in zip(said, expected, strict=True)]
    assert ["this set is synthetic: its figures are never part of a headline"] == [str(line) for line in remarks(BARE)]


def test_a_figure_without_meaning_is_a_dash_and_null():
    assert "-" == figure(None, "share")
    told = document(BARE)
    assert {None} == {*told["identity"].values(), *told["facings"].values()}
    assert told["identity"].keys() == document(RESULT)["identity"].keys()


def test_only_shares_and_errors_get_intervals():
    names = figures_of([PICTURE], 0.5)
    assert {"detection.ap50", "identity.top1", "facings.accuracy", "facings.mae"} <= names.keys()
    assert not {"facings.missed", "identity.known", "detection.best_f1_score"} & names.keys()


@pytest.mark.parametrize("lang", list(Lang))
def test_a_comparison_ends_in_a_verdict_per_figure(lang):
    run = Run("a", {"x": PICTURE, "y": PICTURE}, 0.5)
    table = compare_table(run, run, compare(run, run, BootstrapPolicy(rounds=20)), Translator(lang))
    assert 13 == table.row_count  # six about boxes, three about names, four end to end
