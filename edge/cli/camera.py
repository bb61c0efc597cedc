"""`shelfcount camera list`, and the unattended service that is still to come."""

from pathlib import Path
from typing import Annotated

import typer

from edge.capture.devices import list_devices
from edge.cli.app import app
from edge.cli.console import out
from edge.errors import NotYet
from inventory_core.messages import tell

camera = typer.Typer(no_args_is_help=True, help="The cameras of this machine.")
app.add_typer(camera, name="camera")


@camera.command("list")
def camera_list() -> None:
    """Cameras by stable path, to give to `--camera`."""
    devices = list_devices()
    for device in devices:
        out().say(tell("{path} (now {node})", path=device.path, node=device.node))
    if not devices:
        out().say(tell("no camera found under /dev; plug one in, or give the container the device (--device /dev/video0)"))


@app.command("run")
def run_service(site: Annotated[Path | None, typer.Option(help="Site file (TOML) of the camera's place.")] = None) -> None:
    """The unattended service: capture loop, API, delivery (not built yet)."""
    del site
    raise NotYet("the unattended service is not built yet; until then let a timer call "
                 "`shelfcount count --camera PATH --db BOOK`, and keep `shelfcount serve --db BOOK` running")
