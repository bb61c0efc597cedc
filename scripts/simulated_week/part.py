"""One process of a week: it installs the cameras that are its own, lets the product live before each, notes every answer."""

import gc
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import cv2

from edge.bootstrap import open_eye, open_people
from edge.counting.evidence import Evidence
from edge.settings import load_settings
from inventory_core.store.sql_book import open_book
from models.step_back import StepBack
from scripts.simulated_week.fixtures import Fixture, fixtures
from scripts.simulated_week.judge import Look, wrongs_of
from scripts.simulated_week.leaks import Growth, Held, growth, held
from scripts.simulated_week.plan import moments_of
from scripts.simulated_week.rows import row_of
from scripts.simulated_week.scene import Scene
from scripts.simulated_week.surveyed import Installed, install
from scripts.simulated_week.week import Answer, Lived, ShakyEye

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
    """What one process lived through."""

    looks: tuple[Look, ...]
    rounds: int
    crashes: tuple[str, ...]
    growth: Growth


class Notes:
    """What was answered, and pictures of what was wrong."""

    def __init__(self, folder: Path, rows: Path, say: Callable[[str], None]) -> None:
        self.looks: list[Look] = []
        self._folder, self._rows, self._say = folder, rows, say
        self._folder.mkdir(parents=True, exist_ok=True)

    def add(self, answer: Answer) -> None:
        look = answer.look
        self.looks.append(look)
        with self._rows.open("a", encoding="utf-8") as rows:
            rows.write(row_of(look) + "\n")
        wrong = wrongs_of(look)
        if not wrong:
            return
        condition = look.condition
        name = f"{wrong[0]}-{condition.kind}-{condition.level}-{look.camera}-{look.number:03d}"
        self._say(f"{name} {look.capture.status} {','.join(look.capture.reasons)}")
        if answer.picture and sum(1 for _ in self._folder.iterdir()) < 2 * MOST_PICTURES:
            (self._folder / f"{name}.jpg").write_bytes(answer.picture)
            (self._folder / f"{name}.txt").write_text(f"{look}\n", encoding="utf-8")


def installed(every: Sequence[Fixture], cameras: int, folder: Path, seed: int) -> list[Installed]:
    found: list[Installed] = []
    for number, fixture in enumerate(every):
        scene = Scene(fixture, [*every[number + 1 :], *every[:number]])
        if len(found) < cameras and (camera := install(fixture.name, scene, folder, seed)) is not None:
            found.append(camera)
    return found


def live(order: Order, part: int) -> Part:
    """Every `processes`-th camera of the week, from camera `part` on."""
    cv2.setNumThreads(1)
    folder, temporary = order.out, order.out / f"temporary-{part}"
    temporary.mkdir()
    tempfile.tempdir = str(temporary)
    spoken = os.fdopen(os.dup(2), "w")
    os.dup2(os.open(folder / f"log-{part}.txt", os.O_WRONLY | os.O_CREAT, 0o644), 2)  # decoders complain of every torn JPEG
    began_s = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began_s:6.0f} s  {line}", file=spoken, flush=True)

    every = list(islice(fixtures(order.data), order.first, order.first + order.cameras + SPARE))
    sites = folder / f"sites-{part}"
    sites.mkdir()
    found = installed(every, order.cameras, sites, order.seed)
    say(f"{len(found)} cameras: {', '.join(camera.name for camera in found)}")
    settings = load_settings().model_copy(update={"threads": 1})
    eye = open_eye(settings)
    if not isinstance(eye.detector, StepBack):
        raise SystemExit("the shipped eye is put together otherwise than this script knows")
    shaky = ShakyEye(eye.detector)
    eye = replace(eye, detector=shaky)
    db = folder / f"week-{part}.db"
    store, evidence = open_book(str(db)), Evidence.of_book(str(db), open_people(settings))
    notes = Notes(folder / "wrong", folder / f"answers-{part}.jsonl", say)
    samples, rounds, crashes = list[Held](), 0, list[str]()
    for number, camera in list(enumerate(found))[part :: order.processes]:
        plan = moments_of(len(camera.scene.fixture.goods), order.rounds, order.seed + 1000 * number,
                          dark_nights=number % DARK_EVERY == 1)
        lived = Lived(camera, list(plan), eye, shaky, store, evidence)

        def hear(answer: Answer) -> None:
            notes.add(answer)
            samples.append(held(os.getpid(), temporary))

        lived.live(hear)
        rounds, crashes = rounds + lived.rounds, [*crashes, *lived.crashes]
        del lived
        gc.collect()
        say(f"{camera.name}: {rounds} rounds, {len(notes.looks)} answers, {len(crashes)} crashes, {samples[-1:]}")
    store.close()
    return Part(tuple(notes.looks), rounds, tuple(crashes), growth(samples))


