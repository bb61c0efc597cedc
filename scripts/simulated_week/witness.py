"""Shows a camera what truly stands there, and holds what the product says of it beside that."""

from collections import Counter
from collections.abc import Callable

import numpy as np

from edge.capture.frame import Frame, Image
from edge.capture.settle import BurstPolicy
from edge.counting.count import count_burst
from edge.counting.pipeline import Eye
from edge.counting.result import to_capture
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.ids import CountId, LocationId
from inventory_core.units import FacingRange
from scripts.simulated_week.composed import Composed
from scripts.simulated_week.conditions import CLEAR, Condition
from scripts.simulated_week.judge import Look, facings_of
from scripts.simulated_week.plan import Moment
from scripts.simulated_week.scene import Goods, shares
from scripts.simulated_week.surveyed import Installed
from scripts.simulated_week.week import MONDAY, Answer

CLEAR_FRAMES = 3
AFRESH = 3


class Witness:
    """The Stage of one camera; `hear` is told of every answer with the latest picture (JPEG) that the camera had handed over
    for it. `eye` is one of the witness's own, `frames` what a burst has."""

    def __init__(
        self, installed: Installed, eye: Eye, hear: Callable[[Look, bytes], None], frames: int = BurstPolicy().frames
    ) -> None:
        self._installed, self._eye, self._hear, self._frames = installed, eye, hear, frames
        self._sight = Composed(installed.scene)
        self._moment = Moment(0, Goods(), Goods(), (CLEAR,))
        self._clear: tuple[Goods, dict[str, FacingRange]] | None = None
        self.rounds = 0
        self.crashes = list[str]()

    def begin(self, moment: Moment) -> None:
        self.rounds += 1
        self._moment = moment
        self._sight.begin(moment)

    def picture(self, condition: Condition, at_s: float) -> bytes:
        return self._sight.picture(condition, at_s)

    def crashed(self, trace: str) -> None:
        self.crashes.append(trace)

    def answered(self, answer: Answer) -> None:
        self._hear(self._seen(answer), self._sight.last)

    def _seen(self, answer: Answer) -> Look:
        """What the product said, beside what was true."""
        capture, shown = answer.capture, Counter(answer.shown[-self._frames :])
        condition = shown.most_common(1)[0][0] if shown else answer.now
        if condition.kind == "network_fails":  # what counts is whether it failed when it was asked, after the burst
            condition = answer.now
        covers, clear = dict[str, float](), dict[str, FacingRange]()
        if condition.cover is not None:
            covers = shares(self._installed.scene.cover(condition), self._installed.outlines)
        if capture.shelves_seen:
            clear = self._clear_view(condition, capture)
        mixed = len(set(answer.shown)) > 1
        return Look(self._installed.name, self._moment.number, condition, mixed, covers, capture, answer.age_s, clear)

    def _clear_view(self, condition: Condition, capture: Capture) -> dict[str, FacingRange]:
        """What the product counts in a clear view of these goods: mostly what the first clear answer said of them, but at every
        few rounds, and where there was none, what the same eye counts that remembers nothing."""
        goods, afresh = self._moment.goods, self._moment.number % AFRESH == 0
        if self._clear is None or self._clear[0] != goods:
            spared = condition.kind == "clear" and not afresh and capture.status is CaptureStatus.COUNTED
            clear = facings_of(capture) if spared else count_afresh(self._eye, self._installed, goods, self._moment.number)
            self._clear = (goods, clear)
        return self._clear[1]


def count_afresh(eye: Eye, installed: Installed, goods: Goods, seed: int) -> dict[str, FacingRange]:
    """What `eye` counts on each shelf in a clear view of these goods, remembering nothing."""
    view, dice = installed.scene.view(goods, CLEAR), np.random.default_rng(seed)
    frames = [Frame(installed.name, n, MONDAY, _noisy(view, dice)) for n in range(CLEAR_FRAMES)]
    result = count_burst(eye, frames, source="clear", site=installed.site, camera=installed.name)
    return facings_of(to_capture(result, count_id=CountId("clear"), location=LocationId(installed.name), now=MONDAY))


def _noisy(image: Image, dice: np.random.Generator) -> Image:
    return np.clip(image + dice.normal(0, 1.5, image.shape), 0, 255).astype(np.uint8)
