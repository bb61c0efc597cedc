"""Brings back what a backup holds beside the book: the gallery, the site files, the pictures."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from calibration.errors import CalibrationError
from calibration.reference_file import beside, picture_named
from calibration.site_file import read_site
from edge.cli.archive import FILES, GALLERY, SITE, SITE_PICTURE, SITES, Archive
from edge.errors import UnreadableInput, UsageFault
from inventory_core.messages import tell
from inventory_core.store.quarantine import synced
from models.errors import ModelError
from models.gallery_file import read_state


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts go; None leaves a part in the backup. `sites` is a folder for the cameras' own site files. Pictures
    that lie at `files` already stay as they are."""

    gallery: Path | None = None
    site: Path | None = None
    sites: Path | None = None
    files: Path | None = None


@dataclass(slots=True)
class Staged:
    """Parts that were unpacked and checked beside their places."""

    moves: list[tuple[Path, Path]] = field(default_factory=list)
    pictures: list[tuple[Path, Path]] = field(default_factory=list)

    def put_in_place(self, now: datetime) -> list[Path]:
        """Returns what was moved aside. Raises UsageFault when the disk refuses."""
        aside: list[Path] = []
        try:
            for source, target in self.moves:
                if target.exists():
                    aside.append(target.rename(target.with_name(f"{target.name}.before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")))
                target.parent.mkdir(parents=True, exist_ok=True)
                source.rename(target)
                synced(target.parent)
            for source, target in self.pictures:
                if not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    source.rename(target)
        except OSError as error:
            raise UsageFault("{file} cannot be put in place: {why}", file=error.filename,
                             why=error.strerror or error) from error
        return aside


@contextmanager
def staged(archive: Archive, places: Places, *, replaces: bool) -> Iterator[Staged]:
    """Raises UnreadableInput for a part that is missing or damaged, UsageFault where something stands already and `replaces`
    is False."""
    found = Staged()
    with ExitStack() as scratch:
        if places.gallery is not None:
            folder = _free(places.gallery, replaces=replaces)
            unpacked = _unpacked(archive, GALLERY, folder, scratch)
            try:
                whole = read_state(unpacked) is not None
            except ModelError as error:
                raise archive.damaged(GALLERY, error) from error
            if not whole:
                raise archive.damaged(GALLERY, tell("it is missing"))
            found.moves.append((unpacked, folder))
        if places.site is not None:
            file = _free(places.site, replaces=replaces)
            unpacked = _unpacked(archive, SITE, file, scratch)
            try:
                read_site(unpacked, with_picture=False)
            except CalibrationError as error:
                raise archive.damaged(SITE, error) from error
            found.moves += [(unpacked, file), *_picture(archive, unpacked, file, scratch, replaces=replaces)]
        if places.sites is not None:
            found.moves += _sites(archive, places.sites, {target: source for source, target in found.moves}, scratch,
                                  replaces=replaces)
        if places.files is not None and archive.parts(FILES):
            found.pictures = list(_each(_unpacked(archive, FILES, places.files, scratch), places.files))
        yield found


def _picture(
    archive: Archive, site: Path, target: Path, scratch: ExitStack, *, replaces: bool
) -> Iterator[tuple[Path, Path]]:
    """The surveyed picture to where the unpacked `site` names it, as seen from `target`; not where it lies already.

    Raises UnreadableInput, UsageFault.
    """
    name = picture_named(site.read_bytes())
    if name is None or not archive.parts(SITE_PICTURE):
        return
    unpacked, picture = _unpacked(archive, SITE_PICTURE, target, scratch), target.parent / beside(name)
    yield from _new(unpacked, picture, replaces=replaces)


def _sites(
    archive: Archive, folder: Path, others: Mapping[Path, Path], scratch: ExitStack, *, replaces: bool
) -> Iterator[tuple[Path, Path]]:
    """The cameras' own site files and their pictures into `folder`; `others` come back too, by their places.

    Raises UnreadableInput, UsageFault.
    """
    inside = _free(folder / SITES, replaces=True)
    for file, target in _each(_unpacked(archive, SITES, inside, scratch), inside.parent):
        if (other := others.get(target)) is None:
            yield from _new(file, target, replaces=replaces)
        elif other.read_bytes() != file.read_bytes():
            raise UsageFault("the backup holds two files for {file}; name another folder for --sites", file=target)


def _each(unpacked: Path, folder: Path) -> Iterator[tuple[Path, Path]]:
    """Every file under `unpacked`, and its place under `folder`."""
    return ((file, folder / file.relative_to(unpacked)) for file in sorted(unpacked.rglob("*")) if file.is_file())


def _new(source: Path, target: Path, *, replaces: bool) -> Iterator[tuple[Path, Path]]:
    """The two, unless the file lies there already. Raises UsageFault where another one does and `replaces` is False."""
    if not (target.is_file() and target.read_bytes() == source.read_bytes()):
        if target.exists():
            _free(target, replaces=replaces)
        yield source, target


def _free(target: Path, *, replaces: bool) -> Path:
    target = target.absolute()
    if not target.parent.is_dir():
        raise UsageFault("there is no folder {folder}; make it first", folder=target.parent)
    if target.exists() and not replaces and not (target.is_dir() and not any(target.iterdir())):
        raise UsageFault("{file} exists and was left as it is; add --replace to put the backup's in its place (it is moved "
                         "aside, not deleted)", file=target)
    return target


def _unpacked(archive: Archive, part: str, target: Path, scratch: ExitStack) -> Path:
    """The part in a folder beside `target`. Raises UnreadableInput, UsageFault."""
    parts = archive.parts(part)
    if not parts:
        raise UnreadableInput("the backup {file} holds no {part}", file=archive.file, part=part.rstrip("/"))
    target.parent.mkdir(parents=True, exist_ok=True)
    into = Path(scratch.enter_context(tempfile.TemporaryDirectory(dir=target.parent, prefix=".restore-")))
    for held in parts:
        file = into / held.name
        file.parent.mkdir(parents=True, exist_ok=True)
        archive.unpack(held, file)
    return into / part.rstrip("/")
