"""What is enrolled: photos of a SKU with their vectors, and the rows of a gallery that count now."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory_core.ids import Sku
from models.embedder import Vectors
from models.errors import BadArray
from models.gallery_changes import names_of_rows
from models.gallery_file import GalleryState, PhotoRecord
from models.letterbox import Image

UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A crop to enrol and the name of the picture that it was cut from."""

    crop: Image
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Enrolment:
    """What is enrolled for one SKU in one go: a vector (n, d) for each of n photos."""

    sku: Sku
    vectors: Vectors
    photos: Sequence[Photo]

    def __post_init__(self) -> None:
        require_writable(self.sku)
        if not self.photos or self.vectors.ndim != 2 or len(self.vectors) != len(self.photos):
            raise BadArray("{sku}: one vector per photo is needed, got {vectors} for {photos} photos", sku=self.sku,
                           vectors=self.vectors.shape, photos=len(self.photos))  # fmt: skip
        if not np.isfinite(self.vectors).all() or abs(np.linalg.norm(self.vectors, axis=1) - 1).max() > UNIT_TOLERANCE:
            raise BadArray("{sku}: vectors must have length 1", sku=self.sku)


@dataclass(frozen=True, slots=True, eq=False)
class EnrolledRows:
    """The rows that count now, sorted by SKU: `vectors` (n, d), `owner` (n,) index into `skus`, `source` of n."""

    skus: tuple[Sku, ...]
    vectors: Vectors
    owner: npt.NDArray[np.int64]
    source: tuple[str, ...]
    photo: tuple[PhotoRecord, ...]


def require_writable(sku: str) -> None:
    """Any text is a SKU if it is not blank and can be written down. Raises BadArray."""
    try:
        sku.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadArray("the SKU {sku} holds letters that cannot be stored", code="bad_sku", sku=ascii(sku)) from error
    if not sku.strip():
        raise BadArray("a SKU must not be blank, got {sku}", code="bad_sku", sku=ascii(sku))


def rows_of(state: GalleryState) -> EnrolledRows:
    names = names_of_rows(state.changes, len(state.photos))
    live = sorted((name, row) for row, name in enumerate(names) if name is not None)
    skus = tuple(sorted({name for name, _ in live}))
    place = {sku: index for index, sku in enumerate(skus)}
    order = [row for _, row in live]
    vectors = state.vectors[np.array(order, np.int64)]
    vectors.flags.writeable = False
    return EnrolledRows(skus, vectors, np.array([place[name] for name, _ in live], np.int64),
                        tuple(state.photos[row].source for row in order), tuple(state.photos[row] for row in order))


def fingerprint_of_rows(embedder: str, rows: EnrolledRows) -> str:
    """sha256 of what decides names: embedder, SKUs and vectors; not of when or where they were enrolled."""
    digest = hashlib.sha256(embedder.encode())
    for owner, vector in zip(rows.owner, rows.vectors, strict=True):
        digest.update(b"\0" + rows.skus[owner].encode() + b"\0" + vector.tobytes())
    return "sha256:" + digest.hexdigest()
