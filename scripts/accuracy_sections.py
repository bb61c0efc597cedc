"""The sections of the accuracy page, from what was measured: every figure with its interval, every table with its commands."""

from collections.abc import Mapping, Sequence
from typing import Any

from scripts.accuracy_rows import CORNERSHOP, LITE0, Folded, Measured
from scripts.accuracy_words import (
    ACROSS,
    BOXES,
    BURSTS,
    COMMANDS,
    COMPARED_NOTE,
    DAY_NOTE,
    END_TO_END,
    INTRODUCTION,
    NAMES,
    NO_FOLDS,
    PACKAGES_NOTE,
    WITH_FOLDS,
)
from scripts.bench_runner import Row
from scripts.error_list import Error
from scripts.error_sections import error_sections
from scripts.page_parts import Commands, Part, Section, Table, Words

DETECTION = {"ap50": "AP50", "ap75": "AP75", "best_f1": "best F1", "recall": "recall", "precision": "precision",
             "count_wape": "count WAPE"}
IDENTITY = {"known": "enrolled facings", "top1": "top-1", "top5": "top-5", "unknown_auroc": "known/unknown AUROC",
            "unknown_rejected_at_95_known": "others refused at 95 % kept"}
FACINGS = {"enrolled": "enrolled facings", "accuracy": "**facing accuracy**", "missed": "missed",
           "misnamed": "misnamed or unknown", "extra": "extra", "unknown_right": "unknown right",
           "exact_sku_shelf": "SKU x shelf exact", "cacc": "cAcc", "mae": "MAE, facings", "wape": "WAPE",
           "abstained": "abstained", "coverage_95": "95 % range covers", "width_mean": "range width, facings"}
COMPARED = {"ap50": "AP50", "ap75": "AP75", "ap": "AP", "best_f1": "best F1", "count_wape": "count WAPE",
            "count_wape_at_best": "count WAPE, each at its best F1", "top1": "top-1", "top5": "top-5",
            "unknown_auroc": "known/unknown AUROC", "accuracy": "facing accuracy", "unknown_right": "unknown right",
            "exact_sku_shelf": "SKU x shelf exact", "wape": "WAPE"}
PLAIN = {"known", "enrolled", "missed", "misnamed", "extra", "mae", "width_mean"}
BOX_FIGURES = frozenset(list(COMPARED)[:6])


def sections(measured: Measured, errors: Sequence[Error], csv_name: str) -> list[Section]:
    """The whole page."""
    told = [Section("", (Words(INTRODUCTION),))]
    if measured.ours is not None:
        note = WITH_FOLDS if measured.chosen.folds else NO_FOLDS
        told.append(Section(f"Boxes: {CORNERSHOP}", (
            Words(f"{BOXES}\n{note}"), _boxes(measured.boxes), Words(_saw(_parts(measured.boxes), ("detector",))))))
        told.append(Section("Ours against the peers, the same pictures", (Words(COMPARED_NOTE), *_compared(measured))))
        told.append(Section(f"Names: {CORNERSHOP}, leaving one photo out", (
            Words(NAMES), _names(measured.names), Words(ACROSS), _names(measured.across),
            Words(_saw(_parts([*measured.names, *measured.across]), ("embedder",))))))
    if measured.packages:
        told.append(Section("Names alone: grocerystore-packages", (
            Words(PACKAGES_NOTE), _down(measured.packages, "identity", IDENTITY),
            Words(_saw(measured.packages, ("embedder",))))))
    ends = [*(measured.ours.rows if measured.ours else ()), *(row for one in measured.across[:1] for row in one.rows[-1:]),
            *([measured.day] if measured.day else [])]
    told.append(Section("End to end: whole counts", (
        Words(END_TO_END + (DAY_NOTE if measured.day else "")), _down(ends, "facings", FACINGS))))
    if measured.ours is not None and measured.ours.rows[-1].document["bursts"]:
        told.append(Section("Bursts against single frames", (Words(BURSTS), *_bursts(measured.ours))))
    if measured.ours is not None:
        told += error_sections(measured.ours, errors, measured.chosen.data / CORNERSHOP / "images", csv_name)
    return [*told, Section("Commands", (Words(COMMANDS), _commands(measured)))]


def number(value: float | None, key: str) -> str:
    if value is None:
        return "-"
    if key in PLAIN:
        return _unsigned_zero(f"{value:.2f}") if isinstance(value, float) else str(value)
    return _unsigned_zero(f"{100 * value:.1f}") + " %"


def _unsigned_zero(text: str) -> str:
    return text if text.strip("-0.") else text.removeprefix("-")


def cell(row: Row, part: str, key: str) -> str:
    """The figure with its interval."""
    document: Mapping[str, Any] = row.document
    interval, value = document["intervals"].get(f"{part}.{key}"), number(document[part][key], key)
    return f"{value} ({number(interval[0], key)} .. {number(interval[1], key)})" if interval else value


def _boxes(contenders: Sequence[Folded]) -> Table:
    lines = []
    for one in contenders:
        if one.absent:
            lines.append((one.title, *[""] * (1 + len(DETECTION)), f"absent: {one.absent}"))
        for row in one.rows:
            facts: Mapping[str, Any] = row.document["set"]  # type: ignore[assignment]
            title = f"**{row.title}**" if row is one.pooled else row.title
            lines.append((title, f"{facts['images']} / {facts['facings']}", *(cell(row, "detection", key) for key in DETECTION),
                          ""))
    return _with_remarks(("", "pictures / facings", *DETECTION.values()), lines)


def _names(contenders: Sequence[Folded]) -> Table:
    lines = []
    for one in contenders:
        if one.absent:
            lines.append((one.title, *[""] * len(IDENTITY), f"absent: {one.absent}"))
        for row in one.rows:
            title = f"**{row.title}**" if row is one.pooled else row.title
            lines.append((title, *(cell(row, "identity", key) for key in IDENTITY), ""))
    return _with_remarks(("", *IDENTITY.values()), lines)


def _with_remarks(head: Sequence[str], lines: Sequence[tuple[str, ...]]) -> Table:
    """The last cell of a line is its remark; without any the column is left out."""
    if any(line[-1] for line in lines):
        return Table((*head, "remark"), tuple(lines), frozenset({len(head)}))
    return Table(tuple(head), tuple(line[:-1] for line in lines))


def _down(rows: Sequence[Row], part: str, labels: Mapping[str, str]) -> Table:
    lines = [(label, *(cell(row, part, key) for row in rows)) for key, label in labels.items()]
    return Table(("", *(row.title for row in rows)), tuple(lines))


def _compared(measured: Measured) -> list[Part]:
    parts: list[Part] = []
    for row in measured.compared:
        figures: Mapping[str, Any] = row.document["figures"]  # type: ignore[assignment]
        about_names = LITE0 in row.title
        lines = []
        for key, told in figures.items():
            if (key in BOX_FIGURES) == about_names:
                continue
            low, high = told["difference_95"] or (None, None)
            lines.append((COMPARED[key], number(told["ours"], key), number(told["theirs"], key),
                          f"{number(low, key)} .. {number(high, key)}", told["verdict"]))
        parts.append(Table((f"**{row.title}**", "ours", "theirs", "ours - theirs, 95 %", "verdict"), tuple(lines)))
    return parts


def _bursts(ours: Folded) -> list[Part]:
    parts: list[Part] = []
    for row in ours.rows:
        if not row.document["bursts"]:
            continue
        told: Mapping[str, Any] = row.document["bursts"]  # type: ignore[assignment]
        lines = []
        for key, value in told["difference"].items():
            low, high = told["difference_95"].get(key) or (None, None)
            lines.append((FACINGS[key], number(told["burst"][key], key), number(told["single"][key], key),
                          f"{number(value, key)} ({number(low, key)} .. {number(high, key)})"))
        head = (f"**{row.title}**", f"bursts of {told['frames']}", "each frame alone", "burst - single (95 %)")
        parts.append(Table(head, tuple(lines)))
    return parts


def _commands(measured: Measured) -> Commands:
    """Every run of the page once, with the beginnings of the sha256 of what it measured."""
    folded = [*measured.boxes, *measured.names[1:], *measured.across]  # ours leads boxes and names
    rows = [*(row for one in folded for row in one.rows), *measured.compared, *measured.packages,
            *([measured.day] if measured.day else [])]
    return Commands(tuple((row.title + _networks(row), row.command) for row in rows))


def _networks(row: Row) -> str:
    used: Mapping[str, Any] = row.document.get("pedigree") or {}  # type: ignore[assignment]
    told = [f"{part} {short(used[part])}" for part in ("detector", "embedder") if used.get(part)]
    return f" ({', '.join(told)})" if told else ""


def short(network: Mapping[str, Any]) -> str:
    """The beginning of a network's sha256."""
    return str(network["fingerprint"]).removeprefix("sha256:")[:8]


def _parts(contenders: Sequence[Folded]) -> list[Row]:
    return [row for one in contenders for row in one.parts]


def _saw(rows: Sequence[Row], parts: Sequence[str]) -> str:
    """Whether a network saw a picture that it was measured on, as far as anybody knows."""
    unlisted, marked, listed = dict[str, None](), list[str](), False
    for row in rows:
        used: Mapping[str, Any] = row.document["pedigree"]  # type: ignore[assignment]
        facts: Mapping[str, Any] = row.document["set"]  # type: ignore[assignment]
        for network in (used[part] for part in parts if used[part]):
            known = network["training_pictures"] is not None
            listed |= known
            unlisted |= {} if known else {short(network): None}
        if facts["trained_on"]:
            marked.append(f"{row.title}: {facts['trained_on']}")
    names = " and the ".join(parts)
    told = [f"Of the {names} {', '.join(unlisted)} no list of training pictures is kept."] if unlisted else []
    if marked:
        told.append(f"**Pictures that a measuring network was trained on ({', '.join(marked)}) flatter those rows; do not "
                    "quote them.**")
    elif listed:
        told.append("No picture here is among the training pictures of a network that has such a list.")
    return " ".join(told)
