"""Keeps a survey: the site file, its surveyed picture beside it, the earlier site file under a number of its own.

    with staged(Path("site.toml"), survey, png) as made:
        kept = made.put_in_place()
"""

import hashlib
import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from calibration.errors import BadSite
from calibration.record import Calibration
from calibration.site_file import parse_site
from calibration.site_write import Survey, SurveyedPicture, site_text
from edge.errors import UsageFault
from edge.settings import settings_file
from edge.whole_file import whole_file


@dataclass(frozen=True, slots=True)
class Kept:
    """`picture` is None where it shows too little to hold later pictures against; `earlier` is where the site file before lies,
    None where there was none."""

    site: Path
    picture: Path | None
    earlier: Path | None


@dataclass(slots=True, eq=False)
class Staged:
    """A survey that is checked and whose picture is on disk; the site file itself is not changed yet."""

    target: Path
    text: str
    picture: Path | None
    calibration: Calibration
    in_place: bool = False

    def put_in_place(self) -> Kept:
        """The new site file, in one step; the one before is copied first. Raises UsageFault when the disk refuses."""
        earlier = None
        if self.target.exists():
            earlier = next(name for name in _numbered(self.target, self.target.stem, first=1) if not name.exists())
            with whole_file(earlier) as half:
                shutil.copyfile(self.target, half)
        with whole_file(self.target) as half:
            half.write_text(self.text, encoding="utf-8")
        self.in_place = True
        return Kept(self.target, self.picture, earlier)


def need_site_name(target: Path) -> None:
    """Raises UsageFault for a path that no site file can have."""
    if target.suffix.lower() != ".toml":
        raise UsageFault("a site file is written as .toml, not as {name}", name=target.name)
    if target.absolute() == settings_file().absolute():
        raise UsageFault("{file} is the file of the settings; give the site file another name, such as site.toml", file=target)
    if not target.absolute().parent.is_dir():
        raise UsageFault("there is no folder {folder}; make it first", folder=target.absolute().parent)


@contextmanager
def staged(target: Path, survey: Survey, png: bytes) -> Iterator[Staged]:
    """The survey of the picture `png`, ready to be put at `target`; what is left without `put_in_place` leaves no trace.

    A picture is never written over another: earlier site files go on naming theirs. Raises BadSite, UsageFault.
    """
    need_site_name(target)
    parse_site(site_text(replace(survey, picture=None)).encode(), target)
    picture = _picture_file(target, png)
    is_new, made = not picture.exists(), None
    try:
        if is_new:
            with whole_file(picture) as half:
                half.write_bytes(png)
        made = _checked(target, survey, picture, png)
        yield made
    finally:
        if is_new and (made is None or made.picture is None or not made.in_place):
            picture.unlink(missing_ok=True)


def _checked(target: Path, survey: Survey, picture: Path, png: bytes) -> Staged:
    """Without the picture where it shows too few points to hold on to."""
    named = replace(survey, picture=SurveyedPicture(picture.name, hashlib.sha256(png).hexdigest()))
    try:
        text = site_text(named)
        return Staged(target, text, picture, parse_site(text.encode(), target))
    except BadSite:
        text = site_text(replace(survey, picture=None))
        return Staged(target, text, None, parse_site(text.encode(), target))


def _picture_file(target: Path, png: bytes) -> Path:
    """Where the picture goes; one that lies there already is the same."""
    first = target.with_name(f"{target.stem}.surveyed.png")
    names = itertools.chain([first], _numbered(first, f"{target.stem}.surveyed", first=2))
    return next(name for name in names if not name.exists() or name.read_bytes() == png)


def _numbered(file: Path, stem: str, *, first: int) -> Iterator[Path]:
    return (file.with_name(f"{stem}.{number}{file.suffix}") for number in itertools.count(first))
