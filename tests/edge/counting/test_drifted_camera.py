"""A mounted camera with a surveyed picture: a nudge is put right, a move or another camera's view is no count."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from calibration.errors import BadSite
from calibration.homography import apply
from calibration.record import Calibration
from calibration.site_file import read_site
from edge.capture.frame import Frame
from edge.capture.settle import Burst
from edge.counting.count import count_frame
from edge.counting.evidence_document import about_of
from edge.counting.fixed_camera import FixedCamera
from edge.counting.last_clear import LastClear
from edge.counting.result import CountResult
from inventory_core.counts import CaptureStatus
from tests.calibration.drawn_shelf import HEIGHT, WIDTH, seen, shelf, turned
from tests.edge.counting.drawn import AT, drawn, eye_on

Grey = npt.NDArray[np.uint8]
SURVEYED = seen(shelf(1, 2))


def site_on(
    folder: Path, picture: Grey = SURVEYED, sha256: str | None = None, *, width: int = WIDTH, goods: str = "[]"
) -> Calibration:
    """A site of the whole picture, two shelves, with its surveyed picture beside it."""
    (folder / "front.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    sha256 = hashlib.sha256((folder / "front.png").read_bytes()).hexdigest() if sha256 is None else sha256
    (folder / "site.toml").write_text(f"""
schema = 1
[camera]
width_px = {width}
height_px = {HEIGHT}
[corners]
top_left = [0, 0]
top_right = [{width}, 0]
bottom_right = [{width}, {HEIGHT}]
bottom_left = [0, {HEIGHT}]
[bay]
width_mm = {width}
height_mm = {HEIGHT}
mm_per_px = 1
[reference]
picture = "front.png"
sha256 = "{sha256}"
goods = {goods}
[[shelf]]
top_mm = 0
bottom_mm = 240
[[shelf]]
top_mm = 240
bottom_mm = {HEIGHT}
""", encoding="utf-8")
    return read_site(folder / "site.toml")


def count(now: Grey, site: Calibration, before: LastClear | None = None) -> CountResult:
    frame = Frame("cam", 0, AT, np.ascontiguousarray(np.repeat(now[..., None], 3, axis=2)))
    return count_frame(eye_on(drawn("A A B | C C")), frame, site=site, source="cam", before=before)


def test_a_camera_that_did_not_move_counts(tmp_path: Path) -> None:
    assert CaptureStatus.COUNTED is count(seen(shelf(1, 2)), site_on(tmp_path)).status


def test_a_nudge_is_put_right_although_goods_have_changed(tmp_path: Path) -> None:
    result = count(seen(shelf(1, 3), turned(9, -6, 0.5)), site_on(tmp_path))
    assert CaptureStatus.COUNTED is result.status


NUDGED = turned(9, -6, 0.5)


def test_the_shelves_beside_the_picture_of_a_nudged_camera_lie_where_it_shows_them(tmp_path: Path) -> None:
    site = site_on(tmp_path)
    told = about_of(count(seen(shelf(1, 2), NUDGED), site), site)(1.0)["shelves"]
    assert isinstance(told, list)
    lower = apply(NUDGED, np.array([[0.0, 240], [WIDTH, 240], [WIDTH, HEIGHT], [0, HEIGHT]]))
    assert np.abs(lower - np.array(told[1]["corners_px"])).max() < 1.5


def test_what_is_in_front_of_a_nudged_camera_is_covered_where_it_is_in_the_picture(tmp_path: Path) -> None:
    site = site_on(tmp_path)
    before = LastClear.of(count(SURVEYED, site))
    carton = np.zeros((HEIGHT, WIDTH), np.uint8)
    carton[300:, 200:420] = 1
    nudged = cv2.warpPerspective(carton, NUDGED, (WIDTH, HEIGHT), flags=cv2.INTER_NEAREST) > 0
    picture = seen(shelf(1, 2), NUDGED)
    picture[nudged] = 100
    result = count(picture, site, before)
    assert CaptureStatus.PARTLY is result.status
    assert result.cover is not None
    cover = cv2.resize(result.cover.astype(np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST) > 0
    shown, covered = (np.flatnonzero(mask[380]).mean() for mask in (nudged, cover))
    assert shown == pytest.approx(covered, abs=3)


@pytest.mark.parametrize("now_from_survey", [turned(60, 0, 0), turned(0, -45, 0), turned(0, 0, 5)])
def test_a_camera_that_was_moved_cannot_see(tmp_path: Path, now_from_survey: npt.NDArray[np.float64]) -> None:
    result = count(seen(shelf(1, 2), now_from_survey), site_on(tmp_path))
    assert (CaptureStatus.CANNOT_SEE, ("moved",), ()) == (result.status, result.reasons, result.shelves)


def test_another_cameras_view_cannot_be_counted(tmp_path: Path) -> None:
    result = count(seen(shelf(7, 5)), site_on(tmp_path))
    assert (CaptureStatus.CANNOT_SEE, ("wrong_camera",)) == (result.status, result.reasons)


@pytest.mark.parametrize(
    ("picture", "options", "why"),
    [
        (SURVEYED, {"sha256": "00"}, "sha256"),
        (SURVEYED[:, :400], {}, "400 x 480 px"),
        (np.full((HEIGHT, WIDTH), 90, np.uint8), {}, "0 points"),
        (SURVEYED, {"goods": "[[0, 1, 2]]"}, "boxes"),
        (SURVEYED, {"goods": '[["left", 0, 9, 9]]'}, "boxes"),
    ],
)
def test_a_surveyed_picture_that_cannot_be_used_is_refused_with_the_mend(
    tmp_path: Path, picture: Grey, options: dict[str, str], why: str
) -> None:
    with pytest.raises(BadSite, match=why):
        site_on(tmp_path, picture, **options)


def test_a_surveyed_picture_that_is_gone_is_named(tmp_path: Path) -> None:
    site_on(tmp_path)
    (tmp_path / "front.png").unlink()
    with pytest.raises(BadSite, match=r"front\.png cannot be read"):
        read_site(tmp_path / "site.toml")
    assert read_site(tmp_path / "site.toml", with_picture=False).reference is None


def test_a_site_file_of_a_later_program_is_refused(tmp_path: Path) -> None:
    site_on(tmp_path)
    text = (tmp_path / "site.toml").read_text(encoding="utf-8").replace("schema = 1", "schema = 2")
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadSite, match="schema 2"):
        read_site(tmp_path / "site.toml")


def test_surveyed_goods_hold_no_landmark_unless_nothing_else_does(tmp_path: Path) -> None:
    left = site_on(tmp_path, goods=f"[[0, 0, {WIDTH // 2}, {HEIGHT}]]").reference
    whole = site_on(tmp_path, goods=f"[[0, 0, {WIDTH}, {HEIGHT}]]").reference
    assert left is not None
    assert whole is not None
    assert WIDTH // 2 - 3 <= float(left.landmarks.at[:, 0].min())
    assert float(whole.landmarks.at[:, 0].min()) < 100
    assert np.array_equal(whole.landmarks.at, left_out_of(tmp_path))


def left_out_of(folder: Path) -> npt.NDArray[np.float32]:
    reference = site_on(folder).reference
    assert reference is not None
    return reference.landmarks.at


def test_a_watched_camera_counts_at_rest_is_put_right_and_refused_as_if_each_picture_were_alone(tmp_path: Path) -> None:
    site, camera = site_on(tmp_path), FixedCamera()
    eye = eye_on(drawn("A A B | C C"))
    views = [turned(0, 0, 0), turned(0, 0, 0), turned(9, -6, 0.5), turned(60, 0, 0), turned(0, 0, 0)]
    seen_so = []
    for number, view in enumerate(views):
        now = seen(shelf(1, 2), view)
        shots = tuple(Frame("cam", number * 2 + step, AT, np.ascontiguousarray(np.repeat(np.where(step, now, now // 2 * 2)
                      [..., None], 3, axis=2)).astype(np.uint8)) for step in range(2))
        result = camera.count(eye, Burst(shots, settled=True), 10.0 * number, source="cam", site=site)
        seen_so.append((result.status, result.reasons))
    counted = (CaptureStatus.COUNTED, ())
    assert [counted, counted, counted, (CaptureStatus.CANNOT_SEE, ("moved",)), counted] == seen_so
