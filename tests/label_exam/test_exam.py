"""The exam of label finders: no photo is judged by what saw its place, thresholds let through what they promise, laws hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.label_finder import CELL_PX
from scripts.label_exam.exam import FOLDS, FixedMarker, Marks, area_under_curve, cutoff, folds_of, sit
from scripts.label_exam.pictures import HELD_OUT, SHOPS, Answer, Place, read_close_ups, read_photos
from scripts.label_exam.probe import Lessons, Taught, cells_of_view, fit_logistic, teach

PHOTOS = read_photos()
MARKS = st.lists(st.integers(0, 9), min_size=1, max_size=60).map(lambda marks: np.array(marks, float))


@dataclass(frozen=True, slots=True)
class Watched:
    """Marks everything alike and remembers who was asked after learning from whom."""

    calls: list[tuple[frozenset[int], frozenset[int]]] = field(default_factory=list)

    def mark(self, asked: Sequence[int], taught: Sequence[int]) -> Marks:
        self.calls.append((frozenset(map(int, asked)), frozenset(map(int, taught))))
        return np.arange(len(asked), dtype=float)


class TestTheAnswers:
    def test_every_photo_is_answered_once(self) -> None:
        assert len(PHOTOS) == len({(photo.file, photo.cut) for photo in PHOTOS})

    def test_a_photo_outside_a_shop_shows_no_label(self) -> None:
        assert {Answer.NO} == {photo.answer for photo in PHOTOS if photo.place is not Place.SHOP}

    def test_cuts_lie_in_pictures_and_close_ups_come_from_both_shops(self) -> None:
        cuts = [photo.cut for photo in PHOTOS if photo.cut] + [cut.cut for cut in read_close_ups()]

        assert [] == [cut for cut in cuts if min(cut[:2]) < 0 or min(cut[2:]) < 32]
        assert set(SHOPS) == {cut.shop for cut in read_close_ups()}


class TestTheExam:
    def test_nobody_learns_from_the_place_that_is_asked_about(self) -> None:
        watched = Watched()
        sit(watched, PHOTOS)

        for asked, taught in watched.calls:
            assert {PHOTOS[i].group for i in asked}.isdisjoint(PHOTOS[i].group for i in taught)

    def test_nobody_learns_from_the_held_out_set_a_packet_or_a_doubtful_answer(self) -> None:
        watched = Watched()
        sit(watched, PHOTOS)
        taught = {i for _, part in watched.calls for i in part}

        assert HELD_OUT not in {PHOTOS[i].set_name for i in taught}
        assert Place.PACKET not in {PHOTOS[i].place for i in taught}
        assert Answer.DOUBTFUL not in {PHOTOS[i].answer for i in taught}

    def test_every_other_photo_teaches_some_time(self) -> None:
        watched = Watched()
        sit(watched, PHOTOS)

        assert {i for i, photo in enumerate(PHOTOS) if photo.teaches} == set(
            watched.calls[-1][1])

    def test_a_group_is_in_one_fold_and_every_fold_has_labels(self) -> None:
        folds = folds_of(PHOTOS)
        of_group: dict[str, set[int]] = {}
        for photo, fold in zip(PHOTOS, folds, strict=True):
            of_group.setdefault(photo.group, set()).add(int(fold))

        assert {1} == {len(some) for some in of_group.values()}
        assert set(range(FOLDS)) == {int(f) for f, photo in zip(folds, PHOTOS, strict=True)
                                     if photo.answer is Answer.YES and f >= 0}

    def test_who_knows_the_answers_makes_no_mistake(self) -> None:
        truth = np.array([photo.answer is Answer.YES for photo in PHOTOS])
        sheet = sit(FixedMarker(truth.astype(float)), PHOTOS)

        assert truth.tolist() == sheet.said_yes.tolist()


class TestTheThreshold:
    @given(MARKS, st.sampled_from([0.0, 0.02, 0.1, 0.5]))
    def test_lets_through_no_more_than_it_promises(self, free: Marks, share: float) -> None:
        assert (free >= cutoff(free, share)).mean() <= share

    @given(MARKS, MARKS)
    def test_the_area_under_the_curve_is_the_chance_to_be_marked_higher(self, yes: Marks, no: Marks) -> None:
        naive = np.mean([(a > b) + (a == b) / 2 for a in yes for b in no])

        assert pytest.approx(naive) == area_under_curve(
            np.concatenate([yes, no]), np.repeat([True, False], [len(yes), len(no)]))


def two_clouds(seed: int, n: int = 200) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Cells of two channels; labels lie to the right."""
    dice = np.random.default_rng(seed)
    cells = dice.normal(0, 1, (2 * n, 2)).astype(np.float32)
    cells[:n, 0] += 3
    return cells, np.repeat([True, False], n)


class TestTheProbe:
    def test_logistic_regression_is_at_its_best(self) -> None:
        cells, answer = two_clouds(1)
        probe = fit_logistic(cells, answer, np.ones(len(cells)), ridge=1e-9)
        residual = 1 / (1 + np.exp(-probe.log_odds(cells))) - answer

        np.testing.assert_allclose(0, [residual.sum(), *(residual @ cells)], atol=0.05)

    def test_photos_alone_teach_what_the_boxes_left_open(self) -> None:
        """Boxes know one kind of label (to the right); photos show another (above), which only their answer gives away."""
        dice = np.random.default_rng(2)
        boxed = Taught(*two_clouds(3))
        plain = [dice.normal(0, 1, (60, 2)).astype(np.float32) for _ in range(20)]
        labelled = [np.concatenate([dice.normal(0, 1, (50, 2)), dice.normal((1.5, 5), 0.5, (10, 2))]).astype(np.float32)
                    for _ in range(20)]
        probe = teach([boxed], labelled, plain, Lessons(ridge=1.0))

        assert max(probe.strongest(photo, 6) for photo in plain) < min(probe.strongest(photo, 6) for photo in labelled)

    def test_cells_beside_a_box_teach_nothing(self) -> None:
        seen = np.indices((10, 10)).transpose(1, 2, 0).astype(np.float32)  # each cell tells its place
        box = np.array([[3, 3, 6, 6]], float) * CELL_PX
        taught = cells_of_view(seen, box, Lessons(view_cells=1000), np.random.default_rng(0))
        on = {tuple(place) for place in taught.cells[taught.is_label]}
        off = {tuple(place) for place in taught.cells[~taught.is_label]}

        assert {(y, x) for y in (3, 4, 5) for x in (3, 4, 5)} == on
        assert {(y, x) for y in range(10) for x in range(10) if not (1 <= y <= 7 and 1 <= x <= 7)} == off
