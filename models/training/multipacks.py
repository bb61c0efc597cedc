"""Multipacks made from single items: several cans or bottles under printed film are one facing, not many."""

import cv2
import numpy as np

from models.training.samples import Image


def film_pack(item: Image, dice: np.random.Generator) -> Image:
    """One item (h, w, 4) BGRA -> a pack of 2-4 columns as BGRA: printed film, clear film, or a plain carton."""
    columns = int(dice.integers(2, 5))
    kind = dice.random()
    if kind < 0.35:
        return _clear_film(item, columns, dice)
    return _printed(item, columns, dice, carton=kind > 0.75)


def _clear_film(item: Image, columns: int, dice: np.random.Generator) -> Image:
    """The items themselves, shoulder to shoulder, under shining transparent film with a printed band."""
    pack = np.concatenate([item] * columns, 1)
    height, width = pack.shape[:2]
    shown = pack.astype(np.float32)
    shown[..., 3] = np.maximum(shown[..., 3], 170)  # film closes the corners between the items
    streaks = cv2.resize(dice.random((2, 6)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    shine = (np.clip(streaks - 0.55, 0, 1) * 0.9)[..., None]
    shown[..., :3] = shown[..., :3] * (1 - shine) + 245 * shine
    if dice.random() < 0.6:
        top = int(height * dice.uniform(0.15, 0.5))
        band = slice(top, top + int(height * dice.uniform(0.15, 0.35)))
        shown[band, :, :3] = shown[band, :, :3] * 0.15 + dice.uniform(0, 255, 3) * 0.85
    return np.clip(shown, 0, 255).astype(np.uint8)


def _printed(item: Image, columns: int, dice: np.random.Generator, carton: bool) -> Image:
    """The label's print, blown up over the whole front; film shows the round items below it, a carton is flat."""
    height, width = item.shape[:2]
    label = item[height // 5 : height - height // 6, width // 8 : width - width // 8, :3]
    if min(label.shape[:2]) < 4:
        return item
    pack_h = max(height, 60)
    pack_w = int(pack_h * dice.uniform(0.7, 1.5))
    front = cv2.resize(label, (pack_w, pack_h), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    alpha = np.full((pack_h, pack_w), 255, np.float32)
    if carton:
        front *= dice.uniform(0.85, 1.05)
    else:
        across = np.linspace(0, columns * np.pi, pack_w)
        front *= (0.72 + 0.32 * np.abs(np.sin(across)))[None, :, None]
        cap = int(pack_h * dice.uniform(0.04, 0.12))
        bumps = (np.abs(np.sin(across)) * cap).astype(int)
        for x in range(pack_w):
            alpha[: cap - bumps[x], x] = 0
    if dice.random() < 0.5:  # the top is seen from above, lighter
        front[: int(pack_h * dice.uniform(0.1, 0.3))] *= 1.2
    return np.clip(np.dstack([front, alpha]), 0, 255).astype(np.uint8)
