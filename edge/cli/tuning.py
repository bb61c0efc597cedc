"""`shelfcount model tune`: measures once which back end runs the detector quickest on this machine, and keeps the choice."""

from typing import Annotated

import cv2
import typer
from rich.table import Table

from edge.bench.tuning import Tried, TunePolicy, tune
from edge.bootstrap import model_files
from edge.cli.console import Out, out
from edge.cli.model import model_app
from edge.cli.progress import steps
from edge.clock import SystemClock
from edge.errors import UsageFault
from edge.settings import Settings, load_settings
from inventory_core.messages import Message, tell
from models.backends import PLAIN
from models.tuning import Host, Tuning, forget_tuning, read_tuning, write_tuning


@model_app.command("tune")
def tune_models(
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="Interleaved rounds.")] = 7,
    show: Annotated[bool, typer.Option("--show", help="Say what is kept, and measure nothing.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Take the choice away: fp32 by onnxruntime from now on.")] = False,
) -> None:
    """Measure every back end that is installed, and use the quickest whose boxes are like those in fp32."""
    speak, settings = out(), load_settings()
    if show and forget:
        raise UsageFault("--show and --forget do not go together")
    if forget:
        gone = forget_tuning(settings.models)
        speak.say(tell("the choice is taken away; the detector is run in fp32 by onnxruntime") if gone
                  else tell("nothing was chosen; the detector is run in fp32 by onnxruntime"))
    elif show:
        _show(speak, settings)
    else:
        cv2.setNumThreads(1)
        policy = TunePolicy(rounds=rounds)
        tuned = tune(model_files(settings), settings.threads, Host.here(), at=SystemClock().now(), policy=policy,
                     rounds=steps(range(rounds), speak, tell("racing")))
        table = Table()
        table.add_column(speak.tr("back end"))
        for column in (speak.tr("CPU ms"), speak.tr("wall ms"), speak.tr("x of fp32")):
            table.add_column(column, justify="right")
        table.add_column("")
        for tried in tuned.tried:
            table.add_row(*_cells(tried, speak))
        speak.table_console().print(table)
        write_tuning(settings.models, tuned.tuning)
        speak.say(_told(tuned.tuning))


def _show(speak: Out, settings: Settings) -> None:
    """What is kept and whether it is used. Raises BadTuning."""
    tuning = read_tuning(settings.models)
    if tuning is None:
        speak.say(tell("nothing was chosen; the detector is run in fp32 by onnxruntime"))
        return
    speak.say(_told(tuning))
    if tuning.host != Host.here():
        speak.say(tell("that was measured on another machine or with other versions, and is not used; measure again with "
                       "`shelfcount model tune`"))
    elif not tuning.fits(model_files(settings).of("detector")):
        speak.say(tell("that is about another detector, and is not used; measure again with `shelfcount model tune`"))


def _told(tuning: Tuning) -> Message:
    return tell("chosen on {at}: {backend}, threads {threads}; {ms} ms of CPU a frame where {plain} takes {plain_ms}",
                at=tuning.at.date(), backend=tuning.backend, threads=tuning.threads, plain=PLAIN,
                ms=f"{tuning.cpu_ms.get(str(tuning.backend), 0):.1f}", plain_ms=f"{tuning.cpu_ms.get(str(PLAIN), 0):.1f}")


def _cells(tried: Tried, speak: Out) -> tuple[str, ...]:
    if tried.times is None:
        return str(tried.backend), "-", "-", "-", speak.tr.say(tried.dropped) if tried.dropped else ""
    return str(tried.backend), f"{tried.times.cpu_ms:.1f}", f"{tried.times.wall_ms:.1f}", f"{tried.ratio:.2f}", ""
