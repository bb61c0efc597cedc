"""Whether a camera's picture shows anything new, for the price of an eighth of its decoding. Plane: gate px (cam px / 8; / 4
and / 2 of small pictures).

    gate = Gate(); still_s = gate.look(shot, at_s)       # like Stillness, of packets or frames
"""

import cv2

from edge.capture.change import DARK_LEVEL, MIDDLE_GREY, ChangeLimits, Relief, moves, relief_of, smoothed
from edge.capture.packet import Packet, Shot, grey_of
from edge.capture.recall import Recall
from edge.capture.reference import Grey

LEAST_WIDTH_PX = 120
"""A picture that would be narrower is decoded larger; 1080p is 240 px wide at an eighth."""


class Gate:
    """How long a scene has stood still, look by look: since nothing moved against the first of that time.

    Grey levels are compared first, and where too few differ for `moves` nothing moved. Only else the relief is taken, which
    tells things from light. It also recalls which pictures came before.
    """

    def __init__(self, limits: ChangeLimits = ChangeLimits()) -> None:
        self.recall = Recall()
        self._limits = limits
        self._reduction = 8
        self._first: Grey | None = None
        self._relief: Relief | None = None
        self._since_s = self._seen_s = 0.0

    def resume(self, at_s: float, unwatched_s: float) -> None:
        """Begin to watch again at `at_s`: after more than `unwatched_s` without a look, the scene is a new one."""
        if not 0 <= at_s - self._seen_s <= unwatched_s:
            self._first = None

    def look(self, shot: Shot, at_s: float) -> float:
        """Seconds without motion up to this look, taken at `at_s`. Raises UnreadableInput camera_garbled."""
        grey = smoothed(self._grey(shot))
        self._seen_s = at_s
        if self._first is None or self._moved(self._first, grey):
            self._first, self._relief, self._since_s = grey, None, at_s
        return at_s - self._since_s

    def _grey(self, shot: Shot) -> Grey:
        grey = _small(shot, self._reduction)
        while grey.shape[1] < LEAST_WIDTH_PX and self._reduction > 1:
            self._reduction //= 2
            grey = _small(shot, self._reduction)
        return grey

    def _moved(self, first: Grey, grey: Grey) -> bool:
        if not may_move(first, grey, self._limits):
            return False
        if self._relief is None:
            self._relief = relief_of(first)
        return moves(self._relief, relief_of(grey), self._limits)


def _small(shot: Shot, reduction: int) -> Grey:
    return shot.grey(reduction) if isinstance(shot, Packet) else grey_of(shot.image, reduction)


def may_move(before: Grey, now: Grey, limits: ChangeLimits = ChangeLimits()) -> bool:
    """False only where `moves` of the reliefs of these two smoothed pictures is False too: a relief's level differs by at
    most (MIDDLE_GREY + DARK_LEVEL) / DARK_LEVEL times what the grey level does, in the darkest px (mean value theorem)."""
    if before.shape != now.shape:
        return True
    least = int(limits.level * DARK_LEVEL / (MIDDLE_GREY + DARK_LEVEL))
    differing = cv2.countNonZero(cv2.threshold(cv2.absdiff(before, now), least, 1, cv2.THRESH_BINARY)[1])
    return bool(differing > limits.moving * now.size)
