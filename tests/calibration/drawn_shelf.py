"""Drawn shelves: a fixture of posts, boards and price tags from one seed, goods from another, and a camera that turns."""

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
WIDTH, HEIGHT, RIM = 640, 480, 100


def shelf(fixture: int, goods: int | None) -> Grey:
    """(HEIGHT + 2 RIM, WIDTH + 2 RIM): `fixture` is the seed of what stays, `goods` of what stands on it; None is empty."""
    width, height = WIDTH + 2 * RIM, HEIGHT + 2 * RIM
    stays, changes = np.random.default_rng(fixture), np.random.default_rng(goods)
    image = np.full((height, width), 70, np.uint8)
    for board in range(1, 6):
        y = board * 125 + int(stays.integers(-12, 12))
        if goods is not None:
            x = 0
            while x < width:
                across, up = int(changes.integers(25, 60)), int(changes.integers(40, 85))
                good = changes.integers(30, 230, (max(2, up // 9), max(2, across // 9))).astype(np.uint8)
                image[y - up : y, x : min(x + across, width)] = cv2.resize(
                    good, (across, up), interpolation=cv2.INTER_NEAREST)[:, : max(0, min(across, width - x))]
                x += across + 3
        image[y : y + 22] = 190
        x = int(stays.integers(0, 30))
        while x < width - 60:
            cv2.rectangle(image, (x, y + 2), (x + 38, y + 19), 245, -1)
            cv2.putText(image, str(stays.integers(100, 999)), (x + 3, y + 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 20, 1)
            x += int(stays.integers(45, 80))
    for x in (RIM - 12, width - RIM - 20):
        image[:, x : x + 24] = 130
        for _ in range(40):
            cy = int(stays.integers(0, height))
            cv2.circle(image, (x + int(stays.integers(4, 20)), cy), int(stays.integers(2, 6)), int(stays.integers(0, 255)), -1)
    return image


def turned(right_px: float, down_px: float, degrees: float) -> npt.NDArray[np.float64]:
    """`now_from_survey` (3, 3): turned round the middle of the picture, then shifted."""
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.0)
    return np.concatenate([turn + np.array([[0, 0, right_px], [0, 0, down_px]]), [[0, 0, 1]]])


def seen(scene: Grey, now_from_survey: npt.NDArray[np.float64] | None = None, light: float = 1.0) -> Grey:
    """(HEIGHT, WIDTH) of the scene, with noise; the rim feeds the move, so that no border gives it away."""
    survey_from_scene = np.array([[1, 0, -RIM], [0, 1, -RIM], [0, 0, 1]], np.float64)
    matrix = survey_from_scene if now_from_survey is None else now_from_survey @ survey_from_scene
    image = cv2.warpPerspective(scene, matrix, (WIDTH, HEIGHT)).astype(np.float64)
    noise = np.random.default_rng(1).normal(0, 2, image.shape)
    return np.clip(255 * (image / 255) ** (1 / light) * min(light, 1.2) + noise, 0, 255).astype(np.uint8)
