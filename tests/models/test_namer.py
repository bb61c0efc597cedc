"""Naming the boxes of a picture."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from inventory_core.ids import Sku
from models.detections import PRODUCT, VOID, Detections
from models.embedder import open_embedder
from models.errors import BadGallery
from models.gallery import Photo, open_gallery
from models.namer import Namer, NoNamer
from tests.models.test_embedder import pack

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def found(*class_id: int) -> Detections:
    left = np.arange(len(class_id), dtype=np.float32) * 60
    xyxy = np.stack([left, left * 0, left + 60, left * 0 + 120], 1)
    return Detections(xyxy, np.full(len(class_id), 0.9, np.float32), np.array(class_id, np.int64))


def test_products_get_names_and_gaps_none(tmp_path: Path) -> None:
    embedder = open_embedder(threads=1)
    gallery = open_gallery(tmp_path, embedder.fingerprint, create=True)
    red, green = pack(0, 1), pack(60, 2)
    for sku, image in (("red", red), ("green", green)):
        gallery.enrol(Sku(sku), embedder.embed_crops([image]), [Photo(image, sku)], at=NOON)
    shelf = np.concatenate([green, np.zeros_like(green), red], 1)

    names = Namer(embedder, gallery).identify(shelf, found(PRODUCT, VOID, PRODUCT))

    assert ("green", None, "red") == names.sku
    assert 0 == names.score[1]


def test_a_gallery_of_another_embedder_does_not_name(tmp_path: Path) -> None:
    with pytest.raises(BadGallery, match="was made with embedder"):
        Namer(open_embedder(threads=1), open_gallery(tmp_path, "sha256:other", create=True))


def test_without_a_gallery_everything_is_unknown() -> None:
    assert (None, None) == NoNamer().identify(pack(0), found(PRODUCT, VOID)).sku
