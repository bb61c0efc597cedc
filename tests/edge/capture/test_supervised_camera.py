"""A camera in a process of its own: stopped, it is replaced, and no picture is older than the call that asked for it."""

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from edge.capture.keeper import KeepPolicy
from edge.capture.rig import Mode, RigCamera, number_on
from edge.capture.supervisor import SupervisedCamera, WorkerProcess, supervise
from edge.capture.wire import Order
from edge.clock import SystemClock
from edge.errors import UnreadableInput
from edge.passwords import without_password


def wait_for(true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline_s = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline_s
        SystemClock().wait(0.02, threading.Event())


def read_fresh(camera: SupervisedCamera, rig: RigCamera) -> int:
    """The frame's number, after a check that it was exposed after the call and at most a second ago."""
    trigger_s = time.monotonic()
    frame = camera.read()
    assert frame is not None
    exposed_s = rig.exposed_s[number_on(frame.image)]
    assert exposed_s > trigger_s
    assert time.monotonic() - exposed_s < 1.0
    return frame.seq


def test_a_stopped_process_is_replaced_and_a_pulled_cable_is_seen_and_healed() -> None:
    processes: list[WorkerProcess] = []
    threads = threading.active_count()
    with RigCamera() as rig:

        def launch() -> WorkerProcess:
            processes.append(WorkerProcess(Order(rig.url, "door")))
            return processes[-1]

        camera = SupervisedCamera("door", launch, SystemClock(), policy=KeepPolicy(silent_s=1.0))
        first = read_fresh(camera, rig)
        os.kill(processes[0].pid, signal.SIGSTOP)
        wait_for(lambda: camera.state.code == "camera_silent")
        assert read_fresh(camera, rig) > first
        assert (True, 1, 2) == (camera.state.online, camera.state.restarts, len(processes))
        rig.mode = Mode.CLOSE
        wait_for(lambda: not camera.state.online)
        rig.mode = Mode.LIVE
        assert read_fresh(camera, rig) > first
        assert 2 == len(processes)
        camera.close()
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)
    wait_for(lambda: threading.active_count() <= threads)


def test_a_camera_that_is_not_there_is_offline_with_its_reason() -> None:
    camera = supervise("http://who:secret@127.0.0.1:9/live", SystemClock(), patience_s=3.0)
    try:
        wait_for(lambda: camera.state.code == "no_camera")
        with pytest.raises(UnreadableInput) as refused:
            camera.read()
        assert "no_camera" == refused.value.code
        assert "secret" not in f"{refused.value} {camera.state.why()} {camera.name}"
    finally:
        camera.close()


@pytest.mark.parametrize(("spec", "shown"), [
    ("rtsp://a:b@host/x", "rtsp://host/x"), ("rtsp://a:p@ss@host/x", "rtsp://host/x"), ("rtsp://a:p/s @host/x", "rtsp://host/x"),
    ("http://host/live.cgi?usr=a&pwd=b&size=2", "http://host/live.cgi?usr=a&pwd=***&size=2"),
    ("http://host/x", "http://host/x"), ("/dev/video0", "/dev/video0"), ("0", "0"),
])  # fmt: skip
def test_a_password_is_not_shown(spec: str, shown: str) -> None:
    assert shown == without_password(spec)


def test_ctrl_c_on_the_terminal_is_for_the_program_alone_which_then_ends_its_camera_process() -> None:
    process = WorkerProcess(Order("0", "door"))
    apart = os.getpgid(process.pid) != os.getpgrp()
    process.kill()
    assert apart
