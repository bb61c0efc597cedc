"""The list of every error: what is listed, in which order, and that a reviewer's words outlive the next run."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge.bench.outcomes import Fate
from scripts.error_list import COLUMNS, Error, errors_of, with_reviews, write_errors


def outcome(fate: str, x: float, y: float = 100, true: str | None = "COLA", said: str | None = None) -> dict[str, Any]:
    return {"fate": fate, "xyxy_px": [x, y, x + 50, y + 100], "true": true, "said": said, "shelf": "1", "score": 0.75}


def listed(*outcomes: dict[str, Any]) -> list[Error]:
    return errors_of("B", {"per_image": [{"image": "p1.jpg", "outcomes": list(outcomes)}]})


def test_only_errors_are_listed_shelf_by_shelf_from_the_left() -> None:
    errors = listed(outcome("missed", 10, 900), outcome("right", 10), outcome("misnamed", 300, said="FANTA"),
                    outcome("stray_unknown", 100, true=None), outcome("stranger_right", 500))
    assert [(1, Fate.STRAY_UNKNOWN, False), (2, Fate.MISNAMED, True), (3, Fate.MISSED, True)] == [
        (one.nr, one.fate, one.counts) for one in errors]
    assert ("COLA", "FANTA", "p1.jpg", (300, 100, 350, 200)) == (
        errors[1].true, errors[1].answered, errors[1].picture, errors[1].xyxy)


def test_a_review_is_kept_while_its_error_is_there(tmp_path: Path) -> None:
    file = tmp_path / "errors.csv"
    before = listed(outcome("missed", 10), outcome("misnamed", 300, said="FANTA"))
    write_errors([replace(before[0], review="behind the door seam"), before[1]], file)
    after = with_reviews(listed(outcome("missed", 14), outcome("missed", 300)), file)
    assert ["behind the door seam", ""] == [one.review for one in after]


def test_a_list_that_was_never_written_has_no_reviews(tmp_path: Path) -> None:
    errors = listed(outcome("missed", 10))
    assert errors == with_reviews(errors, tmp_path / "errors.csv")


def test_the_file_is_a_table_with_a_line_per_error(tmp_path: Path) -> None:
    file = tmp_path / "errors.csv"
    write_errors(listed(outcome("refused", 10), outcome("stranger_missed", 300, true='6" cola, dark')), file)
    with file.open(encoding="utf-8", newline="") as handle:
        head, first, second = list(csv.reader(handle))
    assert (list(COLUMNS), "answered unknown", "yes") == (head, first[3], first[11])
    assert ("missed, not enrolled", '6" cola, dark', "no") == (second[3], second[8], second[11])
