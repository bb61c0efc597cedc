"""Makes a gallery's vectors again, for another embedder, from the photos that it keeps; products, order and undo stay.

    done = reembed(folder, embedder)

The kept photos are small JPEG copies (320 px, see `models/gallery_file.py`), larger than any embedder here looks at.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from models.embedder import Vectors
from models.errors import BadGallery
from models.gallery_changes import Change, Enrolled, Rows, names_of_rows
from models.gallery_file import GalleryState, PhotoRecord, read_state, write_state
from models.letterbox import Image


class DescribesCrops(Protocol):
    """An embedder: one vector of `dim` numbers for every crop; `fingerprint` is text."""

    fingerprint: str
    dim: int

    def embed_crops(self, crops: list[Image]) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class Reembedded:
    """`photos` vectors were made again; `left_out` names enrolled photos that are damaged. `before`: the embedder before."""

    photos: int
    left_out: tuple[str, ...]
    before: str
    is_new: bool


def reembed(
    folder: Path, embedder: DescribesCrops, *, without_damaged: bool = False,
    shown: Callable[[Sequence[PhotoRecord]], Iterable[PhotoRecord]] = iter,
) -> Reembedded:
    """Put vectors of `embedder` in place of the gallery's, in one step; `shown` may draw how far it is.

    A photo that is missing or was altered ends it before anything is written; with `without_damaged` it is left out of its
    product. Raises BadGallery.
    """
    state = read_state(folder)
    if state is None:
        raise BadGallery("{folder} is not a gallery (no gallery.json); enrol a product first: "
                         "`shelfcount enrol SKU PHOTO... --gallery {folder}`", folder=folder)  # fmt: skip
    if state.embedder == embedder.fingerprint:
        return Reembedded(0, (), state.embedder, is_new=False)
    enrolled = {row for row, name in enumerate(names_of_rows(state.changes, len(state.photos))) if name is not None}
    vectors, damaged = np.zeros((len(state.photos), embedder.dim), np.float32), set[int]()
    for row, photo in enumerate(shown(state.photos)):
        if (image := _kept(folder, photo)) is None:
            damaged.add(row)
        else:
            vectors[row] = embedder.embed_crops([image])[0]
    lost = tuple(state.photos[row].file for row in sorted(damaged & enrolled))
    if lost and not without_damaged:
        raise BadGallery(
            "{n} photos of gallery {folder} are missing or were altered: {files}; nothing was changed. Bring them back from a "
            "backup, or leave them out with --without-damaged", n=len(lost), folder=folder, files=", ".join(lost))
    write_state(folder, _remade(state, embedder.fingerprint, vectors, damaged))
    return Reembedded(len(state.photos) - len(damaged), lost, state.embedder, is_new=True)


def _remade(state: GalleryState, embedder: str, vectors: Vectors, damaged: Collection[int]) -> GalleryState:
    changes = tuple(left for change in state.changes if (left := _without(change, damaged)) is not None)
    return GalleryState(embedder, state.photos, changes, vectors, state.raw)


def _without(change: Change, damaged: Collection[int]) -> Change | None:
    """The change without those rows; None where nothing of it is left."""
    if not isinstance(change, Enrolled):
        return change
    runs = [Rows(run.sku, first, stop) for run in change.rows for first, stop in _whole_runs(run, damaged)]
    return Enrolled(tuple(runs)) if runs else None


def _whole_runs(run: Rows, damaged: Collection[int]) -> Iterable[tuple[int, int]]:
    first = run.first
    for row in range(run.first, run.stop + 1):
        if row == run.stop or row in damaged:
            if first < row:
                yield first, row
            first = row + 1


def _kept(folder: Path, photo: PhotoRecord) -> Image | None:
    """The photo as it was kept, None where it is missing or another."""
    try:
        data = (folder / photo.file).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != photo.sha256:
        return None
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return None if image is None else np.asarray(image, np.uint8)
