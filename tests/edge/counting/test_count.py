"""From frames to a count: per shelf and product, or an answer that says why nothing can be seen."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from calibration.site_file import read_site
from edge.capture.frame import Frame
from edge.counting.count import CountPolicy, count_burst, count_frame, pedigree_of
from edge.counting.document import document_of
from edge.counting.result import CountResult, to_capture
from edge.counting.trust import TrustPolicy
from inventory_core.counts import CaptureStatus
from inventory_core.ids import CountId, LocationId
from tests.edge.counting.drawn import AT, DrawnEye, drawn, eye_on, frame, picture


def counted(result: CountResult) -> dict[str, dict[str | None, int]]:
    return {
        shelf.shelf: {row.sku: row.facings.best for row in shelf.facings if row.facings.best} for shelf in result.shelves
    }


def test_a_drawn_shelf_is_counted_as_it_is_drawn() -> None:
    result = count_frame(eye_on(drawn("A A A . B B | C C C")), frame(), source="drawn")
    assert CaptureStatus.COUNTED is result.status
    assert {"1": {"A": 3, "B": 2}, "2": {"C": 3}} == counted(result)
    assert [1, 0] == [len(shelf.reading.gaps) for shelf in result.shelves]


def test_a_stack_counts_on_its_shelf() -> None:
    assert {"1": {"C": 6, "A": 3}} == counted(count_frame(eye_on(drawn("C/C C/C C/C A A A")), frame(), source="x"))


def test_unknown_products_are_counted_as_unknown() -> None:
    result = count_frame(eye_on(drawn("A A B B"), unknown="B"), frame(), source="x")
    assert {"1": {"A": 2, None: 2}} == counted(result)


def test_a_burst_counts_like_its_frames() -> None:
    eye = eye_on(drawn("A A A . B B | C C C"))
    one = count_frame(eye, frame(), source="x")
    burst = count_burst(eye, [frame(n) for n in range(5)], source="x")
    assert counted(one) == counted(burst)
    assert (5, 5) == (burst.window.accepted, burst.window.offered)


def test_a_dark_frame_is_an_answer_and_never_zero() -> None:
    dark = Frame("cam", 0, AT, np.zeros((480, 640, 3), np.uint8))
    result = count_frame(eye_on(drawn("A A")), dark, source="x")
    assert (CaptureStatus.CANNOT_SEE, ("dark",), ()) == (result.status, result.reasons, result.shelves)


def test_a_few_bad_frames_do_not_spoil_a_burst_and_many_do() -> None:
    eye, dark = eye_on(drawn("A A")), np.zeros((480, 640, 3), np.uint8)
    good = [frame(n) for n in range(3)]
    bad = [Frame("cam", 10 + n, AT, dark + np.uint8(n)) for n in range(6)]
    assert CaptureStatus.COUNTED is count_burst(eye, [*good, *bad[:2]], source="x").status
    assert ("dark",) == count_burst(eye, [good[0], *bad], source="x").reasons


def test_a_frozen_camera_cannot_see() -> None:
    same = [Frame("cam", n, AT + timedelta(seconds=n), picture()) for n in range(4)]
    assert ("frozen",) == count_burst(eye_on(drawn("A")), same, source="x").reasons


def test_nothing_found_is_no_shelf_rather_than_zero() -> None:
    result = count_frame(eye_on(drawn(".")), frame(), source="x")
    assert (CaptureStatus.CANNOT_SEE, ("no_shelf",)) == (result.status, result.reasons)


SITE = """
[camera]
width_px = 640
height_px = 480
[corners]
top_left = [0, 0]
top_right = [640, 0]
bottom_right = [640, 480]
bottom_left = [0, 480]
[bay]
width_mm = 1280
height_mm = 960
[[shelf]]
name = "upper"
top_mm = 0
bottom_mm = {middle}
[[shelf]]
name = "lower"
top_mm = {middle}
bottom_mm = 960
"""


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE.format(middle=2 * 240), encoding="utf-8")
    return path


def test_with_a_site_the_shelves_are_the_sites_and_an_empty_one_is_seen_empty(site_file: Path) -> None:
    result = count_frame(eye_on(drawn("A A A")), frame(), source="x", site=read_site(site_file))
    assert {"upper": {"A": 3}, "lower": {}} == counted(result)
    assert pytest.approx(2 * 20.0, abs=0.5) == result.shelves[0].reading.places[0].facing.left_mm
    assert pytest.approx(20.0, abs=0.5) == result.shelves[0].reading.places[0].facing.box.x1_px


def test_a_picture_of_another_shape_is_not_the_sites_camera(site_file: Path) -> None:
    wide = Frame("cam", 0, AT, np.ascontiguousarray(picture()[:240]))
    assert ("wrong_camera",) == count_frame(eye_on(drawn("A")), wide, source="x", site=read_site(site_file)).reasons


def test_the_document_has_the_published_form() -> None:
    eye = eye_on(drawn("A . B"), unknown="B")
    clear = CountPolicy(trust=TrustPolicy(sharpness=6.0, stranger_at=0.6, tail=0.025))
    document = document_of([count_frame(eye, frame(), source="p.jpg", policy=clear)], pedigree_of(eye, None, None))
    image = document["images"][0]  # type: ignore[index]
    assert "shelfcount.count/1" == document["schema"]
    assert {"detector": "sha256:drawn", "embedder": "sha256:e", "gallery": "sha256:g", "calibration": None} == (
        document["pedigree"])
    assert ("p.jpg", "2026-11-20T09:30:00Z", 640, 480, "counted", []) == (
        image["source"], image["captured_at"], image["width_px"], image["height_px"], image["status"], image["reasons"])
    assert [{"shelf": "1", "facings": [{"sku": "A", "low": 1, "best": 1, "high": 1}],
             "unknown": {"low": 1, "best": 1, "high": 1}}] == image["shelves"]
    assert [("A", "product"), (None, "product"), (None, "void")] == [(b["sku"], b["kind"]) for b in image["boxes"]]
    assert {"xyxy_px", "score", "sku", "sku_score", "margin", "shelf", "kind"} == set(image["boxes"][0])


def test_a_capture_for_the_book_keeps_counts_and_a_blind_one_holds_none() -> None:
    seen = count_frame(eye_on(drawn("A A | B")), frame(), source="x")
    blind = count_frame(eye_on(drawn("A A")), Frame("cam", 0, None, np.zeros((480, 640, 3), np.uint8)), source="x")
    kept = to_capture(seen, count_id=CountId("c1"), location=LocationId("shelf-1"), now=AT + timedelta(hours=1))
    blank = to_capture(blind, count_id=CountId("c2"), location=LocationId("shelf-1"), now=AT + timedelta(hours=1))
    assert (AT, ("1", "2"), [("1", "A", 2), ("2", "B", 1)]) == (
        kept.captured_at, kept.shelves_seen, [(c.shelf, c.sku, c.facings.best) for c in kept.counts])
    assert (AT + timedelta(hours=1), CaptureStatus.CANNOT_SEE, ("dark",), ()) == (
        blank.captured_at, blank.status, blank.reasons, blank.counts)


def test_a_drawn_eye_is_an_eye() -> None:
    assert 2 == len(DrawnEye(drawn("A A")).detect(picture()))
