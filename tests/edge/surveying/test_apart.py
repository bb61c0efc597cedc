"""Two cameras that count one shelf of one location are told apart, or told."""

from pathlib import Path

import pytest

from calibration.record import Calibration
from calibration.site_file import parse_site
from edge.settings import CameraEntry, Settings
from edge.surveying.apart import mixed_up, outlooks_of
from tests.edge.counting.test_drifted_camera import site_on

SITE = ("[camera]\nwidth_px = 640\nheight_px = 480\n[corners]\ntop_left = [0, 0]\ntop_right = [640, 0]\n"
        "bottom_right = [640, 480]\nbottom_left = [0, 480]\n[bay]\nwidth_mm = 640\nheight_mm = 480\n")


def site(*shelves: str) -> Calibration:
    bands = (f'[[shelf]]\nname = "{name}"\ntop_mm = {n * 100}\nbottom_mm = {n * 100 + 90}\n' for n, name in enumerate(shelves))
    return parse_site((SITE + "".join(bands)).encode(), Path("a.toml"))


def mixed(
    first: Calibration | None, second: Calibration | None, *, location: str | None = None, own: Path | None = None
) -> str:
    settings = Settings(camera=(CameraEntry(name="a", spec="0"), CameraEntry(name="b", spec="1", location=location, site=own)))
    return str(mixed_up(outlooks_of(settings, {"a": first, "b": second})) or "")


@pytest.mark.parametrize(("first", "second", "shelf"), [
    (site("1", "2"), site("3", "2"), "2"), (site("1"), site("1"), "1"), (None, None, "1"),
    (None, site("left", "3"), "3"), (site("3"), None, "3"),
])
def test_a_shelf_that_two_cameras_of_one_location_count_is_named(
    first: Calibration | None, second: Calibration | None, shelf: str
) -> None:
    assert f"cameras a and b both count a shelf {shelf} of the location shelf-1" in mixed(first, second)


def test_shelves_of_other_names_or_locations_one_place_and_one_still_to_be_surveyed_are_in_nobodys_way(
    tmp_path: Path
) -> None:
    assert "" == mixed(site("1"), site("2"))
    assert "" == mixed(None, site("left"))
    assert "" == mixed(site("1"), site("1", "2"), location="till")
    front = site_on(tmp_path)
    assert "" == mixed(front, front)
    assert "" == mixed(site("1"), None, own=Path("b.toml"))
