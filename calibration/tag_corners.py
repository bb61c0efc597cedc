"""A bay's corners from four AprilTags (36h11), one at each corner of its front. Plane: cam px."""

import cv2
import numpy as np
import numpy.typing as npt

from calibration.errors import BadGeometry
from calibration.homography import Points, require_convex

PLACES = ("top left", "top right", "bottom right", "bottom left")


def tag_corners(image: npt.NDArray[np.uint8], first_id: int = 0) -> Points:
    """Corners (4, 2) of the bay in a picture (H, W, 3): the outermost corner of each black square.

    Tags `first_id` to `first_id` + 3 stand at the top left, top right, bottom right and bottom left; which way up each was
    stuck on makes no difference. Raises BadGeometry with the tags that are not seen, or not in that order.
    """
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    quads, ids, _ = cv2.aruco.ArucoDetector(family, parameters).detectMarkers(image)
    numbers = [] if ids is None else [int(n) for n in np.asarray(ids).ravel()]
    seen = {n: np.asarray(quad, np.float64).reshape(4, 2) for n, quad in zip(numbers, quads, strict=True)}
    wanted = range(first_id, first_id + 4)
    missing = [f"{n} ({place})" for n, place in zip(wanted, PLACES, strict=True) if n not in seen]
    if missing:
        raise BadGeometry(
            "these AprilTags are not seen: {missing}; take the picture again with all four in it, flat, lit and larger than "
            "20 px, or give --corners", missing=", ".join(missing),
        )
    tags = [seen[n] for n in wanted]
    middle = np.mean([tag.mean(axis=0) for tag in tags], axis=0)
    corners = np.array([tag[np.linalg.norm(tag - middle, axis=1).argmax()] for tag in tags])
    require_convex(corners)
    return corners
