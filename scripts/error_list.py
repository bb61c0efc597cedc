"""Every error of a run as a line: picture, box, what stands there, what was answered, and what a reviewer wrote about it.

The list is a CSV file. A review is kept when the list is made again: it belongs to the error of the same kind and truth at
the same place of the same picture.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edge.bench.outcomes import ERRORS, Fate

COLUMNS = ("set", "picture", "nr", "what", "x1_px", "y1_px", "x2_px", "y2_px", "true", "answered", "score", "counts", "review")
SAID = {
    Fate.MISSED: "missed", Fate.MISNAMED: "misnamed", Fate.REFUSED: "answered unknown", Fate.INVENTED: "named, nothing there",
    Fate.TAKEN_FOR: "named, but not enrolled", Fate.STRANGER_MISSED: "missed, not enrolled",
    Fate.STRAY_UNKNOWN: "box on nothing, unknown",
}  # fmt: skip
"""The fates that are listed, in the order of the list; the last two count in no figure end to end."""
SAME_PLACE_IOU = 0.5
Corners = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Error:
    """`nr` counts the errors of a picture from 1, from the top left; `review` is a person's words."""

    set: str
    picture: str
    nr: int
    fate: Fate
    xyxy: Corners
    true: str
    answered: str
    score: float
    review: str = ""

    @property
    def counts(self) -> bool:
        """Whether facing accuracy counts it."""
        return self.fate in ERRORS


def errors_of(name: str, document: Mapping[str, Any]) -> list[Error]:
    """All errors of a document, by picture and place."""
    found = []
    for row in document["per_image"]:
        listed = [one for one in row["outcomes"] if Fate(one["fate"]) in SAID]
        listed.sort(key=lambda one: (round(one["xyxy_px"][3] / 200), one["xyxy_px"][0]))  # row by row, as one reads a shelf
        for nr, one in enumerate(listed, 1):
            x1, y1, x2, y2 = one["xyxy_px"]
            found.append(Error(name, row["image"], nr, Fate(one["fate"]), (x1, y1, x2, y2), one["true"] or "",
                               one["said"] or "", one["score"]))
    return found


def with_reviews(errors: Sequence[Error], file: Path) -> list[Error]:
    """The errors with the reviews that the file holds of them."""
    if not file.exists():
        return list(errors)
    with file.open(encoding="utf-8", newline="") as handle:
        old = [line for line in csv.DictReader(handle) if line["review"]]
    return [replace(error, review=_review(error, old)) for error in errors]


def _review(error: Error, old: Sequence[Mapping[str, str]]) -> str:
    for line in old:
        same = (line["picture"], line["what"], line["true"]) == (error.picture, SAID[error.fate], error.true)
        corners = tuple(float(line[key]) for key in COLUMNS[4:8])
        if same and _iou(error.xyxy, corners) >= SAME_PLACE_IOU:
            return line["review"]
    return ""


def write_errors(errors: Sequence[Error], file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle, lineterminator="\n")
        table.writerow(COLUMNS)
        for one in errors:
            table.writerow([one.set, one.picture, one.nr, SAID[one.fate], *(round(side) for side in one.xyxy), one.true,
                            one.answered, f"{one.score:.2f}", "yes" if one.counts else "no", one.review])


def _iou(a: Corners, b: Sequence[float]) -> float:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    shared = wide * high
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
