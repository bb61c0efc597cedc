"""Pictures kept as evidence: encoded anew, so that nothing its camera wrote into the file stays, under names of our own."""

import re
import shutil
import uuid
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.errors import UnreadableInput
from inventory_core.errors import DiskFull

_NAME = re.compile(r"e-[0-9a-f]{32}\.jpg")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
LOW_DISK_SHARE = 0.05
"""Below this share of free disk pictures are not kept, and the device is degraded."""
_LONGEST_SIDE_PX = 1920
_JPEG_QUALITY = 88


def folder_of(db: str) -> Path:
    """Where what belongs to a book but is no row of it is kept: a folder beside the book, or in the working folder where the
    book is in a database server."""
    if "://" in db and not db.startswith("sqlite:///"):
        database = db.partition("?")[0].rstrip("/").rpartition("/")[2]
        return Path(f"{_UNSAFE.sub('_', database) or 'shelfcount'}.files")
    return Path(db.removeprefix("sqlite:///")).with_suffix(".files")


class Evidence:
    """One folder of pictures. Where less than `least_free` of the disk is free none is kept: the ledger needs the rest more."""

    def __init__(self, folder: Path, least_free: float = LOW_DISK_SHARE) -> None:
        self._folder = folder
        self._least_free = least_free

    @classmethod
    def of_book(cls, db: str) -> "Evidence":
        return cls(folder_of(db) / "evidence")

    def keep_if_room(self, image: Image) -> str | None:
        """The same as `keep`; None where the disk has no room for pictures."""
        return self.keep(image) if self._has_room() else None

    def keep(self, image: Image) -> str:
        """Keeps `image` (shrunk to 1920 px) and returns its name. Raises DiskFull."""
        if not self._has_room():
            raise DiskFull("there is no room left for pictures in {folder}: nothing was written; make room on the disk",
                           folder=self._folder)
        height, width = image.shape[:2]
        scale = _LONGEST_SIDE_PX / max(height, width)
        if scale < 1.0:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if not done:
            raise UnreadableInput("the counted picture could not be kept as evidence")
        name = f"e-{uuid.uuid4().hex}.jpg"
        (self._folder / name).write_bytes(data.tobytes())
        return name

    def drop(self, name: str) -> None:
        """Take a picture away that nothing refers to."""
        if _NAME.fullmatch(name):
            (self._folder / name).unlink(missing_ok=True)

    def _has_room(self) -> bool:
        self._folder.mkdir(parents=True, exist_ok=True)
        disk = shutil.disk_usage(self._folder)
        return disk.free >= disk.total * self._least_free

    def read(self, name: str) -> bytes | None:
        """The picture of that name; None when it was never kept here, or dropped since."""
        if not _NAME.fullmatch(name):
            return None
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
