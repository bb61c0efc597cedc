"""What a camera does to a good picture, in ten levels of each fault; what a level means physically stands beside each.

    spoilt = FAULTS["focus"](image, level, dice)   # (H, W, 3) uint8 -> the same shape
"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Dice = np.random.Generator
Fault = Callable[[Image, int, Dice], Image]

WIDTH_PX = 640
"""Blur is given in px at this width of the picture."""
GAMMA = 2.2
_END = b"\xff\xd9"
READOUT_CYCLES = 3.3
"""Pulses of a lamp on 50 Hz mains (100 per second) while a rolling shutter reads one frame in 33 ms."""


def noisy(image: npt.NDArray[np.floating] | Image, dice: Dice, sigma: float = 1.5) -> Image:
    """Sensor noise of `sigma` grey levels."""
    grain = dice.standard_normal(image.shape, np.float32) * sigma
    return np.clip(image + grain + 0.5, 0, 255).astype(np.uint8)


def _exposed(image: Image, stops: float) -> npt.NDArray[np.float32]:
    linear = (image.astype(np.float32) / 255) ** GAMMA * np.float32(2.0**stops)
    return np.asarray(255 * np.minimum(linear, 1.0) ** (1 / GAMMA), np.float32)


def black(image: Image, level: int, dice: Dice) -> Image:
    """Lens covered, or no light: grey of 22 - 2 x level levels, with noise."""
    return noisy(np.full(image.shape, 22.0 - 2 * level, np.float32), dice)


def white(image: Image, level: int, dice: Dice) -> Image:
    """A lamp shines into the lens: a veil of 50 % + 5 % x level of full white over the scene exposed by level / 3 stops."""
    veil = 0.5 + 0.05 * level
    return noisy((1 - veil) * _exposed(image, level / 3) + veil * 255, dice)


def under(image: Image, level: int, dice: Dice) -> Image:
    """Exposed 1.2 x level stops too little."""
    return noisy(_exposed(image, -1.2 * level), dice)


def over(image: Image, level: int, dice: Dice) -> Image:
    """Exposed .7 x level stops too much."""
    return noisy(_exposed(image, 0.7 * level), dice)


def focus(image: Image, level: int, dice: Dice) -> Image:
    """Out of focus: a Gaussian of .5 px x level at 640 px width."""
    return noisy(cv2.GaussianBlur(image, (0, 0), 0.5 * level * image.shape[1] / WIDTH_PX), dice)


def motion(image: Image, level: int, dice: Dice) -> Image:
    """The camera moved while the picture was taken: a straight stroke of 2 px x level (at 640 px width) in any direction."""
    length = max(2.0, 2.0 * level * image.shape[1] / WIDTH_PX)
    side = 2 * int(np.ceil(length / 2)) + 3
    angle = dice.uniform(0, np.pi)
    kernel = np.zeros((side * 8, side * 8), np.float32)
    middle = side * 4
    reach = np.array([np.cos(angle), np.sin(angle)]) * length * 4
    first, last = (tuple(np.rint(middle + sign * reach).astype(int).tolist()) for sign in (-1, 1))
    cv2.line(kernel, first, last, 1.0, 8)
    kernel = cv2.resize(kernel, (side, side), interpolation=cv2.INTER_AREA)
    return noisy(cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), dice)


def cast(image: Image, level: int, dice: Dice) -> Image:
    """White balance lost: one channel times 1 + .15 x level and another divided by it (linear light), any pair."""
    gain = (1 + 0.15 * level) ** (1 / GAMMA)
    up, down = dice.permutation(3)[:2]
    gains = np.ones(3, np.float32)
    gains[up], gains[down] = gain, 1 / gain
    return noisy(np.minimum(image * gains, 255.0), dice)


def flicker(image: Image, level: int, dice: Dice) -> Image:
    """Light that swings by 5 % + 5 % x level up and down (linear), 3.3 times from top to bottom, at any phase."""
    rows = np.arange(len(image)) / len(image)
    swing = 1 + (0.05 + 0.05 * level) * np.sin(2 * np.pi * (READOUT_CYCLES * rows + dice.uniform()))
    return noisy(np.minimum(image * swing[:, None, None] ** (1 / GAMMA), 255.0), dice)


def dirt(image: Image, level: int, dice: Dice) -> Image:
    """Finger marks, drops: 6 % x level of the picture in round smears, blurred 5 px at 640 px width, veil of 40 %."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), np.float32)
    while mask.mean() < 0.06 * level:
        centre = (int(dice.integers(0, width)), int(dice.integers(0, height)))
        axes = tuple(int(v) for v in dice.uniform(0.08, 0.18, 2) * width)
        cv2.ellipse(mask, centre, axes, float(dice.uniform(0, 180)), 0, 360, 1.0, -1)
    rim = cv2.GaussianBlur(mask, (0, 0), 0.01 * width)[..., None]
    soft = 0.6 * cv2.GaussianBlur(image, (0, 0), 5 * width / WIDTH_PX).astype(np.float32) + 0.4 * 140
    return noisy(image * (1 - rim) + soft * rim, dice)


def cut_short(image: Image, level: int, dice: Dice) -> Image:
    """A JPEG of which the last 8 % x level of the data never came: decoded, the rest is flat."""
    return decoded(cut_short_jpeg(image, level, dice), image)


def cut_short_jpeg(image: Image, level: int, dice: Dice) -> bytes:
    data = _jpeg(noisy(image, dice))
    return data[: _head(data) + int((len(data) - _head(data)) * (1 - 0.08 * level))] + _END


def packet_lost(image: Image, level: int, dice: Dice) -> Image:
    """A JPEG without one USB packet of 3 kB, lost so that 8 % x level of the data come after the hole: shifted blocks,
    and flat rows at the end."""
    return decoded(packet_lost_jpeg(image, level, dice), image)


def packet_lost_jpeg(image: Image, level: int, dice: Dice) -> bytes:
    data = _jpeg(noisy(image, dice))
    at = _head(data) + int((len(data) - _head(data)) * (1 - 0.08 * level))
    return data[:at] + data[at + 3000 : -len(_END)] + _END


def rows_repeated(image: Image, level: int, dice: Dice) -> Image:
    """A buffer that was not filled: the lower 8 % x level of the rows repeat the last one read."""
    spoilt = noisy(image, dice)
    first = int(len(image) * (1 - 0.08 * level))
    spoilt[first:] = spoilt[first - 1]
    return spoilt


def _jpeg(image: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())


def _head(data: bytes) -> int:
    """Where the picture itself begins."""
    return data.index(b"\xff\xda") + 14


def decoded(data: bytes, whole: Image) -> Image:
    """The picture in a JPEG, black where there is none."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return np.zeros_like(whole) if image is None else np.asarray(image, np.uint8)


FAULTS: dict[str, Fault] = {fault.__name__: fault for fault in (  # type: ignore[attr-defined]
    black, white, under, over, focus, motion, cast, flicker, dirt, cut_short, packet_lost, rows_repeated)}
JPEGS: dict[str, Callable[[Image, int, Dice], bytes]] = {"cut_short": cut_short_jpeg, "packet_lost": packet_lost_jpeg}
"""Of those, the ones that befall the bytes of a JPEG, as these bytes: what a camera that sends MJPEG delivers."""
