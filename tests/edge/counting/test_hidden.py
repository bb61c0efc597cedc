"""What something in front hides is unknown: the shelves behind it are left out, the rest counts, and no shortage follows."""

from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.record import Calibration
from calibration.site_file import read_site
from edge.capture.frame import Frame, Image
from edge.counting.count import count_burst, count_frame
from edge.counting.document import document_of
from edge.counting.last_clear import LastClear
from edge.counting.pipeline import Eye
from edge.counting.result import CountResult, to_capture
from edge.messages import Lang, Translator
from edge.report.annotate import annotated
from inventory_core.counts import CaptureStatus
from inventory_core.ids import CountId, LocationId
from models.detections import Detections
from models.errors import ModelError
from models.identities import Identities
from tests.edge.capture.test_quality import shelf
from tests.edge.counting.drawn import AT, DrawnEye, drawn, eye_on, frame
from tests.edge.counting.test_count import SITE

SCENE = "A A A . B B | C C C"


@pytest.fixture
def site(tmp_path: Path) -> Calibration:
    path = tmp_path / "site.toml"
    path.write_text(SITE.format(middle=2 * 240), encoding="utf-8")
    return read_site(path)


def with_carton(left: int, top: int, right: int, bottom: int) -> Image:
    """A shelf with something grey in front."""
    image = shelf().copy()
    cv2.rectangle(image, (left, top), (right, bottom), (90, 110, 100), -1)
    return image


def counted(image: Image, site: Calibration | None) -> CountResult:
    return count_frame(eye_on(drawn(SCENE)), Frame("cam", 0, AT, image), source="x", site=site, before=LastClear(shelf()))


def test_a_shelf_behind_a_carton_is_unknown_and_the_other_counts(site: Calibration) -> None:
    result = counted(with_carton(100, 270, 400, 479), site)
    capture = to_capture(result, count_id=CountId("c"), location=LocationId("l"), now=AT + timedelta(hours=1))
    assert (CaptureStatus.PARTLY, ("blocked",), ("upper",), 0.5) == (
        capture.status, capture.reasons, capture.shelves_seen, capture.coverage)
    assert {"upper"} == {count.shelf for count in capture.counts}


def test_the_document_tells_what_is_hidden(site: Calibration) -> None:
    result = counted(with_carton(100, 270, 400, 479), site)
    entry = document_of([result], result.pedigree)["images"][0]  # type: ignore[index]
    assert ("partly", ["blocked"], ["upper"]) == (entry["status"], entry["reasons"], [s["shelf"] for s in entry["shelves"]])
    assert ["lower"] == [each["shelf"] for each in entry["hidden"]]
    assert pytest.approx(300 * 210 / (640 * 240), abs=0.08) == entry["hidden"][0]["hidden"]


def test_a_clear_view_is_counted_and_tells_nothing_hidden(site: Calibration) -> None:
    result = counted(shelf(), site)
    assert (CaptureStatus.COUNTED, (), ()) == (result.status, result.reasons, result.hidden)
    assert "hidden" not in document_of([result], result.pedigree)["images"][0]  # type: ignore[index]


def test_where_no_shelf_is_left_nothing_can_be_seen(site: Calibration) -> None:
    result = counted(with_carton(100, 40, 400, 479), site)
    assert (CaptureStatus.CANNOT_SEE, ("blocked",), ()) == (result.status, result.reasons, result.shelves)


def test_without_a_site_rows_that_may_be_missing_have_no_numbers() -> None:
    assert CaptureStatus.PARTLY is counted(with_carton(430, 270, 630, 479), None).status
    assert CaptureStatus.CANNOT_SEE is counted(with_carton(0, 250, 639, 400), None).status


def test_the_annotated_picture_shows_stripes_where_something_is_hidden(site: Calibration) -> None:
    image = with_carton(100, 270, 400, 479)
    drawn_on = annotated(counted(image, site), Translator(Lang.EN))
    assert drawn_on is not None
    scale = drawn_on.shape[0] / image.shape[0]
    inside = drawn_on[int(300 * scale) : int(460 * scale), int(150 * scale) : int(350 * scale)].reshape(-1, 3)
    assert 20 < np.percentile(inside[:, 2].astype(int) - inside[:, 1], 95)


class FailingEye(DrawnEye):
    """A network that answers numbers that are not finite, which its session refuses."""

    def detect(self, image: Image) -> Detections:
        raise ModelError("network {fingerprint} answered numbers that are not finite", fingerprint="x")

    def identify(self, image: Image, found: Detections) -> Identities:
        raise AssertionError


class EmptyEye(DrawnEye):
    def detect(self, image: Image) -> Detections:
        return Detections.none()


def test_a_network_without_a_usable_answer_is_no_count(site: Calibration) -> None:
    failing = FailingEye(drawn(SCENE))
    for place in (site, None):
        result = count_frame(Eye(failing, failing, 0.35), frame(), source="x", site=place)
        assert (CaptureStatus.CANNOT_SEE, ("no_answer",), ()) == (result.status, result.reasons, result.shelves)


def test_neither_goods_nor_gaps_on_surveyed_shelves_is_not_an_empty_shop(site: Calibration) -> None:
    empty = EmptyEye(drawn(SCENE))
    result = count_frame(Eye(empty, empty, 0.35), frame(), source="x", site=site)
    assert (CaptureStatus.CANNOT_SEE, ("nothing_found",), ()) == (result.status, result.reasons, result.shelves)


@pytest.mark.parametrize(("blocks", "seen"), [
    ((9, 9, 9), (CaptureStatus.COUNTED, ())),  # the shelf shows so
    ((9, 4, 13), (CaptureStatus.CANNOT_SEE, ("torn",))),
])
def test_blocks_that_slipped_alike_in_every_frame_are_no_torn_picture(
    site: Calibration, blocks: tuple[int, ...], seen: tuple[CaptureStatus, tuple[str, ...]]
) -> None:
    frames = []
    for number, by in enumerate(blocks):
        image = np.clip(shelf() + np.random.default_rng(number).normal(0, 2, (480, 640, 3)), 0, 255).astype(np.uint8)
        image[256:] = np.roll(image, -16 * by, axis=1)[256:]
        frames.append(Frame("cam", number, AT + timedelta(seconds=number), image))
    result = count_burst(eye_on(drawn(SCENE)), frames, source="x", site=site, before=LastClear(shelf()))
    assert seen == (result.status, result.reasons)


def test_cloth_with_soft_folds_hides_as_a_plain_carton_does(site: Calibration) -> None:
    image = with_carton(100, 270, 400, 479)
    folds = np.sin(np.arange(300) / 18)[None, :, None] * 14 + np.sin(np.arange(209) / 25)[:, None, None] * 14
    image[270:479, 100:400] = np.clip(image[270:479, 100:400] + folds, 0, 255).astype(np.uint8)
    assert ("lower",) == tuple(each.shelf for each in counted(image, site).hidden)
