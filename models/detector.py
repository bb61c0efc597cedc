"""Products and gaps in a picture, by a YOLO network. Plane in and out: px of the given picture (view px).

Two forms of file are understood, told apart by their input: ours, uint8 (1, H, W, 3) BGR with the normalisation in the
graph, and any plain YOLO export, float32 (1, 3, H, W) RGB 0..1. Both answer (1, 4 + classes, N).
"""

import threading
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.agreement import agree
from models.detections import PRODUCT, VOID, Detections
from models.errors import BadArray, BadModelFile, ModelError
from models.letterbox import STRIDE, Image, Letterbox, draw_into, fit_inside, fit_long_side
from models.manifest import load_manifest
from models.policy import DetectorPolicy
from models.session import Port, Session, open_session, read_model_bytes
from models.tiles import cover
from models.yolo import Candidates, decode, kinds_of, suppress

EXPECTED = "uint8 (1, H, W, 3) BGR or float32 (1, 3, H, W) RGB 0..1, answering (1, 4 + classes, N)"
PROBE_PX = 64
FAINT = 0.5
"""Of two looks each is asked from this share of the score on: half of one look and all of the other can still reach it."""


@dataclass(frozen=True, slots=True)
class InputForm:
    """How a file wants the picture: raw bytes or floats, and of a fixed size (width, height) or any (None)."""

    raw_bytes: bool
    fixed: tuple[int, int] | None

    def fit(self, view_w: int, view_h: int, long_side_px: int) -> Letterbox:
        """The letterbox for a picture: fixed where the file's input is."""
        if self.fixed is not None:
            return fit_inside(view_w, view_h, *self.fixed)
        return fit_long_side(view_w, view_h, long_side_px)


def input_form(port: Port) -> InputForm | None:
    """The form of an input, or None when it is neither of ours nor of a plain YOLO export."""
    if len(port.shape) != 4 or port.shape[0] not in (1, -1):
        return None
    if port.dtype == "uint8" and port.shape[3] == 3:
        height, width = port.shape[1:3]
    elif port.dtype == "float" and port.shape[1] == 3:
        height, width = port.shape[2:]
    else:
        return None
    if (height < 0) != (width < 0) or (height > 0 and (height % STRIDE or width % STRIDE)):
        return None
    return InputForm(port.dtype == "uint8", None if height < 0 else (width, height))


class Detector:
    """A network with its policy. One picture at a time: calls from several threads wait for each other."""

    def __init__(self, session: Session, form: InputForm, policy: DetectorPolicy, *, in_manifest: bool) -> None:
        self.fingerprint = session.fingerprint
        self.in_manifest = in_manifest
        self.policy = policy
        self._session = session
        self._form = form
        self._canvas: Image = np.zeros((0, 0, 3), np.uint8)
        self._turn = threading.Lock()
        self._kinds = kinds_of(session.metadata, self._probe())

    def detect(self, image: Image, policy: DetectorPolicy | None = None) -> Detections:
        """Every product and gap of `image` (H, W, 3) uint8 BGR, best first, boxes clipped to the picture.

        `policy` stands in for the detector's own for this one picture. Raises BadArray for anything but such a picture,
        ModelError when the network fails.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
            raise BadArray("a picture must be (H, W, 3) uint8, got {shape} {dtype}",
                           shape=image.shape, dtype=image.dtype)  # fmt: skip
        policy = policy or self.policy
        with self._turn:
            found = [self._whole(image, policy)]
            if policy.tile_px:
                found += self._look_closer(image, policy)
            return _reaching(suppress(Candidates.joined(found), policy.iou), policy)

    def _whole(self, image: Image, policy: DetectorPolicy) -> Candidates:
        """The whole picture in one look, or in two that must agree; a file of fixed size can look only once."""
        if not policy.second_side_px or self._form.fixed is not None:
            return self._look(image, policy.long_side_px, policy)
        faint = replace(policy, score=policy.score * FAINT, void_score=policy.void_score * FAINT)
        looks = [suppress(self._look(image, side, faint), policy.iou) for side in (policy.second_side_px, policy.long_side_px)]
        return agree(looks[0], looks[1], policy.lone)

    def _look(self, image: Image, long_side_px: int, policy: DetectorPolicy) -> Candidates:
        """One pass over one picture or tile; boxes in its px."""
        height, width = image.shape[:2]
        box = self._form.fit(width, height, long_side_px)
        if self._canvas.shape != (box.height, box.width, 3):
            self._canvas = np.empty((box.height, box.width, 3), np.uint8)
        draw_into(self._canvas, image, box)
        least = {PRODUCT: policy.score, VOID: policy.void_score}
        seen = decode(self._session.run(self._blob()), self._kinds, least)
        return Candidates(box.view_from_input(seen.xyxy), seen.score, seen.class_id)

    def _look_closer(self, image: Image, policy: DetectorPolicy) -> list[Candidates]:
        """A pass over each tile; what a tile's border cuts is left to its neighbour or to the whole picture."""
        height, width = image.shape[:2]
        scale = policy.tiled_long_side_px / max(height, width)
        tile_px = max(1, round(policy.tile_px / scale))
        parts = []
        for tile in cover(width, height, tile_px, policy.tile_overlap):
            seen = self._look(image[tile.top : tile.bottom, tile.left : tile.right], policy.tile_px, policy)
            whole = tile.whole(seen.xyxy)
            xyxy = tile.view_from_tile(seen.xyxy[whole])
            parts.append(Candidates(xyxy, seen.score[whole], seen.class_id[whole]))
        return parts

    def _blob(self) -> npt.NDArray[np.generic]:
        """The canvas as the file wants it."""
        if self._form.raw_bytes:
            return self._canvas[None]  # (1, H, W, 3)
        rgb = self._canvas[:, :, ::-1].transpose(2, 0, 1)[None]  # (1, 3, H, W)
        return np.ascontiguousarray(rgb, np.float32) / np.float32(255)

    def _probe(self) -> int:
        """The number of classes, from one run on grey: a file that answers something else is refused at once."""
        width, height = self._form.fixed or (PROBE_PX, PROBE_PX)
        self._canvas = np.full((height, width, 3), 114, np.uint8)
        answer = self._session.run(self._blob()).shape
        if len(answer) != 3 or answer[0] != 1 or not 5 <= answer[1] <= answer[2]:
            raise ModelError("it answers {shape}", shape=answer)
        return int(answer[1]) - 4


def _reaching(found: Detections, policy: DetectorPolicy) -> Detections:
    """The detections that reach the score of their kind."""
    least = np.where(found.class_id == VOID, policy.void_score, policy.score)
    return found.where(found.score >= least)


def open_detector(path: Path | None = None, *, threads: int = 2, policy: DetectorPolicy | None = None) -> Detector:
    """The manifest's detector, verified; or the YOLO network in `path`, with the manifest's operating point.

    Raises BadModelFile, BadManifest.
    """
    manifest = load_manifest()
    pinned = manifest.of("detector")
    name = str(path or pinned.path)
    data = manifest.verified("detector").data if path is None else read_model_bytes(path)
    session = open_session(data, threads, name=name)
    form = input_form(session.inputs[0]) if len(session.inputs) == 1 else None
    if form is None:
        raise BadModelFile("model file {file} takes {found}, not a detector's input; expected {expected}", file=name,
                           found=", ".join(str(port) for port in session.inputs), expected=EXPECTED)  # fmt: skip
    try:
        return Detector(session, form, policy or pinned.policy or DetectorPolicy(),
                        in_manifest=manifest.holds(session.fingerprint))  # fmt: skip
    except BadModelFile:
        raise
    except ModelError as error:
        raise BadModelFile("model file {file} does not answer as a detector: {why}; expected {expected}",
                           file=name, why=error, expected=EXPECTED) from error  # fmt: skip
