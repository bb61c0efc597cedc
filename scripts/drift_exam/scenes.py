"""What a fixed camera sees later: other goods, another light, a camera that was turned. Planes: frame px, photo px."""

import cv2
import numpy as np
import numpy.typing as npt

from calibration.landmarks import Reference
from scripts.drift_exam.photos import Image, Photo

Matrix = npt.NDArray[np.float64]
EMPTY_SHARE = 0.4
"""Of the goods that change, this share is taken away; the others give place to other goods."""
JPEG = (55, 92)
NOISE = (1.0, 6.0)
TAG_PX = 72
"""Side of a printed tag with its white border, frame px."""


def grey(image: Image) -> Image:
    """(h, w) of (h, w, 3)."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def turned(shift_px: tuple[float, float], roll_deg: float, size: tuple[int, int]) -> Matrix:
    """`now_from_survey` of a camera turned so that the middle of its picture moves by `shift_px`; K R K^-1, focal length
    one picture width."""
    width, height = size
    camera = np.array([[width, 0, width / 2], [0, width, height / 2], [0, 0, 1]], np.float64)
    yaw, pitch, roll = np.arctan2(shift_px[0], width), -np.arctan2(shift_px[1], width), np.deg2rad(roll_deg)
    turn, _ = cv2.Rodrigues(np.array([pitch, 0.0, 0.0]))
    pan, _ = cv2.Rodrigues(np.array([0.0, yaw, 0.0]))
    spin, _ = cv2.Rodrigues(np.array([0.0, 0.0, roll]))
    matrix = camera @ pan @ turn @ spin @ np.linalg.inv(camera)
    return np.asarray(matrix / matrix[2, 2], np.float64)


def with_other_goods(photo: Photo, others: list[Photo], share: float, chance: np.random.Generator) -> Image:
    """The photo with `share` of its goods taken away or replaced by goods of any of the photos."""
    image = photo.image.copy()
    blurred = cv2.GaussianBlur(photo.image, (0, 0), 25)
    for box in photo.goods[chance.random(len(photo.goods)) < share]:
        x1, y1 = np.maximum(np.floor(box[:2]), 0).astype(int)
        x2, y2 = np.minimum(np.ceil(box[2:]), [image.shape[1], image.shape[0]]).astype(int)
        if x2 - x1 < 4 or y2 - y1 < 4:
            continue
        if chance.random() < EMPTY_SHARE:  # the back of the shelf, in the shade
            image[y1:y2, x1:x2] = np.clip(blurred[y1:y2, x1:x2] * 0.35, 0, 255)
            continue
        giver = others[int(chance.integers(len(others)))]
        good = giver.goods[int(chance.integers(len(giver.goods)))]
        gx1, gy1 = np.maximum(good[:2], 0).astype(int)
        gx2, gy2 = good[2:].astype(int)
        patch = giver.image[gy1:gy2, gx1:gx2]
        if patch.shape[0] > 3 and patch.shape[1] > 3:
            image[y1:y2, x1:x2] = cv2.resize(patch, (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA)
    return image


def seen(photo_image: Image, photo: Photo, now_from_survey: Matrix, chance: np.random.Generator) -> Image:
    """The camera's picture after its move, in a light of its own, with noise and JPEG blocks."""
    now_from_photo = now_from_survey @ np.linalg.inv(photo.photo_from_frame)
    frame = cv2.warpPerspective(photo_image, now_from_photo, photo.size, flags=cv2.INTER_LINEAR,
                                borderMode=cv2.BORDER_REFLECT)
    values = frame.astype(np.float32) / 255
    height, width = values.shape[:2]
    across = np.linspace(-1, 1, width)[None, :, None] * chance.uniform(-0.25, 0.25)
    down = np.linspace(-1, 1, height)[:, None, None] * chance.uniform(-0.25, 0.25)
    values = values ** chance.uniform(0.75, 1.35) * chance.uniform(0.65, 1.25) * (1 + across + down)
    values = values * chance.uniform(0.93, 1.07, 3)
    noisy = values * 255 + chance.normal(0, chance.uniform(*NOISE), values.shape)
    _, data = cv2.imencode(".jpg", np.clip(noisy, 0, 255).astype(np.uint8),
                           [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(*JPEG))])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def surveyed(photo: Photo, chance: np.random.Generator) -> tuple[Image, Reference]:
    """The surveyed picture, grey, and its landmarks beside the goods."""
    picture = grey(seen(photo.image, photo, np.eye(3), chance))
    return picture, Reference.of(picture, None, photo.goods_in_frame)


def tagged(photo: Photo, numbers: tuple[int, int]) -> Image:
    """The photo with two printed AprilTags, at the top left and the bottom right of the camera's picture."""
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    image = photo.image.copy()
    left, top = photo.photo_from_frame[:2, 2].round().astype(int)
    width, height = photo.size
    places = ((left + 30, top + 30), (left + width - 30 - TAG_PX, top + height - 30 - TAG_PX))
    for number, (x, y) in zip(numbers, places, strict=True):
        image[y : y + TAG_PX, x : x + TAG_PX] = 235
        tag = cv2.aruco.generateImageMarker(family, number, TAG_PX - 16)
        image[y + 8 : y + TAG_PX - 8, x + 8 : x + TAG_PX - 8] = np.clip(tag, 25, 235)[..., None]
    return image
