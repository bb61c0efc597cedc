"""A backup as one file: a ZIP with the book, the gallery, site and pictures that go with it, and a manifest that names each
part by its sha256.

    manifest.json        schema shelfcount.backup/1
    book.db              the book, whichever database keeps it
    gallery/...  site.toml  site.picture  sites/...  files/...
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from edge import __version__
from edge.errors import UnreadableInput, UsageFault
from inventory_core.chain import Head
from inventory_core.instants import parse_instant, utc_text
from inventory_core.messages import Told

SCHEMA = "shelfcount.backup/1"
MANIFEST, BOOK, GALLERY, SITE, SITES, FILES = "manifest.json", "book.db", "gallery/", "site.toml", "sites/", "files/"
SITE_PICTURE = "site.picture"
"""The surveyed picture of the site file, whatever its name is there; in `sites/` all have their own names."""
_CHUNK = 1 << 20
_PACKED = (".jpg", ".jpeg", ".png", ".webp")
"""Parts that do not become smaller."""
_NO_BACKUP = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, RecursionError, EOFError,
              NotImplementedError, RuntimeError)
"""What zipfile and json raise for something else, or something damaged."""


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the book that it was made of, its newest movement, when and by which version, and all parts."""

    made_at: datetime
    book: str
    movements: int
    head: Head
    parts: tuple[Part, ...]
    program: str = __version__

    def document(self) -> Mapping[str, object]:
        return {
            "schema": SCHEMA, "made_at": utc_text(self.made_at), "program": self.program,
            "book": {"name": self.book, "movements": self.movements, "seq": self.head.seq, "hash": self.head.hash.hex()},
            "parts": [asdict(part) for part in self.parts],
        }

    @classmethod
    def of(cls, document: Mapping[str, object]) -> "Manifest":
        """Raises KeyError, TypeError, ValueError."""
        if document["schema"] != SCHEMA:
            raise ValueError(document["schema"])
        book = _object(document["book"])
        listed = document["parts"]
        if not isinstance(listed, list):
            raise TypeError
        parts = tuple(Part(_safe(str(part["name"])), int(part["bytes"]), str(part["sha256"])) for part in listed)
        return cls(parse_instant("made_at", str(document["made_at"])), str(book["name"]), int(str(book["movements"])),
                   Head(int(str(book["seq"])), bytes.fromhex(str(book["hash"]))), parts, str(document["program"]))


def pack(target: Path, parts: Sequence[tuple[str, Path]], manifest: Manifest) -> Manifest:
    """Write the archive; returns the manifest with its parts. Raises OSError; UsageFault for a name that nobody could read."""
    packed: list[Part] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, source in parts:
            try:
                _safe(name)
            except ValueError as error:
                raise UsageFault("{file} cannot be kept in a backup under the name {part}; rename it", file=source,
                                 part=name) from error
            entry = zipfile.ZipInfo(name, manifest.made_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            with source.open("rb") as opened, archive.open(entry, "w", force_zip64=True) as into:
                packed.append(Part(name, *_poured(opened, into)))
        whole = Manifest(manifest.made_at, manifest.book, manifest.movements, manifest.head, tuple(packed), manifest.program)
        archive.writestr(MANIFEST, json.dumps(whole.document(), ensure_ascii=False, indent=1))
    return whole


class Archive:
    """A backup that is open for reading."""

    def __init__(self, file: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.file = file
        self.manifest = manifest
        self._archive = archive

    def parts(self, under: str) -> list[Part]:
        return [part for part in self.manifest.parts if part.name.startswith(under)]

    def unpack(self, part: Part, target: Path) -> None:
        """Write one part out. Raises UnreadableInput when it is not what the manifest says, UsageFault."""
        try:
            with self._archive.open(part.name) as opened, target.open("wb") as into:
                size, digest = _poured(opened, into, most=part.bytes)
        except _NO_BACKUP as error:
            raise self.damaged(part.name, error) from error
        except OSError as error:
            raise UsageFault("{file} cannot be written: {why}", file=target, why=error.strerror or error) from error
        if (size, digest) != (part.bytes, part.sha256):
            raise self.damaged(part.name, digest)

    def damaged(self, part: str, why: object) -> UnreadableInput:
        return UnreadableInput("the backup {file} is damaged in its part {part} ({why}); nothing was changed: take another one",
                               file=self.file, part=part, why=why)


@contextmanager
def opened(file: Path) -> Iterator[Archive]:
    """Raises UnreadableInput for what is no backup."""
    try:
        archive = zipfile.ZipFile(file)
    except FileNotFoundError as error:
        raise UnreadableInput("there is no file {file}; check the path", code="missing", file=file) from error
    except OSError as error:
        raise UnreadableInput("{file} cannot be read: {why}", file=file, why=error.strerror or error) from error
    except zipfile.BadZipFile as error:
        raise UnreadableInput("{file} is no backup, or one that was cut off: {why}", file=file, why=error) from error
    with archive:
        try:
            manifest = Manifest.of(_object(json.loads(archive.read(MANIFEST))))
        except (*_NO_BACKUP, Told) as error:
            raise UnreadableInput("{file} is no backup of this program: {why}", file=file, why=error) from error
        yield Archive(file, archive, manifest)


def is_backup(file: Path) -> bool:
    try:
        with opened(file):
            return True
    except UnreadableInput:
        return False


def _poured(source: IO[bytes], into: IO[bytes], most: int | None = None) -> tuple[int, str]:
    """Copy to the end, or a little beyond `most` bytes; bytes and sha256."""
    digest, size = hashlib.sha256(), 0
    while (most is None or size <= most) and (chunk := source.read(_CHUNK)):
        digest.update(chunk)
        into.write(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def _safe(name: str) -> str:
    """Raises ValueError for a name that would lead out of the folder that it is unpacked into."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not path.parts:
        raise ValueError(name)
    return name


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError
    return value
