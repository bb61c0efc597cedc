"""Products to learn likeness from: crops of photos, single goods, and the views that are made of them."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from models.crops import PAD
from models.training.cutouts import Cutout
from models.training.labels import LabelledPicture
from models.training.product_crops import CropLimits, Likeness, ProductCrop, crops_of, crops_of_cutouts
from models.training.product_views import ViewStyle, view_of

RED, BLUE = (30, 30, 220), (220, 60, 20)


def shelf(folder: Path, colours: list[tuple[int, int, int]], name: str = "shelf.png") -> LabelledPicture:
    """Packs of 40 x 90 px side by side on a grey board, a strip of their own print on each."""
    image = np.full((130, 20 + 50 * len(colours), 3), 90, np.uint8)
    boxes = []
    for place, colour in enumerate(colours):
        left = 10 + 50 * place
        image[20:110, left : left + 40] = colour
        image[50:70, left + 5 : left + 35] = tuple(255 - value for value in colour)
        boxes.append((left, 20, left + 40, 110))
    cv2.imwrite(str(folder / name), image)
    none = np.zeros((0, 4), np.float32)
    return LabelledPicture(folder / name, image.shape[1], image.shape[0], np.array(boxes, np.float32),
                           np.zeros(len(boxes), np.int64), none, False)  # fmt: skip


def test_equal_packs_side_by_side_are_twins_and_other_packs_are_not(tmp_path: Path) -> None:
    crops = crops_of([shelf(tmp_path, [RED, RED, BLUE])], CropLimits(), Likeness(), 1)
    assert [(1,), (0,), ()] == [crop.twins for crop in crops]


def test_packs_of_two_photos_are_never_twins_whatever_they_look_like(tmp_path: Path) -> None:
    photos = [shelf(tmp_path, [RED], "a.png"), shelf(tmp_path, [RED], "b.png")]
    assert [(), ()] == [crop.twins for crop in crops_of(photos, CropLimits(), Likeness(), 1)]


def test_twins_are_numbered_where_the_list_goes_on(tmp_path: Path) -> None:
    crops = crops_of([shelf(tmp_path, [RED, RED])], CropLimits(), Likeness(), 1, first=7)
    assert [(8,), (7,)] == [crop.twins for crop in crops]


def test_boxes_too_small_to_show_anything_are_left_out(tmp_path: Path) -> None:
    assert [] == crops_of([shelf(tmp_path, [RED, BLUE])], CropLimits(least_side_px=41), Likeness(), 1)


def test_goods_of_one_kind_are_each_others_twins() -> None:
    bgra = np.full((60, 30, 4), 255, np.uint8)
    goods = [Cutout(bgra, Path("1.jpg"), "soap"), Cutout(bgra, Path("2.jpg"), "soap"), Cutout(bgra, Path("x.webp"), "bag")]
    assert [("soap", (1,)), ("soap", (0,)), ("x", ())] == [(c.group, c.twins) for c in crops_of_cutouts(goods, CropLimits())]


def pack(seed: int = 0) -> ProductCrop:
    image = np.random.default_rng(seed).integers(0, 256, (100, 60, 3), dtype=np.uint8)
    return ProductCrop(cv2.GaussianBlur(image, (0, 0), 3), (8, 12, 52, 90), "a.jpg", False, np.zeros(1, np.float32))


def views(style: ViewStyle, seed: int) -> list[npt.NDArray[np.uint8]]:
    return [view_of(pack(), 96, [pack(1)], np.random.default_rng(seed), style) for _ in range(2)]


@pytest.mark.parametrize("seed", range(6))
def test_the_same_dice_draw_the_same_view(seed: int) -> None:
    one, other = views(ViewStyle(), seed)
    assert (96, 96, 3) == one.shape
    assert np.array_equal(one, other)


@pytest.mark.parametrize("seed", range(6))
def test_no_light_falls_on_the_padding(seed: int) -> None:
    upright = ViewStyle(edge=0, turn=0, hidden=0, coarse=0, loose=0)
    view = views(upright, seed)[0]
    assert [PAD] == np.unique(view[:, :10]).tolist()
