"""Live cameras of a running server: told in health and metrics, never in the way of an answer, and gone with the server."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from edge.api.cameras import NamedCamera, held_cameras
from edge.capture.hold import hold
from edge.capture.keeper import CameraState
from edge.capture.rig import Mode, RigCamera
from edge.clock import SimulatedClock
from edge.errors import UnreadableInput
from edge.messages import Lang
from tests.edge.api.conftest import NOW, Build
from tests.edge.api.test_serve import Serve, folder, serve

__all__ = ["folder", "serve"]


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline_s = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline_s
        threading.Event().wait(0.05)


def children(pid: int) -> list[int]:
    """Processes below `pid`."""
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def named(state: CameraState) -> NamedCamera:
    def never() -> None:
        raise AssertionError

    return NamedCamera(never, SimulatedClock(NOW), lambda: state)  # type: ignore[arg-type]


UP = CameraState("door", None, NOW, NOW, 1, 2)
GONE = CameraState("window", "camera_silent", NOW)


@pytest.mark.parametrize(("states", "whole"), [((UP,), "UP"), ((UP, GONE), "DEGRADED"), ((GONE,), "DOWN")])
def test_health_is_not_up_while_a_camera_is_offline(build: Build, states: tuple[CameraState, ...], whole: str) -> None:
    with TestClient(build(cameras={state.camera: named(state) for state in states})) as client:
        part = client.get("/api/health").json()["camera"]
    assert whole == part["status"]
    assert {state.camera: state.code for state in states} == {name: told["code"] for name, told in part["cameras"].items()}


def test_health_says_why_a_camera_is_offline_in_the_caller_s_language(build: Build) -> None:
    with TestClient(build(cameras={"window": named(GONE)})) as client:
        parts = {lang: client.get("/api/health", headers={"Accept-Language": lang}).json()["camera"] for lang in Lang}
    assert "delivers no picture" in parts[Lang.EN]["cameras"]["window"]["reason"]
    assert "没有送出画面" in parts[Lang.ZH]["cameras"]["window"]["reason"]


def test_each_live_camera_has_its_figures(build: Build) -> None:
    with TestClient(build(cameras={"door": named(UP), "window": named(GONE)})) as client:
        lines = client.get("/metrics").text.splitlines()
    for line in ('shelfcount_camera_online{camera="door"} 1.0', 'shelfcount_camera_online{camera="window"} 0.0',
                 'shelfcount_camera_picture_age_seconds{camera="door"} 0.0',
                 'shelfcount_camera_restarts_total{camera="door"} 1.0',
                 'shelfcount_camera_outages_total{camera="door"} 2.0'):
        assert line in lines
    assert not any(line.startswith('shelfcount_camera_picture_age_seconds{camera="window"') for line in lines)


def test_a_device_that_another_program_reads_is_refused_an_address_is_not() -> None:
    clock = SimulatedClock(NOW)
    with hold(["/dev/video63", "http://127.0.0.1:9/live"]):
        with pytest.raises(UnreadableInput, match="is being read by another shelfcount"):
            held_cameras({"door": "/dev/video63"}, clock).__enter__()
        with held_cameras({"door": "http://127.0.0.1:9/live"}, clock) as cameras:
            assert ["door"] == list(cameras)


def test_a_stalled_camera_holds_up_neither_answers_nor_the_end(folder: Path, serve: Serve) -> None:
    with RigCamera() as rig:
        running = serve(folder, "--db", "shop.db", "--camera", f"door={rig.url}")

        def told() -> str | None:
            code: str | None = running.call("GET", "/api/health")[1]["camera"]["cameras"]["door"]["code"]
            return code

        until(lambda: told() is None)
        rig.mode = Mode.STALL
        until(lambda: told() == "camera_silent")
        assert 202 == running.call("POST", "/v2/counts", {"camera": "door"}, Idempotency_Key="1")[0]
        began_s = time.monotonic()
        assert "DOWN" == running.call("GET", "/api/health")[1]["camera"]["status"]
        assert time.monotonic() - began_s < 1.0
        below = children(running.process.pid)
        assert 4 == len(below)  # the camera, the detector, the finders of labels and people
        assert running.stop() < 5
        assert 0 == running.process.returncode
        until(lambda: not any(is_running(pid) for pid in below), 2.0)
