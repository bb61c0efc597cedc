"""What an inner layer says of every photo and of the price-tag tiles: the cells that probes learn from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scripts.label_exam.networks import Layer, Reader
from scripts.label_exam.pictures import Photo, TagView, tag_views
from scripts.label_exam.probe import Floats, Lessons, Taught, cells_of_view


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """`cells` (n, channels) of each photo in order; the boxed cells of each view with its shop."""

    cells: tuple[Floats, ...]
    boxed: tuple[Taught, ...]
    shops: tuple[str, ...]
    reader: Reader


def gather(layer: Layer, photos: tuple[Photo, ...], data: Path, long_side_px: int, lessons: Lessons = Lessons()) -> Material:
    """Looks at everything once (a minute or two)."""
    reader, dice = Reader(layer, long_side_px), np.random.default_rng(0)
    views: list[TagView] = list(tag_views(data))
    boxed = tuple(cells_of_view(reader.read_as_is(view.image), view.boxes, lessons, dice) for view in views)
    cells = tuple(reader.read(photo.pixels(data)).reshape(-1, layer.channels) for photo in photos)
    return Material(cells, boxed, tuple(view.shop for view in views), reader)
