"""A drawn shelf through the product's own count: letters are facings 40 px wide, shelves lie 200 px apart."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from edge.bench.assess import (
    AssessPolicy,
    Faint,
    Replay,
    Truth,
    count_end_to_end,
    judge_boxes,
    rank_names,
    shelves_from_rows,
)
from edge.bench.bursts import BurstPolicy, simulated_burst
from edge.bench.facing_metrics import measure_facings
from edge.bench.held_out import cut_from, read_fixtures, without_pictures
from edge.bench.matching import NONE
from edge.bench.outcomes import Fate
from edge.capture.frame import Frame
from edge.counting.pipeline import Eye
from edge.errors import UsageFault
from inventory_core.ids import ShelfId, Sku
from models.detections import PRODUCT, VOID, Detections
from models.gallery import Gallery
from models.gallery_changes import Enrolled, Rows
from models.gallery_file import GalleryState, PhotoRecord
from models.identities import Identities
from models.policy import UnknownPolicy

POLICY = AssessPolicy()
WIDTH, HEIGHT = 640, 640
AT_SCORE = 0.5


def place(shelf: int, column: int) -> tuple[float, float, float, float]:
    x, y = 20 + 50 * column, 40 + 200 * shelf
    return x, y, x + 40, y + 120


def drawn(shelves: str) -> tuple[Truth, list[str]]:
    """`A A . B | C C` -> the truth, and the letters in order."""
    boxes, names, on = [], [], []
    for row, shelf in enumerate(shelves.split("|")):
        for column, letter in enumerate(shelf.split()):
            if letter != ".":
                boxes.append(place(row, column))
                names.append(letter)
                on.append(ShelfId(str(row + 1)))
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return Truth(xyxy, tuple(Sku(name) for name in names), tuple(on), WIDTH, HEIGHT), names


def found_as(shelves: str, score: float = 0.9) -> tuple[Detections, list[str]]:
    truth, names = drawn(shelves)
    return Detections(truth.xyxy.copy(), np.full(len(names), score, np.float32), np.full(len(names), PRODUCT)), names


class Reads:
    """A namer that knows what it is shown, in order; `?` is an unknown product."""

    def __init__(self, names: list[str]) -> None:
        self._names = tuple(None if name == "?" else Sku(name) for name in names)

    def identify(self, image: np.ndarray, found: Detections) -> Identities:
        del image
        assert len(found) == len(self._names)
        return Identities(self._names, self._names, np.full(len(found), 0.9, np.float32), np.full(len(found), 0.3, np.float32))


def photo(noise: bool = True) -> Frame:
    """A picture sharp and bright enough to be counted; without noise it is blank."""
    image = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    if noise:
        coarse = np.random.default_rng(0).integers(20, 235, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
        image = np.repeat(np.repeat(coarse, 8, axis=0), 8, axis=1)  # patches, so that a move of a px is not another scene
    return Frame("drawn", 0, None, image)


def assessed(truth: str, answer: str, enrolled: str = "ABC", noise: bool = True):
    found, names = found_as(answer)
    eye = Eye(Replay("sha256:0", found), Reads(names), AT_SCORE, "sha256:1", "sha256:2")
    return count_end_to_end(drawn(truth)[0], (photo(noise),), eye, frozenset(map(Sku, enrolled)), POLICY)


def counted(truth: str, answer: str, enrolled: str = "ABC", noise: bool = True):
    return measure_facings([assessed(truth, answer, enrolled, noise)[0]])


def test_a_shelf_that_is_read_as_it_stands():
    figures = counted("A A B B | C C X X", "A A B B | C C ? ?")
    assert (6, 1.0, 1.0, 1.0, 1.0) == (
        figures.enrolled, figures.accuracy, figures.unknown_right, figures.exact_sku_shelf, figures.coverage_95)


def test_known_misses_are_found_out():
    figures = counted("A A B B | C C X X", "A . C ? | C C A ?")
    assert (1, 2, 1, 0.5) == (figures.missed, figures.misnamed, figures.extra, figures.unknown_right)
    assert pytest.approx(1 - 4 / 6) == figures.accuracy
    # A 1 of 2, B 0 of 2 and C 1 of 0 above; C right and A 1 of 0 below
    assert 0.2 == figures.exact_sku_shelf
    assert (1.0, pytest.approx(5 / 6)) == (figures.mae, figures.wape)


def test_every_facing_and_every_box_has_its_fate():
    _, told = assessed("A A B B | C C X X", "A . C ? | C C A ?")
    fates = Counter(one.fate for one in told)
    assert {Fate.RIGHT: 3, Fate.MISSED: 1, Fate.MISNAMED: 1, Fate.REFUSED: 1, Fate.TAKEN_FOR: 1,
            Fate.STRANGER_RIGHT: 1} == fates  # fmt: skip
    missed = next(one for one in told if one.fate is Fate.MISSED)
    assert (place(0, 1), "A", None, "1") == (missed.xyxy, missed.true, missed.said, missed.shelf)


def test_a_burst_that_agrees_is_counted_as_its_frames_are():
    truth, (found, names) = drawn("A A B B | C C X X")[0], found_as("A A B B | C C ? ?")
    eye = Eye(Faint(Replay("sha256:0", found), 0.2), Reads(names), AT_SCORE, "sha256:1", "sha256:2")
    frames = simulated_burst(photo().image, BurstPolicy(frames=3))
    burst, _ = count_end_to_end(truth, frames, eye, frozenset(map(Sku, "ABC")), POLICY)
    single, _ = count_end_to_end(truth, frames[:1], eye, frozenset(map(Sku, "ABC")), POLICY)
    assert (6, 1.0) == (measure_facings([burst]).enrolled, measure_facings([burst]).accuracy)
    assert measure_facings([burst]).exact_sku_shelf == measure_facings([single]).exact_sku_shelf


def test_a_blank_picture_is_refused_and_nothing_is_called_zero():
    figures = counted("A A | C C", "A A | C C", noise=False)
    assert (4, 1.0, None) == (figures.missed, figures.abstained, figures.mae)


def test_gaps_and_boxes_at_the_edge_are_no_facings():
    truth = drawn("A A")[0]
    xyxy = np.concatenate([truth.xyxy, [[0, 40, 15, 160], [300, 40, 340, 160]]]).astype(np.float32)
    found = Detections(xyxy, np.array([0.9, 0.8, 0.7, 0.6], np.float32), np.array([PRODUCT, PRODUCT, PRODUCT, VOID]))
    judged = judge_boxes(truth, found, POLICY.match)
    assert (2, [True, True]) == (len(judged.score), judged.hit[:, 0].tolist())


def test_truth_at_the_edge_is_set_aside_with_its_name_and_shelf():
    xyxy = np.array([[0, 40, 40, 160], [100, 40, 140, 160]], np.float32)
    truth = Truth(xyxy, (Sku("A"), Sku("B")), (ShelfId("1"), ShelfId("2")), WIDTH, HEIGHT).away_from_edge(0.01)
    assert (("B",), ("2",)) == (truth.sku, truth.shelf)


def test_rows_are_found_on_the_true_boxes():
    assert ("1", "1", "1", "2", "2") == shelves_from_rows(drawn("A A A | B B")[0].xyxy)


def gallery(*rows: tuple[str, str, tuple[float, float]]) -> Gallery:
    """A gallery in memory: (SKU, picture it was cut from, vector)."""
    changes = tuple(Enrolled((Rows(Sku(sku), row, row + 1),)) for row, (sku, _, _) in enumerate(rows))
    photos = tuple(PhotoRecord("", "", source, "") for _, source, _ in rows)
    vectors = np.array([vector for _, _, vector in rows], np.float32)
    return Gallery(Path("drawn"), GalleryState("sha256:1", photos, changes, vectors), UnknownPolicy())


class Describes:
    """An embedder that tells a box by its place: the first column looks like (1, 0), the others like (0.6, 0.8)."""

    def embed(self, image: np.ndarray, xyxy: np.ndarray) -> np.ndarray:
        del image
        return np.array([(1.0, 0.0) if box[0] < 50 else (0.6, 0.8) for box in xyxy], np.float32)


def test_ranks_are_over_products_not_crops():
    enrolled = gallery(("A", "1.jpg", (1, 0)), ("A", "2.jpg", (0.9, 0.436)), ("B", "1.jpg", (0, 1)))
    ranked = rank_names(drawn("A B X")[0], photo(), Describes(), enrolled)  # type: ignore[arg-type]
    assert ([0, 1, NONE], [True, True, False]) == (ranked.rank.tolist(), ranked.known.tolist())


def test_a_picture_held_out_takes_its_crops_with_it():
    whole = gallery(("A", "shop/1.jpg", (1, 0)), ("A", "2.jpg", (0.6, 0.8)), ("B", "1.jpg", (0, 1)))
    assert cut_from(whole, {"1.jpg"})
    rest = without_pictures(whole, {"1.jpg"})
    assert ("A",) == rest.names()
    assert not cut_from(rest, {"1.jpg"})
    assert [[np.float32(0.6)]] == rest.similarities(np.array([[1, 0]], np.float32)).tolist()


def test_a_gallery_held_out_to_nothing_knows_nobody():
    rest = without_pictures(gallery(("A", "1.jpg", (1, 0))), {"1.jpg", "2.jpg"})
    ranked = rank_names(drawn("A")[0], photo(), Describes(), rest)  # type: ignore[arg-type]
    assert [False] == ranked.known.tolist()


def test_fixtures_are_lines_and_a_picture_stands_in_one(tmp_path):
    file = tmp_path / "fixtures.txt"
    file.write_text("1.jpg 2.jpg\n\n3.jpg\n", encoding="utf-8")
    assert {"1.jpg": {"1.jpg", "2.jpg"}, "2.jpg": {"1.jpg", "2.jpg"}, "3.jpg": {"3.jpg"}} == read_fixtures(file)
    file.write_text("1.jpg 2.jpg\n2.jpg\n", encoding="utf-8")
    with pytest.raises(UsageFault, match=r"2\.jpg in two fixtures"):
        read_fixtures(file)


def test_truth_needs_a_name_and_a_shelf_for_every_box():
    with pytest.raises(ValueError, match="truth needs"):
        Truth(np.zeros((2, 4), np.float32), (Sku("A"),), (ShelfId("1"),), 9, 9)

