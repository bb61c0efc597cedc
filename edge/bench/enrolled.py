"""A gallery of every box of a labelled set, in memory, for any embedder: nothing is written anywhere.

The same crops as `shelfcount enrol --coco` cuts; each keeps the name of its picture, so that a picture can be held out.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from edge.bench.labelled import read_labelled
from edge.errors import UnreadableInput
from inventory_core.ids import Sku
from inventory_core.messages import Message
from models.coco import CocoSet
from models.embedder import Embedder
from models.gallery import Gallery
from models.gallery_changes import Enrolled, Rows
from models.gallery_file import GalleryState, PhotoRecord
from models.policy import UnknownPolicy

DOUBTFUL = "__"
"""Names that begin so are not enrolled."""


def gallery_of_set(
    labels: CocoSet, images: Path, embedder: Embedder, max_pixels: int,
    report: Callable[[Message | UnreadableInput], None] = lambda _: None, policy: UnknownPolicy = UnknownPolicy(),
) -> Gallery:
    """Every named box of the set as a photo; `report` is told of pictures that cannot be read."""
    photos: list[PhotoRecord] = []
    changes: list[Enrolled] = []
    parts = [np.zeros((0, embedder.dim), np.float32)]
    for image in labels.images:
        named = [box for box in image.boxes if not box.name.startswith(DOUBTFUL)]
        try:
            frame, _ = read_labelled(images, image, max_pixels)
        except UnreadableInput as error:
            report(error)
            continue
        parts.append(embedder.embed(frame.image, np.array([box.xyxy for box in named], np.float32).reshape(-1, 4)))
        for box in named:
            changes.append(Enrolled((Rows(Sku(box.name), len(photos), len(photos) + 1),)))
            photos.append(PhotoRecord("", "", image.file_name, ""))
    state = GalleryState(embedder.fingerprint, tuple(photos), tuple(changes), np.concatenate(parts))
    return Gallery(Path(), state, policy)
