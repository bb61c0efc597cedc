"""`shelfcount count`: facings per SKU per shelf in pictures, folders, videos, or a burst of a camera."""

from pathlib import Path
from typing import Annotated

import typer

from edge.api.cameras import entry_of, spec_of
from edge.bootstrap import need_people, open_eye, open_people, open_site, prove_eye
from edge.capture.hold import hold
from edge.cli.app import app
from edge.cli.console import out
from edge.cli.keep import Keeper
from edge.cli.progress import steps
from edge.clock import SystemClock
from edge.counting.count import pedigree_of
from edge.counting.document import document_of
from edge.counting.masking import FindsPeople
from edge.counting.result import CountResult, with_people_masked
from edge.counting.sources import Kind, Source, count_source, expand
from edge.errors import ExitCode, UsageFault
from edge.passwords import without_password
from edge.report.annotate import AnnotatedFolder
from edge.report.count_table import print_count
from edge.settings import Settings, load_settings
from inventory_core.instants import parse_instant
from inventory_core.messages import tell
from models.errors import ModelError


@app.command("count")
def count(
    sources: Annotated[list[str] | None, typer.Argument(
        metavar="SOURCE...", help="Pictures, folders of pictures, or videos.", show_default=False)] = None,
    camera: Annotated[str | None, typer.Option(help="Camera index, path, URL or NAME in the settings: one burst.")] = None,
    gallery: Annotated[Path | None, typer.Option(help="Folder of the gallery that names products.")] = None,
    site: Annotated[Path | None, typer.Option(help="Site file (TOML); without it shelf rows are found.")] = None,
    annotate_to: Annotated[Path | None, typer.Option(
        "--annotate", metavar="DIR", help="Put a copy of every picture with its boxes there.")] = None,
    db: Annotated[str | None, typer.Option(help="Store the counts in this book (file or database URL).")] = None,
    location: Annotated[str | None, typer.Option(help="Location in the book that the counts belong to.")] = None,
    starts_at: Annotated[str | None, typer.Option(
        metavar="TIME", help="When a video begins, such as 2026-11-20T09:30:00+08:00.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> int:
    """Count facings per product and shelf in pictures, folders, videos or a camera."""
    if not sources and camera is None:
        raise UsageFault("count needs a picture, folder or video, or --camera; see `shelfcount count --help`")
    settings = load_settings(gallery=gallery, site=site, location=location)
    if camera is not None:
        place = _place_of(camera, settings, site, location)
        if sources and place != settings:
            raise UsageFault("camera {camera} has a place of its own in the settings, where these pictures were not taken; "
                             "count it by a command of its own", camera=without_password(camera))
        settings = place
    surveyed = open_site(settings.site)
    start = parse_instant("--starts-at", starts_at) if starts_at else None
    found = [*expand(sources or ()), *([] if camera is None else [Source.of_camera(*spec_of(camera, settings.camera))])]
    with hold(source.name for source in found if source.kind is Kind.CAMERA):
        eye = open_eye(settings, settings.gallery)
        if db is not None:
            prove_eye(eye)
        people = _people(settings, annotate_to) if db is not None or annotate_to is not None else None
        keeper = None if db is None else Keeper.open(
            db, settings.location, SystemClock(), eye.look_alikes, people=people, site=surveyed)
        drawn = AnnotatedFolder(annotate_to, out().tr) if annotate_to is not None else None
        speak, results = out(), list[CountResult]()
        for source in steps(found, speak, tell("counting")):
            for result in count_source(source, eye, surveyed, settings.max_pixels, SystemClock(), start):
                if drawn is not None and people is not None:
                    drawn.add(with_people_masked(result, people))
                if keeper is not None:
                    keeper.store(result, speak)
                results.append(result.without_frame())
                if result.detail is not None:
                    speak.warn(result.detail)
    if as_json:
        speak.json(document_of(results, pedigree_of(eye, surveyed, camera)))
    else:
        console = speak.table_console()
        for result in results:
            print_count(result, console, speak.tr)
    return int(ExitCode.UNREADABLE if any(result.unreadable for result in results) else ExitCode.DONE)


def _place_of(camera: str, settings: Settings, site: Path | None, location: str | None) -> Settings:
    """The settings with the location and site of the camera's own table, but for what is an option."""
    if (entry := entry_of(camera, settings.camera)) is None:
        return settings
    return settings.model_copy(update={"site": site or entry.site or settings.site,
                                       "location": location or entry.location or settings.location})


def _people(settings: Settings, annotate_to: Path | None) -> FindsPeople | None:
    """What finds people on pictures before they are written; without it counts go on and their pictures are not kept.

    Raises CannotMask where pictures are what was asked for.
    """
    try:
        return open_people(settings) if annotate_to is None else need_people(settings)
    except ModelError as error:
        out().warn(error)
        return None
