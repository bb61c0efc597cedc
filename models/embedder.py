"""A product's appearance as a unit vector: pooled features of a network beside a colour signature. Plane: view px.

The file carries its recipe in its metadata (side of the input, weights of the two parts, bins of the histogram), so one
sha256 pins all of it. Input uint8 (n, S, S, 3) BGR with the normalisation in the graph, output (n, d) unit rows.
"""

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.backends import PLAIN, Backend
from models.colour import ColourRecipe, colour_signatures
from models.crops import cut, draw_square
from models.detections import Boxes
from models.errors import BadArray, BadModelFile, ModelError
from models.letterbox import Image
from models.manifest import Manifest, load_manifest
from models.session import NetworkOf, Session, load_network, open_session, read_model_bytes

EXPECTED = "uint8 (n, S, S, 3) BGR, answering float32 (n, d)"
CHUNK = 16
"""Crops a run: more does not make a CPU faster and costs memory."""
LARGEST_SIDE_PX = 512

Vectors = npt.NDArray[np.float32]
"""(n, d), rows of length 1."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the two parts are weighed; their squares sum to 1 after `unit`."""

    network_weight: float = 1.0
    colour_weight: float = 0.0
    colour: ColourRecipe = field(default_factory=ColourRecipe)

    def __post_init__(self) -> None:
        if self.network_weight < 0 or self.colour_weight < 0 or self.network_weight + self.colour_weight <= 0:
            raise BadArray("weights of an embedder must be positive, got {network} and {colour}",
                           network=self.network_weight, colour=self.colour_weight)  # fmt: skip


class Embedder:
    """A network with its recipe. Calls from several threads wait for each other."""

    def __init__(self, session: Session, side_px: int, recipe: Recipe, *, in_manifest: bool) -> None:
        self.fingerprint = session.fingerprint
        self.backend = session.backend
        self.in_manifest = in_manifest
        self.side_px = side_px
        self.recipe = recipe
        self._session = session
        self._squares: Image = np.full((CHUNK, side_px, side_px, 3), 127, np.uint8)
        self._turn = threading.Lock()
        answer = session.run(self._squares[:2])
        if answer.ndim != 2 or answer.shape[0] != 2 or answer.shape[1] < 2:
            raise ModelError("it answers {shape} for 2 crops", shape=answer.shape)
        self.dim = answer.shape[1] + (recipe.colour.dim if recipe.colour_weight else 0)

    def embed(self, image: Image, xyxy: Boxes) -> Vectors:
        """One unit vector for every box (n, 4) of `image`, in order. Raises BadArray, ModelError."""
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
            raise BadArray("a picture must be (H, W, 3) uint8, got {shape} {dtype}",
                           shape=image.shape, dtype=image.dtype)  # fmt: skip
        if xyxy.ndim != 2 or xyxy.shape[1] != 4 or not np.isfinite(xyxy).all():
            raise BadArray("boxes must be (n, 4) and finite, got {shape}", shape=xyxy.shape)
        return self.embed_crops([cut(image, box) for box in xyxy])

    def embed_crops(self, crops: list[Image]) -> Vectors:
        """One unit vector for every crop (h, w, 3)."""
        vectors = np.zeros((len(crops), self.dim), np.float32)
        with self._turn:
            for start in range(0, len(crops), CHUNK):
                some = crops[start : start + CHUNK]
                vectors[start : start + len(some)] = self._embed_some(some)
        return vectors

    def _embed_some(self, crops: list[Image]) -> Vectors:
        """(k, d) for at most CHUNK crops."""
        for square, crop in zip(self._squares, crops, strict=False):
            draw_square(square, crop)
        seen = unit(self._session.run(self._squares[: len(crops)]))
        if not self.recipe.colour_weight:
            return seen
        colour = colour_signatures(crops, self.recipe.colour)
        return unit(np.concatenate([self.recipe.network_weight * seen, self.recipe.colour_weight * colour], 1))


def unit(vectors: npt.NDArray[np.float32]) -> Vectors:
    """Rows scaled to length 1; a row of zeros stays."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), np.float32)


def open_embedder(
    path: Path | None = None, *, threads: int = 2, files: Manifest | None = None, backend: Backend = PLAIN,
    network_of: NetworkOf = load_network,
) -> Embedder:
    """The embedder of `files` (None: of the release), verified; or the network in `path`.

    Its fingerprint is the file's by any back end: in bf16 a vector's cosine with its own in fp32 is above .99, so one gallery
    serves both. Raises BadModelFile, BadManifest; BadBackend where the back end's library is not installed.
    """
    manifest = load_manifest()
    files = files or manifest
    name = str(path or files.of("embedder").path)
    data = files.verified("embedder").data if path is None else read_model_bytes(path)
    session = open_session(data, threads, name=name, backend=backend, network_of=network_of)
    port = session.inputs[0]
    side_px = port.shape[1] if len(port.shape) == 4 else -1
    if len(session.inputs) != 1 or port.dtype != "uint8" or port.shape != (-1, side_px, side_px, 3) or not (
        0 < side_px <= LARGEST_SIDE_PX
    ):
        raise BadModelFile("model file {file} takes {found}, not an embedder's input; expected {expected}", file=name,
                           found=", ".join(str(port) for port in session.inputs), expected=EXPECTED)  # fmt: skip
    try:
        recipe = read_recipe(session.metadata.get("recipe", "{}"))
        return Embedder(session, side_px, recipe, in_manifest=manifest.holds(session.fingerprint))
    except ModelError as error:
        raise BadModelFile("model file {file} does not answer as an embedder: {why}; expected {expected}",
                           file=name, why=error, expected=EXPECTED) from error  # fmt: skip


def read_recipe(text: str) -> Recipe:
    """The recipe in a file's metadata; a file without one has no colour part. Raises ModelError."""
    try:
        values = json.loads(text)
        default = Recipe()
        hue, saturation, value = values.get("colour_bins", default.colour.bins)
        colour = ColourRecipe((int(hue), int(saturation), int(value)), int(values.get("colour_bands", 1)),
                              float(values.get("colour_inset", 0.0)))  # fmt: skip
        return Recipe(float(values.get("network_weight", 1.0)), float(values.get("colour_weight", 0.0)), colour)
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelError("its recipe is not readable: {why}", why=error) from error
