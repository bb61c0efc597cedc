"""A camera that counts again and again keeps the names of what did not change."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.counting.fixed_camera import FixedCamera
from edge.counting.pipeline import Eye
from inventory_core.ids import Sku
from models.detections import Detections
from models.embedder import open_embedder
from models.gallery import Photo, open_gallery
from models.letterbox import Image
from models.namer import NoNamer, RememberingNamer
from tests.models.test_remembering import COLA, FULL, Attentive, found
from tests.models.test_slot_cache import noisy

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Nothing:
    """A detector that is not asked here."""

    fingerprint = "sha256:nothing"

    def detect(self, image: Image) -> Detections:
        return Detections.none()


@pytest.fixture
def namer(tmp_path: Path) -> Attentive:
    embedder = open_embedder(threads=1)
    gallery = open_gallery(tmp_path, embedder.fingerprint, create=True)
    gallery.enrol(Sku("cola"), embedder.embed_crops([COLA]), [Photo(COLA, "cola.jpg")], at=NOON)
    return Attentive(embedder, gallery)


def test_the_second_count_looks_at_nothing_if_the_first_was_kept(namer: Attentive) -> None:
    eye, door = Eye(Nothing(), namer, 0.4), FixedCamera()
    first = door.for_count(eye, 0.0)
    first.eye.namer.identify(noisy(FULL, 1), found())
    unkept = door.for_count(eye, 60.0)
    unkept.eye.namer.identify(noisy(FULL, 2), found())
    door.keep(first)
    third = door.for_count(eye, 120.0)
    names = third.eye.namer.identify(noisy(FULL, 3), found())

    assert isinstance(third.eye.namer, RememberingNamer)
    assert "cola" == names.sku[0]
    assert [3, 3, 0] == namer.looked


def test_without_a_gallery_there_is_nothing_to_remember() -> None:
    eye, door = Eye(Nothing(), NoNamer(), 0.4), FixedCamera()

    watching = door.for_count(eye, 0.0)
    door.keep(watching)

    assert eye is watching.eye
