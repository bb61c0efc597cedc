"""A picture that was painted over once is not painted over again, and nobody else's mark is believed."""

from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.capture.pictures import read_picture
from edge.counting.masked_picture import masked_once, signed_png
from edge.counting.masking import FILL_BGR, masked
from models.person_finder import PersonMask


class Growing:
    """Takes a paint-grey patch for a person that is a px larger on each side."""

    def __init__(self, fingerprint: str = "growing") -> None:
        self.fingerprint = fingerprint

    def find(self, image: Image) -> PersonMask:
        grey = (image == FILL_BGR).all(axis=2).astype(np.uint8)
        grey[4:8, 4:8] = 1
        return cv2.dilate(grey, np.ones((3, 3), np.uint8)) > 0


class Fixed(Growing):
    """One that is not misled by grey."""

    def find(self, image: Image) -> PersonMask:
        return np.asarray(super().find(np.zeros_like(image)), np.bool_)


SCENE = np.random.default_rng(1).integers(100, 255, (64, 64, 3)).astype(np.uint8)


def kept(folder: Path, data: bytes) -> tuple[Path, Image]:
    (file := folder / "bay.png").write_bytes(data)
    return file, read_picture(file, 10**6).image


def test_what_was_painted_over_is_taken_as_it_is_and_nothing_of_its_own_grey_for_paint(tmp_path: Path) -> None:
    scene = SCENE.copy()
    scene[50, 50] = FILL_BGR
    first = masked(scene, Fixed())
    again = masked_once(*kept(tmp_path, signed_png(first)), Fixed())
    assert (True, first.share) == (np.array_equal(first.image, again.image), again.share)


def test_without_a_mark_or_with_one_of_another_finder_or_picture_people_are_painted_over(tmp_path: Path) -> None:
    first = masked(SCENE, Growing())
    plain, mended = cv2.imencode(".png", first.image)[1].tobytes(), first.image.copy()
    mended[40, 40] = 0
    moved = signed_png(first)[33:].partition(b"IDAT")[0][:-4]
    forged = cv2.imencode(".png", mended)[1].tobytes()
    for data, finder in ((plain, Growing()), (signed_png(first), Growing("another")),
                         (forged[:33] + moved + forged[33:], Growing())):
        assert masked_once(*kept(tmp_path, data), finder).share > first.share
