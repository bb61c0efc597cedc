"""Labelled pictures from a COCO file: what can be used as nouns, and what cannot with the reason, never silently.

Plane: px of the picture on disk, as the file declares it; xyxy.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeGuard

from inventory_core.messages import Message, tell
from models.errors import BadLabels

MAX_FILE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class CocoBox:
    """One labelled box: its category's name as written, xyxy px inside the picture, and the shelf if one is given.

    `score` (0..1) and `votes` are those of a machine that drew it; None where a person did.
    """

    annotation_id: str
    name: str
    xyxy: tuple[float, float, float, float]
    shelf: str | None = None
    score: float | None = None
    votes: int | None = None


@dataclass(frozen=True, slots=True)
class CocoImage:
    """One picture: its file name below the folder of pictures, its declared size, and its boxes in the file's order."""

    file_name: str
    width_px: int
    height_px: int
    boxes: tuple[CocoBox, ...]


@dataclass(frozen=True, slots=True)
class CocoSet:
    """A labelled set: `refused` says, one message each, what of the file could not be used; `synthetic`: it calls itself so."""

    name: str
    images: tuple[CocoImage, ...]
    refused: tuple[Message, ...] = ()
    synthetic: bool = False

    @property
    def boxes(self) -> int:
        return sum(len(image.boxes) for image in self.images)


def read_coco(path: Path) -> CocoSet:
    """Read a COCO file; wrong entries are refused one by one. Raises BadLabels when it is no COCO file at all."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadLabels("{file} is larger than {limit} bytes: not a label file", file=path, limit=MAX_FILE_BYTES)
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise BadLabels("{file} cannot be read: {why}", file=path, why=error.strerror or error) from error
    except (ValueError, RecursionError) as error:
        raise BadLabels("{file} is not JSON: {why}; export the labels as COCO again", file=path, why=error) from error
    parts = [document.get(key) if isinstance(document, dict) else None for key in ("images", "annotations",
                                                                                  "categories")]  # fmt: skip
    if not all(isinstance(part, list) for part in parts):
        raise BadLabels("{file} is not a COCO file: it needs the lists images, annotations and categories; export the "
                        "labels as COCO again", file=path)  # fmt: skip
    images, annotations, categories = (part for part in parts if isinstance(part, list))
    reading = _Reading(images, categories)
    for number, entry in enumerate(annotations, 1):
        reading.take(number, entry)
    synthetic = _field(document.get("info"), "synthetic") is True
    return CocoSet(path.stem, reading.done(), tuple(reading.refused), synthetic)


class _Reading:
    """One file while it is read: pictures and categories by id, boxes gathered per picture."""

    def __init__(self, images: list[object], categories: list[object]) -> None:
        self.refused: list[Message] = []
        self._names: dict[str, str] = {}
        self._images: dict[str, tuple[str, int, int]] = {}
        self._boxes: dict[str, list[CocoBox]] = {}
        self._seen: set[str] = set()
        for number, entry in enumerate(categories, 1):
            self._take_category(number, entry)
        for number, entry in enumerate(images, 1):
            self._take_image(number, entry)

    def _take_category(self, number: int, entry: object) -> None:
        key, name = _field(entry, "id"), _field(entry, "name")
        if not _is_id(key) or not isinstance(name, str) or not name.strip() or not _is_writable(name):
            self.refused.append(tell("category {number} has no id or no name that can be stored; its boxes are left "
                                     "out", number=number))  # fmt: skip
        elif str(key) in self._names:
            self.refused.append(tell("category {number} repeats id {id}; the first one counts", number=number, id=key))
        else:
            self._names[str(key)] = name

    def _take_image(self, number: int, entry: object) -> None:
        key, name = _field(entry, "id"), _field(entry, "file_name")
        width, height = _field(entry, "width"), _field(entry, "height")
        if not _is_id(key) or not isinstance(name, str) or not _is_below(name):
            self.refused.append(tell("picture {number} has no id, or its file_name {name} is not a path below the "
                                     "folder of pictures", number=number, name=name))  # fmt: skip
        elif str(key) in self._images:
            self.refused.append(tell("picture {number} ({name}) repeats id {id}; the first one counts", number=number,
                                     name=name, id=key))  # fmt: skip
        elif not (isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0):
            self.refused.append(tell("picture {number} ({name}) has no width and height", number=number, name=name))
        else:
            self._images[str(key)] = (name, width, height)
            self._boxes[str(key)] = []

    def take(self, number: int, entry: object) -> None:
        """One annotation."""
        key = _field(entry, "id")
        shown = str(key) if _is_id(key) else f"#{number}"
        if isinstance(refusal := self._box(shown, entry), Message):
            self.refused.append(refusal)
            return
        image, box = refusal
        if _is_id(key) and shown in self._seen:
            self.refused.append(tell("annotation {id} repeats an id; the first one counts", id=shown))
            return
        self._seen.add(shown)
        self._boxes[image].append(box)

    def _box(self, shown: str, entry: object) -> tuple[str, CocoBox] | Message:
        image, category = str(_field(entry, "image_id")), str(_field(entry, "category_id"))
        if image not in self._images:
            return tell("annotation {id} points to picture {image}, which the file does not list", id=shown,
                        image=image)  # fmt: skip
        if category not in self._names:
            return tell("annotation {id} points to category {category}, which the file does not list", id=shown,
                        category=category)  # fmt: skip
        name, width, height = self._images[image]
        bbox = _field(entry, "bbox")
        if not (isinstance(bbox, list) and len(bbox) == 4 and all(_is_number(value) for value in bbox)):
            return tell("annotation {id} in {name} has no box of 4 numbers x, y, width, height", id=shown, name=name)
        x, y, w, h = (float(value) for value in bbox)
        left, top, right, bottom = max(0.0, x), max(0.0, y), min(float(width), x + w), min(float(height), y + h)
        if w <= 0 or h <= 0 or right - left < 1 or bottom - top < 1:
            return tell("annotation {id} in {name}: the box {box} lies outside the picture or has no area", id=shown,
                        name=name, box=[x, y, w, h])  # fmt: skip
        shelf, score, votes = (_field(entry, key) for key in ("shelf", "score", "votes"))
        if not (score is None or _is_number(score)) or not (votes is None or (_is_number(votes) and votes == int(votes))):
            return tell("annotation {id} in {name}: score and votes of a machine-made box are numbers, found {score} and "
                        "{votes}", id=shown, name=name, score=score, votes=votes)  # fmt: skip
        return image, CocoBox(shown, self._names[category], (left, top, right, bottom),
                              None if shelf is None else str(shelf), None if score is None else float(score),
                              None if votes is None else int(votes))  # fmt: skip

    def done(self) -> tuple[CocoImage, ...]:
        return tuple(
            CocoImage(name, width, height, tuple(self._boxes[key]))
            for key, (name, width, height) in self._images.items()
        )


def _field(entry: object, key: str) -> object:
    return entry.get(key) if isinstance(entry, Mapping) else None


def _is_id(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_writable(text: str) -> bool:
    """JSON can spell halves of letters that no file can hold."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _is_below(name: str) -> bool:
    """Whether a file name stays below the folder it is looked up in."""
    path = PurePosixPath(name.replace("\\", "/"))
    return bool(name) and _is_writable(name) and not path.is_absolute() and ".." not in path.parts and "\0" not in name
