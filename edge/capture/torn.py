"""Signs that a picture was only half decoded: rows that repeat one another, and blocks that slipped.

A JPEG whose data ends early is filled up with flat blocks. One that lost a packet goes on with the blocks after the hole: all
of them stand too far ahead in reading order by one and the same number, in another light and colour, for a decoder adds up
differences from block to block. Only a clear picture of the same camera tells that. Planes: cam px, and the colours of
`reference.small_colour`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.frame import Image

Floats = npt.NDArray[np.float32]


_FINER = 4
"""Small colours are blown up so often before they are cut into blocks."""


@dataclass(frozen=True, slots=True)
class TornPolicy:
    """A row repeats the one above where no px differs by more than `same` grey levels in all but `stray` (share 0..1) of the
    row.

    Blocks are `block_px` (cam px) wide and as high as one of `heights_px`, as cameras code them. They slipped where, in one of
    the colours, those of `together_px`, or of the share `together` of the height where that is more, are alike to blocks up to
    `reach_px` (in rows) further on, by `lead` more than any colour is to those at home, give or take `home` blocks; rows that
    vary by less than `texture` grey levels tell nothing. Chosen on every second photo of the half `choose` of
    scripts/measure_verdicts.py."""

    same: int = 1
    stray: float = 0.02
    block_px: int = 16
    heights_px: tuple[int, ...] = (16, 8)
    together_px: int = 80
    together: float = 0.1
    reach_px: int = 48
    lead: float = 0.1
    home: int = 2
    texture: float = 1.5


def flat_share(image: Image, policy: TornPolicy = TornPolicy()) -> float:
    """The share 0..1 of rows of `image` (H, W, 3) in the longest run, in which each row repeats the one above."""
    rows = np.ascontiguousarray(image[:, :: max(1, image.shape[1] // 160)])  # every row, about 160 columns: (H, w, 3)
    blue, green, red = cv2.split(cv2.absdiff(rows[1:], rows[:-1]))  # (H - 1, w) each
    repeats = (cv2.max(cv2.max(blue, green), red) > policy.same).mean(axis=1) <= policy.stray
    return _longest_run(repeats) / len(rows)


def slipped(now: Image, clear: Image, size_px: tuple[int, int], policy: TornPolicy = TornPolicy()) -> float:
    """How alike (correlation 0..1) some rows of blocks of `now` are to others further on in `clear`, all by the same number of
    blocks, where they are not alike to those at home; both are small colours of a picture of that width and height."""
    home = _at_home(now.astype(np.float32), clear.astype(np.float32), 0, policy)
    window = round(policy.together * len(home))
    if np.convolve(np.where(home < 0, 1.0, home), np.full(window, 1 / window), "valid").min() >= 1 - policy.lead:
        return 0.0  # as nearly always: nothing stands elsewhere
    found = [_slipped(_blocks(now, size_px, high, policy), _blocks(clear, size_px, high, policy), high, policy)
             for high in policy.heights_px]
    return max(0.0, *found)


def _blocks(small: Image, size_px: tuple[int, int], high_px: int, policy: TornPolicy) -> Floats:
    """(rows, columns, 3) the colour of each block; those that reach over the rim go on as its last px."""
    width, height = size_px
    columns, rows = -(-width // policy.block_px), max(1, round(height / high_px))
    large = cv2.resize(small, None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_LINEAR)
    high, wide = large.shape[:2]
    right, down = round(columns * policy.block_px * wide / width), round(rows * high_px * high / height)
    whole = cv2.copyMakeBorder(large, 0, max(0, down - high), 0, max(0, right - wide), cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(whole[:down, :right], (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _slipped(now: Floats, clear: Floats, high_px: int, policy: TornPolicy) -> float:
    """The same of blocks of one height."""
    rows, columns = now.shape[:2]
    together = round(max(policy.together_px / high_px, policy.together * rows))
    beyond = policy.reach_px // high_px * columns
    if rows < together:
        return 0.0
    lines = [np.ascontiguousarray(clear[..., colour]).reshape(1, -1) for colour in range(3)]
    home = np.convolve(_at_home(now, clear, policy.home, policy), np.full(together, 1 / together), "valid")
    elsewhere, best = dict[int, Floats](), 0.0
    for top in np.flatnonzero(home < 1 - policy.lead).tolist():
        for row in range(top, top + together):
            if row not in elsewhere:
                first, last = row * columns + policy.home + 1, row * columns + beyond
                elsewhere[row] = np.stack([
                    _alike(now[row, :, colour], line, first, last, policy) for colour, line in enumerate(lines)])
        further = float(np.mean([elsewhere[row] for row in range(top, top + together)], axis=0).max())
        best = max(best, further if further > home[top] + policy.lead else 0.0)
    return best


def _at_home(now: Floats, clear: Floats, reach: int, policy: TornPolicy) -> Floats:
    """(rows,) how alike each row is to its own in `clear`, give or take `reach` places, in the colour in which it is most; -1
    where it tells nothing. Both are (rows, columns, 3)."""
    mine = now - now.mean(axis=1, keepdims=True)
    strength = np.linalg.norm(mine, axis=1)  # (rows, 3)
    best = np.full(strength.shape, -1.0, np.float32)
    for shift in range(-reach, reach + 1):
        other = np.roll(clear.reshape(-1, 3), -shift, axis=0).reshape(clear.shape)
        other -= other.mean(axis=1, keepdims=True)
        alike = (mine * other).sum(axis=1) / np.maximum(strength * np.linalg.norm(other, axis=1), 1e-6)
        best = np.maximum(best, alike)
    tells = strength >= policy.texture * now.shape[1] ** 0.5
    return np.asarray(np.where(tells, best, -1.0).max(axis=1), np.float32)


def _alike(row: Floats, line: Floats, first: int, last: int, policy: TornPolicy) -> Floats:
    """(last - first + 1,) the correlation of a row (columns,) with what begins at each of these places of `line` (1, blocks);
    -1 where that ends, or where the row tells nothing."""
    found = np.full(last - first + 1, -1.0, np.float32)
    begin, end = max(0, first), min(last + len(row), line.shape[1])
    if float(row.std()) >= policy.texture and end - begin >= len(row):
        alike = cv2.matchTemplate(line[:, begin:end], row[None], cv2.TM_CCOEFF_NORMED)[0]
        found[begin - first : begin - first + len(alike)] = alike
    return found


def _longest_run(flags: npt.NDArray[np.bool_]) -> int:
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    lengths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return int(lengths.max()) if len(lengths) else 0
