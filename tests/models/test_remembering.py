"""A fixed camera names only what changed; what did not change is named exactly as it was."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from inventory_core.ids import Sku
from models.detections import PRODUCT, VOID, Boxes, Detections
from models.embedder import Embedder, open_embedder
from models.gallery import Gallery, Photo, open_gallery
from models.identities import Identities
from models.letterbox import Image
from models.namer import Namer, RememberingNamer
from models.slot_cache import SlotPolicy, Slots
from tests.models.test_embedder import pack
from tests.models.test_slot_cache import noisy, places, shelf

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
COLA, TEA, MILK = pack(0, 1), pack(60, 2), pack(120, 3)


class Attentive(Namer):
    """A namer that says how many products it had to look at, frame by frame."""

    def __init__(self, embedder: Embedder, gallery: Gallery) -> None:
        super().__init__(embedder, gallery)
        self.looked: list[int] = []

    def name(self, image: Image, xyxy: Boxes) -> Identities:
        self.looked.append(len(xyxy))
        return super().name(image, xyxy)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(threads=1)


@pytest.fixture
def namer(embedder: Embedder, tmp_path: Path) -> Attentive:
    gallery = open_gallery(tmp_path, embedder.fingerprint, create=True)
    for sku, image in (("cola", COLA), ("tea", TEA), ("milk", MILK)):
        gallery.enrol(Sku(sku), embedder.embed_crops([image]), [Photo(image, sku)], at=NOON)
    return Attentive(embedder, gallery)


def found(count: int = 3, *, shift: float = 0, kind: int = PRODUCT) -> Detections:
    boxes = places(count) + np.float32(shift)
    return Detections(boxes, np.full(count, 0.9, np.float32), np.full(count, kind, np.int64))


def count(namer: Namer, slots: Slots, picture: Image, *, at_s: float = 0.0, frames: int = 3, seed: int = 0,
          policy: SlotPolicy = SlotPolicy(), shift: float = 0) -> tuple[list[tuple[Sku | None, ...]], Slots]:  # fmt: skip
    names = RememberingNamer(namer, slots, at_s, policy)
    told = [names.identify(noisy(picture, 10 * seed + frame), found(shift=shift)).sku for frame in range(frames)]
    return told, names.remember()


FULL = shelf(COLA, TEA, MILK)


def test_a_shelf_where_nothing_changed_is_not_looked_at_again(namer: Attentive) -> None:
    first, slots = count(namer, Slots.none(), FULL, seed=1)
    again, _ = count(namer, slots, FULL, seed=2, shift=1.0)

    assert [("cola", "tea", "milk")] * 3 == first == again
    assert [3, 3, 3, 0, 0, 0] == namer.looked


def test_a_pack_that_was_swapped_is_looked_at_and_named_anew(namer: Attentive) -> None:
    swapped = shelf(COLA, COLA, MILK)
    _, slots = count(namer, Slots.none(), FULL, seed=1)
    told, slots = count(namer, slots, swapped, seed=2)
    again, _ = count(namer, slots, swapped, seed=3)

    assert [("cola", "cola", "milk")] * 3 == told == again
    assert [1, 1, 1, 0, 0, 0] == namer.looked[3:]


def test_each_frame_gets_the_look_of_its_turn_so_that_votes_stay_as_they_were(namer: Attentive) -> None:
    _, slots = count(namer, Slots.none(), FULL, seed=1)
    unsure = replace(slots.places[1], looks=tuple(replace(look, sku=sku) for look, sku in zip(
        slots.places[1].looks, (Sku("tea"), None, Sku("tea")), strict=True)))  # fmt: skip
    slots = Slots(slots.size, slots.gallery, (slots.places[0], unsure, slots.places[2]))

    told, _ = count(namer, slots, FULL, frames=4, seed=2)

    assert ["tea", None, "tea", "tea"] == [names[1] for names in told]


def test_after_so_many_counts_everything_is_looked_at_anew(namer: Attentive) -> None:
    slots, policy = Slots.none(), SlotPolicy(most_counts=2)
    for number in range(5):
        _, slots = count(namer, slots, FULL, frames=1, seed=number, policy=policy)

    assert [3, 0, 0, 3, 0] == namer.looked


@pytest.mark.parametrize(("later_s", "looked"), [(3600.0, 0), (3601.0, 3), (-1.0, 3)])
def test_a_name_lasts_an_hour_and_never_on_a_clock_that_went_back(namer: Attentive, later_s: float, looked: int) -> None:
    _, slots = count(namer, Slots.none(), FULL, at_s=50.0, frames=1)
    count(namer, slots, FULL, at_s=50.0 + later_s, frames=1, seed=1)

    assert [3, looked] == namer.looked


def test_a_product_that_is_enrolled_since_makes_it_look_again(namer: Attentive) -> None:
    _, slots = count(namer, Slots.none(), FULL, frames=1)
    namer.gallery.rename(Sku("tea"), Sku("green tea"))

    told, _ = count(namer, slots, FULL, frames=1, seed=1)

    assert ([("cola", "green tea", "milk")], [3, 3]) == (told, namer.looked)


def test_what_was_seen_in_few_frames_of_a_count_is_not_remembered(namer: Attentive) -> None:
    names = RememberingNamer(namer, Slots.none(), 0.0)
    for frame, picture in enumerate((FULL, FULL, shelf(MILK, TEA, MILK))):
        names.identify(noisy(picture, frame), found())

    assert [0, 60, 120] == sorted(int(slot.box[0]) for slot in names.remember().places)

    names = RememberingNamer(namer, Slots.none(), 0.0)
    for frame, picture in enumerate((FULL, shelf(MILK, TEA, MILK))):
        names.identify(noisy(picture, frame), found())

    assert [60, 120] == sorted(int(slot.box[0]) for slot in names.remember().places)


def test_a_place_that_changed_in_one_frame_is_forgotten(namer: Attentive) -> None:
    _, slots = count(namer, Slots.none(), FULL)
    names = RememberingNamer(namer, slots, 1.0)
    for frame, picture in enumerate((FULL, shelf(MILK, TEA, MILK), FULL)):
        names.identify(noisy(picture, frame), found())

    assert [60, 120] == sorted(int(slot.box[0]) for slot in names.remember().places)


def test_gaps_stay_unnamed_and_are_not_remembered(namer: Attentive) -> None:
    names = RememberingNamer(namer, Slots.none(), 0.0)
    mixed = Detections(places(3), np.full(3, 0.9, np.float32), np.array([PRODUCT, VOID, PRODUCT], np.int64))

    assert ("cola", None, "milk") == names.identify(FULL, mixed).sku
    assert 2 == len(names.remember().places)
    assert (None,) * 3 == RememberingNamer(namer, Slots.none(), 0.0).identify(FULL, found(kind=VOID)).sku


def test_a_picture_of_another_size_has_nothing_to_do_with_what_is_remembered(namer: Attentive) -> None:
    _, slots = count(namer, Slots.none(), FULL, frames=1)
    names = RememberingNamer(namer, slots, 1.0)

    names.identify(np.concatenate([FULL, FULL], axis=0), found())
    names.identify(FULL, found())

    assert [3, 3, 3] == namer.looked
