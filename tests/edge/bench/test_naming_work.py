"""The naming rows of the speed table do the work that they say they do."""

import numpy as np
import pytest

from edge.bench.naming_work import (
    IDENTIFY,
    NEAREST,
    NamingLoad,
    enrolled_and_asked,
    gallery_in_memory,
    looked_at,
    naming_entries,
    spread_out,
    swapped,
)
from edge.bench.rounds import RacePolicy
from edge.bench.speed import run_table, this_machine
from models.detections import Detections
from models.embedder import Embedder, open_embedder
from models.manifest import load_manifest
from models.namer import Namer, RememberingNamer
from models.session import open_session
from models.slot_cache import Slots
from tests.models.test_slot_cache import COLA, LIGHT, TEA, places, shelf

FULL = shelf(COLA, LIGHT, TEA)
SMALL = NamingLoad(crops=4, changed=0.25, enrolled=6, many=40, crops_a_sku=2)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(threads=1)


def test_both_tasks_have_a_base_and_ours(embedder: Embedder) -> None:
    plain = open_session(load_manifest().verified("embedder").data, 1)
    prepared = naming_entries(embedder, plain, FULL, places(3), SMALL)
    table = run_table(prepared, this_machine(), "", RacePolicy(rounds=1, round_s=0.001))

    assert [IDENTIFY] * 3 + [NEAREST] * 2 == [row.entry.task for row in table.rows]
    assert all(row.times is not None and row.times.cpu_ms > 0 for row in table.rows)
    assert "1 looked at" in str(prepared[2].note)
    assert "100.0%" in str(prepared[-1].note)


def test_the_picture_is_repeated_until_there_are_enough_products() -> None:
    picture, boxes = spread_out(FULL, places(3), 7)

    assert (360, 180, 3) == picture.shape
    assert 7 == len(np.unique(boxes, axis=0))
    assert boxes[:, 3].max() == 360


def test_exactly_the_swapped_places_are_looked_at(embedder: Embedder) -> None:
    boxes = places(3)
    found = Detections(boxes, np.full(3, 0.9, np.float32), np.zeros(3, np.int64))
    namer = Namer(embedder, gallery_in_memory(embedder.embed(FULL, boxes), np.arange(3), embedder.fingerprint))
    names = RememberingNamer(namer, Slots.none(), 0.0)
    names.identify(FULL, found)
    slots = names.remember()

    assert [0, 1, 2] == [looked_at(namer, slots, swapped(FULL, boxes, count), found) for count in range(3)]


def test_what_is_asked_is_another_look_at_a_product_that_is_enrolled() -> None:
    vectors, owner, asked = enrolled_and_asked(64, SMALL)

    assert ((40, 64), 40, (4, 64)) == (vectors.shape, len(owner), asked.shape)
    assert (asked @ vectors.T).max(1).min() > 0.9
    assert not (asked @ vectors.T > 1 - 1e-4).any()
