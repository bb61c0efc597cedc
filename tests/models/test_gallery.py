"""The gallery: what was enrolled is named, what was not is unknown, every change can be taken back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_core.ids import Sku
from models.errors import BadArray, BadGallery, UnknownName
from models.gallery import Enrolment, Gallery, Photo, open_gallery
from models.gallery_changes import Enrolled, Removed, Renamed, Rows, change_from_json, change_to_json, names_of_rows
from models.gallery_file import check_photos
from models.policy import UnknownPolicy

EYE, OTHER_EYE = "sha256:" + "a" * 64, "sha256:" + "b" * 64
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DIM = 16
COLA, TEA, MILK = Sku("cola"), Sku("tea"), Sku("牛奶 1L")


def looks(product: int, photo: int = 0, apart: float = 0.3) -> np.ndarray:
    """(1, DIM): a unit vector; products are axes, photos of one product differ a little."""
    vector = np.zeros(DIM, np.float32)
    vector[product] = 1
    vector += apart * np.random.default_rng(100 * product + photo).normal(0, 1 / DIM**0.5, DIM).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector))[None]


def photo(name: str, shade: int = 100) -> Photo:
    return Photo(np.full((40, 20, 3), shade, np.uint8), name)


def enrol(gallery: Gallery, sku: Sku, product: int, photos: int = 1) -> None:
    vectors = np.concatenate([looks(product, number) for number in range(photos)])
    shots = [photo(f"{sku}-{n}.jpg", 10 * product + n) for n in range(photos)]
    gallery.enrol(sku, vectors, shots, at=NOON)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    made = open_gallery(tmp_path / "g", EYE, create=True)
    enrol(made, COLA, 0, 2)
    enrol(made, TEA, 1)
    return made


def again(gallery: Gallery) -> Gallery:
    return open_gallery(gallery.folder, EYE)


def test_an_enrolled_product_is_named_at_once_and_after_reopening(gallery: Gallery) -> None:
    asked = np.concatenate([looks(1, 9), looks(0, 9)])

    assert (TEA, COLA) == gallery.identify(asked).sku == again(gallery).identify(asked).sku


def test_what_nobody_enrolled_is_unknown_but_its_nearest_name_and_score_are_told(gallery: Gallery) -> None:
    found = gallery.identify(looks(5))

    assert (None,) == found.sku
    assert found.nearest[0] in (COLA, TEA)
    assert found.score[0] < gallery.threshold.score
    assert found.margin[0] >= 0


def test_a_gallery_without_products_knows_nothing(tmp_path: Path) -> None:
    assert (None,) == open_gallery(tmp_path, EYE, create=True).identify(looks(0)).sku


def test_a_sku_scores_as_its_best_photo(gallery: Gallery) -> None:
    asked = looks(0, 1)

    assert pytest.approx(1, abs=1e-5) == float(gallery.identify(asked).score[0])


def test_removing_renaming_and_taking_it_all_back(gallery: Gallery) -> None:
    gallery.rename(COLA, MILK)
    gallery.remove(TEA)
    assert (MILK,) == again(gallery).names()

    assert Removed(TEA) == gallery.undo()
    assert Renamed(COLA, MILK) == gallery.undo()
    assert (COLA, TEA) == again(gallery).names()
    assert isinstance(gallery.undo(), Enrolled)
    assert (COLA,) == again(gallery).names()
    gallery.undo()
    assert gallery.undo() is None
    assert () == again(gallery).names()


def test_renaming_to_a_known_name_joins_the_photos(gallery: Gallery) -> None:
    gallery.rename(TEA, COLA)

    assert (COLA,) == gallery.names()
    assert (COLA, COLA) == gallery.identify(np.concatenate([looks(0), looks(1)])).sku


def test_many_products_enrolled_together_are_undone_together(gallery: Gallery) -> None:
    gallery.enrol_all([Enrolment(Sku(f"p{n}"), looks(n), [photo("shelf.jpg")]) for n in range(3, 8)], at=NOON)
    assert 7 == len(gallery)

    gallery.undo()

    assert (COLA, TEA) == again(gallery).names()


def test_the_fingerprint_follows_names_and_looks_only(gallery: Gallery, tmp_path: Path) -> None:
    before = gallery.fingerprint
    twin = open_gallery(tmp_path / "twin", EYE, create=True)
    enrol(twin, TEA, 1)
    enrol(twin, COLA, 0, 2)
    assert before == twin.fingerprint == again(gallery).fingerprint

    gallery.rename(TEA, MILK)

    assert before != gallery.fingerprint
    gallery.undo()
    assert before == gallery.fingerprint


@pytest.mark.parametrize("act", [lambda g: g.remove(MILK), lambda g: g.rename(MILK, COLA)])
def test_a_name_that_is_not_enrolled_is_refused(gallery: Gallery, act: object) -> None:
    with pytest.raises(UnknownName, match=r"has no SKU 牛奶 1L.*gallery list"):
        act(gallery)  # type: ignore[operator]


@pytest.mark.parametrize("name", ["", "   ", "\ud800"])
def test_a_blank_or_unwritable_name_is_refused(gallery: Gallery, name: str) -> None:
    with pytest.raises(BadArray, match="SKU"):
        gallery.rename(TEA, Sku(name))
    with pytest.raises(BadArray, match="SKU"):
        enrol(gallery, Sku(name), 3)
    assert (COLA, TEA) == again(gallery).names()


@pytest.mark.parametrize("name", [" spaced ", "../../etc", "a/b\\c", "二锅头\n52°", "__x", "-", "x" * 500])
def test_any_other_text_is_a_name(gallery: Gallery, name: str) -> None:
    enrol(gallery, Sku(name), 3)

    assert (name,) == again(gallery).identify(looks(3)).sku


def test_vectors_must_be_unit_and_as_many_as_photos(gallery: Gallery) -> None:
    with pytest.raises(BadArray, match="length 1"):
        gallery.enrol(MILK, 2 * looks(3), [photo("a.jpg")], at=NOON)
    with pytest.raises(BadArray, match="one vector per photo"):
        gallery.enrol(MILK, looks(3), [photo("a.jpg"), photo("b.jpg")], at=NOON)
    with pytest.raises(BadGallery, match="16 numbers, got 4"):
        gallery.enrol(MILK, np.eye(1, 4, dtype=np.float32), [photo("a.jpg")], at=NOON)


def test_another_embedder_is_refused_with_both_fingerprints_and_the_mend(gallery: Gallery) -> None:
    with pytest.raises(BadGallery, match=f"{EYE}, this one is {OTHER_EYE}; make its vectors again from the"):
        open_gallery(gallery.folder, OTHER_EYE)


def test_a_missing_gallery_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadGallery, match=r"is not a gallery.*shelfcount enrol"):
        open_gallery(tmp_path / "none", EYE)


def test_the_photos_lie_beside_the_index_and_are_checked(gallery: Gallery) -> None:
    records = gallery.rows.photo
    assert () == check_photos(gallery.folder, records)

    (gallery.folder / records[0].file).write_bytes(b"edited")

    assert (records[0].file,) == check_photos(gallery.folder, records)
    assert "2026-11-23T12:00:00Z" == records[0].added_at


def test_two_commands_at_once_cannot_lose_each_others_change(gallery: Gallery) -> None:
    other = again(gallery)
    other.rename(TEA, MILK)

    with pytest.raises(BadGallery, match="changed by another command meanwhile"):
        gallery.remove(COLA)
    assert (COLA, MILK) == again(gallery).names()


def test_look_alikes_are_pairs_nearer_than_the_policy_says(tmp_path: Path) -> None:
    gallery = open_gallery(tmp_path, EYE, create=True, policy=UnknownPolicy(look_alike=0.9))
    enrol(gallery, COLA, 0)
    enrol(gallery, TEA, 1)
    gallery.enrol(MILK, looks(0, 7, apart=0.1), [photo("m.jpg")], at=NOON)

    assert frozenset({(COLA, MILK)}) == gallery.look_alikes()


names = st.sampled_from([Sku("a"), Sku("b"), Sku("c")])
changes = st.one_of(
    st.builds(lambda sku, first, n: Enrolled((Rows(sku, first, first + n),)), names, st.integers(0, 5), st.integers(1, 4)),
    st.builds(Removed, names), st.builds(Renamed, names, names),
)  # fmt: skip


@given(st.lists(changes, max_size=8))
def test_a_change_is_read_back_as_it_was_written(made: list[Enrolled | Removed | Renamed]) -> None:
    assert made == [change_from_json(change_to_json(change), 9) for change in made]


@given(st.lists(changes, max_size=8), names)
def test_after_a_removal_no_row_carries_the_name(made: list[Enrolled | Removed | Renamed], sku: Sku) -> None:
    assert sku not in names_of_rows([*made, Removed(sku)], 9)


@given(st.integers(0, 2**31), st.integers(1, 30), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_identify_is_what_a_naive_loop_does(seed: int, rows: int, skus: int) -> None:
    dice = np.random.default_rng(seed)
    vectors = dice.normal(size=(rows, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    owner = dice.integers(0, skus, rows)
    gallery = in_memory(vectors, [Sku(f"s{n}") for n in owner])
    asked = looks(int(dice.integers(DIM)), seed, apart=2.0)

    found = gallery.identify(asked)

    best = {f"s{n}": max(float(asked[0] @ v) for v, o in zip(vectors, owner, strict=True) if o == n) for n in owner}
    ordered = sorted(best.values(), reverse=True)
    assert best[found.nearest[0] or ""] == pytest.approx(ordered[0], abs=1e-5)
    assert found.score[0] == pytest.approx(ordered[0], abs=1e-5)
    assert found.margin[0] == pytest.approx(ordered[0] - (ordered[1] if len(ordered) > 1 else -1.0), abs=1e-5)


def in_memory(vectors: np.ndarray, owners: list[Sku]) -> Gallery:
    """A gallery that lies nowhere."""
    from models.gallery_file import GalleryState, PhotoRecord

    photos = tuple(PhotoRecord("", "", f"{n}.jpg", "") for n in range(len(owners)))
    made = tuple(Enrolled((Rows(sku, n, n + 1),)) for n, sku in enumerate(owners))
    return Gallery(Path(), GalleryState(EYE, photos, made, vectors.copy()), UnknownPolicy())


def stood_apart(likeness: list[float]) -> np.ndarray:
    """One vector for each: the cosine of number n to the first, a common one, is `likeness[n]`, to the others less."""
    vectors = np.zeros((len(likeness) + 1, len(likeness) + 1), np.float32)
    vectors[0, 0] = 1
    for number, cosine in enumerate(likeness, 1):
        vectors[number, 0], vectors[number, number] = cosine, (1 - cosine**2) ** 0.5
    return vectors


LIKENESS = [0.5, 0.52, 0.54, 0.56, 0.58, 0.6, 0.62, 0.8]
SHELF = [Enrolment(Sku(f"on-the-shelf-{n}"), v[None], [photo("shelf.jpg", n)]) for n, v in enumerate(stood_apart(LIKENESS))]
PACKSHOT = Enrolment(Sku("packshot"), np.eye(9, dtype=np.float32)[8:], [photo("packshot.jpg")])
STRANGERS = UnknownPolicy(floor=0.3, ceiling=0.55, strange=0.5, least_strangers=9, strictest=0.7)


def asks(folder: Path, *together: list[Enrolment], policy: UnknownPolicy = STRANGERS) -> dict[str, float]:
    """What each SKU asks for, each list enrolled on a day of its own."""
    made = open_gallery(folder, EYE, policy=policy, create=True)
    for day, enrolments in enumerate(together):
        made.enrol_all(enrolments, at=NOON + timedelta(days=day))
    assert not made.threshold.measured
    return {str(sku): round(score, 4) for sku, score in zip(made.names(), made.threshold.least, strict=True)}


def test_goods_beside_each_other_on_a_photo_ask_for_what_half_of_these_strangers_do_not_reach(tmp_path: Path) -> None:
    middle = float(np.median([0.8, *LIKENESS]))  # the first one's nearest is the last
    assert {round(middle, 4)} == set(asks(tmp_path / "g", SHELF).values())


def test_a_packshot_beside_nobody_asks_for_the_floor_still(tmp_path: Path) -> None:
    alone = asks(tmp_path / "g", SHELF, [PACKSHOT])
    assert 0.3 == alone.pop("packshot")
    assert {0.58} == set(alone.values())


def test_too_few_goods_on_a_photo_say_nothing_of_strangers(tmp_path: Path) -> None:
    assert {0.3} == set(asks(tmp_path / "g", SHELF[:-1]).values())


def test_photos_of_one_name_that_were_enrolled_apart_are_not_one_photo(tmp_path: Path) -> None:
    assert {0.3} == set(asks(tmp_path / "g", *([one] for one in SHELF)).values())


def test_strangers_never_ask_for_more_than_the_strictest_nor_less_than_the_floor(tmp_path: Path) -> None:
    assert {0.56} == set(asks(tmp_path / "s", SHELF, policy=replace(STRANGERS, strictest=0.56)).values())
    assert {0.65} == set(asks(tmp_path / "f", SHELF, policy=replace(STRANGERS, floor=0.65)).values())


def test_several_crops_of_a_product_on_the_photo_count_as_one_stranger(tmp_path: Path) -> None:
    twice = [Enrolment(one.sku, np.repeat(one.vectors, 3, 0), list(one.photos) * 3) for one in SHELF[-1:]]
    assert asks(tmp_path / "a", SHELF) == asks(tmp_path / "b", [*SHELF[:-1], *twice])


def test_a_gallery_that_measures_itself_asks_no_strangers(tmp_path: Path) -> None:
    made = open_gallery(tmp_path / "g", EYE, policy=replace(STRANGERS, least_pairs=9), create=True)
    for day in range(2):
        made.enrol_all([replace(one, photos=[photo(f"day-{day}.jpg", day)]) for one in SHELF], at=NOON + timedelta(days=day))
    assert made.threshold.measured
    assert {0.55} == {round(score, 4) for score in made.threshold.least}  # the ceiling: its photos are equal
