"""A drawn shopper before a shelf: what a person finder is shown before it is trusted. Plane: px of the picture."""

import cv2
import numpy as np

from models.letterbox import Image
from models.person_finder import PersonMask


def with_shopper(image: Image) -> tuple[Image, PersonMask]:
    """A picture (H, W, 3) with a drawn figure before its middle, from the waist up, and which pixels (H, W) are the figure's.
    Its sizes are shares of the picture's height."""
    shown = np.array(image, np.uint8)
    height, width = shown.shape[:2]
    mask = np.zeros((height, width), np.uint8)

    def px(across: float, down: float) -> tuple[int, int]:
        return round(width / 2 + across * height), round(down * height)

    coat = np.array([px(*at) for at in ((-0.18, 1.0), (-0.2, 0.61), (-0.15, 0.53), (-0.055, 0.49), (0.055, 0.49), (0.15, 0.53),
                                        (0.2, 0.61), (0.18, 1.0))], np.int32)  # fmt: skip
    face, hair = (round(0.085 * height), round(0.11 * height)), (round(0.093 * height), round(0.075 * height))
    for canvas, colours in ((shown, ((90, 60, 40), (102, 136, 183), (120, 160, 215), (30, 40, 60))), (mask, ((1,),) * 4)):
        cv2.fillPoly(canvas, [coat], colours[0])
        cv2.rectangle(canvas, px(-0.033, 0.42), px(0.033, 0.51), colours[1], -1)
        cv2.ellipse(canvas, px(0, 0.35), face, 0, 0, 360, colours[2], -1)
        cv2.ellipse(canvas, px(0, 0.3), hair, 0, 180, 360, colours[3], -1)
    for side in (-1, 1):
        cv2.circle(shown, px(side * 0.031, 0.348), max(1, round(0.009 * height)), (40, 40, 40), -1)
    cv2.ellipse(shown, px(0, 0.41), (round(0.03 * height), round(0.011 * height)), 0, 0, 180, (80, 80, 170), -1)
    return shown, mask.astype(np.bool_)
