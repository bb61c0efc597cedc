"""A gallery's vectors are made again for another embedder, from the photos that it keeps."""

from pathlib import Path

import numpy as np
import pytest

from inventory_core.ids import Sku
from models.errors import BadGallery
from models.gallery import Gallery, Photo, open_gallery
from models.gallery_file import read_state
from models.letterbox import Image
from models.reembedding import Reembedded, reembed
from tests.models.test_gallery import COLA, EYE, NOON, OTHER_EYE, TEA

DIM = 4
GREY = {COLA: (40, 60, 80), TEA: (180, 200)}
"""Shades of each product's photos."""


class Shade:
    """An embedder that looks at how bright a crop is: dark points one way, bright another."""

    fingerprint, dim = OTHER_EYE, DIM

    def embed_crops(self, crops: list[Image]) -> np.ndarray:
        turn = np.array([float(crop.mean()) / 255 * np.pi / 2 for crop in crops])
        return np.stack([np.cos(turn), np.sin(turn), 0 * turn, 0 * turn], 1).astype(np.float32)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    made = open_gallery(tmp_path / "g", EYE, create=True)
    for sku, shades in GREY.items():
        photos = [Photo(np.full((40, 20, 3), shade, np.uint8), f"{sku}-{shade}.jpg") for shade in shades]
        made.enrol(sku, np.eye(len(photos), 16, dtype=np.float32), photos, at=NOON)
    return made


def lose(gallery: Gallery, *rows: int) -> list[str]:
    state = read_state(gallery.folder)
    assert state is not None
    files = [state.photos[row].file for row in rows]
    for file in files:
        (gallery.folder / file).unlink()
    return files


def test_products_and_their_names_stay_and_the_vectors_are_new(gallery: Gallery) -> None:
    assert Reembedded(5, (), EYE, is_new=True) == reembed(gallery.folder, Shade())
    again = open_gallery(gallery.folder, OTHER_EYE)
    dim, bright = Shade().embed_crops([np.full((9, 9, 3), shade, np.uint8) for shade in (55, 190)])
    assert ((COLA, TEA), (COLA, TEA)) == (again.names(), again.identify(np.stack([dim, bright])).sku)
    with pytest.raises(BadGallery, match=r"was made with embedder sha256:bbb.*shelfcount gallery reembed --gallery"):
        open_gallery(gallery.folder, EYE)


def test_what_was_done_can_still_be_undone(gallery: Gallery) -> None:
    gallery.rename(COLA, Sku("cola 33"))
    gallery.remove(TEA)
    reembed(gallery.folder, Shade())
    again = open_gallery(gallery.folder, OTHER_EYE)
    names = [again.names()]
    for _ in range(3):
        again.undo()
        names.append(again.names())
    assert [("cola 33",), ("cola 33", "tea"), ("cola", "tea"), ("cola",)] == names


def test_for_the_same_embedder_nothing_is_done(gallery: Gallery) -> None:
    reembed(gallery.folder, Shade())
    before = (gallery.folder / "gallery.json").read_bytes()
    assert not reembed(gallery.folder, Shade()).is_new
    assert before == (gallery.folder / "gallery.json").read_bytes()


def test_a_lost_photo_is_named_and_nothing_changes(gallery: Gallery) -> None:
    lost = lose(gallery, 1)
    with pytest.raises(BadGallery, match=rf"1 photos of gallery .*{lost[0]}; nothing was changed"):
        reembed(gallery.folder, Shade())
    assert gallery.fingerprint == open_gallery(gallery.folder, EYE).fingerprint


def test_an_altered_photo_counts_as_lost(gallery: Gallery) -> None:
    state = read_state(gallery.folder)
    assert state is not None
    (gallery.folder / state.photos[0].file).write_bytes((gallery.folder / state.photos[4].file).read_bytes())
    with pytest.raises(BadGallery, match="missing or were altered"):
        reembed(gallery.folder, Shade())


@pytest.mark.parametrize(("lost", "left"), [((0,), {COLA: 2, TEA: 2}), ((1,), {COLA: 2, TEA: 2}), ((2, 4), {COLA: 2, TEA: 1}),
                                            ((3, 4), {COLA: 3}), ((0, 1, 2), {TEA: 2})])  # fmt: skip
def test_lost_photos_can_be_left_out(gallery: Gallery, lost: tuple[int, ...], left: dict[Sku, int]) -> None:
    files = lose(gallery, *lost)
    assert tuple(files) == reembed(gallery.folder, Shade(), without_damaged=True).left_out
    rows = open_gallery(gallery.folder, OTHER_EYE).rows
    assert left == {sku: int((rows.owner == index).sum()) for index, sku in enumerate(rows.skus)}


def test_a_lost_photo_of_a_product_that_was_removed_does_not_matter(gallery: Gallery) -> None:
    gallery.remove(TEA)
    lose(gallery, 3, 4)
    reembed(gallery.folder, Shade())
    again = open_gallery(gallery.folder, OTHER_EYE)
    again.undo()
    assert (COLA,) == again.names()


def test_an_empty_gallery_takes_the_new_embedder_too(tmp_path: Path) -> None:
    open_gallery(tmp_path / "g", EYE, create=True)
    state = read_state(tmp_path / "g")
    assert state is None  # nothing is on disk before the first product
    with pytest.raises(BadGallery, match="is not a gallery"):
        reembed(tmp_path / "g", Shade())


def test_a_gallery_that_lost_its_last_product_can_be_taught_again(gallery: Gallery) -> None:
    while gallery.undo() is not None:
        pass
    reembed(gallery.folder, Shade())
    again = open_gallery(gallery.folder, OTHER_EYE)
    again.enrol(COLA, np.eye(1, DIM, dtype=np.float32), [Photo(np.zeros((9, 9, 3), np.uint8), "x.jpg")], at=NOON)
    assert (COLA,) == again.names()


def test_a_change_meanwhile_is_not_lost(gallery: Gallery) -> None:
    class Meanwhile(Shade):
        def embed_crops(self, crops: list[Image]) -> np.ndarray:
            state = read_state(gallery.folder)
            if state is not None and len(state.changes) == 2:
                open_gallery(gallery.folder, EYE).remove(TEA)
            return super().embed_crops(crops)

    with pytest.raises(BadGallery, match="was changed by another command meanwhile"):
        reembed(gallery.folder, Meanwhile())
    assert (COLA,) == open_gallery(gallery.folder, EYE).names()
