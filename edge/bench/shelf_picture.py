"""A drawn shelf to measure speed on: bottles and boxes in rows, so that the network and what follows it have work to do.

It says nothing about accuracy. Plane: px of the drawn picture.
"""

import cv2
import numpy as np

from edge.capture.frame import Image


def draw_shelf(width_px: int = 1920, height_px: int = 1080, rows: int = 5, columns: int = 30, seed: int = 0) -> Image:
    """(H, W, 3) BGR: shelves of `columns` facings each with labels, rails and price tags, noise and a soft shadow."""
    dice = np.random.default_rng(seed)
    picture = np.full((height_px, width_px, 3), (70, 74, 78), np.uint8)
    row_px, facing_px = height_px / rows, width_px / columns
    for row in range(rows):
        floor_px = int((row + 0.9) * row_px)
        cv2.rectangle(picture, (0, floor_px), (width_px, floor_px + int(0.09 * row_px)), (205, 208, 210), -1)
        kind = 0
        for column in range(columns):
            if column % 3 == 0:
                kind = int(dice.integers(0, 1 << 16))
            left_px = int((column + 0.08) * facing_px)
            top_px = floor_px - int((0.55 + 0.2 * (kind % 3) / 2) * row_px)
            _draw_facing(picture, left_px, top_px, int((column + 0.92) * facing_px), floor_px, kind)
            tag_right_px = left_px + int(0.5 * facing_px)
            cv2.rectangle(picture, (left_px, floor_px + 3), (tag_right_px, floor_px + 14), (250, 250, 250), -1)
    shade = np.linspace(0.75, 1.1, width_px, dtype=np.float32)[None, :, None]
    noisy = picture.astype(np.float32) * shade + dice.normal(0, 4, picture.shape).astype(np.float32)
    return np.clip(noisy, 0, 255).astype(np.uint8)  # type: ignore[no-any-return]


def _draw_facing(picture: Image, left: int, top: int, right: int, bottom: int, kind: int) -> None:
    """One product: a body, a neck and cap for every second kind, a label with a name, a highlight."""
    dice = np.random.default_rng(kind)
    body, label, cap = (tuple(int(v) for v in dice.integers(20, 236, 3)) for _ in range(3))
    middle, width, height = (left + right) // 2, right - left, bottom - top
    shoulder = top
    if kind % 2:
        shoulder = top + height // 3
        cv2.rectangle(picture, (middle - width // 6, top), (middle + width // 6, shoulder), body, -1)
        cv2.rectangle(picture, (middle - width // 5, top), (middle + width // 5, top + height // 14), cap, -1)
        cv2.ellipse(picture, (middle, shoulder), (width // 2, height // 8), 0, 180, 360, body, -1)
    cv2.rectangle(picture, (left, shoulder), (right, bottom), body, -1)
    cv2.rectangle(picture, (left, shoulder + height // 6), (right, bottom - height // 5), label, -1)
    cv2.putText(picture, f"{kind % 997}", (left + 2, (shoulder + bottom) // 2), cv2.FONT_HERSHEY_SIMPLEX, width / 70,
                (255, 255, 255), 2, cv2.LINE_AA)
    cv2.line(picture, (left + width // 5, shoulder + 4), (left + width // 5, bottom - 4), (240, 240, 240), 2)
    cv2.line(picture, (right, shoulder), (right, bottom), (25, 25, 25), 2)
