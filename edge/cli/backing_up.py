"""Makes a backup: one moment of the book, looked through, with the gallery, sites and pictures that go with it."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from calibration.reference_file import beside, picture_named
from edge.cli.archive import BOOK, FILES, GALLERY, SITE, SITE_PICTURE, SITES, Manifest, is_backup, pack
from edge.counting.evidence import folder_of
from edge.errors import CheckFailed, UsageFault
from edge.whole_file import whole_file
from inventory_core.store import engine, postgresql
from inventory_core.store.copies import copied
from inventory_core.store.sql_book import open_book
from inventory_core.store.verify import verify
from models.durable import one_writer
from models.gallery_file import INDEX, OURS, read_state

_WAITING = "orders"
"""The folder of counts that are still to be made: they are no part of the book."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes into a backup beside the book: `sites` are the cameras' own site files, `files` the pictures kept beside it."""

    gallery: Path | None = None
    site: Path | None = None
    sites: tuple[Path, ...] = ()
    files: bool = False


def back_up(db: str, target: Path, wanted: Wanted, now: datetime) -> Manifest:
    """Write the backup whole or not at all. Raises StoreError, UsageFault, BadGallery; CheckFailed for a damaged book."""
    if target.exists() and not is_backup(target):
        raise UsageFault("{file} exists and is no backup; name another file", file=target)
    if not target.parent.is_dir():
        raise UsageFault("there is no folder {folder}; make it first", folder=target.parent)
    if postgresql.is_postgresql(db):
        open_book(db).close()  # to its newest form
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as scratch, whole_file(target) as half:
        copied(db, copy := Path(scratch) / BOOK)
        verdict = verify(str(copy))
        if not verdict.good:
            raise CheckFailed("no backup was written, because the book {db} is not as it was written: {why}; "
                              "`shelfcount ledger verify` says more", db=engine.book_name(db), why=verdict.findings[0].why)
        parts = [(BOOK, copy), *_gallery(wanted.gallery, Path(scratch)), *_sites(wanted.site, wanted.sites)]
        if wanted.files:
            parts += _files(folder_of(db))
        return pack(half, parts, Manifest(now, engine.book_name(db), verdict.movements, verdict.head, ()))


def _gallery(folder: Path | None, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Raises BadGallery."""
    if folder is None:
        return
    if read_state(folder) is None:
        raise UsageFault("{folder} is not a gallery (no gallery.json); name its folder, or leave --gallery out", folder=folder)
    with one_writer(folder / ".lock"):
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if file.is_file() and not name.endswith(".new") and (name == INDEX or OURS.fullmatch(name)):
                (copy := scratch / GALLERY / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
                yield GALLERY + name, copy


def _sites(own: Path | None, cameras: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """The settings' own site file, and those of cameras as they will lie in one folder. Raises UsageFault."""
    if own is not None:
        yield from zip((SITE, SITE_PICTURE), _site(own).values(), strict=False)
    found: dict[str, Path] = {}
    for site in cameras:
        if own is not None and site.resolve() == own.resolve():
            continue
        for name, file in _site(site).items():
            if (other := found.setdefault(name, file)).resolve() != file.resolve():
                raise UsageFault("{file} and {other} cannot both be in a backup, which keeps the cameras' site files and their "
                                 "pictures in one folder; rename one of them", file=file, other=other)
    yield from ((SITES + name, file) for name, file in found.items())


def _site(site: Path) -> dict[str, Path]:
    """The site file and the surveyed picture that it names, by their paths in one folder: without the picture, nobody notices
    that the camera was moved. Raises UsageFault."""
    if not site.is_file():
        raise UsageFault("there is no file {file}; check the path", file=site)
    found = {site.name: site}
    if (name := picture_named(site.read_bytes())) is not None:
        if not (picture := site.parent / name).is_file():
            raise UsageFault("the site file {file} names the picture {picture}, which is not there; put it there or survey "
                             "again", file=site, picture=picture)
        found[beside(name)] = picture
    return found


def _files(folder: Path) -> list[tuple[str, Path]]:
    found = sorted(file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    names = [(file.relative_to(folder), file) for file in found]
    return [(FILES + name.as_posix(), file) for name, file in names if name.parts[0] != _WAITING]
