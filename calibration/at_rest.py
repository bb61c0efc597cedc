"""Whether a camera that was registered a moment ago still stands where it stood, for a hundredth of a registration's cost.

    guard = DriftGuard(reference)          # one for each fixed camera
    found = guard.register(grey)           # answers as `drift.register` does

A picture that was registered in full is kept as the anchor: small patches of it, spread over the picture. In a later picture
each patch is looked up at its own place, and how far it has moved is one step of least squares over its gradients (Lucas and
Kanade, IJCAI 1981). Where most of the patches and every surveyed tag show what they showed and none of the corners has moved,
the anchor's answer stands. Anything else is registered in full, and the anchor never follows what it only believes, so nothing
creeps.
Plane: cam px of pictures of one shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from calibration.drift import DriftPolicy, Refused, Registration, register
from calibration.homography import apply
from calibration.landmarks import Floats, Grey, Reference

Box = tuple[int, int, int, int]
_CELLS = 4


@dataclass(frozen=True, slots=True)
class RestPolicy:
    """Patches of `side_px` (cam px), `in_a_cell` in each of 4 x 4 cells of the picture, where its edges run in two directions
    by `texture` (grey levels per px, of the weaker one). A patch shows what it showed from the correlation `alike` on, and
    stands still below `patch_px`; `least_share` of all patches, in each quarter of the picture, must do both, and the corners
    of the picture, by what those patches say, have moved by `corner_px` at most (px at the surveyed size).

    Only a registration that was clear may stand for later ones: `surplus` times the matches that one needs. Measured in
    bench/drift.md.
    """

    side_px: int = 48
    in_a_cell: int = 3
    texture: float = 2.0
    alike: float = 0.9
    patch_px: float = 0.4
    least_share: float = 0.6
    corner_px: float = 0.3
    surplus: float = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """Patches of one picture of `shape` (h, w): `at` (n, 2) their top left px, `shows` (n, s, s) smoothed, without their mean
    and of length 1, `steps` (n, 2, s, s): what a patch's difference is multiplied by to give its move in px. `tags` are the
    places of the surveyed tags, x1 y1 x2 y2, and what stands there, likewise."""

    shape: tuple[int, int]
    at: npt.NDArray[np.int64]
    shows: Floats
    steps: Floats
    tags: tuple[tuple[Box, Floats], ...] = ()

    @classmethod
    def of(cls, picture: Grey, policy: RestPolicy = RestPolicy(), tags: Sequence[Box] = ()) -> "Anchor":
        """Of a grey picture (H, W) u8; `tags` are the places of surveyed tags in it."""
        at = _textured(picture, policy)
        smooth = _patches(picture, at, policy.side_px)
        if not len(at):
            return cls((0, 0), at, smooth, np.empty((0, 2, *smooth.shape[1:]), np.float32))
        down, right = (np.asarray(each, np.float32) for each in np.gradient(smooth, axis=(1, 2)))
        # the mean of a patch is light: it says nothing of a move
        edges = np.stack([_centred(right), _centred(down)], axis=1).reshape(len(at), 2, -1)  # (n, 2, s * s)
        squares = edges @ edges.transpose(0, 2, 1)  # (n, 2, 2)
        steps = -np.linalg.solve(squares, edges)
        shows, length = _normal(smooth)
        steps = (steps * length[:, None, None]).reshape(len(at), 2, *smooth.shape[1:])
        marks = tuple((box, _mark(picture, box)) for box in tags)
        return cls((picture.shape[0], picture.shape[1]), at, shows, np.asarray(steps, np.float32), marks)

    def moves(self, picture: Grey) -> tuple[Floats, Floats]:
        """For each patch its correlation (n,) with what `picture` shows there, and its move (n, 2) in px."""
        now, _ = _normal(_patches(picture, self.at, self.shows.shape[1]))
        alike = np.einsum("nij,nij->n", now, self.shows)
        return np.asarray(alike, np.float32), np.asarray(np.einsum("nkij,nij->nk", self.steps, now - self.shows), np.float32)


def at_rest(anchor: Anchor, picture: Grey, px: float = 1.0, policy: RestPolicy = RestPolicy()) -> bool:
    """Whether the camera has not moved since the anchor; `px` is how many px of the survey one of these pictures is."""
    if picture.shape != anchor.shape:
        return False
    if any(float((_mark(picture, box) * shows).sum()) < policy.alike for box, shows in anchor.tags):
        return False
    alike, move = anchor.moves(picture)
    move = move * np.float32(px)
    still = (alike >= policy.alike) & (np.linalg.norm(move, axis=1) <= policy.patch_px)
    height, width = picture.shape
    middle = anchor.at[still] + policy.side_px / 2 - [width / 2, height / 2]  # (k, 2)
    quarters = np.bincount((middle > 0) @ [1, 2], minlength=4)
    if still.mean() < policy.least_share or quarters.min() < 2:
        return False
    terms = np.column_stack([np.ones(len(middle)), middle])  # an affine move, by least squares
    fit, *_ = np.linalg.lstsq(terms, move[still].astype(np.float64), rcond=None)
    corners = np.array([[1.0, x, y] for x in (-width / 2, width / 2) for y in (-height / 2, height / 2)])
    return bool(np.linalg.norm(corners @ fit, axis=1).max() <= policy.corner_px)


class DriftGuard:
    """Registers the pictures of one camera in their order. `spared` says how many were answered by the anchor."""

    def __init__(
        self, reference: Reference, policy: DriftPolicy = DriftPolicy(), rest: RestPolicy = RestPolicy()
    ) -> None:
        self.reference = reference
        self.spared = 0
        self._policy, self._rest = policy, rest
        self._anchor: tuple[Anchor, Registration] | None = None

    @property
    def stood(self) -> Registration | None:
        """Where the camera stands as long as it does not move, None where the last picture registered did not tell."""
        return None if self._anchor is None else self._anchor[1]

    def register(self, image: Grey) -> Registration | Refused:
        """Where a grey picture (H, W) u8 of the surveyed shape lies to the surveyed one."""
        if self._anchor is not None:
            anchor, answer = self._anchor
            if at_rest(anchor, image, self.reference.width_px / image.shape[1], self._rest):
                self.spared += 1
                return answer
        found = register(image, self.reference, self._policy)
        self._anchor = None
        if isinstance(found, Registration) and found.held >= self._rest.surplus * self._policy.least_held:
            self._anchor = Anchor.of(image, self._rest, self._tags_in(image, found)), found
        return found

    def _tags_in(self, image: Grey, found: Registration) -> list[Box]:
        """Where the surveyed tags stand in a picture registered so; those outside of it are left out."""
        height, width = image.shape
        boxes = []
        for corners in self.reference.landmarks.tags.values():
            flat = apply(found.now_from_survey, corners.astype(np.float64) / self.reference.work_from_flat)
            cam = self.reference.lens.cam_from_flat(flat) if self.reference.lens else flat
            cam = cam * (width / self.reference.width_px)
            left, top = np.maximum(np.floor(cam.min(0)), 0).astype(int)
            right, bottom = np.minimum(np.ceil(cam.max(0)), [width, height]).astype(int)
            if right - left > 1 and bottom - top > 1:
                boxes.append((int(left), int(top), int(right), int(bottom)))
        return boxes


def _textured(picture: Grey, policy: RestPolicy) -> npt.NDArray[np.int64]:
    """(n, 2) top left px of the patches with the strongest edges in two directions, none overlapping another."""
    soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
    side = policy.side_px
    weaker = np.maximum(np.nan_to_num(cv2.cornerMinEigenVal(soft, side, ksize=3)), 0.0)  # of (2 / 255 grey levels a px) squared
    strength = np.sqrt(weaker) * (255 / 2)
    height, width = picture.shape
    taken = np.zeros(picture.shape, np.bool_)
    found: list[tuple[int, int]] = []
    half = side // 2
    for row in range(_CELLS):
        for column in range(_CELLS):
            top, bottom = max(half, row * height // _CELLS), min(height - half, (row + 1) * height // _CELLS)
            left, right = max(half, column * width // _CELLS), min(width - half, (column + 1) * width // _CELLS)
            for _ in range(policy.in_a_cell):
                if bottom <= top or right <= left:
                    break
                free = np.where(taken[top:bottom, left:right], -1.0, strength[top:bottom, left:right])
                y, x = np.unravel_index(int(free.argmax()), free.shape)
                if free[y, x] < policy.texture:
                    break
                found.append((left + int(x) - half, top + int(y) - half))
                taken[max(0, top + y - side) : top + y + side, max(0, left + x - side) : left + x + side] = True
    return np.array(found, np.int64).reshape(-1, 2)


_SMOOTH_PX = 1.5
_RIM_PX = 4


def _patches(picture: Grey, at: npt.NDArray[np.int64], side: int) -> Floats:
    """(n, side, side), smoothed with what lies around them."""
    height, width = picture.shape
    patches = np.empty((len(at), side, side), np.float32)
    for patch, (x, y) in zip(patches, at, strict=True):
        top, left = max(0, y - _RIM_PX), max(0, x - _RIM_PX)
        around = picture[top : min(height, y + side + _RIM_PX), left : min(width, x + side + _RIM_PX)].astype(np.float32)
        patch[:] = cv2.GaussianBlur(around, (0, 0), _SMOOTH_PX)[y - top : y - top + side, x - left : x - left + side]
    return patches


def _mark(picture: Grey, box: Box) -> Floats:
    """(h, w) of what stands in a box, as `Anchor.shows`."""
    x1, y1, x2, y2 = box
    smooth = cv2.GaussianBlur(picture[y1:y2, x1:x2].astype(np.float32), (0, 0), _SMOOTH_PX)
    shows, _ = _normal(np.asarray(smooth, np.float32)[None])
    return np.asarray(shows[0], np.float32)


def _centred(patches: Floats) -> Floats:
    return np.asarray(patches - patches.mean(axis=(1, 2), keepdims=True), np.float32)


def _normal(patches: Floats) -> tuple[Floats, Floats]:
    """Without their mean and of length 1; and the lengths (n,)."""
    centred = _centred(patches)
    length = np.linalg.norm(centred.reshape(len(centred), -1), axis=1)
    return np.asarray(centred / np.maximum(length, 1e-6)[:, None, None], np.float32), np.asarray(length, np.float32)
