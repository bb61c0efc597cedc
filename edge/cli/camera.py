"""`shelfcount camera`: the cameras of this machine, one picture of a camera, and a camera to rehearse with."""

import shutil
import signal
from pathlib import Path
from typing import Annotated

import typer

from edge.bootstrap import need_people
from edge.capture.devices import list_devices
from edge.capture.quality import judge, measure
from edge.capture.rig import Mode, RigCamera, Source, replayed
from edge.cli.app import app
from edge.cli.console import Out, out
from edge.cli.settled_view import settled_view
from edge.counting.masked_picture import signed_png
from edge.counting.masking import masked
from edge.counting.reasons import reason_in_words
from edge.demo.stage import open_stage
from edge.errors import CheckFailed, UsageFault
from edge.passwords import without_password
from edge.settings import load_settings
from edge.whole_file import whole_file
from inventory_core.messages import tell

REHEARSAL_PORT = 8090
SENSOR_NOISE = 2.0
"""Grey levels (standard deviation): without any, a still scene is a frozen camera."""

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


@camera.command("picture")
def camera_picture(
    spec: Annotated[str, typer.Argument(metavar="CAMERA", help="Number, path, address, or name in the settings.")],
    target: Annotated[Path, typer.Option("--out", metavar="FILE", help="The PNG to write.")],
) -> None:
    """One clear picture of a camera, once nothing moves before it, people painted over: for `calibrate bay`, and to see what
    it sees."""
    if target.suffix.lower() != ".png":
        raise UsageFault("{file} must end in .png: a picture to measure in is kept without loss", file=target)
    keep_picture(spec, target, out())


def keep_picture(spec: str, target: Path, speak: Out) -> None:
    """Writes a usable picture of the camera `spec` to the PNG `target`, people painted over, and says so.

    Raises what `settled_view` does, CheckFailed for an unusable picture, and CannotMask: then nothing is written.
    """
    settings = load_settings()
    people, image = need_people(settings), settled_view(spec, settings.camera).image
    if reasons := judge(measure(image)):
        raise CheckFailed("{camera} shows no usable picture, none was written: {why}; mend that and run this again",
                          camera=without_password(spec), why=", ".join(speak.tr.say(reason_in_words(each)) for each in reasons))
    with whole_file(target) as half:
        half.write_bytes(signed_png(masked(image, people)))
    height_px, width_px = image.shape[:2]
    speak.say(tell("{file} is written, {width} x {height} px; look at it: the whole shelf, nobody in front",
                   file=target, width=width_px, height=height_px))


@camera.command("rehearse")
def camera_rehearse(
    pictures: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Pictures to show; else the demo's shelf.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long each picture is shown.")] = 600.0,
    fps: Annotated[float, typer.Option(min=1, max=60, help="Frames a second.")] = 10.0,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = REHEARSAL_PORT,
    kit: Annotated[Path | None, typer.Option(
        metavar="DIR", help="Write the demo shop's catalogue, planogram and product photos there.")] = None,
) -> None:
    """A network camera without hardware that fails on command, for rehearsing an installation; Ctrl-C ends it."""
    speak, stage = out(), open_stage()
    shown = replayed(pictures or stage.folder / "frames", held=max(1, round(seconds * fps)), noise=SENSOR_NOISE)
    with _rig(shown, fps, port) as rig:
        if kit is not None:
            _unpack(kit)
            speak.say(tell("catalogue, planogram and product photos of the demo shop are in {folder}", folder=kit))
        for ends in (signal.SIGINT, signal.SIGTERM):  # said aloud: a shell starts background jobs with Ctrl+C ignored
            signal.signal(ends, lambda *_: rig.stop.set())
        speak.say(tell("a camera at {address}; make it fail with {base}/mode/NAME, NAME one of {modes}", address=rig.url,
                       base=rig.url.removesuffix("/live.mjpg"), modes=", ".join(Mode)))
        rig.stop.wait()


def _rig(shown: Source, fps: float, port: int) -> RigCamera:
    """Raises UsageFault where the port cannot be had."""
    try:
        return RigCamera(shown, fps=fps, port=port)
    except OSError as error:
        raise UsageFault("no camera can be shown at port {port}: {why}; end what is there, such as another rehearsal, or "
                         "choose another with --port", port=port, why=error.strerror or error) from error


def _unpack(kit: Path) -> None:
    """The shop's tables and photos, never the truth about its day. Raises UsageFault where `kit` is there already."""
    if kit.exists():
        raise UsageFault("{folder} is there already; leave --kit out to go on with it, or name a folder that is not",
                         folder=kit)
    stage = open_stage()
    shutil.copytree(stage.folder / "enrol", kit / "photos")
    for table in (stage.catalogue, stage.planogram):
        shutil.copy(table, kit / table.name)
