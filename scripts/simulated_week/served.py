"""A part of the week through processes: `shelfcount serve` counts a network camera that fails, by the real clock.

    python -m scripts.simulated_week.served DATA [--counts 120] [--seed 1] [--photo 0] --out DIR

The camera is `edge.capture.rig` in this process. Besides the plan of a week the capture process is stopped for three seconds
while goods are sold, and killed; so is the network's, for ever.
"""

import argparse
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import cv2

from edge.bootstrap import open_eye
from edge.capture.rig import Mode, RigCamera
from edge.clock import SystemClock
from edge.settings import load_settings
from inventory_core.counts import Capture, CaptureStatus, Pedigree
from inventory_core.ids import CountId, LocationId
from inventory_core.store.sql_book import open_book
from inventory_core.units import FacingRange
from scripts.simulated_week import tables
from scripts.simulated_week.composed import Composed
from scripts.simulated_week.conditions import Condition, Severity
from scripts.simulated_week.driver import SimulatedDriver
from scripts.simulated_week.fixtures import fixtures
from scripts.simulated_week.judge import Look, judge, wrongs_of
from scripts.simulated_week.leaks import CAPTURE, NETWORK, Held, growth, held_at_rest
from scripts.simulated_week.plan import Moment, moments_of
from scripts.simulated_week.scene import Goods, Scene, shares
from scripts.simulated_week.serving import Served
from scripts.simulated_week.surveyed import install
from scripts.simulated_week.witness import count_afresh

FPS = 10.0
SHOWN_S = 0.5
"""So long a disturbance lasts before a count is asked for."""
STOPPED_S = 3.0
BACK_S = 10.0
"""So soon after an outage a count may still be refused (fault T20)."""
MODES = {"stall": Mode.STALL, "unplugged": Mode.CLOSE, "garbage": Mode.GARBAGE, "half_jpegs": Mode.TORN, "frozen": Mode.FROZEN,
         "stale": Mode.STALE, "slow": Mode.SLOW}
BLOWS = {"capture_stopped": (CAPTURE, signal.SIGSTOP), "capture_killed": (CAPTURE, signal.SIGKILL),
         "network_stopped": (NETWORK, signal.SIGSTOP), "network_killed": (NETWORK, signal.SIGKILL)}
"""What is done to processes of the server. The capture process goes on after STOPPED_S, the networks' have to be replaced."""
PARTS = {"its capture process": CAPTURE, "its detector": f"{NETWORK}\0detector", "its label finder": f"{NETWORK}\0label_finder",
         "its person finder": f"{NETWORK}\0person_finder"}
"""What is looked at for leaks, by what stands in the command line of its process."""
EVERY_OTHER = {"clock_ahead": "capture_stopped", "clock_back": "capture_killed", "network_fails": "network_stopped",
               "stall": "network_killed"}
"""What cannot be done to a server from outside gives its turn to what is done to its processes; so does every other stall."""


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.simulated_week.served", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--counts", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--photo", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def planted(moment: Moment) -> Condition:
    """What is planted at a moment: for as long as the count takes."""
    condition = moment.conditions[0]
    stalls = condition.kind == "stall" and moment.number % 2
    kind = condition.kind if stalls else EVERY_OTHER.get(condition.kind, condition.kind)
    severity = Severity.MILD if kind in BLOWS else condition.severity
    return replace(condition, kind=kind, severity=severity, until_s=float("inf"))


class Play:
    """The camera and the server, one count after another."""

    def __init__(self, rig: RigCamera, driver: SimulatedDriver, served: Served, name: str) -> None:
        self._rig, self._driver, self._served, self._name = rig, driver, served, name

    def count(self, moment: Moment, condition: Condition) -> Mapping[str, object]:
        """One count under `condition`."""
        module, blow = BLOWS.get(condition.kind, ("", signal.SIGCONT))
        for pid in self._served.children(module) if module else ():  # before the goods change: old pictures pile up
            os.kill(pid, blow)
            if condition.kind == "capture_stopped":
                threading.Timer(STOPPED_S, _go_on, (pid,)).start()
        self._driver.begin(replace(moment, conditions=(condition,)))
        self._rig.mode = MODES.get(condition.kind, Mode.LIVE)
        time.sleep(SHOWN_S)
        try:
            return self._served.count(self._name)
        finally:
            self._rig.mode = Mode.LIVE


def _go_on(pid: int) -> None:
    with suppress(ProcessLookupError):  # it was replaced meanwhile
        os.kill(pid, signal.SIGCONT)


def refused(reply: Mapping[str, object], location: LocationId, at: datetime) -> Capture:
    """A count that somebody waited for and that ended in an error, as an answer."""
    failure = reply["failure"]
    code = str(failure["code"]) if isinstance(failure, dict) else "no reason"
    return Capture(CountId(str(reply["id"])), location, at, CaptureStatus.CANNOT_SEE, (code,), (), (), 0.0,
                   Pedigree(None, "", None, None, None))


def requested_at(reply: Mapping[str, object]) -> datetime:
    """When the server took the order."""
    return datetime.fromisoformat(str(reply["requested_at"]).replace("Z", "+00:00"))


def main() -> int:
    args = asked()
    cv2.setNumThreads(1)
    shutil.rmtree(args.out, ignore_errors=True)
    temporary = args.out / "temporary"
    temporary.mkdir(parents=True)
    every = list(islice(fixtures(args.data), args.photo, args.photo + 6))
    camera = install(every[0].name, Scene(every[0], every[1:]), args.out, args.seed)
    if camera is None:
        raise SystemExit(f"the product finds no shelves on {every[0].name}; take another --photo")
    eye, db = open_eye(load_settings().model_copy(update={"threads": 1})), args.out / "served.db"
    driver = SimulatedDriver(camera.name, Composed(camera.scene), SystemClock())
    replies: list[tuple[Moment, Condition, Mapping[str, object], float, bool]] = []
    back_s = 0.0
    own, parts = list[Held](), {name: list[Held]() for name in PARTS}
    began_s = time.monotonic()
    with (RigCamera(lambda _: driver.picture(), fps=FPS) as rig,
          Served(camera.name, rig.url, camera.site_file, db, temporary) as served):
        served.open_wide()
        play = Play(rig, driver, served, camera.name)
        for moment in moments_of(len(camera.scene.fixture.goods), args.counts, args.seed, dark_nights=False):
            condition = planted(moment)
            asked_s, just_back = time.monotonic(), time.monotonic() < back_s
            reply = play.count(moment, condition)
            replies.append((moment, condition, reply, time.monotonic() - asked_s, just_back))
            if condition.kind in MODES or condition.kind in BLOWS:
                back_s = time.monotonic() + BACK_S
            driver.shown.clear()
            own.append(held_at_rest(served.pid, temporary))
            for name, command in PARTS.items():
                parts[name] += [held_at_rest(pid, temporary) for pid in served.children(command)[:1]]
            print(f"{time.monotonic() - began_s:5.0f} s {len(replies)} {condition.kind} {reply['status']} {reply['reasons']} "
                  f"{reply['failure']}", file=sys.stderr, flush=True)
        ended = not served.runs
    book = open_book(str(db))
    with book.read() as reader:
        kept = {str(capture.id): capture for capture in reader.captures()}
    book.close()
    clear: dict[Goods, dict[str, FacingRange]] = {}
    looks = []
    for number, (moment, condition, reply, took_s, just_back) in enumerate(replies):
        capture = kept.get(str(reply["id"])) or refused(reply, LocationId(camera.name), datetime.now(UTC))
        if capture.shelves_seen and moment.goods not in clear:
            clear[moment.goods] = count_afresh(eye, camera, moment.goods, number)
        age_s = took_s - SHOWN_S - (capture.captured_at - requested_at(reply)).total_seconds()
        covers = shares(camera.scene.cover(condition), camera.outlines) if condition.cover else {}
        looks.append(Look(camera.name, number, condition, just_back, covers, capture, age_s, clear.get(moment.goods, {})))
    for look in looks:
        if wrongs_of(look):
            print(wrongs_of(look), look, file=sys.stderr)
    early = sum(look.published and look.capture.captured_at < requested_at(reply)
                for look, (_, _, reply, _, _) in zip(looks, replies, strict=True))
    growths = {"the server": growth(own), **{name: growth(samples) for name, samples in parts.items()}}
    page = "\n\n".join([tables.bars(looks, len(replies), args.counts, int(ended), growths),
                        f"Published pictures taken before their trigger: {early}. Age of a published picture when its "
                        f"answer was read: {tables.ages(looks)}.", tables.confusion(looks)])
    (args.out / "figures.md").write_text(page + "\n", encoding="utf-8")
    print(page)
    return int(not judge(looks).holds or bool(early) or ended or not all(grown.holds for grown in growths.values()))


if __name__ == "__main__":
    sys.exit(main())
