"""`shelfcount serve`: the API alone, over one book, until it is told to stop."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from edge.api.cameras import NamedCamera, chosen, held_cameras, settings_of
from edge.api.opening import open_server
from edge.api.schedule import EVERY_MIN, Schedule
from edge.api.serving import address_of, listen_at, serve
from edge.api.unattended import Plan
from edge.cli.app import app
from edge.cli.console import out
from edge.clock import SystemClock
from edge.errors import ExitCode, UsageFault
from edge.logs import events, log_as
from edge.settings import Settings, load_settings, settings_file
from inventory_core.messages import Message, Told, tell

_log = events("server")


@app.command("serve")
def serve_command(
    db: Annotated[str | None, typer.Option(help="The book (file or database URL); made when it does not exist.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 opens it to the network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0 takes a free one.")] = 8000,
    gallery: Annotated[Path | None, typer.Option(help="Folder of the gallery that names products.")] = None,
    site: Annotated[Path | None, typer.Option(help="Site file (TOML) of the cameras' place.")] = None,
    camera: Annotated[list[str] | None, typer.Option(
        help="A camera to count with: NAME=SPEC (index, device path or URL), SPEC, or the NAME of one in the settings; may be "
             "repeated. Without it: all in the settings.")] = None,
) -> None:
    """Serve the API on a book, without an unattended camera loop."""
    settings = load_settings(db=db, gallery=gallery, site=site)
    specs = chosen(camera or (), settings.camera)
    _need_used(site, specs, settings)
    with held_cameras(specs, SystemClock(), settings_of(settings.camera)) as cameras:
        serve_until_stopped(settings, cameras, host, port)
    _leave()


@app.command("run")
def run_command(
    camera: Annotated[list[str] | None, typer.Option(
        help="A camera to count: NAME=SPEC (index, device path or URL), SPEC, or the NAME of one in the settings; may be "
             "repeated. Without it: all in the settings.")] = None,
    site: Annotated[Path | None, typer.Option(help="Site file (TOML) of the cameras' place.")] = None,
    every: Annotated[float, typer.Option(metavar="MINUTES", help="Minutes from one count to the next.")] = EVERY_MIN,
    at_shift_ends: Annotated[bool, typer.Option("--at-shift-ends", help="Count at the end of each shift too.")] = False,
    db: Annotated[str | None, typer.Option(help="The book (file or database URL); made when it does not exist.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 opens it to the network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0 takes a free one.")] = 8000,
    gallery: Annotated[Path | None, typer.Option(help="Folder of the gallery that names products.")] = None,
) -> None:
    """Serve the API and count unattended, every few minutes and at the ends of shifts."""
    settings = load_settings(db=db, gallery=gallery, site=site)
    specs = chosen(camera or (), settings.camera)
    if not specs:
        raise UsageFault("there is no camera to count unattended; name one with --camera, or write a table [[camera]] into "
                         "{file} of the folder in which you start this", file=settings_file())
    _need_used(site, specs, settings)
    plan = Plan(tuple(specs), Schedule(every, settings.calendar() if at_shift_ends else None))
    with held_cameras(specs, SystemClock(), settings_of(settings.camera)) as cameras:
        serve_until_stopped(settings, cameras, host, port, plan)
    _leave()


def _need_used(site: Path | None, cameras: Iterable[str], settings: Settings) -> None:
    """Raises UsageFault for an option --site by which no camera would be counted."""
    used = [own.absolute() for camera in cameras if (own := settings.site_of(camera)) is not None]
    if site is not None and used and site.absolute() not in used:
        raise UsageFault("no camera would be counted by --site {site}, for each has a `site` of its own in the settings; leave "
                         "--site out, or mend the table [[camera]]", site=site)


def _leave() -> None:
    """All is closed; on a small device, taking all the libraries apart would take seconds more."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ExitCode.DONE)


def serve_until_stopped(
    settings: Settings, cameras: Mapping[str, NamedCamera], host: str, port: int, plan: Plan | None = None,
) -> None:
    """Serve the settings' book until SIGTERM or Ctrl+C, and say where.

    Raises UsageFault when the address cannot be had, StoreError for a book that cannot be used.
    """
    speak = out()
    log_as(settings.log)

    def warn(told: Message | Told) -> None:
        if settings.log == "json":
            _log.warning("told", text=speak.tr.say(told))
        else:
            speak.warn(told)

    with listen_at(host, port) as listening, open_server(settings, cameras, speak.tr.lang, warn, plan) as server:

        def ready() -> None:
            if not server.has_keys:
                warn(tell("no key exists yet, so nobody can call it: make one with "
                          "`shelfcount token create --name WHO --role admin --db {db}`", db=settings.db))
            speak.say(tell("Shelfcount serves {address} on the book {db}; stop it with Ctrl+C", address=address_of(listening),
                           db=settings.db))

        serve(server.api, listening, ready)
    warn(tell("stopped"))
