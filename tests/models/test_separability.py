"""The separability report and the gallery's own threshold."""

from pathlib import Path

import numpy as np
import pytest

from inventory_core.ids import Sku
from models.gallery import Gallery
from models.gallery_changes import Enrolled, Rows
from models.gallery_file import GalleryState, PhotoRecord
from models.policy import UnknownPolicy
from models.separability import Missing, separability

DIM = 8


def shop(*lines: str, policy: UnknownPolicy = UnknownPolicy()) -> Gallery:
    """A gallery from lines such as `cola p1 0 1`: SKU, picture, axis, and how far it leans to the next axis (degrees)."""
    names, pictures, vectors = [], [], []
    for line in lines:
        sku, picture, axis, lean = line.split()
        vector = np.zeros(DIM, np.float32)
        vector[int(axis)], vector[int(axis) + 1] = np.cos(np.radians(float(lean))), np.sin(np.radians(float(lean)))
        names.append(sku)
        pictures.append(picture)
        vectors.append(vector)
    photos = tuple(PhotoRecord("", "", picture, "") for picture in pictures)
    changes = tuple(Enrolled((Rows(Sku(name), row, row + 1),)) for row, name in enumerate(names))
    return Gallery(Path(), GalleryState("sha256:x", photos, changes, np.stack(vectors)), policy)


def test_a_report_names_the_nearest_look_alike_and_its_similarity() -> None:
    cola = next(line for line in separability(shop("cola p1 0 0", "zero p1 0 20", "milk p1 4 0")) if line.sku == "cola")

    assert "zero" == cola.nearest
    assert pytest.approx(np.cos(np.radians(20)), abs=1e-5) == cola.similarity


def test_a_product_with_one_picture_needs_another_and_is_not_measured() -> None:
    (cola,) = separability(shop("cola p1 0 0", "cola p1 0 5"))

    assert (2, 1, None, Missing.ANOTHER_PICTURE) == (cola.photos, cola.pictures, cola.confused, cola.missing)
    assert cola.nearest is None


def test_a_product_that_is_taken_for_another_needs_what_tells_them_apart() -> None:
    lines = separability(shop("cola p1 0 0", "cola p2 0 30", "zero p3 0 20", "zero p4 0 22", "milk p1 5 0", "milk p2 5 1"))

    assert ["cola", "zero", "milk"] == [line.sku for line in lines]  # the hardest first
    assert (1.0, Missing.NEAR_LOOK_ALIKE) == (lines[0].confused, lines[0].missing)
    assert (0.0, Missing.NOTHING) == (lines[2].confused, lines[2].missing)


def test_photos_of_one_picture_do_not_vouch_for_each_other() -> None:
    (line, *_) = separability(shop("cola p1 0 0", "cola p1 0 1", "cola p2 4 0", "zero p3 0 2"))

    assert ("cola", 2 / 3) == (line.sku, line.confused)


def test_an_empty_gallery_has_nothing_to_report() -> None:
    empty = Gallery(Path(), GalleryState("sha256:x", (), (), np.zeros((0, 0), np.float32)), UnknownPolicy())

    assert () == separability(empty)


def test_few_photos_leave_the_threshold_at_the_floor() -> None:
    gallery = shop("cola p1 0 0", "cola p2 0 5", "milk p1 4 0")

    assert (UnknownPolicy().floor, False) == (gallery.threshold.score, gallery.threshold.measured)


def test_enough_photos_set_the_threshold_where_most_of_them_are_kept() -> None:
    lines = [f"s{axis} p{n} {axis} {n * 20}" for axis in (0, 2, 4, 6) for n in range(3)]  # neighbours 20 degrees apart
    policy = UnknownPolicy(floor=0.3, ceiling=0.99, least_pairs=10)

    threshold = shop(*lines, policy=policy).threshold

    assert (12, True) == (threshold.pairs, threshold.measured)
    assert pytest.approx(np.cos(np.radians(20)), abs=1e-4) == threshold.score


def test_look_alikes_are_among_each_others_two_nearest_from_a_lower_similarity_on() -> None:
    policy = UnknownPolicy(look_alike=0.999, kin=0.6)

    lines = ["cola p1 0 0", "zero p1 0 10", "light p1 0 20", "lime p1 0 45", "milk p1 4 0", "kefir p1 4 89"]
    gallery = shop(*lines, policy=policy)

    pairs = {("cola", "zero"), ("light", "zero"), ("cola", "light")}
    assert frozenset(pairs) == gallery.look_alikes()  # light has two that are nearer than lime; kefir is far from milk


@pytest.mark.parametrize(("floor", "ceiling", "score"), [(0.99, 0.995, 0.99), (0.2, 0.5, 0.5)])
def test_the_threshold_stays_within_floor_and_ceiling(floor: float, ceiling: float, score: float) -> None:
    lines = [f"s{axis} p{n} {axis} {n * 20}" for axis in (0, 2, 4, 6) for n in range(3)]

    assert score == shop(*lines, policy=UnknownPolicy(floor=floor, ceiling=ceiling)).threshold.score


def test_a_product_whose_photos_are_all_alike_asks_for_more_than_the_others() -> None:
    policy = UnknownPolicy(floor=0.3, slack=0.1, strictest=0.95)

    asked = shop("cola p1 0 0", "cola p2 0 5", "milk p1 4 0", "milk p2 4 60", "soap p1 6 0", policy=policy).threshold.of_sku

    assert [0.896, 0.4, 0.3] == pytest.approx(asked, abs=1e-3)  # cos 5 - .1; cos 60 - .1; one photo: the floor


def test_no_product_asks_for_more_than_the_strictest() -> None:
    policy = UnknownPolicy(slack=0.0, strictest=0.9)

    assert (0.9,) == shop("cola p1 0 0", "cola p2 0 1", policy=policy).threshold.of_sku


def named(gallery: Gallery, cosine: float) -> str | None:
    """The answer to a crop with that cosine to `cola p1 0 0` and nothing in common with other axes."""
    asked = np.zeros((1, DIM), np.float32)
    asked[0, 0], asked[0, 7] = cosine, np.sqrt(1 - cosine**2)
    return gallery.identify(asked).sku[0]


def test_a_near_second_asks_for_more_and_a_far_lead_for_less() -> None:
    strict = UnknownPolicy(floor=0.7, slack=0.1, strictest=0.95, lead=0.12, far_lead=0.2, far_floor=0.65)
    photos = ["cola p1 0 0", "cola p2 0 3"]
    beside, apart = shop(*photos, "zero p1 0 25", policy=strict), shop(*photos, "milk p1 4 0", policy=strict)

    assert [None, "cola"] == [named(beside, 0.85), named(beside, 0.93)]  # its own photos are .999 alike: .899 is asked for
    assert [None, "cola", "cola"] == [named(apart, 0.64), named(apart, 0.66), named(apart, 0.85)]


def test_a_product_alone_in_the_gallery_has_no_lead() -> None:
    alone = shop("cola p1 0 0", "cola p2 0 3", policy=UnknownPolicy(floor=0.7, slack=0.1, strictest=0.95))

    assert [None, "cola"] == [named(alone, 0.85), named(alone, 0.93)]
