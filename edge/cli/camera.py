"""`shelfcount camera list`."""

import typer

from edge.capture.devices import list_devices
from edge.cli.app import app
from edge.cli.console import out
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
