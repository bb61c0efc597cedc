"""What a row of the speed table sees, measured on a labelled set with exactly its back end and the size it shows pictures at.

Plane: px of each picture.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge.bench.assess import Truth, judge_boxes
from edge.bench.detection_metrics import measure
from edge.bench.labelled import read_labelled, truth_of
from edge.bench.matching import MatchPolicy
from edge.capture.frame import Image
from edge.errors import UnreadableInput
from models.coco import CocoSet
from models.detections import Detections

Look = Callable[["Labelled", float], Detections]
"""What a contender finds on a labelled picture from a score on."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A picture with its true facings; `file` is for contenders in another process."""

    image: Image
    file: Path
    truth: Truth


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSet:
    """The pictures that rows are judged on, and the operating point (0..1) of their counts."""

    name: str
    pictures: tuple[Labelled, ...]
    at_score: float
    match: MatchPolicy = field(default_factory=MatchPolicy)


@dataclass(frozen=True, slots=True)
class Seen:
    """Product boxes: AP at IoU .50 and .75, and sum |found - true| / sum true at the operating point. None without truth."""

    ap50: float | None
    ap75: float | None
    count_wape: float | None


def read_set(
    labels: CocoSet, images: Path, name: str, at_score: float, max_pixels: int,
    report: Callable[[UnreadableInput], None] = lambda _: None,
) -> LabelledSet:
    """Every picture that can be read; the others go to `report`."""
    pictures = []
    for image in labels.images:
        try:
            frame, _ = read_labelled(images, image, max_pixels)
        except UnreadableInput as error:
            report(error)
            continue
        truth = truth_of(image, labelled_shelves=False).away_from_edge(MatchPolicy().edge)
        pictures.append(Labelled(frame.image, images / image.file_name, truth))
    return LabelledSet(name, tuple(pictures), at_score)


def judge(look: Look, labelled: LabelledSet, least: float | None = None) -> Seen:
    """Ask a contender about every picture from the policy's least score on, or from `least`."""
    score = labelled.match.min_score if least is None else least
    judged = [judge_boxes(each.truth, look(each, score), labelled.match) for each in labelled.pictures]
    figures = measure(judged, labelled.at_score)
    return Seen(figures.ap50, figures.ap75, figures.count_wape)
