"""Every kind of picture file comes in upright, and every broken one is refused with a reason."""

import contextlib
import resource
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.capture.pictures import decode_picture, read_picture
from edge.errors import ExitCode, UnreadableInput, exit_code_of
from tests.edge.capture.pictures_made import CMYK_JPEG, SHELF, encoded, exif, jpeg_with_exif, png_bomb

MAX_PIXELS = 50_000_000


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableInput) as refused:
        decode_picture(data, "shelf.jpg", MAX_PIXELS)
    assert exit_code_of(refused.value) is ExitCode.UNREADABLE
    assert "shelf.jpg" in str(refused.value)
    return refused.value.code


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".webp", ".gif", ".jpg"])
def test_every_format_is_read(suffix: str) -> None:
    image = decode_picture(encoded(suffix), "x", MAX_PIXELS).image
    assert image.shape == SHELF.shape
    if suffix in (".png", ".bmp", ".tiff"):
        assert np.array_equal(SHELF, image)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".webp", ".gif", ".jpg"])
def test_a_file_cut_in_half_is_called_truncated(suffix: str) -> None:
    data = encoded(suffix)
    assert "truncated" == refusal(data[: len(data) * 2 // 3])


def test_a_jpeg_whose_thumbnail_is_whole_but_whose_picture_is_not_is_truncated() -> None:
    data = jpeg_with_exif(exif() + encoded(".jpg", SHELF[:64, :64]))
    assert "truncated" == refusal(data[:-200])


@pytest.mark.parametrize("data", [b"hello, shelf", b"%PDF-1.7 ...", b"\xff\xd8 no", b"RIFF....WAVE", bytes(4000)])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert "not_a_picture" == refusal(data)


@pytest.mark.parametrize("data", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"RIFF\0\0\0\0WEBPVP8 ", b"GIF89a"])
def test_a_header_that_breaks_off_is_truncated(data: bytes) -> None:
    assert "truncated" == refusal(data)


def test_nothing_at_all_is_called_empty() -> None:
    assert "empty" == refusal(b"")


def test_a_missing_file_is_called_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput) as refused:
        read_picture(tmp_path / "gone.jpg", MAX_PIXELS)
    assert "missing" == refused.value.code


def test_a_folder_is_not_read_as_a_picture(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        read_picture(tmp_path, MAX_PIXELS)


def test_one_pixel_is_too_small() -> None:
    assert "too_small" == refusal(encoded(".png", np.zeros((1, 1, 3), np.uint8)))


def test_a_bomb_is_refused_from_its_header_without_being_unpacked() -> None:
    bomb = png_bomb(30_000, 30_000)
    assert len(bomb) < 200_000
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "too_large" == refusal(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 50_000


def test_damage_inside_is_refused_or_read_but_never_crashes() -> None:
    dice = np.random.default_rng(3)
    for suffix in (".png", ".jpg", ".webp", ".tiff", ".bmp", ".gif"):
        whole = np.frombuffer(encoded(suffix), np.uint8)
        for _ in range(40):
            damaged = whole.copy()
            damaged[dice.integers(0, len(whole), 12)] = dice.integers(0, 256, 12)
            with contextlib.suppress(UnreadableInput):
                assert decode_picture(damaged.tobytes(), "x", MAX_PIXELS).image.size > 0


def test_cmyk_comes_in_with_its_colours() -> None:
    image = decode_picture(CMYK_JPEG, "x", MAX_PIXELS).image
    left, right = image[32, 10].astype(int), image[32, 50].astype(int)
    assert left[2] > 180 > 80 > left[0]
    assert right[0] > 180 > 80 > right[2]


def test_sixteen_bits_become_eight() -> None:
    sixteen = SHELF.astype(np.uint16) * 257
    assert np.array_equal(SHELF, decode_picture(encoded(".png", sixteen), "x", MAX_PIXELS).image)


def test_grey_becomes_three_equal_channels() -> None:
    grey = SHELF[:, :, 0]
    image = decode_picture(encoded(".png", grey), "x", MAX_PIXELS).image
    assert np.array_equal(np.repeat(grey[:, :, None], 3, axis=2), image)


def test_what_is_transparent_lies_on_white() -> None:
    alpha = np.full((*SHELF.shape[:2], 1), 255, np.uint8)
    alpha[:, :60] = 0
    image = decode_picture(encoded(".png", np.concatenate([SHELF, alpha], axis=2)), "x", MAX_PIXELS).image
    assert (image[:, :60] == 255).all()
    assert np.array_equal(SHELF[:, 60:], image[:, 60:])


@pytest.mark.parametrize(("turn", "rotate"), [
    (3, cv2.ROTATE_180), (6, cv2.ROTATE_90_CLOCKWISE), (8, cv2.ROTATE_90_COUNTERCLOCKWISE)])
def test_a_phone_held_sideways_gives_an_upright_picture(turn: int, rotate: int) -> None:
    flat = decode_picture(jpeg_with_exif(exif(1)), "x", MAX_PIXELS).image
    turned = decode_picture(jpeg_with_exif(exif(turn)), "x", MAX_PIXELS).image
    assert np.array_equal(cv2.rotate(flat, rotate), turned)


def test_mirrored_orientations_are_undone_as_opencv_does() -> None:
    for turn in range(1, 9):
        data = jpeg_with_exif(exif(turn))
        theirs = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert np.array_equal(theirs, decode_picture(data, "x", MAX_PIXELS).image)


def test_the_time_is_taken_only_with_its_zone() -> None:
    with_zone = jpeg_with_exif(exif(1, "2026:11:20 09:30:00", "+08:00"))
    without = jpeg_with_exif(exif(1, "2026:11:20 09:30:00"))
    never_set = jpeg_with_exif(exif(1, "0000:00:00 00:00:00", "+08:00"))
    assert datetime(2026, 11, 20, 1, 30, tzinfo=UTC) == decode_picture(with_zone, "x", MAX_PIXELS).captured_at
    assert decode_picture(without, "x", MAX_PIXELS).captured_at is None
    assert decode_picture(never_set, "x", MAX_PIXELS).captured_at is None
