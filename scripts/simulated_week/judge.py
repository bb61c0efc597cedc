"""Holds every answer of the product against what truly was before the lens. Pure: a look goes in, what is wrong comes out."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from inventory_core.counts import Capture, CaptureStatus
from inventory_core.units import FacingRange
from scripts.simulated_week.conditions import COVERED_SHARE, Condition, Severity

ALIKE_FACINGS, ALIKE_SHARE = 2, 0.15
"""A shelf is counted rightly where its interval meets that of the clear view, or its count differs by so many facings or by so
large a share of them at most: the detector is not the same to the facing under another light either."""
MOST_AGE_S = 15.0
"""A count is stored so soon after its picture; a slow stream needs 9 s for five pictures."""


class Wrong(enum.StrEnum):
    """What may be wrong with an answer. INVALID_PUBLISHED: figures from a view that had to be refused. WRONG_COUNT: figures
    from a mildly spoilt view that are not those of the clear one. FALSE_SHORTAGE: fewer facings on a covered shelf, in a count
    that a shortage may follow from. FEWER_IN_PARTLY: the same in a `partly` one, from which none follows. UNTRACED: no picture
    kept, no number of it, no model. OLD: older than MOST_AGE_S. OFF_WHEN_CLEAR: a clear view counted otherwise than the same
    goods before. GOOD_REFUSED: a clear view that was not counted."""

    INVALID_PUBLISHED = "invalid_published"
    WRONG_COUNT = "wrong_count"
    FALSE_SHORTAGE = "false_shortage"
    FEWER_IN_PARTLY = "fewer_in_partly"
    UNTRACED = "untraced"
    OLD = "old"
    OFF_WHEN_CLEAR = "off_when_clear"
    GOOD_REFUSED = "good_refused"


BARS = (Wrong.INVALID_PUBLISHED, Wrong.WRONG_COUNT, Wrong.FALSE_SHORTAGE, Wrong.UNTRACED, Wrong.OLD)
"""Of these not one is allowed."""
MOST_GOOD_REFUSED = 0.01


@dataclass(frozen=True, slots=True)
class Look:
    """One answer. `condition` held for most of the burst's pictures, `mixed`: not for all; `covers` is the share 0..1 of each
    shelf behind something; `clear` what the product counts on each shelf in a clear view of the same goods, empty where it was
    not needed; `age_s` from the picture's time to the storing."""

    camera: str
    number: int
    condition: Condition
    mixed: bool
    covers: Mapping[str, float]
    capture: Capture
    age_s: float
    clear: Mapping[str, FacingRange] = field(default_factory=dict)

    @property
    def published(self) -> bool:
        return self.capture.status is not CaptureStatus.CANNOT_SEE and bool(self.capture.shelves_seen)


def facings_of(capture: Capture) -> dict[str, FacingRange]:
    """Facings by shelf, all products together; a shelf that was seen without any has none."""
    found = {str(shelf): FacingRange.exactly(0) for shelf in capture.shelves_seen}
    for count in capture.counts:
        found[str(count.shelf)] = found.get(str(count.shelf), FacingRange.exactly(0)) + count.facings
    return found


def wrongs_of(look: Look) -> tuple[Wrong, ...]:
    """What is wrong with an answer; empty where nothing is."""
    severity, found = look.condition.severity, list[Wrong]()
    if not look.published:
        return (Wrong.GOOD_REFUSED,) if severity is Severity.VALID and not look.mixed else ()
    if severity in (Severity.SEVERE, Severity.NO_PICTURE):
        found.append(Wrong.INVALID_PUBLISHED)
    elif severity is Severity.COVERED:
        if any(_is_fewer(look, shelf) for shelf, share in look.covers.items() if share >= COVERED_SHARE):
            found.append(Wrong.FALSE_SHORTAGE if look.capture.status is CaptureStatus.COUNTED else Wrong.FEWER_IN_PARTLY)
    elif not _is_right(look):
        found.append(Wrong.WRONG_COUNT if severity is Severity.MILD else Wrong.OFF_WHEN_CLEAR)
    if not _is_traced(look.capture):
        found.append(Wrong.UNTRACED)
    if not 0 <= look.age_s <= MOST_AGE_S:
        found.append(Wrong.OLD)
    return tuple(found)


def _is_traced(capture: Capture) -> bool:
    made_by = capture.pedigree
    return bool(capture.evidence and capture.frame and made_by.detector.startswith("sha256:") and made_by.calibration
                and made_by.camera)


def _is_fewer(look: Look, shelf: str) -> bool:
    told, clear = facings_of(look.capture).get(shelf), look.clear.get(shelf)
    return told is not None and clear is not None and told.high < clear.best


def _is_right(look: Look) -> bool:
    told = facings_of(look.capture)
    return all(_alike(told[shelf], clear) for shelf, clear in look.clear.items() if shelf in told)


def _alike(told: FacingRange, clear: FacingRange) -> bool:
    meet = told.low <= clear.high and clear.low <= told.high
    return meet or abs(told.best - clear.best) <= max(ALIKE_FACINGS, ALIKE_SHARE * clear.best)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`looks` answers, `wrong` with each kind, and of the `good` views that were not mixed the share refused."""

    looks: int
    wrong: Mapping[Wrong, int]
    good: int

    @property
    def good_refused(self) -> float:
        return self.wrong[Wrong.GOOD_REFUSED] / max(1, self.good)

    @property
    def holds(self) -> bool:
        return not any(self.wrong[bar] for bar in BARS) and self.good_refused <= MOST_GOOD_REFUSED


def judge(looks: Iterable[Look]) -> Verdict:
    """The verdict on a week."""
    held = list(looks)
    told = list(chain.from_iterable(wrongs_of(look) for look in held))
    good = sum(look.condition.severity is Severity.VALID and not look.mixed for look in held)
    return Verdict(len(held), {kind: told.count(kind) for kind in Wrong}, good)
