"""A count from frames: look at each, let them agree, tally each shelf; or the reasons why nothing could be seen.

    result = count_frame(eye, frame, source="shelf.jpg")
    result = count_burst(eye, frames, source="0", site=site, before=before)
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from calibration.at_rest import DriftGuard
from calibration.record import Calibration
from edge.capture.frame import Frame
from edge.capture.frozen import frozen
from edge.capture.quality import flickers
from edge.counting.around import GonePolicy
from edge.counting.consensus import ConsensusPolicy, agree, agreed_gaps
from edge.counting.facings import row_beside
from edge.counting.hidden import Cover, HiddenPolicy, cover_of
from edge.counting.intervals import TrustPolicy, is_counted, tally
from edge.counting.last_clear import LastClear, as_taken, doubtful, unseen_on, widened
from edge.counting.pipeline import Eye, LookPolicy, look
from edge.counting.readings import FrameReading, Gap, Place, Rejected, ShelfReading, Window
from edge.counting.result import CountResult, HiddenShelf, ShelfTally
from edge.counting.rows import find_rows
from edge.counting.unchanged import cells_of
from inventory_core.counts import CaptureStatus, Pedigree
from inventory_core.ids import ShelfId
from inventory_core.messages import Message
from models.look_memory import LookPolicy as CellPolicy
from models.look_memory import alike


@dataclass(frozen=True, slots=True)
class CountPolicy:
    """Every threshold of a count. A burst counts when at least `least_accepted` (share 0..1) of its frames are usable.
    Where so many frames as `least_torn` seem to have slipped blocks, and all are alike, it is the shelf that shows so, such as
    equal goods of which many went: packets that are lost on the way tear each frame elsewhere."""

    look: LookPolicy = field(default_factory=LookPolicy)
    consensus: ConsensusPolicy = field(default_factory=ConsensusPolicy)
    trust: TrustPolicy = field(default_factory=TrustPolicy)
    hidden: HiddenPolicy = field(default_factory=HiddenPolicy)
    gone: GonePolicy = field(default_factory=GonePolicy)
    least_accepted: float = 0.4
    least_torn: int = 3


def count_frame(
    eye: Eye, frame: Frame, *, source: str, site: Calibration | None = None, before: LastClear | None = None,
    policy: CountPolicy = CountPolicy(),
) -> CountResult:
    """Count one picture."""
    return count_burst(eye, (frame,), source=source, site=site, before=before, policy=policy)


def count_burst(
    eye: Eye, frames: Sequence[Frame], *, source: str, site: Calibration | None = None,
    before: LastClear | None = None, policy: CountPolicy = CountPolicy(), camera: str | None = None,
    guard: DriftGuard | None = None,
) -> CountResult:
    """Count a burst of a scene that stands still; the frames' order does not matter. `before` is what the same fixed camera saw
    last with nothing in front; one of another size is left out, and without a site, where rows are numbered as they are found,
    only its picture serves. `guard`: see `look`."""
    pedigree = pedigree_of(eye, site, camera)
    if not frames:
        return cannot_see(source, ("no_frames",), pedigree)
    if frozen(tuple(frames)):
        return cannot_see(source, ("frozen",), pedigree, frames=frames)
    before = before if before is not None and before.fits(frames[0].image) else None
    looks = [look(frame, eye, site, policy.look, before, guard) for frame in frames]
    if _slipped_alike(looks, policy.least_torn):
        whatever_slips = replace(policy.look, quality=replace(policy.look.quality, most_slipped=1.0))
        looks = [look(frame, eye, site, whatever_slips, before, guard) for frame in frames]
    readings = [each for each in looks if isinstance(each, FrameReading)]
    if len(readings) < max(1.0, policy.least_accepted * len(frames)):
        return cannot_see(source, _why([each for each in looks if isinstance(each, Rejected)]), pedigree, frames=frames)
    if flickers([each.frame for each in readings], policy.look.quality):
        return cannot_see(source, ("flicker",), pedigree, frames=frames)
    return _counted(eye, readings, len(frames), source, site, policy, pedigree, before)


def _slipped_alike(looks: Sequence[FrameReading | Rejected], least: int) -> bool:
    """Whether every frame was refused for blocks that slipped, and they do not differ from one another."""
    refused = [each for each in looks if isinstance(each, Rejected) and each.reasons == ("torn",) and each.frame.whole]
    if len(refused) < max(least, len(looks)):
        return False
    first, *others = [cells_of(each.frame.image) for each in refused]
    return all(alike(first, other, CellPolicy()) for other in others)


def pedigree_of(eye: Eye, site: Calibration | None, camera: str | None) -> Pedigree:
    """Who saw it."""
    return Pedigree(
        camera=camera, detector=eye.detector.fingerprint, embedder=eye.embedder_fingerprint,
        gallery=eye.gallery_fingerprint, calibration=site.fingerprint if site else None,
    )


def cannot_see(
    source: str, reasons: tuple[str, ...], pedigree: Pedigree, *, frames: Sequence[Frame] = (),
    detail: Message | None = None,
) -> CountResult:
    """The answer where nothing can be counted: reasons, and no figures."""
    frame = frames[len(frames) // 2] if frames else None
    height, width = frame.image.shape[:2] if frame else (0, 0)
    return CountResult(
        source=source, captured_at=frame.captured_at if frame else None, width_px=width, height_px=height,
        status=CaptureStatus.CANNOT_SEE, reasons=reasons, shelves=(), strays=(), window=_window(frames, 0),
        coverage=0.0, pedigree=pedigree, frame=frame, detail=detail,
    )


def _why(rejected: Sequence[Rejected]) -> tuple[str, ...]:
    """The reasons of the rejected frames, the most frequent first."""
    votes = Counter(reason for each in rejected for reason in each.reasons)
    return tuple(sorted(votes, key=lambda reason: (-votes[reason], reason)))


def _counted(
    eye: Eye, readings: Sequence[FrameReading], offered: int, source: str, site: Calibration | None,
    policy: CountPolicy, pedigree: Pedigree, before: LastClear | None,
) -> CountResult:
    window = _window([r.frame for r in readings], offered)
    places, gaps = agree(readings, eye.count_from, policy.consensus), agreed_gaps(readings, policy.consensus)
    if site is None and len(readings) > 1:  # each frame found its own rows: find those of what they agree on
        shelves, places, gaps = _on_common_rows(places, gaps, policy)
    else:
        shelves = readings[0].shelves
    best = max(readings, key=lambda r: (r.quality.sharpness, -r.frame.seq))
    clearest = best.frame
    height, width = clearest.image.shape[:2]
    cover = cover_of(readings, shelves, places, clearest.image, site, policy.hidden)
    if cover is not None and not (cover.numbers_hold and any(not cover.hides(shelf, policy.hidden) for shelf in shelves)):
        return cannot_see(source, ("blocked",), pedigree, frames=[clearest])
    hidden = tuple(
        HiddenShelf(shelf, cover.shares[shelf]) for shelf in shelves if cover is not None and cover.hides(shelf, policy.hidden))
    seen = tuple(shelf for shelf in shelves if shelf not in {each.shelf for each in hidden})
    named = eye.gallery_fingerprint is not None
    then_from_now = None if before is None else before.then_from_now(best.now_from_survey)
    unseen = () if before is None or site is None else doubtful(
        before, places, gaps, [r.laid_back for r in readings if r.laid_back is not None], then_from_now, policy.gone)
    tallies = tuple(
        ShelfTally(reading, widened(tally(reading.places, eye.count_from, named, policy.trust),
                                    unseen_on(reading.shelf, unseen), named))
        for reading in (_shelf_reading(shelf, window, places, gaps) for shelf in seen)
    )
    return CountResult(
        source=source, captured_at=clearest.captured_at, width_px=width, height_px=height,
        status=_status(shelves, cover),
        reasons=("no_shelf",) if not shelves else ("blocked",) if cover else (), shelves=tallies,
        strays=tuple(p for p in places if p.facing.shelf is None and is_counted(p)), window=window,
        coverage=len(seen) / len(shelves) if shelves else 0.0, pedigree=pedigree, frame=clearest, hidden=hidden,
        cover=None if cover is None else as_taken(cover.mask, then_from_now, width), doubtful=unseen,
        now_from_survey=best.now_from_survey,
    )


def _status(shelves: Sequence[ShelfId], cover: Cover | None) -> CaptureStatus:
    if not shelves:
        return CaptureStatus.CANNOT_SEE
    return CaptureStatus.COUNTED if cover is None else CaptureStatus.PARTLY


def _shelf_reading(
    shelf: ShelfId, window: Window, places: Sequence[Place], gaps: Sequence[Gap]
) -> ShelfReading:
    mine = sorted((p for p in places if p.facing.shelf == shelf), key=lambda p: (p.facing.left_mm, p.facing.box))
    return ShelfReading(shelf, window, tuple(mine), tuple(g for g in gaps if g.shelf == shelf))


def _on_common_rows(
    places: Sequence[Place], gaps: Sequence[Gap], policy: CountPolicy
) -> tuple[tuple[ShelfId, ...], tuple[Place, ...], tuple[Gap, ...]]:
    boxes = _boxes(places)
    sure = np.array([is_counted(place) for place in places], np.bool_).reshape(-1)
    rows = find_rows(boxes[sure], policy.look.rows)
    names = tuple(ShelfId(str(i + 1)) for i in range(len(rows)))

    def shelf_of(xyxy: np.ndarray) -> ShelfId | None:
        row = row_beside(xyxy, boxes[sure], rows.row)
        return names[row] if row >= 0 else None

    ranks = iter(rows.row)
    placed = [
        replace(place, facing=replace(place.facing, shelf=names[int(next(ranks))] if held else shelf_of(box)))
        for place, held, box in zip(places, sure, boxes, strict=True)
    ]
    moved = [replace(gap, shelf=shelf_of(box)) for gap, box in zip(gaps, _boxes(gaps), strict=True)]
    return names, tuple(placed), tuple(moved)


def _boxes(things: Sequence[Place] | Sequence[Gap]) -> np.ndarray:
    boxes = [thing.facing.box if isinstance(thing, Place) else thing.box for thing in things]
    return np.array([(b.x1_px, b.y1_px, b.x2_px, b.y2_px) for b in boxes], np.float32).reshape(-1, 4)


def _window(frames: Sequence[Frame], offered: int) -> Window:
    times = sorted(frame.captured_at for frame in frames if frame.captured_at is not None)
    accepted = len(frames) if offered else 0
    return Window(times[0] if times else None, times[-1] if times else None, accepted, max(offered, len(frames)))
