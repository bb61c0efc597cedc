"""Reads the table [reference] of a site file: the surveyed picture, by its path and sha256; docs/site.md."""

import hashlib
import tomllib
from pathlib import PurePosixPath

import cv2
import numpy as np

from calibration.drift import DriftPolicy
from calibration.errors import BadSite
from calibration.landmarks import Reference
from calibration.lens import Lens
from calibration.site_table import Table
from inventory_core.messages import tell

LEAST_LANDMARKS = 4 * DriftPolicy().least_held
"""Points of the surveyed picture: of those that a real shelf shows, a quarter is found again after a day of sales."""


def picture_named(site: bytes) -> str | None:
    """The picture that the text of a site file names, as it is written there; None where it names none, or is no site file."""
    try:
        table = tomllib.loads(site.decode()).get("reference")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    name = table.get("picture") if isinstance(table, dict) else None
    return name if isinstance(name, str) and name.strip() else None


def beside(name: str) -> str:
    """A picture's name as a path from the folder of its site file; one that leads out of there loses its folders."""
    path = PurePosixPath(name)
    return path.name if path.is_absolute() or ".." in path.parts else str(path)


def read_reference(table: Table, width: int, height: int, lens: Lens | None, with_picture: bool) -> Reference | None:
    """The landmarks of the surveyed picture of `width` x `height` px; None without a look at it. Raises BadSite."""
    name, sha256 = table.text("picture", default=None), table.text("sha256", default=None)
    goods = np.array(table.boxes("goods"), np.float32).reshape(-1, 4)  # cam px
    table.finish()
    if name is None:
        raise table.wrong("picture", tell("the path of the surveyed picture"), tell("nothing"))
    if not with_picture:
        return None
    path = table.file.parent / name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadSite("site file {file}: its picture {picture} cannot be read: {why}; put it there or survey again",
                      file=table.file, picture=path, why=error.strerror or error) from error
    actual = hashlib.sha256(data).hexdigest()
    if sha256 is None or sha256.removeprefix("sha256:") != actual:
        raise table.wrong("sha256", tell("{sha256}, that of the picture as it is", sha256=actual), sha256 or tell("nothing"))
    grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if grey is None:
        raise BadSite("site file {file}: {picture} is not a picture; put the surveyed one there or survey again",
                      file=table.file, picture=path)
    if grey.shape != (height, width):
        raise BadSite("site file {file}: its picture has {found_width} x {found_height} px, [camera] says {width} x {height}; "
                      "put the surveyed one there or survey again", file=table.file, found_width=grey.shape[1],
                      found_height=grey.shape[0], width=width, height=height)
    reference = Reference.of(np.asarray(grey, np.uint8), lens, goods)
    if len(goods) and len(reference.landmarks.at) < LEAST_LANDMARKS:  # hardly any fixture to see: goods are better than nothing
        reference = Reference.of(np.asarray(grey, np.uint8), lens)
    if len(reference.landmarks.at) < LEAST_LANDMARKS:
        raise BadSite("site file {file}: its picture shows {points} points to hold on to, {least} are needed; take a sharp one "
                      "that shows more of the shelf's frame", file=table.file, points=len(reference.landmarks.at),
                      least=LEAST_LANDMARKS)
    return reference
