"""A site file is read into a calibration, or refused with the file, the key and the mend."""

from pathlib import Path

import numpy as np
import pytest

from calibration.errors import BadSite, WrongPicture
from calibration.rectify import boxes_in_picture, rectify
from calibration.site_file import read_site

GOOD = """
surveyed_at = 2026-11-20T09:30:00+08:00
[camera]
name = "front"
width_px = 1280
height_px = 720
[corners]
top_left = [210.0, 95.0]
top_right = [1065.0, 120]
bottom_right = [1050.0, 660.0]
bottom_left = [225.0, 640.0]
[bay]
width_mm = 1200
height_mm = 750
[[shelf]]
name = "top"
top_mm = 0
bottom_mm = 400
[[shelf]]
top_mm = 400
bottom_mm = 740
"""
LENS = "[lens]\nfx = 1000\nfy = 1000\ncx = 640\ncy = 360\ndist = [-0.1, 0.02, 0, 0, 0]\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_site_is_read(tmp_path: Path) -> None:
    site = read_site(written(tmp_path, GOOD))
    assert ("front", 1280, 720, ["top", "2"]) == (
        site.camera, site.width_px, site.height_px, [band.shelf for band in site.bay.bands])
    assert site.fingerprint.startswith("sha256:")
    assert site.surveyed_at is not None
    np.testing.assert_allclose(site.cam_from_view(np.array([[0.0, 0.0]])), [[210.0, 95.0]], atol=1e-6)


@pytest.mark.parametrize("text", [GOOD, GOOD + LENS])
def test_the_view_shows_the_bay_and_boxes_find_back_into_the_picture(tmp_path: Path, text: str) -> None:
    site = read_site(written(tmp_path, text))
    picture = np.zeros((720, 1280, 3), np.uint8)
    picture[300:340, 600:660] = 255
    view = rectify(picture, site)
    ys, xs = np.nonzero(view.image[:, :, 0] > 128)
    found = np.array([[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]], np.float32)
    np.testing.assert_allclose(boxes_in_picture(found, site, 1280, 720)[0], [600, 300, 660, 340], atol=3)


def test_the_same_scene_at_half_the_size_gives_boxes_at_half_the_size(tmp_path: Path) -> None:
    site = read_site(written(tmp_path, GOOD))
    box = np.array([[100, 100, 200, 200]], np.float32)
    np.testing.assert_allclose(boxes_in_picture(box, site, 640, 360) * 2, boxes_in_picture(box, site, 1280, 720), atol=1e-3)
    assert rectify(np.zeros((360, 640, 3), np.uint8), site).image.shape == rectify(
        np.zeros((720, 1280, 3), np.uint8), site).image.shape
    with pytest.raises(WrongPicture):
        rectify(np.zeros((480, 640, 3), np.uint8), site)


@pytest.mark.parametrize(("before", "after", "named"), [
    ("[bay]", "[bay]\nwidht_mm = 3", "bay.widht_mm"),
    ("[camera]", "colour = 1\n[camera]", "colour"),
    ("width_px = 1280", 'width_px = "wide"', "camera.width_px"),
    ("width_px = 1280", "width_px = true", "camera.width_px"),
    ("width_px = 1280", "", "camera.width_px"),
    ("width_mm = 1200", "width_mm = -5", "bay.width_mm"),
    ("width_mm = 1200", "width_mm = nan", "bay.width_mm"),
    ("top_left = [210.0, 95.0]", "top_left = [210.0]", "corners.top_left"),
    ("top_left = [210.0, 95.0]", "top_left = [1065.0, 120.0]", "corners"),
    ("top_left = [210.0, 95.0]", "top_left = [21000.0, 95.0]", "corners.top_left"),
    ("[bay]", "[[bay]]", "bay"),
    ('name = "top"', "name = 7", "shelf[1].name"),
    ("bottom_mm = 400", "bottom_mm = 500", "overlap"),
    ("bottom_mm = 400", "bottom_mm = 0", "top_mm"),
    ("bottom_mm = 740", "bottom_mm = 990", "outside the bay"),
    ('name = "top"', 'name = "2"', "twice"),
    ("surveyed_at = 2026-11-20T09:30:00+08:00", "surveyed_at = 2026-11-20T09:30:00", "surveyed_at"),
    ("[camera]", "[camera", "TOML"),
])
def test_every_mistake_is_named(tmp_path: Path, before: str, after: str, named: str) -> None:
    assert before in GOOD
    with pytest.raises(BadSite) as refused:
        read_site(written(tmp_path, GOOD.replace(before, after, 1)))
    assert named in str(refused.value)
    assert "site.toml" in str(refused.value)


def test_a_site_without_shelves_or_lens_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSite):
        read_site(written(tmp_path, GOOD[: GOOD.index("[[shelf]]")]))
    with pytest.raises(BadSite, match=r"lens\.dist"):
        read_site(written(tmp_path, GOOD + LENS.replace("dist = [-0.1, 0.02, 0, 0, 0]", "dist = [1]")))
    with pytest.raises(BadSite, match="cannot be read"):
        read_site(tmp_path / "gone.toml")


def test_another_byte_is_another_fingerprint(tmp_path: Path) -> None:
    first = read_site(written(tmp_path, GOOD)).fingerprint
    assert first == read_site(written(tmp_path, GOOD)).fingerprint
    assert first != read_site(written(tmp_path, GOOD + "\n")).fingerprint
