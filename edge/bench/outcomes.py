"""What became of every facing of a picture, and of every box that lies on none: the list behind the figures end to end.

Plane: px of the picture.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from edge.bench.matching import NONE, Indices
from inventory_core.ids import ShelfId, Sku

Corners = tuple[float, float, float, float]


class Fate(StrEnum):
    """`refused` is a facing of an enrolled product that was found and answered "unknown"; it counts as misnamed, as does
    `misnamed`. `invented` is an enrolled name where no facing stands, `taken_for` one on a facing that is not enrolled: both
    count as extra. The last three are about products that are not enrolled, or about nothing, and count in no error."""

    RIGHT = "right"
    MISSED = "missed"
    MISNAMED = "misnamed"
    REFUSED = "refused"
    INVENTED = "invented"
    TAKEN_FOR = "taken_for"
    STRANGER_RIGHT = "stranger_right"
    STRANGER_MISSED = "stranger_missed"
    STRAY_UNKNOWN = "stray_unknown"


ERRORS = (Fate.MISSED, Fate.MISNAMED, Fate.REFUSED, Fate.INVENTED, Fate.TAKEN_FOR)
"""The fates that facing accuracy counts against."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One facing or box. `true` None: nothing stands there. `said` None: unknown, or not found. `xyxy` is the found box, or
    the true one where it was missed; `score` the detector's, 0 for one that was missed."""

    fate: Fate
    xyxy: Corners
    true: Sku | None
    said: Sku | None
    shelf: ShelfId | None
    score: float


@dataclass(frozen=True, slots=True)
class Facing:
    """A labelled facing with its place, or a found box with the name that it was given (None: unknown)."""

    xyxy: Corners
    sku: Sku | None
    shelf: ShelfId | None = None
    score: float = 0.0


def outcomes(
    truth: Sequence[Facing], found: Sequence[Facing], partner: Indices, enrolled: AbstractSet[Sku]
) -> tuple[Outcome, ...]:
    """`partner` (n,) is the truth box of each found box, or NONE; found boxes first, in their order, then what was missed."""
    if len(partner) != len(found):
        raise ValueError(f"{len(found)} boxes were found, {len(partner)} were matched")
    told: list[Outcome] = []
    seen: set[int] = set()
    for box, index in zip(found, partner.tolist(), strict=True):
        if index == NONE:
            named = box.sku is not None and box.sku in enrolled
            fate = Fate.INVENTED if named else Fate.STRAY_UNKNOWN
            told.append(Outcome(fate, box.xyxy, None, box.sku, None, box.score))
            continue
        seen.add(index)
        true = truth[index]
        told.append(Outcome(_fate(true.sku, box.sku, enrolled), box.xyxy, true.sku, box.sku, true.shelf, box.score))
    for index, true in enumerate(truth):
        if index not in seen:
            fate = Fate.MISSED if true.sku in enrolled else Fate.STRANGER_MISSED
            told.append(Outcome(fate, true.xyxy, true.sku, None, true.shelf, 0.0))
    return tuple(told)


def _fate(true: Sku | None, said: Sku | None, enrolled: AbstractSet[Sku]) -> Fate:
    if true not in enrolled:
        return Fate.TAKEN_FOR if said in enrolled else Fate.STRANGER_RIGHT
    if said == true:
        return Fate.RIGHT
    return Fate.REFUSED if said is None else Fate.MISNAMED
