"""What a surveyed picture shows that stays: points of the fixture, its edges and its tags. Planes: flat px, work px.

    reference = Reference.of(picture, lens, goods)   # goods (n, 4) cam px are left out, for they come and go

Points are ORB (Rublee and others, ICCV 2011): binary, so that they are matched in milliseconds, and they compare grey levels
by order alone, so that another light changes little. Tags are AprilTag 36h11, whose codes differ in 11 bits at least.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from calibration.lens import Lens

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

MOST_POINTS = 2000
WORK_SIDE_PX = 1024
"""Longer pictures are looked at shrunk to this: a tenth of a shelf band of 100 px is 10 px, points are right to 1 px."""
_FAST_LEVEL = 8
_RIM_PX = 2


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Points of one picture: `at` (k, 2) f32 work px, `looks` (k, 32) u8 ORB; `tags` id -> (4, 2) f32 work px corners."""

    at: Floats
    looks: npt.NDArray[np.uint8]
    tags: dict[int, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The surveyed picture of `width_px` x `height_px`, unbent and shrunk: `grey` (h, w), `stays` (h, w) 255 where no goods
    stand, and its landmarks; `picture` (H, W, 3) BGR as taken, where it was read from a file. `work_from_flat` is the one
    scale from flat px to work px."""

    width_px: int
    height_px: int
    lens: Lens | None
    grey: Grey
    stays: Grey
    landmarks: Landmarks
    work_from_flat: float
    picture: npt.NDArray[np.uint8] | None = None

    @classmethod
    def of(cls, picture: Grey, lens: Lens | None = None, goods: Floats | None = None) -> "Reference":
        """Of a grey picture (H, W) u8 as surveyed; `goods` (n, 4) xyxy cam px."""
        height, width = picture.shape
        scale = min(1.0, WORK_SIDE_PX / max(width, height))
        stays = np.full(picture.shape, 255, np.uint8)
        for x1, y1, x2, y2 in np.zeros((0, 4)) if goods is None else goods:
            left, top = max(0, int(x1) + _RIM_PX), max(0, int(y1) + _RIM_PX)
            stays[top : max(top, int(y2) - _RIM_PX), left : max(left, int(x2) - _RIM_PX)] = 0
        grey, stays = (worked(each, width, height, lens, scale) for each in (picture, stays))
        stays = np.asarray(np.where(stays > 127, 255, 0), np.uint8)
        return cls(width, height, lens, grey, stays, landmarks_of(grey, stays), scale)

    @property
    def points_cam(self) -> Floats:
        """(k, 2) cam px of the landmarks' points."""
        flat = self.landmarks.at.astype(np.float64) / self.work_from_flat
        return np.asarray(self.lens.cam_from_flat(flat) if self.lens and len(flat) else flat, np.float32)

    def worked(self, picture: Grey) -> Grey:
        """A later picture of the same shape in work px."""
        return worked(picture, self.width_px, self.height_px, self.lens, self.work_from_flat)


def worked(picture: Grey, width: int, height: int, lens: Lens | None, scale: float) -> Grey:
    """A picture (H, W) as taken, at the surveyed size, unbent, then shrunk by `scale`."""
    if picture.shape != (height, width):
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    flat = lens.flatten(picture) if lens else picture
    size = (round(width * scale), round(height * scale))
    return np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA) if scale < 1 else flat, np.uint8)


def landmarks_of(grey: Grey, stays: Grey | None = None) -> Landmarks:
    """The landmarks of a picture in work px, all of it or where `stays` is 255."""
    orb = cv2.ORB.create(MOST_POINTS, fastThreshold=_FAST_LEVEL)
    points, looks = orb.detectAndCompute(grey, stays)
    at = np.array([point.pt for point in points], np.float32).reshape(-1, 2)
    corners, ids, _ = _tag_reader().detectMarkers(grey)
    tags = {} if ids is None else {
        int(tag): np.asarray(four, np.float32).reshape(4, 2) for tag, four in zip(ids.ravel(), corners, strict=True)
        if np.count_nonzero(ids == tag) == 1  # one code at two places says nothing
    }
    return Landmarks(at, np.zeros((0, 32), np.uint8) if looks is None else np.asarray(looks, np.uint8), tags)


def _tag_reader() -> cv2.aruco.ArucoDetector:
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11), settings)
