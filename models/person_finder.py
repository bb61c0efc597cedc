"""Which pixels of a picture are somebody's, by a small network. Plane: px of the given picture.

    theirs = open_person_finder().find(picture)     # (H, W) bool

The file carries its recipe in its metadata, so one sha256 pins all of it. Input uint8 (1, H, W, 3) BGR, sides multiples of 32,
with the normalisation in the graph; output float32 (1, 1, H, W), how likely (0..1) each pixel is somebody's.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from models.errors import BadArray, BadModelFile, ModelError
from models.letterbox import STRIDE, Image
from models.manifest import Manifest, load_manifest
from models.session import Port, Session, open_session, read_model_bytes

EXPECTED = "uint8 (1, H, W, 3) BGR, answering float32 (1, 1, H, W)"
PROBE_PX = 64
LARGEST_SIDE_PX = 2048
LARGEST_GROWTH = 0.2

PersonMask = npt.NDArray[np.bool_]
"""(H, W), True where somebody is or may be."""


@dataclass(frozen=True, slots=True)
class PersonRecipe:
    """How a picture is shown and read: its long side in px, the likelihood (0..1) from which on a pixel is somebody's, and by
    how much of the long side (share 0..0.2) what was found is grown, since an outline that is cut too tight shows hair and
    hands. Raises BadArray. Chosen on half of the people of bench/persons.md."""

    long_side_px: int = 512
    threshold: float = 0.05
    grow: float = 0.019

    def __post_init__(self) -> None:
        if not (STRIDE <= self.long_side_px <= LARGEST_SIDE_PX and 0 < self.threshold < 1 and 0 <= self.grow <= LARGEST_GROWTH):
            raise BadArray("a person finder cannot look at {side} px, from likelihood {threshold} on, grown by {grow}",
                           side=self.long_side_px, threshold=self.threshold, grow=self.grow)  # fmt: skip


class PersonFinder:
    """A network with its recipe; it keeps nothing between pictures."""

    def __init__(self, session: Session, recipe: PersonRecipe) -> None:
        self.fingerprint = session.fingerprint
        self.recipe = recipe
        self._session = session
        answer = session.run(np.full((1, PROBE_PX, PROBE_PX, 3), 114, np.uint8))
        if answer.shape != (1, 1, PROBE_PX, PROBE_PX):
            raise ModelError("it answers {shape}", shape=answer.shape)

    def find(self, image: Image) -> PersonMask:
        """Where people are in `image` (H, W, 3) uint8 BGR. Raises BadArray for anything but such a picture, ModelError."""
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
            raise BadArray("a picture must be (H, W, 3) uint8, got {shape} {dtype}", shape=image.shape, dtype=image.dtype)
        height, width = image.shape[:2]
        small = np.asarray(cv2.resize(image, _shown_size(width, height, self.recipe.long_side_px),
                                      interpolation=cv2.INTER_AREA), np.uint8)  # fmt: skip
        likely = self._session.run(small[None])[0, 0]
        theirs = np.asarray(likely > self.recipe.threshold, np.uint8)
        reach = round(self.recipe.grow * self.recipe.long_side_px)
        if reach:
            around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
            theirs = np.asarray(cv2.dilate(theirs, around), np.uint8)
        return np.asarray(cv2.resize(theirs, (width, height), interpolation=cv2.INTER_NEAREST), np.bool_)


def _shown_size(width: int, height: int, long_side_px: int) -> tuple[int, int]:
    """Width and height as the network is shown them: each side stretched to a multiple of 32 px, by a few per cent at most."""
    scale = long_side_px / max(width, height)
    across, down = (max(1, round(side * scale / STRIDE)) * STRIDE for side in (width, height))
    return across, down


def open_person_finder(path: Path | None = None, *, threads: int = 2, files: Manifest | None = None) -> PersonFinder:
    """The person finder of `files` (None: of the release), verified; or the network in `path`.

    Raises BadModelFile, BadManifest.
    """
    files = files or load_manifest()
    name = str(path or files.of("person_finder").path)
    data = files.verified("person_finder").data if path is None else read_model_bytes(path)
    session = open_session(data, threads, name=name)
    if len(session.inputs) != 1 or not _takes_pictures(session.inputs[0]):
        raise BadModelFile("model file {file} takes {found}, not a person finder's input; expected {expected}", file=name,
                           found=", ".join(str(port) for port in session.inputs), expected=EXPECTED)  # fmt: skip
    try:
        return PersonFinder(session, read_recipe(session.metadata.get("recipe", "{}")))
    except ModelError as error:
        raise BadModelFile("model file {file} does not answer as a person finder: {why}; expected {expected}",
                           file=name, why=error, expected=EXPECTED) from error  # fmt: skip


def read_recipe(text: str) -> PersonRecipe:
    """The recipe in a file's metadata. Raises ModelError."""
    try:
        values = json.loads(text)
        default = PersonRecipe()
        return PersonRecipe(int(values.get("long_side_px", default.long_side_px)),
                            float(values.get("threshold", default.threshold)),
                            float(values.get("grow", default.grow)))  # fmt: skip
    except (TypeError, AttributeError, ValueError) as error:
        raise ModelError("its recipe is not readable: {why}", why=error) from error


def _takes_pictures(port: Port) -> bool:
    return port.dtype == "uint8" and len(port.shape) == 4 and port.shape[1:] == (-1, -1, 3) and port.shape[0] in (1, -1)
