"""What the frames of a burst agree on: each place on the shelf, how many frames hold it and what they call it.

The answer does not depend on the order of the frames. Plane: cam px (of a camera that does not move during a burst).
"""

import itertools
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from edge.counting.readings import Box, Facing, FrameReading, Gap, Place
from inventory_core.ids import ShelfId, Sku


@dataclass(frozen=True, slots=True)
class ConsensusPolicy:
    """Boxes of different frames are one place from the overlap `iou` on; a place or gap is there when more than `majority`
    of the accepted frames hold it. Shares 0..1."""

    iou: float = 0.5
    majority: float = 0.5


@dataclass(frozen=True, slots=True)
class _Sighting:
    frame: int
    facing: Facing


def agree(
    readings: Sequence[FrameReading], count_from: float, policy: ConsensusPolicy = ConsensusPolicy()
) -> tuple[Place, ...]:
    """The places of a burst, strays included, from the top left.

    A place's score is the mean over all frames (0 where it was not seen), so that flicker shows as doubt.
    """
    sightings = [
        _Sighting(number, facing)
        for number, reading in enumerate(readings)
        for facing in (*reading.facings, *reading.strays)
    ]
    places = [_place(group, len(readings), count_from) for group in _grouped(sightings, policy.iou)]
    return tuple(sorted(places, key=lambda place: place.facing.box))


def _grouped(sightings: Iterable[_Sighting], iou: float) -> list[list[_Sighting]]:
    """Group sightings by place: the surest box collects the best overlapping one of every other frame, and so on down."""
    waiting = sorted(sightings, key=lambda s: (-s.facing.score, s.facing.box))
    cell_px = max((s.facing.box.x2_px - s.facing.box.x1_px for s in waiting), default=1.0)
    columns: dict[int, list[_Sighting]] = defaultdict(list)
    for sighting in waiting:
        columns[int(sighting.facing.box.x1_px // cell_px)].append(sighting)
    taken: set[int] = set()
    groups = []
    for seed in waiting:
        if id(seed) in taken:
            continue
        best: dict[int, tuple[float, _Sighting]] = {}
        column = int(seed.facing.box.x1_px // cell_px)
        for other in itertools.chain.from_iterable(columns.get(column + step, ()) for step in (-1, 0, 1)):
            if other.frame == seed.frame or id(other) in taken:
                continue
            overlap = seed.facing.box.iou(other.facing.box)
            if overlap >= iou and overlap > best.get(other.frame, (0.0, other))[0]:
                best[other.frame] = (overlap, other)
        group = [seed, *(sighting for _, sighting in best.values())]
        taken.update(id(sighting) for sighting in group)
        groups.append(group)
    return groups


def _place(group: list[_Sighting], frames: int, count_from: float) -> Place:
    facings = sorted((s.facing for s in group), key=_rank)
    sku = _vote(facings)
    named = [f for f in facings if f.sku == sku]
    shelves: Counter[ShelfId | None] = Counter(f.shelf for f in facings)
    shelf = min(shelves, key=lambda s: (-shelves[s], str(s)))
    facing = replace(
        facings[0], shelf=shelf, sku=sku, nearest=sku or _most([f.nearest for f in facings]),
        left_mm=statistics.median(f.left_mm for f in facings), right_mm=statistics.median(f.right_mm for f in facings),
        score=sum(f.score for f in facings) / frames,
        sku_score=statistics.median(f.sku_score for f in named), margin=statistics.median(f.margin for f in named),
        box=_middle([f.box for f in facings]),
    )
    looks = tuple(f.considered for f in facings)
    return Place(facing, sum(f.score >= count_from for f in facings), len(facings), len(named), frames, looks)


def _rank(facing: Facing) -> tuple[object, ...]:
    """Best first; frames that agree on score and box are told apart by what they found there, whatever their order."""
    return -facing.score, facing.box, tuple((-candidate.score, str(candidate.sku)) for candidate in facing.considered)


def _vote(facings: Sequence[Facing]) -> Sku | None:
    """Whether there is a name is for the majority of frames; which one, for what all looks together find nearest: a name that
    three frames give by a hair must not beat one that the others are sure of.

    A tie between name and no name goes to the larger summed lead.
    """
    named, nameless = ([f for f in facings if (f.sku is None) is nobody] for nobody in (False, True))
    if len(nameless) > len(named) or (len(nameless) == len(named) and _lead(nameless) >= _lead(named)):
        return None
    seen: defaultdict[Sku | None, float] = defaultdict(float)
    for facing in facings:
        least = min((candidate.score for candidate in facing.considered), default=0.0)
        scores = {candidate.sku: candidate.score for candidate in facing.considered}
        for sku in {f.sku for f in named}:
            seen[sku] += scores.get(sku, least)  # at most as near as the farthest that is told
    votes = Counter(f.sku for f in named)
    return min(votes, key=lambda sku: (-seen[sku], -votes[sku], str(sku)))


def _lead(facings: Sequence[Facing]) -> float:
    return sum(f.margin for f in facings)


def _most(names: Sequence[Sku | None]) -> Sku | None:
    votes = Counter(names)
    return min(votes, key=lambda name: (-votes[name], str(name)))


def _middle(boxes: Sequence[Box]) -> Box:
    median = statistics.median
    return Box(median(b.x1_px for b in boxes), median(b.y1_px for b in boxes),
               median(b.x2_px for b in boxes), median(b.y2_px for b in boxes))


def agreed_gaps(readings: Sequence[FrameReading], policy: ConsensusPolicy = ConsensusPolicy()) -> tuple[Gap, ...]:
    """The gaps that most frames hold, as the frame that is surest of each sees it."""
    kept: list[Gap] = []
    for gap in sorted((g for r in readings for g in r.gaps), key=lambda g: (-g.score, g.box)):
        if any(gap.box.iou(other.box) >= policy.iou for other in kept):
            continue
        seen = sum(any(gap.box.iou(other.box) >= policy.iou for other in reading.gaps) for reading in readings)
        if seen > policy.majority * len(readings):
            kept.append(gap)
    return tuple(sorted(kept, key=lambda g: g.box))
