"""Opens the file of a network that finds something on a picture of any size: people, or labels.

    session, recipe = open_finder(LABELS, LabelRecipe(), path, threads=2, files=None, network_of=load_network)

Such a file carries its recipe in its metadata, so one sha256 pins all of it. Input uint8 (1, H, W, 3) BGR, sides multiples of
32, with the normalisation in the graph; output float32 (1, 1, H / cell, W / cell).
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from inventory_core.messages import Message
from models.errors import BadModelFile, ModelError
from models.manifest import Manifest, Role, load_manifest
from models.session import NetworkOf, Port, Session, open_session, read_model_bytes

LARGEST_SIDE_PX = 2048
_PROBE_PX = 64
Recipe = TypeVar("Recipe", bound=Any)
"""A frozen dataclass of whole numbers and fractions with defaults, which raises ModelError for what cannot be followed."""


@dataclass(frozen=True, slots=True)
class Finder:
    """A kind of finder: its role, what messages call it, and the side in px of the cells for which it answers."""

    role: Role
    name: Message
    cell_px: int

    @property
    def expected(self) -> str:
        sides = "H, W" if self.cell_px == 1 else f"H / {self.cell_px}, W / {self.cell_px}"
        return f"uint8 (1, H, W, 3) BGR, answering float32 (1, 1, {sides})"


def open_finder(
    finder: Finder, usual: Recipe, path: Path | None, *, threads: int, files: Manifest | None, network_of: NetworkOf
) -> tuple[Session, Recipe]:
    """The network of `files` (None: of the release), verified, or the one in `path`, loaded by `network_of`, with its recipe:
    `usual` where its file says nothing else. Raises BadModelFile, BadManifest."""
    files = files or load_manifest()
    name = str(path or files.of(finder.role).path)
    data = files.verified(finder.role).data if path is None else read_model_bytes(path)
    session = open_session(data, threads, name=name, network_of=network_of)
    if len(session.inputs) != 1 or not _takes_pictures(session.inputs[0]):
        raise BadModelFile("model file {file} takes {found}, not the input of a {finder}; expected {expected}", file=name,
                           found=", ".join(str(port) for port in session.inputs), finder=finder.name,
                           expected=finder.expected)  # fmt: skip
    try:
        answer = session.run(np.full((1, _PROBE_PX, _PROBE_PX, 3), 114, np.uint8))
        if answer.shape != (1, 1, _PROBE_PX // finder.cell_px, _PROBE_PX // finder.cell_px):
            raise ModelError("it answers {shape}", shape=answer.shape)
        return session, read_recipe(session.metadata.get("recipe", "{}"), usual)
    except ModelError as error:
        raise BadModelFile("model file {file} does not answer as a {finder}: {why}; expected {expected}", file=name,
                           finder=finder.name, why=error, expected=finder.expected) from error  # fmt: skip


def read_recipe(text: str, usual: Recipe) -> Recipe:
    """The recipe in a file's metadata, `usual` where it says nothing else. Raises ModelError."""
    try:
        told = json.loads(text)
        values = {field.name: getattr(usual, field.name) for field in fields(usual)}
        recipe: Recipe = type(usual)(**{name: type(value)(told.get(name, value)) for name, value in values.items()})
        return recipe
    except (TypeError, AttributeError, ValueError) as error:
        raise ModelError("its recipe is not readable: {why}", why=error) from error


def _takes_pictures(port: Port) -> bool:
    return port.dtype == "uint8" and len(port.shape) == 4 and port.shape[1:] == (-1, -1, 3) and port.shape[0] in (1, -1)
