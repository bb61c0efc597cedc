"""`shelfcount calibrate sheet` and `lens`: sheets to print, and the lens fitted to photos of one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from calibration.boards import TAG_SETS, BoardKind, BoardView, see_board
from calibration.lens_fit import LensFit, fit_lens
from calibration.lens_toml import lens_toml
from calibration.lens_views import LensPolicy, Refused, screen
from calibration.sheet_pdf import sheet_pdf
from calibration.sheet_png import sheet_png
from calibration.sheets import BAR_MM, Paper, make_sheet
from edge.capture.pictures import read_picture
from edge.cli.app import app
from edge.cli.console import Out, out
from edge.cli.progress import steps
from edge.counting.sources import Kind, Source, expand
from edge.errors import ExitCode, UnreadableInput, UsageFault
from edge.settings import load_settings
from edge.whole_file import whole_file
from inventory_core.messages import tell

calibrate = typer.Typer(help="Survey a camera's place: sheets to print, its lens, the bay.")
app.add_typer(calibrate, name="calibrate")

Board = Annotated[BoardKind, typer.Option(case_sensitive=False, help="Pattern: ChArUco for a lens, tags for a shelf.")]


@calibrate.command("sheet")
def sheet(
    target: Annotated[Path, typer.Option("--out", metavar="FILE", help="File to write: .pdf or .png.")],
    board: Board = BoardKind.CHARUCO,
    paper: Annotated[Paper, typer.Option(case_sensitive=False, help="Size of the page.")] = Paper.A4,
    tag_set: Annotated[int, typer.Option(
        min=0, max=TAG_SETS - 1, help="Which four tags; every bay of a shop needs a set of its own.")] = 0,
) -> None:
    """Write a calibration sheet to print, with a ruler that shows whether the printer kept its size."""
    makers = {".pdf": sheet_pdf, ".png": sheet_png}
    maker = makers.get(target.suffix.lower())
    if maker is None:
        raise UsageFault("a sheet is written as .pdf or .png, not as {name}", name=target.name)
    with whole_file(target) as half:
        half.write_bytes(maker(make_sheet(board, paper, tag_set)))
    out().say(tell("{file} is written ({paper}); print it at 100 %, then hold a ruler to its bar: {mm:.0f} mm, or the printer "
                   "scaled it", file=target, paper=paper.value, mm=BAR_MM))


@calibrate.command("lens")
def lens(
    photos: Annotated[list[str], typer.Argument(metavar="PHOTO_OR_FOLDER...", help="Photos of the printed sheet.")],
    board: Board = BoardKind.CHARUCO,
    target: Annotated[Path | None, typer.Option(
        "--out", metavar="FILE", help="Write the [lens] table there; else it is printed.")] = None,
) -> int:
    """Fit the camera's lens to photos of a printed sheet, and say how well it fits."""
    speak, policy = out(), LensPolicy()
    views, unreadable = _views(expand(photos), board, speak)
    usable, refused = screen(views, policy)
    _say_refused(refused, speak)
    fit = fit_lens(usable, policy)
    _say_refused(fit.dropped, speak)
    _say_fit(fit, speak)
    if target is None:
        speak.say(tell("{text}", text=lens_toml(fit)))
    else:
        with whole_file(target) as half:
            half.write_text(lens_toml(fit), encoding="utf-8")
        speak.say(tell("{file} is written; copy its [lens] table into the site file of this camera", file=target))
    return int(ExitCode.UNREADABLE if unreadable else ExitCode.DONE)


def _views(sources: Sequence[Source], board: BoardKind, speak: Out) -> tuple[list[BoardView], int]:
    """What every readable picture shows of the board, and how many could not be read."""
    max_pixels, views, unreadable = load_settings().max_pixels, list[BoardView](), 0
    for source in steps(sources, speak, tell("looking for the board")):
        try:
            if source.kind is not Kind.PICTURE:
                raise UnreadableInput("{name} is no photo; give photos of the sheet, or a folder that holds them",
                                      code="not_a_picture", name=source.name)
            views.append(see_board(read_picture(Path(source.name), max_pixels).image, board, source.name))
        except UnreadableInput as error:
            speak.warn(error)
            unreadable += 1
    return views, unreadable


def _say_refused(refused: Sequence[Refused], speak: Out) -> None:
    for each in refused:
        speak.warn(tell("{name} takes no part: {why}", name=each.name, why=each.why))


def _say_fit(fit: LensFit, speak: Out) -> None:
    for view in fit.views:
        speak.say(tell("{name}: {n} corners, rms {rms:.2f} px, leaning {tilt:.0f} degrees", name=view.name, n=view.corners,
                       rms=view.rms_px, tilt=view.tilt_deg))
    speak.say(tell(
        "rms {rms:.2f} px over {n} pictures of {width} x {height} px; focal length {focal:.1f} px, known to {sd:.2f} %; the "
        "boards cover {cover:.0f} % of the picture", rms=fit.rms_px, n=len(fit.views), width=fit.width_px, height=fit.height_px,
        focal=float(fit.lens.matrix[0, 0]), sd=100 * fit.focal_sd, cover=100 * fit.cover))
