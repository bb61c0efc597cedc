"""Evidence is a crop of what was counted."""

import cv2
import numpy as np

from edge.counting.count import count_frame
from edge.counting.evidence import evidence_jpeg
from inventory_core.ids import ShelfId, Sku
from tests.edge.counting.drawn import drawn, eye_on, frame


def decoded(data: bytes | None) -> tuple[int, ...]:
    assert data is not None
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return tuple(image.shape)


def test_a_shelf_is_cropped_from_the_picture_and_a_product_tighter_still() -> None:
    result = count_frame(eye_on(drawn("A A A B | C C C C")), frame(), source="x")
    whole = decoded(evidence_jpeg(result))
    shelf = decoded(evidence_jpeg(result, ShelfId("1")))
    product = decoded(evidence_jpeg(result, ShelfId("1"), Sku("B")))
    assert whole[0] > shelf[0]
    assert shelf[1] > product[1]


def test_a_product_that_is_not_there_is_evidenced_by_its_shelf() -> None:
    result = count_frame(eye_on(drawn("A A A B | C C C C")), frame(), source="x")
    assert decoded(evidence_jpeg(result, ShelfId("1"))) == decoded(evidence_jpeg(result, ShelfId("1"), Sku("Z")))


def test_a_count_that_kept_no_picture_has_no_evidence() -> None:
    result = count_frame(eye_on(drawn("A A")), frame(), source="x").without_frame()
    assert evidence_jpeg(result) is None
