"""The golden set tells a network that sees from one that does not; what it asks for is tied to the role, not to a file."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.detector import Detector, open_detector
from models.embedder import open_embedder
from models.errors import GoldenFailed
from models.golden import (
    GOLDEN_SET,
    GoldenPolicy,
    GoldenSet,
    judge_detector,
    judge_embedder,
    judge_label_finder,
    judge_person_finder,
    load_golden_set,
)
from models.label_finder import LabelSeen, open_label_finder
from models.letterbox import Image
from models.person_finder import open_person_finder
from tests.models.golden_networks import file, knowing
from tests.models.tiny_networks import network_answering

DEMO = Path(__file__).parents[2] / "edge" / "demo" / "day"
SCALE = 0.75
"""960 of 1280 px."""


@pytest.fixture(scope="module")
def golden() -> GoldenSet:
    return load_golden_set()


class Remembers:
    """An embedder that answers one given row per facing."""

    fingerprint = "sha256:remembers"

    def __init__(self, vectors: np.ndarray) -> None:
        self._vectors = np.asarray(vectors, np.float32)

    def embed(self, image: Image, xyxy: np.ndarray) -> np.ndarray:
        return self._vectors


class Sees:
    """A label finder that sees a tag on the first `some` pictures that it is shown."""

    fingerprint = "sha256:sees"

    def __init__(self, some: int) -> None:
        self._some = some

    def find(self, image: Image) -> LabelSeen:
        self._some -= 1
        return LabelSeen(0.9, True) if self._some >= 0 else LabelSeen(0.1, False)


def detector(folder: Path, data: bytes) -> Detector:
    return open_detector(file(folder, "net", data), threads=1)


def test_it_is_small_and_drawn_by_the_demo_day() -> None:
    document = json.loads((GOLDEN_SET / "golden.json").read_bytes())
    day = json.loads((DEMO / "truth.json").read_bytes())
    frame = next(frame for frame in day["frames"] if frame["file"] == "frames/24-1540.jpg")
    drawn = [(box["sku"], [round(side * SCALE, 1) for side in box["xyxy_px"]]) for box in frame["boxes"]]
    assert drawn == [(facing["product"], facing["xyxy_px"]) for facing in document["facings"]]
    assert sum(path.stat().st_size for path in GOLDEN_SET.iterdir()) < 150_000


@pytest.mark.parametrize("role", ["detector", "embedder", "label_finder", "person_finder"])
def test_the_shipped_networks_pass_with_room_to_spare(golden: GoldenSet, role: str) -> None:
    strict = GoldenPolicy(least_found=1, most_extra=0, least_paired=1, least_margin=0.2, least_seen=1, most_imagined=0,
                          least_covered=0.99, most_taken=0.02)
    verdict = {
        "detector": lambda: judge_detector(open_detector(threads=1), golden, policy=strict),
        "embedder": lambda: judge_embedder(open_embedder(threads=1), golden, strict),
        "label_finder": lambda: judge_label_finder(open_label_finder(threads=1), golden, strict),
        "person_finder": lambda: judge_person_finder(open_person_finder(threads=1), golden, strict),
    }[role]()
    assert (role, True) == (verdict.role, verdict.holds), str(verdict.told)


@pytest.mark.parametrize(("network", "holds", "says"), [
    ({}, True, "37 of 37 facings found (at least 34), 0 boxes that are none"),
    ({"missed": 3}, True, "34 of 37"),
    ({"missed": 4}, False, "33 of 37"),
    ({"imagined": 3}, True, "3 boxes that are none (at most 3)"),
    ({"imagined": 4}, False, "4 boxes that are none (at most 3)"),
    ({"shift_px": 6.0}, True, "37 of 37"),
    ({"shift_px": 40.0}, False, " of 37"),
])  # fmt: skip
def test_a_detector_may_miss_little_and_imagine_little(
    tmp_path: Path, golden: GoldenSet, network: dict[str, float], holds: bool, says: str
) -> None:
    verdict = judge_detector(detector(tmp_path, knowing(**network)), golden)  # type: ignore[arg-type]
    assert (holds, True) == (verdict.holds, says in str(verdict.told)), str(verdict.told)


def test_boxes_fainter_than_what_counts_are_not_asked_for(tmp_path: Path, golden: GoldenSet) -> None:
    assert not judge_detector(detector(tmp_path, knowing()), golden, count_from=0.95).holds


def test_a_network_that_answers_other_shapes_than_it_should_fails_and_says_so(tmp_path: Path, golden: GoldenSet) -> None:
    two_rows_for_all = network_answering(np.ones((2, 8), np.float32), ("n", 64, 64, 3))
    verdict = judge_embedder(open_embedder(file(tmp_path, "net", two_rows_for_all), threads=1), golden)
    assert (False, True) == (verdict.holds, "it answers what cannot be used" in str(verdict.told))


def test_an_embedder_must_keep_a_product_together(golden: GoldenSet) -> None:
    names = sorted(set(golden.products))
    by_product = np.eye(len(names))[[names.index(product) for product in golden.products]]
    assert judge_embedder(Remembers(by_product), golden).holds
    assert not judge_embedder(Remembers(np.ones((len(by_product), 4)) / 2), golden).holds
    assert not judge_embedder(Remembers(np.eye(len(by_product))), golden).holds


@pytest.mark.parametrize(("seen", "holds"), [(0, False), (2, False), (3, True), (4, True), (5, True), (6, False), (9, False)])
def test_a_label_finder_must_see_tags_and_only_tags(golden: GoldenSet, seen: int, holds: bool) -> None:
    assert holds == judge_label_finder(Sees(seen), golden).holds


def test_a_failed_verdict_names_the_way_back(tmp_path: Path, golden: GoldenSet) -> None:
    verdict = judge_detector(detector(tmp_path, knowing(missed=36)), golden)
    with pytest.raises(GoldenFailed, match=r"detector sha256:\w+ fails the golden set .* 1 of 37.*model rollback --role detec"):
        verdict.require()


@pytest.mark.parametrize(("name", "content"), [
    ("golden.json", b"{}"), ("golden.json", b"[1"), ("shelf.jpg", b"another picture"), ("shelf.jpg", b"")])
def test_a_golden_set_that_was_altered_proves_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    for path in GOLDEN_SET.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GoldenFailed, match=r"is damaged.*restore it from the release"):
        load_golden_set(tmp_path)


def test_without_its_folder_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(GoldenFailed, match="is damaged"):
        load_golden_set(tmp_path / "none")

