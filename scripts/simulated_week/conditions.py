"""Under what the camera looks: what is planted, how badly, and what must follow from it. Laid down before anything is counted.

VALID: the view shows the shelves as they are; it ought to be counted, and rightly. MILD: it may be counted where the count is
right, or refused. SEVERE: it must be refused. COVERED: something stands in front; a shelf that it covers by COVERED_SHARE or
more must not be told with fewer facings than stand there. NO_PICTURE: nothing new arrives, so nothing can be counted.
"""

import enum
import math
from dataclasses import dataclass

COVERED_SHARE = 0.2
"""Share 0..1 of a shelf (fault T25)."""
SEVERE_LEVEL = 6
"""Levels of scripts/verdict_faults.py: 3 to 5 are mild, 6 to 10 severe, as in bench/verdicts.md."""
MOST_NUDGE_PX, MOST_NUDGE_DEG = 20.0, 2.0
LEAST_MOVE_PX, LEAST_TURN_DEG = 25.0, 3.0
"""Between a nudge and a move the design promises nothing, so nothing is planted there (fault T26)."""


class Severity(enum.StrEnum):
    VALID = "valid"
    MILD = "mild"
    SEVERE = "severe"
    COVERED = "covered"
    NO_PICTURE = "no_picture"


@dataclass(frozen=True, slots=True)
class Condition:
    """`kind` is what is planted, `until_s` (seconds after the count was due) how long it lasts. `fault` is one of
    scripts/verdict_faults.py at `level`; `cover` an occluder of scripts/measure_occluders.py, `wide` (share 0..1 of the
    picture); `shift_px` and `turn_deg` the camera's move; `light` and `slope` factors; `seed` draws the rest."""

    kind: str
    severity: Severity
    until_s: float = math.inf
    fault: str | None = None
    level: int = 0
    cover: str | None = None
    wide: float = 0.0
    shift_px: tuple[float, float] = (0.0, 0.0)
    turn_deg: float = 0.0
    light: float = 1.0
    slope: float = 0.0
    seed: int = 0


CLEAR = Condition("clear", Severity.VALID)

EXPECTED: dict[str, frozenset[str]] = {
    "black": frozenset({"dark", "blank"}), "night": frozenset({"dark"}), "white": frozenset({"bright", "blank"}),
    "under": frozenset({"dark", "blank"}), "over": frozenset({"bright", "blank"}),
    "focus": frozenset({"blurred", "cannot_tell", "smeared"}), "motion": frozenset({"blurred", "cannot_tell"}),
    "cast": frozenset({"colour_cast"}), "flicker": frozenset({"flicker", "unsettled"}),
    "dirt": frozenset({"smeared", "blurred", "blocked"}),
    "cut_short": frozenset({"torn", "camera_garbled", "unsettled"}),
    "packet_lost": frozenset({"torn", "unsettled", "colour_cast"}), "rows_repeated": frozenset({"torn"}),
    "person": frozenset({"blocked"}), "trolley": frozenset({"blocked"}), "carton": frozenset({"blocked"}),
    "arm": frozenset({"blocked", "unsettled"}), "restless": frozenset({"unsettled", "blocked"}),
    "moved": frozenset({"moved", "wrong_camera"}), "other_camera": frozenset({"wrong_camera", "cannot_tell"}),
    "replugged_as_other": frozenset({"wrong_camera", "cannot_tell"}),
    "frozen": frozenset({"frozen"}), "stale": frozenset({"frozen"}), "stall": frozenset({"camera_silent"}),
    "unplugged": frozenset({"no_camera", "camera_silent"}), "garbage": frozenset({"camera_garbled"}),
    "half_jpegs": frozenset({"camera_garbled"}), "network_fails": frozenset({"no_answer"}),
    "network_nan": frozenset({"no_answer"}),
}
"""The first reason that rightly names what is planted."""
