"""Places proposed from facings lie side by side on their shelves; what is written into a site file is read back."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.bay import Bay, ShelfBand
from calibration.errors import BadGeometry, BadSite
from calibration.site_file import read_site
from calibration.slots import SeenFace, ShelfSlot, propose_slots
from inventory_core.ids import ShelfId, Sku
from tests.calibration.test_site_file import GOOD, written

TOP, LOW = ShelfId("top"), ShelfId("2")
WIDTH = 1000.0
BANDS = (ShelfBand(TOP, 0, 400), ShelfBand(LOW, 400, 740))
faces = st.lists(st.builds(
    lambda shelf, left, width, bottom, sku: SeenFace(shelf, left, left + width, bottom, sku),
    st.sampled_from([TOP, LOW]), st.floats(-50, 990), st.floats(1, 200), st.floats(100, 400),
    st.sampled_from([None, Sku("cola"), Sku("tea")])), max_size=30)


def face(left: float, right: float, sku: str | None, bottom: float = 400.0) -> SeenFace:
    return SeenFace(TOP, left, right, bottom, Sku(sku) if sku else None)


@given(faces)
def test_places_proposed_from_any_facings_make_a_bay(seen: list[SeenFace]) -> None:
    slots = propose_slots(seen, [TOP, LOW], WIDTH)
    assert slots == Bay(WIDTH, 800, BANDS, slots).slots
    assert sum(slot.facings for slot in slots) <= len(seen)
    assert {slot.sku for slot in slots} <= {one.sku for one in seen}


@given(st.lists(st.sampled_from([None, "cola", "tea"]), max_size=12))
def test_of_facings_side_by_side_none_is_lost_and_only_neighbours_of_one_name_are_together(names: list[str | None]) -> None:
    seen = [face(80 * i, 80 * i + 70, name) for i, name in enumerate(names)]
    slots = propose_slots(reversed(seen), [TOP], WIDTH)
    assert names == [slot.sku for slot in slots for _ in range(slot.facings)]
    assert not any(a.sku is not None and a.sku == b.sku for a, b in pairwise(slots))
    assert all(slot.facings == 1 for slot in slots if slot.sku is None)


def test_a_place_reaches_from_the_first_facing_to_the_last_and_overlapping_ones_meet_half_way() -> None:
    slots = propose_slots([face(0, 100, "cola"), face(104, 200, "cola"), face(190, 290, "tea")], [TOP], WIDTH)
    assert (ShelfSlot(TOP, 0, 195, Sku("cola"), 2), ShelfSlot(TOP, 195, 290, Sku("tea"))) == slots


def test_what_stands_on_another_has_no_place_of_its_own() -> None:
    slots = propose_slots([face(0, 100, "tea", 250), face(5, 95, "cola", 400)], [TOP], WIDTH)
    assert (ShelfSlot(TOP, 5, 95, Sku("cola")),) == slots


SLOT = '[[slot]]\nshelf = "top"\nleft_mm = 10\nright_mm = 95.5\nfacings = 2\nsku = "cola"\n'


def test_places_of_a_site_file_are_read(tmp_path: Path) -> None:
    bay = read_site(written(tmp_path, GOOD + SLOT + '[[slot]]\nshelf = "2"\nleft_mm = 0\nright_mm = 9\n')).bay
    assert (ShelfSlot(TOP, 10, 95.5, Sku("cola"), 2), ShelfSlot(LOW, 0, 9)) == bay.slots


@pytest.mark.parametrize(("before", "after", "named"), [
    ('shelf = "top"', 'shelf = "attic"', "shelf attic, which the bay does not have; name one of top, 2"),
    ('shelf = "top"\n', "", "slot[1].shelf should be the name of a shelf"),
    ("right_mm = 95.5", "right_mm = 1300", "outside the bay, which is 1200"),
    ("right_mm = 95.5", "right_mm = 10", "needs left_mm below right_mm"),
    ("left_mm = 10", "", "slot[1].left_mm should be a number"),
    ("facings = 2", "facings = 0", "slot[1].facings should be a whole number of at least 1"),
    ("facings = 2", "depth = 2", "unknown key slot[1].depth"),
    (SLOT, SLOT + SLOT, "places on shelf top overlap at 10"),
    (SLOT, "slot = 3\n", "slot should be"),
])
def test_every_mistake_in_a_place_is_named(tmp_path: Path, before: str, after: str, named: str) -> None:
    text = after + GOOD if after.startswith("slot =") else GOOD + SLOT.replace(before, after, 1)
    with pytest.raises(BadSite) as refused:
        read_site(written(tmp_path, text))
    assert named in str(refused.value)
    assert "site.toml" in str(refused.value)


def test_a_place_without_a_facing_is_refused() -> None:
    with pytest.raises(BadGeometry):
        ShelfSlot(TOP, 0, 10, facings=0)
