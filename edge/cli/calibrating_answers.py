"""What `shelfcount calibrate` makes of each answer as it is given; what cannot be used is refused with the mend."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from calibration.boards import BoardKind
from calibration.errors import BadSite
from calibration.lens import Lens
from calibration.lens_read import read_lens
from calibration.site_file import read_site
from calibration.site_write import Survey
from calibration.tag_corners import tag_corners
from edge.capture.frame import Image
from edge.capture.pictures import read_picture
from edge.capture.quality import judge, measure
from edge.cli.calibrating_bay import corners_of, count_of
from edge.counting.reasons import reason_in_words
from edge.errors import CheckFailed, UsageFault
from edge.settings import load_settings
from edge.surveying.keeping import need_site_name
from edge.surveying.proposal import view_of, whole_bay

TAGS = "tags"
_NONE = frozenset({"-", "no", "none", "n", "无"})


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture (H, W, 3) that may be surveyed, and the lens it was taken through."""

    image: Image
    lens: Lens | None

    @classmethod
    def of(cls, file: Path, lens: Path | None) -> "Shot":
        """Raises UnreadableInput, CheckFailed for one that would not be counted, BadSite for a lens of another camera."""
        image = read_picture(file, load_settings().max_pixels).image
        if reasons := judge(measure(image)):
            raise CheckFailed("{file} is no picture to survey: {why}; mend that and take it again", file=file,
                              why=reason_in_words(reasons[0]))
        height_px, width_px = image.shape[:2]
        return cls(image, None if lens is None else read_lens(lens, width_px, height_px))

    def surveyed(self, corners: str, width_mm: float, height_mm: float) -> Survey:
        """With `corners` in px, or those of its tags. Raises UsageFault, CalibrationError."""
        points = tag_corners(self.image) if corners == TAGS else corners_of(corners)
        height_px, width_px = self.image.shape[:2]
        draft = Survey(None, width_px, height_px, points, width_mm, height_mm, whole_bay(height_mm), lens=self.lens)
        view_of(self.image, draft)
        return draft


def is_none(text: str) -> bool:
    return text.lower() in _NONE


def sheet_kind(text: str) -> BoardKind | None:
    if is_none(text):
        return None
    if text.lower() not in list(BoardKind):
        raise UsageFault("a sheet is charuco or tags, not {kind}", kind=text)
    return BoardKind(text.lower())


def sheet_file(text: str, ours: str | None) -> Path:
    """A file that is not there yet, or is `ours` from before."""
    file = Path(text)
    if file.suffix.lower() not in (".pdf", ".png"):
        raise UsageFault("a sheet is written as .pdf or .png, not as {name}", name=file.name)
    if not file.absolute().parent.is_dir():
        raise UsageFault("there is no folder {folder}; make it first", folder=file.absolute().parent)
    if file.exists() and text != ours:
        raise UsageFault("{file} is there already and is not overwritten; give another name, or move it away", file=file)
    return file


def millimetres(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = 0.0
    if not 1 <= value <= 1e6:
        raise UsageFault("a length is a number of mm from 1 on, got {text}", text=text)
    return value


def shelves(text: str) -> str:
    count_of(text)
    return text


def site_file(text: str) -> Path:
    """A site file that is there is kept under a number; any other file is left alone."""
    file = Path(text)
    need_site_name(file)
    try:
        if file.exists():
            read_site(file)
    except BadSite as error:
        raise UsageFault("{file} is there already and is no site file that can be used, so it is not overwritten; give another "
                         "name, or move it away ({why})", file=file, why=error) from error
    return file


def own_file(known: MutableMapping[str, str], name: str) -> Path:
    """The file that this walk calls `name`: a name that no file had, remembered in `known`."""
    if name not in known:
        first = Path(name)
        numbered = (first.with_name(f"{first.stem}.{number}{first.suffix}") for number in count(2))
        known[name] = str(first if not first.exists() else next(each for each in numbered if not each.exists()))
    return Path(known[name])
