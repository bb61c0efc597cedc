"""How a gallery lies on disk: a readable gallery.json, one file of vectors, and the photos they were made from.

    gallery.json          the only commit point, replaced atomically; names the vectors file and every photo by sha256
                          and carries a checksum of itself
    vectors-XXXXXXXX.npy  (rows, dim) float32, named by its content, never rewritten
    photos/XXXX.jpg       small crops, so that a gallery can be made again for another embedder

Rows are only ever added; what is enrolled now is the fold of `changes`, and undo takes the last change away.
"""

import hashlib
import io
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inventory_core.messages import tell
from models.crops import shrink
from models.durable import one_writer, write_atomically
from models.errors import BadGallery
from models.gallery_changes import Change, change_from_json, change_to_json
from models.letterbox import Image

SCHEMA = "shelfcount.gallery/1"
INDEX = "gallery.json"
PHOTOS = "photos"
OURS = re.compile(r"vectors-[0-9a-f]{16}\.npy|photos/[0-9a-f]{24}\.jpg|(photos/)?\..+\.[0-9]+\.new")
"""Names that only this file gives: what may be swept away."""
PHOTO_SIDE_PX = 320
PHOTO_QUALITY = 92
MEND = tell("restore the folder from a backup, or enrol again into a new folder")


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """One enrolled crop: where its JPEG lies, its sha256, the picture it was cut from and when it was added."""

    file: str
    sha256: str
    source: str
    added_at: str


@dataclass(frozen=True, slots=True, eq=False)
class GalleryState:
    """Everything that gallery.json says, with its vectors (rows, dim). `raw` is the index as read, b"" if new."""

    embedder: str
    photos: tuple[PhotoRecord, ...]
    changes: tuple[Change, ...]
    vectors: npt.NDArray[np.float32]
    raw: bytes = b""

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.vectors) != len(self.photos):
            raise BadGallery("a gallery needs one vector per photo, got {vectors} for {photos}; {mend}",
                             vectors=self.vectors.shape, photos=len(self.photos), mend=MEND)  # fmt: skip
        self.vectors.flags.writeable = False


def read_state(folder: Path) -> GalleryState | None:
    """The gallery in `folder`, None where there is none. Raises BadGallery for anything damaged or edited."""
    index = folder / INDEX
    for last_try in (False, True):
        try:
            raw = index.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadGallery("gallery {folder} cannot be read: {why}", folder=folder, why=error.strerror) from error
        try:
            return _parse(folder, raw)
        except BadGallery:
            # another process may have replaced the index, and dropped the old vectors, between the two reads
            if last_try or raw == index.read_bytes():
                raise
    return None


def write_state(folder: Path, state: GalleryState) -> GalleryState:
    """Make `state` the gallery in `folder`: vectors first, then the index in one rename. Returns it as it now lies.

    Raises BadGallery when somebody else changed the gallery since it was read.
    """
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(state.vectors), allow_pickle=False)
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    vectors = folder / f"vectors-{digest[:16]}.npy"
    document = {
        "schema": SCHEMA, "embedder": state.embedder, "vectors": {"file": vectors.name, "sha256": digest},
        "photos": [{"file": p.file, "sha256": p.sha256, "source": p.source, "added_at": p.added_at}
                   for p in state.photos],
        "changes": [change_to_json(change) for change in state.changes],
    }  # fmt: skip
    raw = (json.dumps(document | {"checksum": _checksum(document)}, ensure_ascii=False, indent=1) + "\n").encode()
    index = folder / INDEX
    with one_writer(folder / ".lock"):
        if (index.read_bytes() if index.exists() else b"") != state.raw:
            raise BadGallery("gallery {folder} was changed by another command meanwhile; nothing was written, run this "
                             "command again", code="gallery_changed", folder=folder)  # fmt: skip
        if not vectors.exists():
            write_atomically(vectors, data)
        write_atomically(index, raw)
        _sweep(folder, vectors.name, {p.file for p in state.photos})
    return GalleryState(state.embedder, state.photos, state.changes, state.vectors, raw)


def small(crop: Image) -> Image:
    """A copy of a crop, no larger than it is kept."""
    side_px = max(crop.shape[:2])
    return shrink(crop, PHOTO_SIDE_PX) if side_px > PHOTO_SIDE_PX else crop.copy()


def write_photo(folder: Path, crop: Image) -> tuple[str, str]:
    """Store a crop as a small JPEG named by its content; returns (file below `folder`, sha256)."""
    ok, encoded = cv2.imencode(".jpg", small(crop), [cv2.IMWRITE_JPEG_QUALITY, PHOTO_QUALITY])
    if not ok:
        raise BadGallery("a photo of shape {shape} cannot be stored as JPEG", shape=crop.shape)
    data = encoded.tobytes()
    digest = hashlib.sha256(data).hexdigest()
    file = folder / PHOTOS / f"{digest[:24]}.jpg"
    if not file.exists():
        write_atomically(file, data)
    return f"{PHOTOS}/{file.name}", digest


def _sweep(folder: Path, vectors: str, photos: set[str]) -> None:
    """Drop files that no index names any more, and leavings of a process that was killed; nobody else's files."""
    for file in (*folder.iterdir(), *(folder / PHOTOS).glob("*")):
        ours = OURS.fullmatch(file.relative_to(folder).as_posix())
        if ours and file.name != vectors and f"{PHOTOS}/{file.name}" not in photos:
            with suppress(OSError):
                file.unlink()


def is_free(folder: Path) -> bool:
    """Whether a new gallery may be made here: nothing in it, or only what a killed first enrolment left."""
    return all(path.name in (PHOTOS, ".lock") or OURS.fullmatch(path.name) for path in folder.iterdir())


def _parse(folder: Path, raw: bytes) -> GalleryState:
    try:
        document = json.loads(raw)
        if document["schema"] != SCHEMA:
            raise BadGallery("gallery {folder} has format {found}, this version reads {expected}; {mend}",
                             folder=folder, found=document["schema"], expected=SCHEMA, mend=MEND)  # fmt: skip
        if (found := document.pop("checksum")) != (expected := _checksum(document)):
            raise BadGallery("{file} was altered: its checksum is {found}, expected {expected}; {mend}",
                             file=folder / INDEX, found=found, expected=expected, mend=MEND)  # fmt: skip
        photos = tuple(
            PhotoRecord(str(p["file"]), str(p["sha256"]), str(p["source"]), str(p["added_at"]))
            for p in document["photos"]
        )
        changes = tuple(change_from_json(change, len(photos)) for change in document["changes"])
        name, digest = str(document["vectors"]["file"]), str(document["vectors"]["sha256"])
        embedder = str(document["embedder"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadGallery("{file} is damaged: {why}; {mend}", file=folder / INDEX, why=error, mend=MEND) from error
    if Path(name).name != name:
        raise BadGallery("{file} is damaged: {why}; {mend}", file=folder / INDEX, why=name, mend=MEND)
    return GalleryState(embedder, photos, changes, _read_vectors(folder / name, digest), raw)


def _checksum(document: object) -> str:
    """sha256 over the index without its checksum, however it is laid out."""
    return hashlib.sha256(json.dumps(document, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _read_vectors(path: Path, digest: str) -> npt.NDArray[np.float32]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadGallery("{file} cannot be read: {why}; {mend}", file=path, why=error.strerror, mend=MEND) from error
    if (found := hashlib.sha256(data).hexdigest()) != digest:
        raise BadGallery("{file} was altered: found sha256 {found}, expected {expected}; {mend}", file=path,
                         found=found, expected=digest, mend=MEND)  # fmt: skip
    vectors = np.load(io.BytesIO(data), allow_pickle=False)
    if vectors.dtype != np.float32 or not np.isfinite(vectors).all():
        raise BadGallery("{file} does not hold finite float32 numbers; {mend}", file=path, mend=MEND)
    return np.asarray(vectors)


def check_photos(folder: Path, photos: Sequence[PhotoRecord]) -> tuple[str, ...]:
    """Names of photo files that are missing or were altered (identification does not need them)."""
    wrong = []
    for photo in photos:
        try:
            good = hashlib.sha256((folder / photo.file).read_bytes()).hexdigest() == photo.sha256
        except OSError:
            good = False
        if not good:
            wrong.append(photo.file)
    return tuple(wrong)
