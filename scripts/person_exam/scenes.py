"""People before shelves: who stands where, how large, and which pixels are theirs. Plane: px of the picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge.capture.frame import Image
from scripts.person_exam.people import Person, parts_of

WHOLE, BUSTS = (0.45, 0.7, 0.95), (0.4, 0.6, 0.85)
"""Heights, share of the picture's."""
PART_SIZES = {"head": (0.2, 0.3, 0.45), "torso": (1.0,), "legs": (0.5, 0.8), "arm": (0.3, 0.45, 0.6), "hand": (0.8, 1.3)}
"""Heights; widths for an arm; for a hand, how much larger than in its video."""
_BUST = ("zidane", "astronaut", "hopper", "ball")


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture (H, W, 3) BGR with one person or part; `mask` and `head` (H, W) 0 or 255 are its pixels and its head's."""

    kind: str
    who: str
    image: Image
    mask: Image
    head: Image | None


def scenes_of(people: Sequence[Person], shelves: Sequence[Image], dice: np.random.Generator) -> Iterator[Scene]:
    """Each person and part in each of its sizes, once each, before the shelves in turn."""
    number = 0
    for person in people:
        for one in (person, *parts_of(person)):
            kind = kind_of(one.name)
            sizes = PART_SIZES.get(kind) or (BUSTS if kind == "bust" else WHOLE)
            for size in sizes:
                yield _scene(kind, one, size, shelves[number % len(shelves)], dice)
                number += 1


def kind_of(name: str) -> str:
    """whole, bust, walker, head, torso, legs, arm or hand."""
    if "/" in name:
        return name.rpartition("/")[2]
    first = name.partition("-")[0]
    return "bust" if first in _BUST or name == "astronaut" else first if first in ("walker", "hand") else "whole"


def _scene(kind: str, person: Person, size: float, shelf: Image, dice: np.random.Generator) -> Scene:
    high, wide = shelf.shape[:2]
    h, w = person.mask.shape
    scale = size * wide / w if kind in ("arm", "hand") else size * high / h
    to = (max(2, round(w * scale)), max(2, round(h * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    image = np.asarray(cv2.resize(person.image, to, interpolation=way), np.uint8)
    mask = np.asarray(cv2.resize(person.mask, to, interpolation=cv2.INTER_NEAREST), np.uint8)
    head = np.zeros_like(mask)
    if person.head is not None:
        x0, y0, x1, y1 = (round(side * scale) for side in person.head)
        head[max(0, y0) : y1, max(0, x0) : x1] = mask[max(0, y0) : y1, max(0, x0) : x1]
    left, top = _corner(kind, to, (wide, high), dice)
    flips = bool(dice.integers(2))
    lit = np.clip(image * float(dice.uniform(0.7, 1.1)), 0, 255).astype(np.uint8)
    soft = _laid(cv2.GaussianBlur(mask, (0, 0), 0.8), (high, wide), left, top).astype(np.float32)[..., None] / 255
    before = _laid(lit, (high, wide), left, top).astype(np.float32)
    hard, face = _laid(mask, (high, wide), left, top), _laid(head, (high, wide), left, top)
    if flips:
        soft, before, hard, face = (np.ascontiguousarray(plane[:, ::-1]) for plane in (soft, before, hard, face))
    picture = (before * soft + shelf * (1 - soft) + 0.5).astype(np.uint8)
    return Scene(kind, person.name, picture, hard, face if face.any() else None)


def _corner(kind: str, size: tuple[int, int], room: tuple[int, int], dice: np.random.Generator) -> tuple[int, int]:
    """Where the upper left corner comes: cut edges lie on the picture's border, as they do when somebody is partly in view."""
    (w, h), (wide, high) = size, room
    across, down = (round(float(dice.uniform(min(0, room), max(0, room)))) for room in (wide - w, high - h))
    match kind:
        case "hand":
            return 0, 0
        case "arm":
            return 0, down
        case "legs" | "torso":
            return across, 0
        case "head" | "bust":
            return across, high - h
        case _:
            return across, high - h - round(float(dice.uniform(0, 0.05)) * high)


def _laid(plane: Image, room: tuple[int, int], left: int, top: int) -> Image:
    """`plane` with its corner at (left, top) of an empty picture of `room` (H, W); what lies outside is cut."""
    laid = np.zeros((*room, *plane.shape[2:]), plane.dtype)
    h, w = plane.shape[:2]
    x0, y0, x1, y1 = max(0, left), max(0, top), min(room[1], left + w), min(room[0], top + h)
    laid[y0:y1, x0:x1] = plane[y0 - top : y1 - top, x0 - left : x1 - left]
    return laid
