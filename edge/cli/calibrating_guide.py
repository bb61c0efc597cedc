"""`shelfcount calibrate` without more words: the whole survey step by step, from the printed sheet to the check."""

from pathlib import Path
from typing import Annotated

import cv2
import typer

from calibration.boards import BoardKind
from calibration.sheets import Paper
from edge.api.cameras import is_live
from edge.bootstrap import need_people
from edge.capture.camera import open_camera
from edge.cli.calibrating import calibrate, lens, sheet
from edge.cli.calibrating_bay import bay
from edge.cli.check import check
from edge.cli.console import out
from edge.cli.guided import Step, Walk, walk_through
from edge.clock import SystemClock
from edge.counting.masking import masked
from edge.errors import CheckFailed, UnreadableInput, UsageFault
from edge.passwords import without_password
from edge.settings import load_settings
from edge.whole_file import whole_file
from inventory_core.messages import tell

PROGRESS = Path("calibrate.progress.json")
_LEFT = 130
"""The exit code of a command that was stopped by the one who typed it."""
_NONE = frozenset({"-", "no", "none", "n", "无"})


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
    kind = walk.ask(tell("Which sheet: charuco (for the lens), tags (for the corners of the bay), or - for none?"), "charuco")
    if kind.lower() in _NONE:
        return
    if kind not in list(BoardKind):
        raise UsageFault("a sheet is charuco or tags, not {kind}", kind=kind)
    sheet(Path(walk.ask(tell("File to write, .pdf or .png:"), "sheet.pdf")), BoardKind(kind), Paper.A4, 0)
    walk.ask(tell("Print it, measure its bar, and press Enter."))


def _lens(walk: Walk) -> None:
    photos = walk.ask(tell("Folder with those photos, or - for a lens that keeps straight lines straight:"), "-")
    walk.known["lens"] = ""
    if photos.lower() in _NONE:
        return
    target = Path(walk.ask(tell("File for the lens:"), "lens.toml"))
    lens([photos], BoardKind.CHARUCO, target)
    walk.known["lens"] = str(target)


def _bay(walk: Walk) -> None:
    picture = _picture(walk)
    width = _millimetres(walk.ask(tell("Width of the front in mm:")))
    height = _millimetres(walk.ask(tell("Height of the front in mm:")))
    corners = walk.ask(tell('Its corners in the picture, "X,Y X,Y X,Y X,Y" from the top left clockwise, or "tags":'), "tags")
    count = walk.ask(tell("Number of shelves, if you know it:"), "auto")
    target, overlay = Path(walk.ask(tell("Site file to write:"), "site.toml")), Path("seen.png")
    bay(picture, width, height, target, None if corners == "tags" else corners, corners == "tags", 0,
        Path(walk.known["lens"]) if walk.known["lens"] else None, None, count, overlay)
    if not walk.agrees(tell("Look at {file}: does each frame end on a board, and does nobody stand in the picture? (y/n)",
                            file=overlay)):
        raise UsageFault("then give the number of shelves, better corners or another picture; a single board is quicker mended "
                         "in {file}, top_mm and bottom_mm", file=target)
    walk.known["site"] = str(target)


def _picture(walk: Walk) -> Path:
    """The picture to survey; one that a camera takes now is kept as bay.png, people painted over. Raises
    UnreadableInput, and CannotMask where nothing can find people: then it is not kept."""
    source = walk.ask(tell("The picture, or the camera that takes it now (0, /dev/v4l/by-path/... or an address):"))
    if not is_live(source):
        return Path(source)
    walk.known["camera"] = without_password(source)  # it is written to the file of progress
    people = need_people(load_settings())
    camera = open_camera(source, SystemClock())
    try:
        frame = camera.read()
    finally:
        camera.close()
    if frame is None:
        raise UnreadableInput("{name} delivers no picture; check its cable and try again", code="no_camera",
                              name=without_password(source))
    with whole_file(Path("bay.png")) as half:
        half.write_bytes(cv2.imencode(".png", masked(frame.image, people).image)[1].tobytes())
    return Path("bay.png")


def _millimetres(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = 0.0
    if not 1 <= value <= 1e6:
        raise UsageFault("a length is a number of mm from 1 on, got {text}", text=text)
    return value


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
