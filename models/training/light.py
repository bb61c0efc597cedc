"""Other light and other cameras for one view: colour cast, exposure, dusk, glare, reflections, blur, noise, JPEG."""

import cv2
import numpy as np

from models.training.samples import Image


def disturbed(image: Image, dice: np.random.Generator) -> Image:
    """(S, S, 3) u8 -> the same scene as a worse or other camera would have taken it."""
    result = _tone(image, dice)
    if dice.random() < 0.15:
        result = _dusk(result, dice)
    if dice.random() < 0.1:
        result = _reflection(result, dice)
    if dice.random() < 0.15:
        result = _glare(result, dice)
    if dice.random() < 0.25:
        result = _blur(result, dice)
    if dice.random() < 0.2:
        noise = dice.normal(0, dice.uniform(1.5, 8), image.shape[:2]).astype(np.float32)
        result = np.clip(result + noise[..., None], 0, 255).astype(np.uint8)
    if dice.random() < 0.3:
        quality = int(dice.integers(35, 90))
        _, packed = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, quality])
        result = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return result


def _tone(image: Image, dice: np.random.Generator) -> Image:
    """Colour cast and exposure by one table a channel, then saturation."""
    level = np.linspace(0, 1, 256)[:, None]  # (256, 1)
    gamma = float(np.exp(dice.uniform(-0.35, 0.35)))
    table = np.clip(level * dice.uniform(0.9, 1.1, 3), 0, 1) ** gamma * 255
    toned = cv2.LUT(image, table.astype(np.uint8).reshape(256, 1, 3))
    grey = cv2.cvtColor(cv2.cvtColor(toned, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    saturation = float(dice.uniform(0.6, 1.3))
    return np.asarray(cv2.addWeighted(toned, saturation, grey, 1 - saturation, 0), np.uint8)


def _glare(image: Image, dice: np.random.Generator) -> Image:
    """A soft bright streak, as of a lamp in a cooler door."""
    side = image.shape[0]
    y, x = np.mgrid[0:side:8, 0:side:8].astype(np.float32)
    angle = dice.uniform(0, np.pi)
    across = (x - dice.uniform(0, side)) * np.cos(angle) + (y - dice.uniform(0, side)) * np.sin(angle)
    streak = np.exp(-((across / dice.uniform(side * 0.02, side * 0.15)) ** 2)) * dice.uniform(0.1, 0.5)
    full = cv2.resize(streak.astype(np.float32), (image.shape[1], side))[..., None]
    return np.clip(image + (255 - image.astype(np.float32)) * full, 0, 255).astype(np.uint8)


def _dusk(image: Image, dice: np.random.Generator) -> Image:
    """Darker towards one side, as on the lowest board and in corners that no lamp reaches."""
    height, width = image.shape[:2]
    angle = dice.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : 16j, -1 : 1 : 16j]
    fall = np.clip((x * np.cos(angle) + y * np.sin(angle) + dice.uniform(-0.5, 1)) / 1.5, 0, 1) * dice.uniform(0.3, 0.8)
    light = cv2.resize(1 - fall.astype(np.float32), (width, height))[..., None]
    return (image * light).astype(np.uint8)


def _reflection(image: Image, dice: np.random.Generator) -> Image:
    """What a glass door shows of the room: a faint mirrored scene and thin lamps."""
    height, width = image.shape[:2]
    ghost = np.roll(image[:, ::-1], (int(dice.integers(height)), int(dice.integers(width))), (0, 1))
    ghost = np.asarray(cv2.GaussianBlur(ghost, (0, 0), float(dice.uniform(1, 4))), np.float32)
    share = float(dice.uniform(0.05, 0.25))
    result = np.clip(image + share * ghost, 0, 255).astype(np.uint8)
    for _ in range(int(dice.integers(0, 4))):
        start, end = (tuple(dice.integers(0, (width, height)).tolist()) for _ in range(2))
        lamp = result.copy()
        cv2.line(lamp, start, end, (255, 250, 245), max(1, round(height * float(dice.uniform(0.003, 0.012)))), cv2.LINE_AA)
        result = np.asarray(cv2.addWeighted(lamp, 0.8, result, 0.2, 0), np.uint8)
    return result


def _blur(image: Image, dice: np.random.Generator) -> Image:
    if dice.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), float(dice.uniform(0.5, 1.6))), np.uint8)
    length = int(dice.integers(3, 8))
    kernel = np.zeros((length, length), np.float32)
    end = (length - 1) / 2 * np.array([np.cos(t := dice.uniform(0, np.pi)), np.sin(t)])
    centre = np.array([(length - 1) / 2] * 2)
    cv2.line(kernel, tuple((centre - end).round().astype(int).tolist()),
             tuple((centre + end).round().astype(int).tolist()), 1.0)  # fmt: skip
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)
