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
from models.backends import PLAIN, Backend
from models.detections import PRODUCT, VOID, Detections
from models.errors import BadArray, BadBackend, BadModelFile, ModelError
from models.letterbox import GREY, STRIDE, Image, Letterbox, draw_into, fit_inside, fit_long_side
from models.look_memory import LookAt, LookMemory
from models.manifest import Manifest, ModelFile, load_manifest, verify
from models.policy import DetectorPolicy
from models.session import NetworkOf, Port, Session, load_network, open_session, read_model_bytes
from models.tiles import Tile, cover
from models.tuning import Tuning
from models.yolo import Candidates, decode, kinds_of, suppress

EXPECTED = "uint8 (1, H, W, 3) BGR or float32 (1, 3, H, W) RGB 0..1, answering (1, 4 + classes, N)"
PROBE_PX = 64
CANVASES = 4
"""Buffers kept: two looks and tiles of one camera take three."""
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
        self.fingerprint = session.backend.mark(session.fingerprint)
        self.backend = session.backend
        self.in_manifest = in_manifest
        self.policy = policy
        self._session = session
        self._form = form
        self._canvases: dict[tuple[int, int], Image] = {}
        self._turn = threading.Lock()
        self._kinds = kinds_of(session.metadata, self._probe())

    def detect(
        self, image: Image, policy: DetectorPolicy | None = None, memory: LookMemory | None = None
    ) -> Detections:
        """Every product and gap of `image` (H, W, 3) uint8 BGR, best first, boxes clipped to the picture.

        `policy` stands in for the detector's own for this one picture; `memory` answers looks that show what they showed
        before (`models/look_memory.py`). Raises BadArray for anything but such a picture,
        ModelError when the network fails.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
            raise BadArray("a picture must be (H, W, 3) uint8, got {shape} {dtype}",
                           shape=image.shape, dtype=image.dtype)  # fmt: skip
        policy = policy or self.policy
        with self._turn:
            found = [self._whole(image, policy, memory)]
            if policy.tile_px:
                found += self._look_closer(image, policy, memory)
            return _reaching(suppress(Candidates.joined(found), policy.overlap), policy)

    def _whole(self, image: Image, policy: DetectorPolicy, memory: LookMemory | None) -> Candidates:
        """The whole picture in one look, or in two that must agree; a file of fixed size can look only once."""
        if not policy.second_side_px or self._form.fixed is not None:
            return self._look(image, policy.long_side_px, policy, memory)
        faint = replace(policy, score=policy.score * FAINT, void_score=policy.void_score * FAINT)
        sides = (policy.second_side_px, policy.long_side_px)
        looks = [suppress(self._look(image, side, faint, memory), policy.overlap) for side in sides]
        return agree(looks[0], looks[1], policy.lone)

    def _look(
        self, image: Image, long_side_px: int, policy: DetectorPolicy, memory: LookMemory | None, tile: Tile | None = None
    ) -> Candidates:
        """One pass over the picture or one `tile` of it; boxes in px of the picture or tile."""
        left, top = (tile.left, tile.top) if tile else (0, 0)
        if tile is not None:
            image = image[tile.top : tile.bottom, tile.left : tile.right]
        height, width = image.shape[:2]
        box = self._form.fit(width, height, long_side_px)
        canvas = self._canvas_of(box.height, box.width)
        draw_into(canvas, image, box)

        def show() -> Candidates:
            least = {PRODUCT: policy.score, VOID: policy.void_score}
            seen = decode(self._session.run(self._blob(canvas)), self._kinds, least)
            return Candidates(box.view_from_input(seen.xyxy), seen.score, seen.class_id)

        if memory is None:
            return show()
        at = LookAt(left, top, width, height, box.width, box.height, policy.score, policy.void_score)
        return memory.answer(at, canvas, show)

    def _look_closer(self, image: Image, policy: DetectorPolicy, memory: LookMemory | None) -> list[Candidates]:
        """A pass over each tile; what a tile's border cuts is left to its neighbour or to the whole picture."""
        height, width = image.shape[:2]
        scale = policy.tiled_long_side_px / max(height, width)
        tile_px = max(1, round(policy.tile_px / scale))
        parts = []
        for tile in cover(width, height, tile_px, policy.tile_overlap):
            seen = self._look(image, policy.tile_px, policy, memory, tile)
            whole = tile.whole(seen.xyxy)
            xyxy = tile.view_from_tile(seen.xyxy[whole])
            parts.append(Candidates(xyxy, seen.score[whole], seen.class_id[whole]))
        return parts

    def _canvas_of(self, height: int, width: int) -> Image:
        """A buffer for what the network is shown; the last few sizes keep theirs."""
        canvas = self._canvases.pop((height, width), None)
        if canvas is None:
            canvas = np.empty((height, width, 3), np.uint8)
        while len(self._canvases) >= CANVASES:
            self._canvases.pop(next(iter(self._canvases)))
        self._canvases[height, width] = canvas
        return canvas

    def _blob(self, canvas: Image) -> npt.NDArray[np.generic]:
        """The canvas as the file wants it."""
        if self._form.raw_bytes:
            return canvas[None]  # (1, H, W, 3)
        rgb = canvas[:, :, ::-1].transpose(2, 0, 1)[None]  # (1, 3, H, W)
        return np.ascontiguousarray(rgb, np.float32) / np.float32(255)

    def _probe(self) -> int:
        """The number of classes, from one run on grey: a file that answers something else is refused at once."""
        width, height = self._form.fixed or (PROBE_PX, PROBE_PX)
        answer = self._session.run(self._blob(np.full((height, width, 3), GREY, np.uint8))).shape
        if len(answer) != 3 or answer[0] != 1 or not 5 <= answer[1] <= answer[2]:
            raise ModelError("it answers {shape}", shape=answer)
        return int(answer[1]) - 4


def _reaching(found: Detections, policy: DetectorPolicy) -> Detections:
    """The detections that reach the score of their kind."""
    least = np.where(found.class_id == VOID, policy.void_score, policy.score)
    return found.where(found.score >= least)


def open_detector(path: Path | None = None, *, threads: int = 2, policy: DetectorPolicy | None = None,
                  files: Manifest | None = None, tuning: Tuning | None = None,
                  network_of: NetworkOf = load_network) -> Detector:  # fmt: skip
    """The detector of `files` (None: of the release), verified; or the YOLO network in `path`, with their operating point.

    `tuning` chooses back end and threads (at most `threads`) where it is about this detector; `network_of` loads it.
    Raises BadModelFile, BadManifest.
    """
    manifest = load_manifest()
    files = files or manifest
    pinned = files.of("detector")
    if path is None:
        if tuning is None or not tuning.fits(pinned):
            return open_backend(PLAIN, threads=threads, policy=policy, files=files, network_of=network_of)
        threads = min(tuning.threads, threads)
        return open_backend(tuning.backend, threads=threads, policy=policy, files=files, network_of=network_of)
    session = open_session(read_model_bytes(path), threads, name=str(path), network_of=network_of)
    return detector_of(session, policy or pinned.policy or DetectorPolicy(), name=str(path), manifest=manifest)


def open_backend(
    backend: Backend, *, threads: int, policy: DetectorPolicy | None = None, files: Manifest | None = None,
    network_of: NetworkOf = load_network,
) -> Detector:
    """The detector of `files` (None: of the release), verified, in a given back end. Raises as `open_network` does."""
    manifest = load_manifest()
    pinned = (files or manifest).of("detector")
    session = open_network(pinned, backend, threads, network_of)
    return detector_of(session, policy or pinned.policy or DetectorPolicy(), name=str(pinned.path), manifest=manifest)


def open_network(
    pinned: ModelFile, backend: Backend, threads: int, network_of: NetworkOf = load_network
) -> Session:
    """The network of a pinned detector in a given back end, its file verified: the int8 one where the precision wants it.

    Raises BadModelFile; BadBackend where the back end's library or the int8 file is not there.
    """
    file = pinned.int8_for(backend.engine) if backend.precision.wants_int8_file else pinned
    if file is None:
        raise BadBackend("detector {file} has no int8 file for {engine}; make one with `python -m scripts.quantise`",
                         file=pinned.path, engine=backend.engine.value)  # fmt: skip
    backend.require()
    session = open_session(verify(file).data, threads, name=str(file.path), backend=backend, network_of=network_of)
    if file is not pinned and session.metadata.get("made_from") != pinned.fingerprint:
        raise BadModelFile("model file {file} was made from another detector than {detector}; make it again with "
                           "`python -m scripts.quantise`", file=file.path, detector=pinned.path)  # fmt: skip
    return session


def detector_of(session: Session, policy: DetectorPolicy, *, name: str = "", manifest: Manifest | None = None) -> Detector:
    """A detector on a loaded network; `name` is what messages call its file. Raises BadModelFile where it is none."""
    form = input_form(session.inputs[0]) if len(session.inputs) == 1 else None
    if form is None:
        raise BadModelFile("model file {file} takes {found}, not a detector's input; expected {expected}", file=name,
                           found=", ".join(str(port) for port in session.inputs), expected=EXPECTED)  # fmt: skip
    try:
        return Detector(session, form, policy, in_manifest=manifest is not None and manifest.holds(session.fingerprint))
    except BadModelFile:
        raise
    except ModelError as error:
        raise BadModelFile("model file {file} does not answer as a detector: {why}; expected {expected}",
                           file=name, why=error, expected=EXPECTED) from error  # fmt: skip
