"""The sections of the accuracy page about single errors: per picture, which name was taken for which, the worst pictures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edge.bench.outcomes import Fate
from scripts.accuracy_rows import FIXTURES, Folded
from scripts.accuracy_words import ERRORS_NOTE
from scripts.error_list import SAID, Error
from scripts.page_parts import Part, Section, Table, Words
from scripts.worst_pictures import LEGEND, cut_outs, drawn

WORST = 3
"""Pictures of a fixture that are shown."""
CONFUSIONS = 12


def error_sections(ours: Folded, errors: Sequence[Error], images: Path, csv_name: str) -> list[Section]:
    told: list[Part] = [Words(ERRORS_NOTE.format(csv=csv_name)), _per_picture(ours), _confusions(errors)]
    pages = [Section("Every error", tuple(told))]
    for name, row in zip(FIXTURES, ours.parts, strict=True):
        pictures: Sequence[Mapping[str, Any]] = row.document["per_image"]  # type: ignore[assignment]
        worst = sorted(pictures, key=lambda one: -_wrong(one) / max(1, one["facings"]["enrolled"] or 0))[:WORST]
        parts: list[Part] = [Words(LEGEND, only_html=True)]
        for one in worst:
            mine = [error for error in errors if error.picture == one["image"]]
            parts += [drawn(one, mine, images), cut_outs(mine, images)]
        shown = ", ".join(
            f"{one['image']} ({_wrong(one)} errors on {one['facings']['enrolled'] or 0} enrolled facings)" for one in worst)
        reviewed = [error for error in errors if error.review and error.picture in {one["image"] for one in pictures}]
        parts.insert(0, Words(f"Worst first: {shown}."))
        if reviewed:
            parts.append(_reviewed(reviewed))
        pages.append(Section(f"Worst cases on {name}", tuple(parts)))
    return pages


def _wrong(picture: Mapping[str, Any]) -> int:
    facings = picture["facings"]
    return sum(facings[key] or 0 for key in ("missed", "misnamed", "extra"))


def _per_picture(ours: Folded) -> Table:
    lines = []
    for name, row in zip(FIXTURES, ours.parts, strict=True):
        pictures: Sequence[Mapping[str, Any]] = row.document["per_image"]  # type: ignore[assignment]
        for one in pictures:
            fates = Counter(Fate(outcome["fate"]) for outcome in one["outcomes"])
            listed = [fates[Fate.RIGHT], *(fates[fate] for fate in SAID), fates[Fate.STRANGER_RIGHT]]
            lines.append((one["image"], name, str(one["truths"]), *(str(count) for count in listed)))
    return Table(("picture", "fixture", "facings", "right", *SAID.values(), "not enrolled, found"), tuple(lines))


def _confusions(errors: Sequence[Error]) -> Table:
    """Which name was given for which, the most frequent first."""
    pairs = Counter((error.true, error.answered) for error in errors if error.fate in (Fate.MISNAMED, Fate.TAKEN_FOR))
    pictures = {pair: sorted({error.picture for error in errors if (error.true, error.answered) == pair}) for pair in pairs}
    lines = [(true, said, str(count), ", ".join(pictures[true, said]))
             for (true, said), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:CONFUSIONS]]
    return Table(("what stands there", "what was said", "times", "pictures"), tuple(lines), frozenset({1, 3}))


def _reviewed(errors: Sequence[Error]) -> Table:
    lines = [(f"{error.picture} {error.nr}", SAID[error.fate], error.true, error.answered, error.review) for error in errors]
    return Table(("picture, number", "what", "truth", "answer", "reviewed"), tuple(lines), frozenset({4}))
