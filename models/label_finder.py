"""Whether a photo shows a shelf label (price tag), by a small network. Plane: px of the given picture.

    seen = open_label_finder().find(photo)

The file carries its recipe in its metadata, so one sha256 pins all of it. Input uint8 (1, H, W, 3) BGR with the
normalisation in the graph; output float32 (1, 1, H / 16, W / 16): for each cell of 16 px the log-odds that it lies on a label.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.errors import BadArray, BadModelFile, ModelError
from models.letterbox import STRIDE, Image, draw_into, fit_long_side
from models.manifest import Manifest, load_manifest
from models.session import Port, Session, open_session, read_model_bytes

EXPECTED = "uint8 (1, H, W, 3) BGR, answering float32 (1, 1, H / 16, W / 16)"
CELL_PX = 16
"""Side of a cell on the picture as the network is shown it."""
PROBE_PX = 64
LARGEST_SIDE_PX = 2048

LogOdds = npt.NDArray[np.float32]
"""(rows, columns), one per cell."""


@dataclass(frozen=True, slots=True)
class LabelRecipe:
    """How a photo is shown and judged: its long side in px, how many of the strongest cells speak, and the confidence (0..1)
    from which on a label counts as seen. Raises BadArray."""

    long_side_px: int = 448
    cells: int = 6
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not STRIDE <= self.long_side_px <= LARGEST_SIDE_PX or self.cells < 1 or not 0 < self.threshold < 1:
            raise BadArray("a label finder cannot look at {side} px, {cells} cells, from confidence {threshold} on",
                           side=self.long_side_px, cells=self.cells, threshold=self.threshold)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """How sure (0..1) that a shelf label is on the photo, and whether that is enough to count as seen."""

    confidence: float
    is_seen: bool


class LabelFinder:
    """A network with its recipe; it keeps nothing between photos."""

    def __init__(self, session: Session, recipe: LabelRecipe) -> None:
        self.fingerprint = session.fingerprint
        self.recipe = recipe
        self._session = session
        answer = session.run(np.full((1, PROBE_PX, PROBE_PX, 3), 114, np.uint8))
        if answer.shape != (1, 1, PROBE_PX // CELL_PX, PROBE_PX // CELL_PX):
            raise ModelError("it answers {shape}", shape=answer.shape)

    def find(self, image: Image) -> LabelSeen:
        """What `image` (H, W, 3) uint8 BGR shows. Raises BadArray for anything but such a picture, ModelError."""
        confidence = confidence_of(self.cells(image), self.recipe.cells)
        return LabelSeen(confidence, confidence >= self.recipe.threshold)

    def cells(self, image: Image) -> LogOdds:
        """(rows, columns) log-odds of a label, for the picture as it is shown: scaled, grey around it."""
        return np.asarray(self._session.run(shown(image, self.recipe.long_side_px)[None])[0, 0], np.float32)


def shown(image: Image, long_side_px: int) -> Image:
    """The picture as a network is shown it: its long side `long_side_px`, both padded to multiples of 32. Raises BadArray."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise BadArray("a picture must be (H, W, 3) uint8, got {shape} {dtype}", shape=image.shape, dtype=image.dtype)
    height, width = image.shape[:2]
    box = fit_long_side(width, height, long_side_px)
    canvas = np.empty((box.height, box.width, 3), np.uint8)
    draw_into(canvas, image, box)
    return canvas


def confidence_of(log_odds: LogOdds, cells: int) -> float:
    """The mean of the strongest `cells` as a share: one bright cell is often a word on a packet, a label fills several."""
    strongest = np.sort(log_odds, axis=None)[-cells:]
    return 1.0 / (1.0 + math.exp(-float(np.clip(strongest.mean(), -30, 30))))


def open_label_finder(path: Path | None = None, *, threads: int = 2, files: Manifest | None = None) -> LabelFinder:
    """The label finder of `files` (None: of the release), verified; or the network in `path`.

    Raises BadModelFile, BadManifest.
    """
    files = files or load_manifest()
    name = str(path or files.of("label_finder").path)
    data = files.verified("label_finder").data if path is None else read_model_bytes(path)
    session = open_session(data, threads, name=name)
    if len(session.inputs) != 1 or not _takes_photos(session.inputs[0]):
        raise BadModelFile("model file {file} takes {found}, not a label finder's input; expected {expected}", file=name,
                           found=", ".join(str(port) for port in session.inputs), expected=EXPECTED)  # fmt: skip
    try:
        return LabelFinder(session, read_recipe(session.metadata.get("recipe", "{}")))
    except ModelError as error:
        raise BadModelFile("model file {file} does not answer as a label finder: {why}; expected {expected}",
                           file=name, why=error, expected=EXPECTED) from error  # fmt: skip


def read_recipe(text: str) -> LabelRecipe:
    """The recipe in a file's metadata. Raises ModelError."""
    try:
        values = json.loads(text)
        default = LabelRecipe()
        return LabelRecipe(int(values.get("long_side_px", default.long_side_px)), int(values.get("cells", default.cells)),
                           float(values.get("threshold", default.threshold)))  # fmt: skip
    except (TypeError, AttributeError, ValueError) as error:
        raise ModelError("its recipe is not readable: {why}", why=error) from error


def _takes_photos(port: Port) -> bool:
    return port.dtype == "uint8" and len(port.shape) == 4 and port.shape[1:] == (-1, -1, 3) and port.shape[0] in (1, -1)
