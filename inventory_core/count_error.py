"""What recounts teach about a camera: by how many facings its intervals must be wider to hold as often as they say.

    slack = slack_of(recounts)              # of one camera, oldest first
    facings = widened(counted, slack)

After every recount that an interval missed the slack rises, after every one that it held it falls a little, so that in the long
run it misses as many as it may, whatever goes wrong with the camera (a quantile tracker: Angelopoulos, Candes, Tibshirani,
Conformal PID Control for Time Series Prediction, 2023). It forgets by itself: a cleaned lens is trusted again.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from inventory_core.errors import BadValue
from inventory_core.units import FacingRange


@dataclass(frozen=True, slots=True)
class Recount:
    """A person counted `found` facings where the camera had `said` so many."""

    said: FacingRange
    found: int

    def __post_init__(self) -> None:
        if self.found < 0:
            raise BadValue("a recount finds 0 facings or more, got {n}", n=self.found)

    @property
    def beyond(self) -> int:
        """By how many facings the interval missed; 0 where it held."""
        return max(self.said.low - self.found, self.found - self.said.high, 0)


@dataclass(frozen=True, slots=True)
class RecountPolicy:
    """`coverage` (share 0..1) of the recounts shall be held. `step`: facings by which a miss moves the slack; at 1 a single
    miss widens nothing, a second one within the next 20 recounts does. `most`: facings beyond which a camera is broken rather
    than doubtful."""

    coverage: float = 0.95
    step: float = 1.0
    most: float = 20.0

    def __post_init__(self) -> None:
        if not (0 < self.coverage < 1 and self.step > 0 and self.most >= 0):
            raise BadValue("a recount policy needs a coverage between 0 and 1, a step above 0 and a most from 0 on, "
                           "got {policy}", policy=self)


def slack_of(recounts: Iterable[Recount], policy: RecountPolicy = RecountPolicy()) -> int:
    """Facings to be added at both ends, from the recounts of one camera, oldest first; 0 without any.

    `said` must be what the eye said before any slack.
    """
    slack = 0.0
    for recount in recounts:
        missed = recount.beyond > math.floor(slack)
        slack += policy.step * (policy.coverage if missed else policy.coverage - 1)
        slack = min(max(slack, 0.0), policy.most)
    return math.floor(slack)


def widened(facings: FacingRange, slack: int) -> FacingRange:
    """The interval with `slack` more facings at both ends, never below 0; a product that nobody saw is not invented by it."""
    if facings.high == 0:
        return facings
    return FacingRange(max(0, facings.low - slack), facings.best, facings.high + slack)
