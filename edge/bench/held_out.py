"""A gallery without the crops of one picture, in memory: nobody may be known from the very picture that is measured."""

from pathlib import PurePath

import numpy as np

from models.gallery import Gallery
from models.gallery_changes import Enrolled, Rows
from models.gallery_file import GalleryState


def cut_from(gallery: Gallery, picture: str) -> bool:
    """Whether any enrolled crop was cut from a picture of this file name."""
    return picture in {PurePath(source).name for source in gallery.rows.source}


def without_picture(gallery: Gallery, picture: str) -> Gallery:
    """The gallery as if the picture of this file name had never been enrolled from; nothing is written anywhere."""
    rows = gallery.rows
    kept = [index for index, source in enumerate(rows.source) if PurePath(source).name != picture]
    changes = tuple(
        Enrolled((Rows(rows.skus[rows.owner[row]], place, place + 1),)) for place, row in enumerate(kept)
    )
    photos = tuple(rows.photo[row] for row in kept)
    vectors = np.array(rows.vectors[np.array(kept, np.int64)])
    return Gallery(gallery.folder, GalleryState(gallery.embedder, photos, changes, vectors), gallery.policy)
