"""Pictures kept as evidence: people painted over, encoded anew, so that nothing its camera wrote into the file stays, under
names of our own, each with a document beside it. Planes: px of the picture as counted, and of the kept one (at most 1920 px).
"""

import json
import logging
import re
import shutil
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.capture.reference import Mask
from edge.counting.masking import CannotMask, FindsPeople, Masked
from edge.counting.masking import masked as paint_over
from edge.errors import UnreadableInput
from inventory_core.errors import DiskFull
from inventory_core.messages import Message
from models.errors import ModelError

_log = logging.getLogger("shelfcount.evidence")
_NAME = re.compile(r"e-[0-9a-f]{32}\.jpg")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
LOW_DISK_SHARE = 0.05
"""Below this share of free disk pictures are not kept, and the device is degraded."""
SCHEMA = "shelfcount.evidence/1"
_LONGEST_SIDE_PX = 1920
_JPEG_QUALITY = 88

Json = dict[str, object]
About = Callable[[float], Mapping[str, object]]
"""What else goes into the document, its px multiplied by a scale: the kept picture's over the counted one's."""


def folder_of(db: str) -> Path:
    """Where what belongs to a book but is no row of it is kept: a folder beside the book, or in the working folder where the
    book is in a database server."""
    if "://" in db and not db.startswith("sqlite:///"):
        database = db.partition("?")[0].rstrip("/").rpartition("/")[2]
        return Path(f"{_UNSAFE.sub('_', database) or 'shelfcount'}.files")
    return Path(db.removeprefix("sqlite:///")).with_suffix(".files")


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """One picture in the folder: `kept_at_s` since the epoch by the disk's clock, `size_bytes` with its document."""

    name: str
    kept_at_s: float
    size_bytes: int


class Evidence:
    """One folder of pictures. Where less than `least_free` of the disk is free none is kept: the ledger needs the rest more.
    Nor is one where `finder` is None or fails: a picture in which people cannot be found is kept by nobody.

    `not_kept` counts the pictures that were not kept, by why (`disk_full`, `cannot_mask`); `unmasked` is why the newest could
    not be masked, None where it could.
    """

    def __init__(self, folder: Path, finder: FindsPeople | None, least_free: float = LOW_DISK_SHARE) -> None:
        self.folder = folder
        self._finder = finder
        self._least_free = least_free
        self.not_kept: Counter[str] = Counter()
        self.unmasked: Message | None = None
        self._lock = threading.Lock()
        self._sizes: dict[str, int] = {}

    @property
    def sizes_bytes(self) -> tuple[int, ...]:
        """What each picture takes: as the last `kept` found it, with what was kept and dropped since."""
        return tuple(self._sizes.values())

    @classmethod
    def of_book(cls, db: str, finder: FindsPeople | None) -> "Evidence":
        return cls(folder_of(db) / "evidence", finder)

    def keep_if_room(self, image: Image, about: About | None = None, cover: Mask | None = None) -> str | None:
        """The same as `keep`; None where the disk has no room for pictures, or people cannot be found on it."""
        try:
            return self.keep(image, about, cover)
        except (DiskFull, CannotMask) as error:
            _log.warning("a count goes without its picture (%s): %s", error.code, error)
            return None

    def keep(self, image: Image, about: About | None = None, cover: Mask | None = None) -> str:
        """Keeps `image` (shrunk to 1920 px, people and what `cover` shows painted over) and returns its name.

        Raises DiskFull, CannotMask.
        """
        if not self._has_room():
            raise self._full()
        height, width = image.shape[:2]
        scale = min(1.0, _LONGEST_SIDE_PX / max(height, width))
        if scale < 1.0:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        shown = self.masked(image, cover)
        done, data = cv2.imencode(".jpg", shown.image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if not done:
            raise UnreadableInput("the counted picture could not be kept as evidence")
        name = f"e-{uuid.uuid4().hex}.jpg"
        document: Json = {
            "schema": SCHEMA, "picture": name, "width_px": shown.image.shape[1], "height_px": shown.image.shape[0],
            "masked": {"finder": shown.finder, "share": round(shown.share, 4)}, **(about(scale) if about is not None else {}),
        }
        self._write(name, json.dumps(document).encode(), data.tobytes())
        return name

    def _write(self, name: str, document: bytes, picture: bytes) -> None:
        """Both or none. Raises DiskFull."""
        try:
            with self._lock:
                self._document(name).write_bytes(document)
                (self.folder / name).write_bytes(picture)
                self._sizes[name] = len(document) + len(picture)
        except OSError as error:
            with suppress(OSError):
                self.drop(name)
            raise self._full() from error

    def _full(self) -> DiskFull:
        self.not_kept["disk_full"] += 1
        return DiskFull("there is no room left for pictures in {folder}: nothing was written; make room on the disk",
                        folder=self.folder)

    def masked(self, image: Image, cover: Mask | None = None) -> Masked:
        """A copy that may be kept. Raises CannotMask."""
        try:
            if self._finder is None:
                raise CannotMask("this device has no person finder that works: no picture is kept; `shelfcount model verify` "
                                 "says what is wrong with it")
            shown = paint_over(image, self._finder, cover)
        except (CannotMask, ModelError) as error:
            self.not_kept["cannot_mask"] += 1
            self.unmasked = error.message
            if isinstance(error, CannotMask):
                raise
            raise CannotMask("people could not be looked for on the picture, which is not kept: {why}", why=error) from error
        self.unmasked = None
        return shown

    def drop(self, name: str) -> None:
        """Take a picture and its document away."""
        if _NAME.fullmatch(name):
            (self.folder / name).unlink(missing_ok=True)
            self._document(name).unlink(missing_ok=True)
            self._sizes.pop(name, None)

    def kept(self) -> tuple[KeptPicture, ...]:
        """Every picture that is kept, oldest first; a walk over all files."""
        with self._lock:
            found = tuple(self._found())
            self._sizes = {one.name: one.size_bytes for one in found}
        return tuple(sorted(found, key=lambda one: (one.kept_at_s, one.name)))

    def _found(self) -> Iterator[KeptPicture]:
        for path in self.folder.glob("e-*.jpg"):
            try:
                told, size = path.stat(), 0
                size = self._document(path.name).stat().st_size
            except FileNotFoundError:
                if not path.exists():
                    continue
            yield KeptPicture(path.name, told.st_mtime, told.st_size + size)

    def holds(self, name: str) -> bool:
        """Whether the picture of that name is still here."""
        return _NAME.fullmatch(name) is not None and (self.folder / name).is_file()

    def _has_room(self) -> bool:
        self.folder.mkdir(parents=True, exist_ok=True)
        disk = shutil.disk_usage(self.folder)
        return disk.free >= disk.total * self._least_free

    def _document(self, name: str) -> Path:
        return (self.folder / name).with_suffix(".json")

    def read(self, name: str) -> bytes | None:
        """The picture of that name; None when it was never kept here, or dropped since."""
        if not _NAME.fullmatch(name):
            return None
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def read_document(self, name: str) -> Json | None:
        """What is noted beside it; None where nothing is: pictures of earlier releases have no document and were not masked."""
        if not _NAME.fullmatch(name):
            return None
        try:
            document = json.loads(self._document(name).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return document if isinstance(document, dict) and document.get("schema") == SCHEMA else None
