"""`shelfcount run` as a device runs it: a process of its own over a camera, counting by the clock until it is told to stop."""

import json
import os
import re
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from edge.capture.rig import RigCamera, replayed
from inventory_core.counts import CaptureStatus
from inventory_core.store.sql_book import open_book
from models.golden import GOLDEN_SET
from tests.edge.api.test_held_cameras import children, is_running, until
from tests.edge.api.test_serve import Serve, folder, serve

__all__ = ["folder", "serve"]

CANARY = "Kanarienvogel-7f3a"
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
STEPS = ["count_started", "burst_taken", "inference_done", "count_ended"]


def shelf(folder: Path) -> Path:
    """A folder with one picture of a full shelf."""
    (made := folder / "shelf").mkdir()
    shutil.copy(GOLDEN_SET / "shelf.jpg", made)
    return made


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "stderr").read_text().splitlines()]


def test_it_counts_by_the_clock_and_ends_with_all_its_processes(folder: Path, serve: Serve) -> None:
    with RigCamera(replayed(shelf(folder), noise=2.0), fps=10) as rig:
        address = rig.url.replace("http://", f"http://owner:{CANARY}@")
        running = serve(folder, "--db", "shop.db", "--camera", f"door={address}", "--every", "0.1", command="run",
                        SHELFCOUNT_LOG="json")  # fmt: skip

        def counted() -> list[Any]:
            items = running.call("GET", "/v2/counts")[1]["items"]
            return [item for item in items if item["status"] == "counted"]

        until(lambda: len(counted()) >= 2, 90.0)
        asked = running.call("POST", "/v2/counts", {"camera": "door"}, Idempotency_Key="1", X_Request_ID="tap-1",
                             traceparent=PARENT)[1]["id"]  # fmt: skip
        assert ("tap-1", PARENT[:36]) == (running.headers["x-request-id"], running.headers["traceparent"][:36])
        until(lambda: any(item["id"] == asked for item in counted()), 30.0)
        assert all(item["frame"] > 0 and item["pedigree"]["detector"].startswith("sha256:") for item in counted())
        below = children(running.process.pid)
        assert 4 == len(below)  # the camera, the detector, the finders of labels and people
        assert running.stop() < 5
        assert 0 == running.process.returncode
        until(lambda: not any(is_running(pid) for pid in below), 2.0)
    book = open_book(str(folder / "shop.db"))
    with book.read() as read:
        captures = read.captures()
    book.close()
    assert len(captures) >= 3
    assert {CaptureStatus.COUNTED} == {capture.status for capture in captures if capture.counts}
    told = lines(folder)
    steps = [line["event"] for line in told if line.get("count") == asked]
    assert STEPS == steps
    trigger = {line.get("request_id") for line in told if line.get("count") == asked}
    assert 1 == len(trigger)  # the tap's own id, or that of the scheduled count that it joined
    assert 0 == (folder / "stderr").read_text().count(CANARY)


@pytest.mark.slow
def test_a_network_that_hangs_is_replaced_while_the_api_answers(folder: Path, serve: Serve) -> None:
    """A real hang: the processes of the detector and of the person finder are stopped; each is noticed after 10 s."""
    with RigCamera(replayed(shelf(folder), noise=2.0), fps=10) as rig:
        running = serve(folder, "--db", "shop.db", "--camera", f"door={rig.url}")
        hung = [pid for pid in children(running.process.pid)
                if Path(f"/proc/{pid}/cmdline").read_bytes().endswith((b"\0detector\0", b"\0person_finder\0"))]  # fmt: skip
        assert 2 == len(hung)
        for pid in hung:
            os.kill(pid, signal.SIGSTOP)
        count = running.call("POST", "/v2/counts", {"camera": "door"}, Idempotency_Key="1")[1]["href"]
        slowest_s = 0.0

        def ended() -> bool:
            nonlocal slowest_s
            began_s = time.monotonic()
            state: str = running.call("GET", count)[1]["state"]
            slowest_s = max(slowest_s, time.monotonic() - began_s)
            return state in ("done", "failed")

        until(ended, 60.0)
        assert "counted" == running.call("GET", count)[1]["status"]  # by the pictures after the first
        assert slowest_s < 1.0
        assert [False, False] == [is_running(pid) for pid in hung]
        disk = running.call("GET", "/api/health")[1]["disk"]
        assert ({"cannot_mask": 1}, False) == (disk["pictures_not_kept"], any((folder / "shop.files").rglob("*.jpg")))
        assert "network person_finder did not answer within 10 s" in disk["pictures_reason"]
    told = (folder / "stderr").read_text()
    for network in ("detector", "person_finder"):
        assert re.search(rf"network_restarted .*network={network}.* why=stuck", told)
