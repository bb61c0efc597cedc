"""The exam: every photo is marked by what learnt on other groups only, and judged by a threshold from those too."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from scripts.label_exam.pictures import Answer, Photo
from scripts.label_exam.probe import Floats, Lessons, Taught, teach

FOLDS = 5
FALSE_ALARMS = 0.02
"""The threshold lets this share of the label-free photos through that it is chosen on."""

Marks = npt.NDArray[np.float64]


class Marker(Protocol):
    """Marks photos, the higher the surer of a label, having learnt from others."""

    def mark(self, asked: Sequence[int], taught: Sequence[int]) -> Marks: ...


@dataclass(frozen=True, slots=True, eq=False)
class FixedMarker:
    """Marks that learning does not change."""

    marks: Marks

    def mark(self, asked: Sequence[int], taught: Sequence[int]) -> Marks:
        del taught
        return self.marks[list(asked)]


@dataclass(frozen=True, slots=True, eq=False)
class ProbeMarker:
    """A linear layer on `cells` (n, channels) of every photo, and on the boxed cells of the price-tag tiles."""

    photos: Sequence[Photo]
    cells: Sequence[Floats]
    boxed: Sequence[Taught]
    lessons: Lessons = field(default_factory=Lessons)

    def mark(self, asked: Sequence[int], taught: Sequence[int]) -> Marks:
        parts = {answer: [self.cells[i] for i in taught if self.photos[i].answer is answer] for answer in Answer}
        probe = teach(self.boxed, parts[Answer.YES], parts[Answer.NO], self.lessons)
        return np.array([probe.strongest(self.cells[i], self.lessons.label_cells) for i in asked])


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A mark (n,) and the threshold (n,) it is held against, per photo; `final` is the threshold from all folds."""

    marks: Marks
    thresholds: Marks
    final: float

    @property
    def said_yes(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.marks >= self.thresholds)


def folds_of(photos: Sequence[Photo]) -> npt.NDArray[np.int64]:
    """(n,) the fold of each photo, by group, as even in labels as can be; -1 for those that teach nothing."""
    labels = Counter({photo.group: 0 for photo in photos if not photo.is_held_out})
    labels.update(photo.group for photo in photos if photo.answer is Answer.YES and not photo.is_held_out)
    load, fold = dict.fromkeys(range(FOLDS), 0), {}
    for number, (group, count) in enumerate(sorted(labels.items(), key=lambda item: (-item[1], item[0]))):
        fold[group] = min(load, key=lambda k: (load[k], k)) if count else number % FOLDS
        load[fold[group]] += count
    return np.array([fold.get(photo.group, -1) for photo in photos])


def sit(marker: Marker, photos: Sequence[Photo]) -> Sheet:
    """The exam of one marker: nested, so that neither a mark nor its threshold has seen the photo's fold."""
    fold, teaches = folds_of(photos), np.array([photo.teaches for photo in photos])
    free = np.array([photo.teaches and photo.answer is Answer.NO for photo in photos])
    marks, thresholds = np.zeros(len(photos)), np.zeros(len(photos))
    inner: dict[tuple[int, int], Marks] = {}
    for out in range(FOLDS):
        for other in range(out):
            asked = np.flatnonzero((fold == out) | (fold == other))
            taught = np.flatnonzero((fold >= 0) & (fold != out) & (fold != other) & teaches)
            pair = np.zeros(len(photos))
            pair[asked] = marker.mark(asked, taught)
            inner[out, other] = inner[other, out] = pair
    for out in range(FOLDS):
        asked = np.flatnonzero(fold == out)
        marks[asked] = marker.mark(asked, np.flatnonzero((fold >= 0) & (fold != out) & teaches))
        seen = [inner[out, other][(fold == other) & free] for other in range(FOLDS) if other != out]
        thresholds[asked] = cutoff(np.concatenate(seen))
    final = cutoff(marks[(fold >= 0) & free])
    held_out = np.flatnonzero(fold < 0)
    marks[held_out] = marker.mark(held_out, np.flatnonzero(teaches))
    thresholds[held_out] = final
    return Sheet(marks, thresholds, final)


def cutoff(free: Marks, let_through: float = FALSE_ALARMS) -> float:
    """The lowest threshold that at most this share of the marks of label-free photos reaches."""
    falling = np.sort(free)[::-1]
    return float(np.nextafter(falling[int(let_through * len(free))], np.inf))


def area_under_curve(marks: Marks, is_label: npt.NDArray[np.bool_]) -> float:
    """The chance that a photo with a label is marked higher than one without; a tie is half (Mann-Whitney)."""
    yes, no = marks[is_label], np.sort(marks[~is_label])
    below, above = np.searchsorted(no, yes, "left"), np.searchsorted(no, yes, "right")
    return float((below + above).mean() / 2 / len(no))
