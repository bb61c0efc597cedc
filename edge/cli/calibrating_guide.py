"""`shelfcount calibrate` without more words: the whole survey step by step, from the printed sheet to the check."""

from pathlib import Path
from typing import Annotated

import typer

from calibration.boards import BoardKind
from calibration.sheets import Paper
from calibration.site_write import Survey
from edge.capture.camera import is_live
from edge.cli.calibrating import calibrate, lens, sheet
from edge.cli.calibrating_answers import (
    TAGS,
    Shot,
    is_none,
    millimetres,
    own_file,
    sheet_file,
    sheet_kind,
    shelves,
    site_file,
)
from edge.cli.calibrating_bay import bay
from edge.cli.camera import keep_picture
from edge.cli.check import check
from edge.cli.console import out
from edge.cli.guided import Step, Walk, walk_through
from edge.errors import CheckFailed, UsageFault
from edge.passwords import without_password
from edge.settings import load_settings
from edge.surveying.doubts import doubt_of_shape, doubt_of_size
from inventory_core.messages import tell

PROGRESS = Path("calibrate.progress.json")
_LEFT = 130
"""The exit code of a command that was stopped by the one who typed it."""


@calibrate.callback(invoke_without_command=True)
def guide(
    ctx: typer.Context,
    answers: Annotated[Path | None, typer.Option(metavar="FILE", help="Take the answers from a file, one a line.")] = None,
    progress: Annotated[Path, typer.Option(metavar="FILE", help="Where to remember what is done.")] = PROGRESS,
) -> None:
    """Walk through a survey step by step; without a subcommand."""
    if ctx.invoked_subcommand is not None:
        return
    speak = out()
    walk = Walk.begin(progress, answers, speak)
    if not walk_through(walk, STEPS):
        raise typer.Exit(_LEFT)
    speak.say(tell("the camera is surveyed; count with it: `shelfcount run --camera {camera} --site {site}`",
                   camera=walk.known.get("camera") or "CAMERA", site=walk.known["site"]))


def _sheet(walk: Walk) -> None:
    kind = walk.asks(tell("Which sheet: charuco (for the lens), tags (for the corners of the bay), or - for none?"), sheet_kind,
                     "charuco")
    if kind is None:
        return
    ours = walk.known.get("sheet")
    target = walk.asks(tell("File to write, .pdf or .png:"), lambda text: sheet_file(text, ours), ours or "sheet.pdf")
    sheet(target, kind, Paper.A4, 0)
    walk.known["sheet"] = str(target)
    walk.ask(tell("Print it, measure its bar, and press Enter."))


def _lens(walk: Walk) -> None:
    target = own_file(walk.known, "lens.toml")

    def fitted(photos: str) -> str:
        if is_none(photos):
            return ""
        lens([photos], BoardKind.CHARUCO, target)
        return str(target)

    walk.known["lens"] = walk.asks(
        tell("Folder with those photos, or - for a lens that keeps straight lines straight:"), fitted, "-")


def _bay(walk: Walk) -> None:
    """Each answer is looked at as it is given; when the step is begun again, Enter takes the answer of before."""
    known = walk.known
    lens_file = Path(known["lens"]) if known["lens"] else None
    picture = walk.asks(tell("The picture, or the camera that takes it now (0, /dev/v4l/by-path/... or an address):"),
                        lambda answer: _picture(walk, answer), known.get("picture", ""))
    shot = Shot.of(picture, lens_file)
    known["picture"] = str(picture)
    width, height = _front(walk, shot)
    known["count"] = walk.asks(tell("Number of shelves, if you know it:"), shelves, known.get("count", "auto"))
    target = walk.asks(tell("Site file to write:"), site_file, known.get("target", "site.toml"))
    known["target"] = str(target)
    overlay, with_tags = own_file(known, "seen.png"), known["corners"] == TAGS
    bay(picture, width, height, target, None if with_tags else known["corners"], with_tags, 0, lens_file, None, known["count"],
        overlay)
    if not walk.agrees(tell("Look at {file}: does each frame end on a board, and does nobody stand in the picture? (y/n)",
                            file=overlay)):
        raise UsageFault("then give the number of shelves, better corners or another picture, and Enter for all else; a single "
                         "board is quicker mended in {file}, top_mm and bottom_mm", file=target)
    known["site"] = str(target)


def _front(walk: Walk, shot: Shot) -> tuple[float, float]:
    """Width and height in mm that fit the corners, which are remembered."""
    while True:
        width, height = _size(walk)

        def surveyed(text: str, width: float = width, height: float = height) -> Survey:
            draft = shot.surveyed(text, width, height)
            walk.known["corners"] = text
            return draft

        draft = walk.asks(tell('Its corners in the picture, "X,Y X,Y X,Y X,Y" from the top left clockwise, or "tags":'),
                          surveyed, walk.known.get("corners", TAGS))
        if walk.insists(doubt_of_shape(draft)):
            return width, height


def _size(walk: Walk) -> tuple[float, float]:
    while True:
        width = walk.asks(tell("Width of the front in mm:"), millimetres, walk.known.get("width_mm", ""))
        height = walk.asks(tell("Height of the front in mm:"), millimetres, walk.known.get("height_mm", ""))
        walk.known |= {"width_mm": f"{width:g}", "height_mm": f"{height:g}"}
        if walk.insists(doubt_of_size(width, height)):
            return width, height


def _picture(walk: Walk, answer: str) -> Path:
    """The picture to survey; one that a camera takes now is kept, people painted over. Raises where it cannot be used."""
    path = Path(answer)
    if is_live(answer) or answer in {entry.name for entry in load_settings().camera}:
        path = own_file(walk.known, "bay.png")
        keep_picture(answer, path, walk.speak)
        walk.known["camera"] = without_password(answer)  # it is written to the file of progress
    Shot.of(path, Path(walk.known["lens"]) if walk.known["lens"] else None)
    return path


def _check(walk: Walk) -> None:
    while True:
        try:
            check(Path(walk.known["site"]), None)
            return
        except CheckFailed as error:
            walk.speak.warn(error)
            walk.ask(tell("Mend that, then press Enter to look again."))


STEPS = (
    Step("sheet", tell("the sheet"), tell(
        "Print a sheet at 100 %: the chessboard shows how the lens bends lines, four tags mark the corners of the bay. A "
        "camera whose pictures show straight shelves straight needs no chessboard."), _sheet),
    Step("lens", tell("the lens (optional)"), tell(
        "Glue the chessboard to something flat and take 15 photos of it with this camera: in the middle, in the corners, "
        "leaning to each side, as large as a third of the picture or more."), _lens),
    Step("bay", tell("the bay"), tell(
        "Fix the camera for good. Goods on every shelf, the light on, nobody in front. Measure the front on which the goods "
        "stand with a tape: from the upper edge down to the lowest board, and from side to side. `shelfcount serve` has a "
        "page, /survey, on which the corners are dragged instead of typed."), _bay),
    Step("check", tell("the check"), tell("Everything that a count needs is looked at once more."), _check),
)
