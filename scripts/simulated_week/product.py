"""The process that is measured: the product, and a camera whose pictures come from the rig's process.

Nothing is composed or judged here, so that what this process comes to hold is held by the product.
"""

import gc
import os
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2

from edge.api.metrics import Metrics
from edge.bootstrap import open_eye, open_people
from edge.counting.evidence import Evidence
from edge.settings import load_settings
from inventory_core.store.sql_book import open_book
from models.step_back import StepBack
from models.watched_network import NetworkWatch
from scripts.simulated_week.conditions import Condition
from scripts.simulated_week.plan import Moment
from scripts.simulated_week.week import Answer, Lived, ShakyEye, Stand


@dataclass(frozen=True, slots=True)
class Home:
    """Where the product's process keeps its book, what it and its decoders say, and its temporary files."""

    db: Path
    log: Path
    temporary: Path


class Afar:
    """A Stage in the process at the other end of `line`."""

    def __init__(self, line: "Connection[Any, Any]") -> None:
        self._line = line

    def next_camera(self) -> Stand | None:
        """The next camera to live with; None after the last."""
        found: Stand | None = self._ask("next_camera")
        return found

    def begin(self, moment: Moment) -> None:
        self._ask("begin", moment)

    def picture(self, condition: Condition, at_s: float) -> bytes:
        return bytes(self._ask("picture", condition, at_s))

    def answered(self, answer: Answer) -> None:
        self._ask("answered", answer)

    def crashed(self, trace: str) -> None:
        self._ask("crashed", trace)

    def _ask(self, what: str, *about: object) -> Any:
        self._line.send((what, about))
        return self._line.recv()


def count_weeks(line: "Connection[Any, Any]", home: Home) -> None:
    """Live the week of each camera that the rig has, one after the other. The network runs in a process of its own, as a
    server's does."""
    cv2.setNumThreads(1)
    tempfile.tempdir = str(home.temporary)
    os.environ["TMPDIR"] = str(home.temporary)
    os.dup2(os.open(home.log, os.O_WRONLY | os.O_CREAT, 0o644), 2)  # decoders complain of every torn JPEG
    rig, settings = Afar(line), load_settings().model_copy(update={"threads": 1})
    with closing(NetworkWatch(Metrics())) as watch, closing(open_book(str(home.db))) as store:
        eye = open_eye(settings, networks=watch.named)
        if not isinstance(eye.detector, StepBack):
            raise SystemExit("the shipped eye is put together otherwise than this script knows")
        shaky = ShakyEye(eye.detector)
        eye = replace(eye, detector=shaky)
        evidence = Evidence.of_book(str(home.db), open_people(settings))
        while (stand := rig.next_camera()) is not None:
            Lived(stand, rig, eye, shaky, store, evidence).live()
            shaky.camera = None
            gc.collect()  # a server holds its cameras for ever; that this one changed them is the rig's doing
