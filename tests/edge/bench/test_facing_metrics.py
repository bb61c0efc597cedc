"""Drawn shelves: one letter is one facing, `.` is nothing, shelves are separated by `|`.

The truth and the answer are drawn place over place; a lower-case `u` in the answer is a box named unknown.
"""

from collections import Counter

import numpy as np
import pytest

from edge.bench.facing_metrics import Answer, Tally, TrueFacing, measure_facings, tally
from edge.bench.matching import NONE
from inventory_core.ids import ShelfId, Sku
from inventory_core.units import FacingRange

ENROLLED = frozenset(Sku(name) for name in "ABC")


def drawn(truth: str, answer: str, slack: int = 0, refused: bool = False) -> Tally:
    """The tally of a drawn truth under a drawn answer; counted ranges reach `slack` to both sides."""
    facings: list[TrueFacing] = []
    names: list[Sku | None] = []
    partner: list[int] = []
    counts: Counter[tuple[ShelfId, Sku]] = Counter()
    for number, (true_shelf, said_shelf) in enumerate(zip(truth.split("|"), answer.split("|"), strict=True), 1):
        shelf = ShelfId(str(number))
        for true, said in zip(true_shelf.split(), said_shelf.split(), strict=True):
            if said != ".":
                names.append(None if said == "u" else Sku(said))
                partner.append(len(facings) if true != "." else NONE)
                if said != "u":
                    counts[shelf, Sku(said)] += 1
            if true != ".":
                facings.append(TrueFacing(Sku(true), shelf))
    ranges = {cell: FacingRange(max(0, n - slack), n, n + slack) for cell, n in counts.items()}
    said_names = () if refused else tuple(names)
    return tally(
        facings, Answer(said_names, {} if refused else ranges, refused),
        np.array([] if refused else partner, np.int64), ENROLLED,
    )


def test_a_shelf_read_without_fault():
    figures = measure_facings([drawn("A A B | C X", "A A B | C u")])
    assert (4, 1.0, 0, 0, 0) == (
        figures.enrolled, figures.accuracy, figures.missed, figures.misnamed, figures.extra)
    assert (1.0, 1.0, 1.0, 0.0, 0.0) == (
        figures.unknown_right, figures.exact_sku_shelf, figures.cacc, figures.mae, figures.wape)
    assert (0.0, 1.0, 0.0) == (figures.abstained, figures.coverage_95, figures.width_mean)


def test_missed_misnamed_and_extra_each_count_against_accuracy():
    #                              missed  misnamed  unknown  invented  stranger named
    figures = measure_facings([drawn("A A  B  B  .  X | C C C C", ". A  C  u  A  B | C C C C")])
    assert (8, 1, 2, 2) == (figures.enrolled, figures.missed, figures.misnamed, figures.extra)
    assert pytest.approx(1 - 5 / 8) == figures.accuracy
    assert 0.0 == figures.unknown_right
    # shelf 1: A 2/2 by luck, B 2/1, C 0/1; shelf 2: C 4/4
    assert (0.5, 0.0) == (figures.exact_sku_shelf, figures.cacc)
    assert (0.5, 0.25) == (figures.mae, figures.wape)


def test_accuracy_is_never_below_zero():
    assert 0.0 == measure_facings([drawn("A . . .", "B A A A")]).accuracy


def test_a_second_box_on_one_facing_is_extra():
    facing = [TrueFacing(Sku("A"), ShelfId("1"))]
    counted = Answer((Sku("A"), Sku("A")), {(ShelfId("1"), Sku("A")): FacingRange.exactly(2)})
    figures = measure_facings([tally(facing, counted, np.array([0, NONE]), ENROLLED)])
    assert (0, 1, 0.0) == (figures.missed, figures.extra, figures.accuracy)


def test_an_unknown_answer_is_never_extra():
    figures = measure_facings([drawn("A . X", "A u u")])
    assert (0, 1.0, 1.0) == (figures.extra, figures.accuracy, figures.unknown_right)


def test_a_stranger_that_was_not_found_was_not_answered_unknown():
    assert 0.5 == measure_facings([drawn("A X X", "A u .")]).unknown_right


def test_ranges_cover_the_truth_where_the_best_figure_misses_it():
    figures = measure_facings([drawn("A A A B", "A A . B", slack=1)])
    assert (1.0, 2.0, 0.5, 0.5) == (
        figures.coverage_95, figures.width_mean, figures.exact_sku_shelf, figures.mae)


def test_a_refused_picture_abstains_and_its_facings_are_missed():
    figures = measure_facings([drawn("A A", "A A"), drawn("A B", "A B", refused=True)])
    assert (2, 0.5, pytest.approx(2 / 3)) == (figures.missed, figures.accuracy, figures.abstained)
    assert (pytest.approx(1 / 3), 0.5) == (figures.exact_sku_shelf, figures.cacc)
    assert (0.0, 0.0, 1.0) == (figures.mae, figures.wape, figures.coverage_95)


def test_a_set_without_enrolled_products_has_no_accuracy():
    figures = measure_facings([drawn("X X", "u .")])
    assert (0, None, 0.5, None, None, None) == (
        figures.enrolled, figures.accuracy, figures.unknown_right, figures.cacc, figures.mae, figures.abstained)


def test_every_box_needs_its_match():
    with pytest.raises(ValueError, match="2 boxes were named, 1 were matched"):
        tally([], Answer((None, None)), np.array([NONE]), ENROLLED)
