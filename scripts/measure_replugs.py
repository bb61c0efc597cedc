"""Measures how a camera in a process of its own survives replugs, hangs and stops (faults T20, T21, T23), as a Markdown table.

    python -m scripts.measure_replugs [--replugs 100] [--stops 5] [--kills 30] [--triggers 1000]

A replug closes every connection of a local MJPEG camera and refuses new ones for half a second; a stop is SIGSTOP of the
capture process, a kill SIGKILL (with the limit of restarts lifted); a trigger is a read whose picture carries its number,
compared with when that number was made.
"""

import argparse
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from edge.capture.keeper import KeepPolicy
from edge.capture.restarts import RestartPolicy
from edge.capture.rig import Mode, RigCamera, number_on
from edge.capture.supervisor import SupervisedCamera, WorkerProcess
from edge.capture.wire import Order
from edge.clock import SystemClock

OUT_S = 0.5


def until(true: Callable[[], bool], seconds: float = 120.0) -> float:
    start_s = time.monotonic()
    while not true():
        if time.monotonic() - start_s > seconds:
            raise SystemExit("the camera did not get there in two minutes")
        time.sleep(0.01)
    return time.monotonic() - start_s


def held(pid: int) -> tuple[int, int]:
    """Open files and threads of a process."""
    folder = Path("/proc") / str(pid)
    return len(list((folder / "fd").iterdir())), len(list((folder / "task").iterdir()))


def children() -> int:
    return len((Path("/proc/self/task") / str(os.getpid()) / "children").read_text(encoding="ascii").split())


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def seconds(values: list[float]) -> str:
    ordered = sorted(values)
    return f"median {ordered[len(ordered) // 2]:.2f} s, most {ordered[-1]:.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replugs", type=int, default=100)
    parser.add_argument("--stops", type=int, default=5)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--triggers", type=int, default=1000)
    given = parser.parse_args()
    row("what", "figure")
    row("---", "---")
    with RigCamera(fps=15) as rig:
        if given.triggers or given.replugs or given.stops:
            camera, processes = opened(rig, KeepPolicy())
            measure_triggers(camera, rig, given.triggers)
            measure_replugs(camera, rig, processes, given.replugs)
            measure_ends(camera, processes, given.stops, signal.SIGSTOP)
            camera.close()
        if given.kills:
            camera, processes = opened(rig, KeepPolicy(restarts=RestartPolicy(most=given.kills + 1)))
            measure_ends(camera, processes, given.kills, signal.SIGKILL)
            camera.close()
    row("child processes left after `close`", children())
    row("threads left after `close`", threading.active_count() - 1)


def opened(rig: RigCamera, policy: KeepPolicy) -> tuple[SupervisedCamera, list[WorkerProcess]]:
    """A camera that runs, and every capture process that it has had."""
    processes: list[WorkerProcess] = []

    def launch() -> WorkerProcess:
        processes.append(WorkerProcess(Order(rig.url, "rig")))
        return processes[-1]

    camera = SupervisedCamera("rig", launch, SystemClock(), policy=policy)
    camera.read()
    return camera, processes


def measure_triggers(camera: SupervisedCamera, rig: RigCamera, triggers: int) -> None:
    if not triggers:
        return
    ages, late = list[float](), 0
    for _ in range(triggers):
        trigger_s = time.monotonic()
        frame = camera.read()
        exposed_s = rig.exposed_s[number_on(frame.image)] if frame else 0.0
        late += exposed_s <= trigger_s
        ages.append(time.monotonic() - exposed_s)
    row(f"{triggers} triggers at 15 fps: pictures made before their trigger", late)
    row("age of the picture when it was handed over", seconds(ages))


def measure_replugs(camera: SupervisedCamera, rig: RigCamera, processes: list[WorkerProcess], replugs: int) -> None:
    if not replugs:
        return
    noticed, back = list[float](), list[float]()
    own, child = held(os.getpid()), held(processes[-1].pid)
    for _ in range(replugs):
        rig.mode = Mode.CLOSE
        noticed.append(until(lambda: not camera.state.online))
        time.sleep(OUT_S)
        rig.mode = Mode.LIVE
        start_s = time.monotonic()
        camera.read()
        back.append(time.monotonic() - start_s)
    time.sleep(1.0)
    own_after, child_after = held(os.getpid()), held(processes[-1].pid)
    row(f"{replugs} replugs: noticed", seconds(noticed))
    row("a fresh picture after the replug", seconds(back))
    row("processes started for them", len(processes) - 1)
    row("open files, threads of the program before and after", f"{own} -> {own_after}")
    row("open files, threads of the capture process before and after", f"{child} -> {child_after}")


def measure_ends(camera: SupervisedCamera, processes: list[WorkerProcess], ends: int, how: signal.Signals) -> None:
    if not ends:
        return
    noticed, back = list[float](), list[float]()
    own, child = held(os.getpid()), held(processes[-1].pid)
    for _ in range(ends):
        os.kill(processes[-1].pid, how)
        noticed.append(until(lambda: not camera.state.online))
        start_s = time.monotonic()
        until(lambda: camera.state.online)
        camera.read()
        back.append(time.monotonic() - start_s)
    row(f"{ends} times {how.name} to the capture process: noticed", seconds(noticed))
    row("a fresh picture from the next process after that", seconds(back))
    row("restarts", camera.state.restarts)
    row("open files, threads of the program before and after", f"{own} -> {held(os.getpid())}")
    row("open files, threads of the capture process before and after", f"{child} -> {held(processes[-1].pid)}")


if __name__ == "__main__":
    main()
