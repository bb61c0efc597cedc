"""A gallery without the crops of some pictures, in memory: nobody may be known from the very picture that is measured."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path, PurePath

import numpy as np

from edge.errors import UsageFault
from models.gallery import Gallery
from models.gallery_changes import Enrolled, Rows
from models.gallery_file import GalleryState

Fixtures = Mapping[str, frozenset[str]]
"""File name of a picture -> the file names of all pictures of its fixture, itself among them."""


def read_fixtures(file: Path) -> Fixtures:
    """A line per fixture: the file names of its pictures. Raises UsageFault for one that stands there twice."""
    try:
        lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFault("{file} cannot be read: {why}", file=file, why=error) from error
    found: dict[str, frozenset[str]] = {}
    for names in lines:
        for name in names:
            if name in found:
                raise UsageFault("{file} names the picture {name} in two fixtures; name each once", file=file, name=name)
            found[name] = frozenset(names)
    return found


def cut_from(gallery: Gallery, pictures: AbstractSet[str]) -> bool:
    """Whether any enrolled crop was cut from a picture of one of these file names."""
    return not pictures.isdisjoint({PurePath(source).name for source in gallery.rows.source})


def without_pictures(gallery: Gallery, pictures: AbstractSet[str]) -> Gallery:
    """The gallery as if the pictures of these file names had never been enrolled from; nothing is written anywhere."""
    rows = gallery.rows
    kept = [index for index, source in enumerate(rows.source) if PurePath(source).name not in pictures]
    changes = tuple(
        Enrolled((Rows(rows.skus[rows.owner[row]], place, place + 1),)) for place, row in enumerate(kept)
    )
    photos = tuple(rows.photo[row] for row in kept)
    vectors = np.array(rows.vectors[np.array(kept, np.int64)])
    return Gallery(gallery.folder, GalleryState(gallery.embedder, photos, changes, vectors), gallery.policy)
