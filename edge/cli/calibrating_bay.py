"""`shelfcount calibrate bay`: from a picture, its four corners and a tape measure to a site file with proposed shelves."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer

from calibration.bands import ProposedBand
from calibration.homography import Points
from calibration.lens_read import read_lens
from calibration.site_write import Survey
from calibration.tag_corners import tag_corners
from edge.bootstrap import open_eye, open_people
from edge.capture.frame import Image
from edge.capture.pictures import read_picture
from edge.cli.calibrating import calibrate
from edge.cli.console import Out, out
from edge.clock import SystemClock
from edge.counting.masked_picture import masked_once
from edge.counting.masking import Masked
from edge.errors import UsageFault
from edge.report.bay_overlay import draw_bands
from edge.settings import load_settings
from edge.surveying.doubts import doubts_of
from edge.surveying.keeping import Kept, staged
from edge.surveying.planogram_table import planogram_csv
from edge.surveying.proposal import Proposal, goods_in, propose, view_of, whole_bay
from edge.whole_file import whole_file
from inventory_core.messages import tell


@calibrate.command("bay")
def bay(
    picture: Annotated[Path, typer.Argument(help="A picture taken by the camera in its place.")],
    width_mm: Annotated[float, typer.Option(min=1, help="Width of the bay's front between the corners, by tape measure.")],
    height_mm: Annotated[float, typer.Option(min=1, help="Height of the bay's front between the corners.")],
    target: Annotated[Path, typer.Option("--out", metavar="FILE", help="The site file (TOML) to write.")],
    corners: Annotated[str | None, typer.Option(
        metavar='"X,Y X,Y X,Y X,Y"', help="Corners in px: top left, top right, bottom right, bottom left.")] = None,
    tags: Annotated[bool, typer.Option("--tags", help="AprilTags 36h11 stand at the corners, instead of --corners.")] = False,
    first_tag: Annotated[int, typer.Option(min=0, max=583, help="Number of the tag at the top left; the others follow.")] = 0,
    lens: Annotated[Path | None, typer.Option(help="File with the [lens] table of this camera.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the camera.")] = None,
    rails: Annotated[str, typer.Option(metavar="auto|N", help="How many shelves there are, if you know.")] = "auto",
    overlay: Annotated[Path | None, typer.Option(metavar="PICTURE", help="Draw the shelves there, to check by eye.")] = None,
    slots: Annotated[bool, typer.Option("--slots", help="Propose the places of products on each shelf too.")] = False,
    gallery: Annotated[Path | None, typer.Option(help="Folder of the gallery that names the products of the places.")] = None,
) -> None:
    """Write a site file: the bay in the picture, and the shelves that are seen in it."""
    if (corners is None) is not tags:
        raise UsageFault("give either --corners with four points, or --tags")
    count, speak, settings = count_of(rails), out(), load_settings(gallery=gallery)
    image = read_picture(picture, settings.max_pixels).image
    height_px, width_px = image.shape[:2]
    points = tag_corners(image, first_tag) if corners is None else corners_of(corners)
    draft = Survey(
        name, width_px, height_px, points, width_mm, height_mm, whole_bay(height_mm),
        lens=read_lens(lens, width_px, height_px) if lens else None, surveyed_at=SystemClock().now().replace(microsecond=0),
    )
    shown = masked_once(picture, image, open_people(settings))
    eye = open_eye(settings, settings.gallery if slots else None)
    found = propose(image, draft, eye, count=count, with_slots=slots)
    surveyed = replace(draft, bands=tuple(one.band for one in found.bands), slots=found.slots,
                       goods=goods_in(image, eye))
    with ExitStack() as files:
        made = files.enter_context(staged(target, surveyed, cv2.imencode(".png", shown.image)[1].tobytes()))
        if overlay is not None:
            view = view_of(shown.image, draft)
            _write_picture(overlay, draw_bands(view.image, view.mm_per_px, found.bands, speak.tr))
        kept = made.put_in_place()
    _say(found.bands, count, speak)
    _say_doubts(draft, shown, speak)
    if slots:
        _say_slots(found, target, settings.location_at(target), speak)
    say_kept(kept, speak)
    if overlay is not None:
        speak.say(tell("{file} shows where they are; compare it with the shelf", file=overlay))
    speak.say(tell("{file} is written; mend top_mm and bottom_mm in it where a board lies elsewhere, then run "
                   "`shelfcount check --site {file}`", file=target))


def _say_doubts(survey: Survey, shown: Masked, speak: Out) -> None:
    """What may be a slip of the surveyor's, who alone can tell."""
    if shown.share > 0:
        speak.say(tell("{percent} % of the kept picture is grey: somebody, or packets that look like somebody; if nobody stood "
                       "there, nothing needs doing", percent=max(1, round(100 * shown.share))))
    for doubt in doubts_of(survey):
        speak.warn(doubt)


def say_kept(kept: Kept, speak: Out) -> None:
    if kept.picture is None:
        speak.warn(tell("the picture shows too little of the shelf's frame to notice that the camera was moved; take a sharp "
                        "one of the whole front and run this again"))
    else:
        speak.say(tell("{file} is kept beside it: every count is held against it, to notice that the camera was moved. Look "
                       "that nobody stands in it", file=kept.picture))
    if kept.earlier is not None:
        speak.say(tell("the site file that was there is kept as {file}", file=kept.earlier))


def _say_slots(found: Proposal, target: Path, location: str, speak: Out) -> None:
    """Says how many places there are, and writes those with a name as a planogram beside the site file."""
    named = sum(slot.sku is not None for slot in found.slots)
    speak.say(tell("{n} places on the shelves are proposed, {named} of them with a product's name; mend the [[slot]] tables in "
                   "the site file", n=len(found.slots), named=named))
    if (table := planogram_csv(found.slots, location)) is None:
        return
    with whole_file(file := target.with_name(f"{target.stem}.planogram.csv")) as half:
        half.write_text(table, encoding="utf-8")
    speak.say(tell("{file} holds them for `shelfcount planogram import`; write into `depth` how many units stand behind one "
                   "another first", file=file))


def corners_of(text: str) -> Points:
    """Four points (4, 2) px of `x,y x,y x,y x,y`. Raises UsageFault."""
    try:
        points = np.array([[float(part) for part in point.split(",")] for point in text.split()], np.float64)
    except ValueError:
        points = np.zeros(0)
    if points.shape != (4, 2) or not np.isfinite(points).all():
        raise UsageFault('--corners takes four points such as "210,95 1065,120 1050,660 225,640" (top left, top right, bottom '
                         "right, bottom left), got {value}", value=text)
    return points


def count_of(rails: str) -> int | None:
    if rails == "auto":
        return None
    if not rails.isdecimal() or not 1 <= int(rails) <= 50:
        raise UsageFault("--rails takes auto or a number of shelves from 1 to 50, got {value}", value=rails)
    return int(rails)


def _say(found: tuple[ProposedBand, ...], count: int | None, speak: Out) -> None:
    for shelf in found:
        top, bottom = shelf.band.top_mm, shelf.band.bottom_mm
        if shelf.confidence == 0:
            speak.say(tell("shelf {shelf}: {top:.0f} to {bottom:.0f} mm; no board seen, the lower edge of the bay is taken",
                           shelf=shelf.band.shelf, top=top, bottom=bottom))
        else:
            speak.say(tell("shelf {shelf}: {top:.0f} to {bottom:.0f} mm", shelf=shelf.band.shelf, top=top, bottom=bottom))
    if count is not None and len(found) < count:
        speak.warn(tell("only {found} of {count} shelves were seen; write the others into the site file by hand",
                        found=len(found), count=count))


def _write_picture(target: Path, image: Image) -> None:
    if target.suffix.lower() not in {".png", ".jpg", ".jpeg"}:
        raise UsageFault("--overlay is written as .png or .jpg, not as {name}", name=target.name)
    with whole_file(target) as half:
        half.write_bytes(cv2.imencode(target.suffix.lower(), image)[1].tobytes())
