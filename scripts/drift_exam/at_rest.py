"""How the quick look of the drift guard (`calibration/at_rest.py`) fares: views of one camera, moved by known amounts since the
picture that was registered in full."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.at_rest import Anchor, at_rest
from calibration.drift import Registration, register
from calibration.homography import apply
from scripts.drift_exam.photos import Image, Photo
from scripts.drift_exam.scenes import Matrix, grey, seen, surveyed, turned, with_other_goods

MOVES = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 35.0, 50.0)
"""px by which the middle of the picture has moved since."""
TURNS = (0.01, 0.03, 0.1, 0.5, 2.0)
"""Degrees of a turn about the middle since."""
OTHERS = 4
LIMIT_PX = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """`truth_px` is how far the furthest corner has moved since the anchor; `full_px` how far off the anchor's answer the full
    registration's lies there, None where it refused."""

    what: str
    quick: bool
    truth_px: float
    full_px: float | None


def looks(photo: Photo, others: list[Photo], chance: np.random.Generator) -> Iterator[Look]:
    """Each move twice, from a camera that already stands up to 15 px from where it was surveyed; goods change between."""
    _, reference = surveyed(photo, chance)
    way, far = chance.uniform(0, 2 * np.pi), chance.choice([0.0, chance.uniform(0, 15)])
    before = turned((far * np.cos(way), far * np.sin(way)), chance.uniform(-1, 1) if far else 0.0, photo.size)
    goods = with_other_goods(photo, others, chance.uniform(0, 0.4), chance)
    light = int(chance.integers(2**31))
    picture = grey(seen(goods, photo, before, np.random.default_rng(light)))
    first = register(picture, reference)
    if not isinstance(first, Registration):
        return
    anchor = Anchor.of(picture)

    def look(what: str, image: Image, now: Matrix | None) -> Look:
        quick = at_rest(anchor, image)
        truth_px = float("inf") if now is None else _corner_px(before, now, image.shape)
        answer = register(image, reference) if quick else None
        full_px = None
        if isinstance(answer, Registration):
            full_px = _corner_px(first.now_from_survey, answer.now_from_survey, image.shape)
        return Look(what, quick, truth_px, full_px)

    steps = [(f"moved {px:g} px", px, 0.0, share) for px in MOVES for share in (0.0, 0.3)]
    steps += [(f"turned {degrees:g} degrees", 0.0, degrees, 0.1) for degrees in TURNS]
    stocked = Photo(photo.name, goods, photo.goods, photo.size)
    for what, px, degrees, share in steps:
        way = chance.uniform(0, 2 * np.pi)
        now = before @ turned((px * np.cos(way), px * np.sin(way)), degrees * chance.choice([-1, 1]), photo.size)
        image = with_other_goods(stocked, others, share, chance) if share else goods
        # half of the pictures are in the light of the anchor, half in another
        dice = np.random.default_rng(light) if chance.random() < 0.5 else chance
        yield look(what, grey(seen(image, photo, now, dice)), now)
    for other in (others[int(index)] for index in chance.integers(len(others), size=OTHERS)):
        if other is not photo:
            view = cv2.resize(grey(seen(other.image, other, np.eye(3), chance)), photo.size)
            yield look("another camera's view", np.asarray(view, np.uint8), None)


def _corner_px(a: Matrix, b: Matrix, shape: tuple[int, ...]) -> float:
    """How far apart a corner of the picture is put, at most."""
    height, width = shape
    corners = np.array([[0.0, 0.0], [width, 0], [width, height], [0, height]])
    return float(np.linalg.norm(apply(a, corners) - apply(b, corners), axis=1).max())
