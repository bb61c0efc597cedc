"""What in a survey may be a slip of the surveyor's, who alone can tell: it is said and not refused."""

import numpy as np

from calibration.site_write import Survey
from inventory_core.messages import Message, tell

ODD_SHAPE = 1.6
"""Times by which typed and seen shape may differ: a camera that looks at a front from 45 degrees sees it 1.4 times narrower."""
SMALL_BAY_MM = 250
LARGE_BAY_MM = 20_000


def doubts_of(survey: Survey) -> tuple[Message, ...]:
    """All of them, none for a survey that looks right."""
    found = doubt_of_shape(survey), doubt_of_size(survey.width_mm, survey.height_mm)
    return tuple(doubt for doubt in found if doubt is not None)


def doubt_of_shape(survey: Survey) -> Message | None:
    """Where the corners and the tape measure disagree on how wide the front is."""
    across = np.linalg.norm(np.roll(survey.corners, -1, axis=0) - survey.corners, axis=1)  # top, right, bottom, left
    seen, typed = float((across[0] + across[2]) / (across[1] + across[3])), survey.width_mm / survey.height_mm
    if 1 / ODD_SHAPE < typed / seen < ODD_SHAPE:
        return None
    return tell("the front looks {seen} times as wide as high, {width} x {height} mm is {typed} times; were width and height "
                "exchanged?", seen=f"{seen:.2f}", typed=f"{typed:.2f}", width=f"{survey.width_mm:g}",
                height=f"{survey.height_mm:g}")


def doubt_of_size(width_mm: float, height_mm: float) -> Message | None:
    """Where a bay is smaller, or larger, than any that one camera looks at."""
    if max(width_mm, height_mm) < SMALL_BAY_MM:
        return tell("a bay of {width} x {height} mm is small; were they typed in cm?", width=f"{width_mm:g}",
                    height=f"{height_mm:g}")
    if max(width_mm, height_mm) > LARGE_BAY_MM:
        return tell("a bay of {width} x {height} mm is large; a metre has 1000 mm", width=f"{width_mm:g}",
                    height=f"{height_mm:g}")
    return None
