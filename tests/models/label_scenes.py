"""Drawn photos for the label finder: a shelf place close by, with and without its price labels; a packet; a wall."""

import cv2
import numpy as np

from models.letterbox import Image

SIZE_PX = (480, 640)
FLOORS_PX, TAGS_FROM_PX, TAG_PX = (190, 400), range(30, 560, 180), (92, 34)
TAGS_PX = tuple((x, y + 6, x + TAG_PX[0], y + 6 + TAG_PX[1]) for y in FLOORS_PX for x in TAGS_FROM_PX)
"""Where the price tags of the shelf hang: xyxy."""
FONT = cv2.FONT_HERSHEY_SIMPLEX


def blank_wall() -> Image:
    """Plaster in even light."""
    dice = np.random.default_rng(1)
    wall = dice.normal(168, 4, (*SIZE_PX, 1)) + np.linspace(-18, 18, SIZE_PX[1])[None, :, None]
    return np.asarray(np.clip(np.repeat(wall, 3, 2), 0, 255), np.uint8)


def packet() -> Image:
    """One printed packet on a table, no shelf."""
    dice = np.random.default_rng(2)
    photo = np.asarray(np.clip(dice.normal(95, 5, (*SIZE_PX, 3)) + np.array([-30, 0, 35]), 0, 255), np.uint8)
    cv2.rectangle(photo, (210, 90), (430, 400), (40, 60, 200), -1)
    cv2.ellipse(photo, (320, 270), (80, 60), 0, 0, 360, (60, 190, 240), -1)
    cv2.putText(photo, "HAFER", (230, 160), FONT, 1.6, (250, 250, 250), 4, cv2.LINE_AA)
    return softened(photo, dice)


def shelf(labels: bool) -> Image:
    """Two boards with bottles and a rail below each; `labels` puts white price tags with a bar code on the rails."""
    dice = np.random.default_rng(3)
    photo = np.full((*SIZE_PX, 3), (38, 34, 32), np.uint8)
    for floor in FLOORS_PX:
        for place, left in enumerate(range(12, 600, 62)):
            _bottle(photo, left, floor, ((30, 40, 170), (40, 130, 50), (150, 90, 30))[place // 3 % 3])
        cv2.rectangle(photo, (0, floor), (SIZE_PX[1], floor + 44), (165, 160, 158), -1)
        cv2.line(photo, (0, floor + 3), (SIZE_PX[1], floor + 3), (225, 222, 220), 3)
        if labels:
            for number, left in enumerate(TAGS_FROM_PX):
                _tag(photo, left, floor + 6, f"{3 + number}.{95 - number}", dice)
    return softened(photo, dice)


def _bottle(photo: Image, left: int, floor: int, colour: tuple[int, int, int]) -> None:
    cv2.rectangle(photo, (left, floor - 110), (left + 46, floor - 1), colour, -1)
    cv2.rectangle(photo, (left + 15, floor - 150), (left + 31, floor - 110), colour, -1)
    cv2.rectangle(photo, (left + 4, floor - 85), (left + 42, floor - 35), tuple(min(255, c + 90) for c in colour), -1)
    cv2.putText(photo, "SODA", (left + 5, floor - 55), FONT, 0.42, (20, 20, 20), 1, cv2.LINE_AA)


def _tag(photo: Image, left: int, top: int, price: str, dice: np.random.Generator) -> None:
    cv2.rectangle(photo, (left, top), (left + TAG_PX[0], top + TAG_PX[1]), (246, 246, 244), -1)
    cv2.rectangle(photo, (left, top), (left + TAG_PX[0], top + TAG_PX[1]), (120, 120, 120), 1)
    cv2.putText(photo, "SODA 0.5 L", (left + 4, top + 9), FONT, 0.28, (30, 30, 30), 1, cv2.LINE_AA)
    cv2.putText(photo, price, (left + 40, top + 30), FONT, 0.62, (15, 15, 15), 2, cv2.LINE_AA)
    for bar in range(4, 36, 2):
        if dice.random() < 0.6:
            cv2.line(photo, (left + bar, top + 14), (left + bar, top + 29), (25, 25, 25), 1)


def softened(photo: Image, dice: np.random.Generator) -> Image:
    """A little lens blur and sensor noise, as a phone's photo has."""
    blurred = cv2.GaussianBlur(photo, (0, 0), 0.7).astype(np.float32)
    return np.asarray(np.clip(blurred + dice.normal(0, 3, blurred.shape), 0, 255), np.uint8)
