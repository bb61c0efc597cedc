"""One share of a week: a rig that installs its cameras, and the process of the product that it shows them to and measures."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2

from edge.bootstrap import open_eye
from edge.settings import load_settings
from scripts.simulated_week.fixtures import Fixture, fixtures
from scripts.simulated_week.judge import Look, wrongs_of
from scripts.simulated_week.leaks import NETWORK, Growth, Held, children, growth, held
from scripts.simulated_week.plan import moments_of
from scripts.simulated_week.product import Home, count_weeks
from scripts.simulated_week.rows import row_of
from scripts.simulated_week.scene import Scene
from scripts.simulated_week.surveyed import Installed, install
from scripts.simulated_week.week import Stand
from scripts.simulated_week.witness import Witness

SPARE = 4
"""More photos than cameras are read: on some the product finds no shelves, and every scene needs goods of others."""
DARK_EVERY = 3
"""Of so many cameras one stands in the dark at night."""
MOST_PICTURES = 300


@dataclass(frozen=True, slots=True)
class Order:
    """A week: `cameras` before the photos of `data` from `first` on, `rounds` each, shared between `processes`."""

    data: Path
    out: Path
    seed: int
    cameras: int
    rounds: int
    first: int
    processes: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one share lived through; `growths` of the product's processes by name."""

    looks: tuple[Look, ...]
    rounds: int
    crashes: tuple[str, ...]
    growths: Mapping[str, Growth]


class Notes:
    """What was answered, and pictures of what was wrong."""

    def __init__(self, folder: Path, rows: Path, say: Callable[[str], None]) -> None:
        self.looks: list[Look] = []
        self._folder, self._rows, self._say = folder, rows, say
        self._folder.mkdir(parents=True, exist_ok=True)

    def add(self, look: Look, picture: bytes) -> None:
        self.looks.append(look)
        with self._rows.open("a", encoding="utf-8") as rows:
            rows.write(row_of(look) + "\n")
        wrong = wrongs_of(look)
        if not wrong:
            return
        condition = look.condition
        name = f"{wrong[0]}-{condition.kind}-{condition.level}-{look.camera}-{look.number:03d}"
        self._say(f"{name} {look.capture.status} {','.join(look.capture.reasons)}")
        if picture and sum(1 for _ in self._folder.iterdir()) < 2 * MOST_PICTURES:
            (self._folder / f"{name}.jpg").write_bytes(picture)
            (self._folder / f"{name}.txt").write_text(f"{look}\n", encoding="utf-8")


class Scales:
    """What the product's process and its network's hold, weighed at every answer; kept in `file` too, MiB and handles."""

    def __init__(self, pid: int, temporary: Path, file: Path) -> None:
        self._pid, self._temporary, self._file = pid, temporary, file
        self._samples: dict[str, list[Held]] = {"the product": [], "its network": []}

    def weigh(self) -> str:
        pids = (self._pid, *children(self._pid, NETWORK)[:1])
        now = [held(pid, self._temporary) for pid in pids]
        for samples, each in zip(self._samples.values(), now, strict=False):
            samples.append(each)
        told = "  ".join(f"{each.memory_kib / 1024:.1f} {each.files} {each.threads} {each.temporary}" for each in now)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(told + "\n")
        return told

    def growths(self) -> dict[str, Growth]:
        return {name: growth(samples) for name, samples in self._samples.items() if samples}


def installed(every: Sequence[Fixture], cameras: int, folder: Path, seed: int) -> list[Installed]:
    found: list[Installed] = []
    for number, fixture in enumerate(every):
        scene = Scene(fixture, [*every[number + 1 :], *every[:number]])
        if len(found) < cameras and (camera := install(fixture.name, scene, folder, seed)) is not None:
            found.append(camera)
    return found


def attend(line: "Connection[Any, Any]", cameras: Iterator[tuple[Stand, Witness]]) -> None:
    """Answer what the product's process asks (`product.Afar`), one camera after the other, until it hangs up."""
    witness: Witness | None = None
    with suppress(EOFError, ConnectionError):
        while True:
            what, about = line.recv()
            if what == "next_camera":
                stand, witness = next(cameras, (None, None))
                line.send(stand)
            else:
                line.send(getattr(witness, what)(*about))


def live(order: Order, part: int) -> Part:
    """Every `processes`-th camera of the week, from camera `part` on."""
    cv2.setNumThreads(1)
    folder, began_s = order.out, time.monotonic()
    home = Home(folder / f"week-{part}.db", folder / f"log-{part}.txt", folder / f"temporary-{part}")
    home.temporary.mkdir()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began_s:6.0f} s  {line}", file=spoken, flush=True)

    with os.fdopen(os.dup(2), "w") as spoken:
        os.dup2(os.open(folder / f"log-rig-{part}.txt", os.O_WRONLY | os.O_CREAT, 0o644), 2)  # decoders complain here too
        every = list(islice(fixtures(order.data), order.first, order.first + order.cameras + SPARE))
        sites = folder / f"sites-{part}"
        sites.mkdir()
        found = installed(every, order.cameras, sites, order.seed)
        say(f"{len(found)} cameras: {', '.join(camera.name for camera in found)}")
        ours, theirs = get_context("spawn").Pipe()
        product = get_context("spawn").Process(target=count_weeks, args=(theirs, home))
        product.start()
        theirs.close()
        scales = Scales(product.pid or 0, home.temporary, folder / f"memory-{part}.txt")
        notes = Notes(folder / "wrong", folder / f"answers-{part}.jsonl", say)
        eye = open_eye(load_settings().model_copy(update={"threads": 1}))
        witnesses = list[Witness]()

        def hear(look: Look, picture: bytes) -> None:
            told = scales.weigh()
            notes.add(look, picture)
            if len(notes.looks) % 50 == 1:
                say(f"{look.camera}: {witnesses[-1].rounds} rounds, {len(notes.looks)} answers; {told}")

        def cameras() -> Iterator[tuple[Stand, Witness]]:
            for number, camera in list(enumerate(found))[part :: order.processes]:
                plan = moments_of(len(camera.scene.fixture.goods), order.rounds, order.seed + 1000 * number,
                                  dark_nights=number % DARK_EVERY == 1)
                witnesses.append(Witness(camera, eye, hear))
                yield Stand(camera.name, camera.site, tuple(plan)), witnesses[-1]

        attend(ours, cameras())
        product.join()
    crashes = [crash for witness in witnesses for crash in witness.crashes]
    if product.exitcode:
        crashes.append(f"the product's process ended with {product.exitcode}")
    return Part(tuple(notes.looks), sum(witness.rounds for witness in witnesses), tuple(crashes), scales.growths())
