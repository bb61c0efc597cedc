"""Draws bench/accuracy.md and bench/speed.md from the documents of the runs; every figure comes with its command."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

DETECTION = {"ap50": "AP50", "ap75": "AP75", "best_f1": "best F1", "recall": "recall", "precision": "precision",
             "count_wape": "count WAPE"}
IDENTITY = {"known": "known facings", "top1": "top-1", "top5": "top-5", "unknown_auroc": "known/unknown AUROC",
            "unknown_rejected_at_95_known": "unknown refused at 95 % known"}
FACINGS = {"enrolled": "enrolled facings", "accuracy": "accuracy", "missed": "missed", "misnamed": "misnamed",
           "extra": "extra", "unknown_right": "unknown right", "exact_sku_shelf": "SKU x shelf exact", "cacc": "cAcc",
           "mae": "MAE", "wape": "WAPE", "abstained": "abstained", "coverage_95": "95 % range covers",
           "width_mean": "range width"}
PLAIN = {"known", "enrolled", "missed", "misnamed", "extra", "mae", "width_mean"}
COMPARED = {"ap50": "AP50", "ap75": "AP75", "ap": "AP", "best_f1": "best F1", "count_wape": "count WAPE",
            "count_wape_at_best": "count WAPE, each at its best F1"}


class Run(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def command(self) -> str: ...
    @property
    def document(self) -> Mapping[str, Any]: ...


def number(value: float | None, key: str) -> str:
    if value is None:
        return "-"
    if key in PLAIN:
        return f"{value:.2f}" if isinstance(value, float) else str(value)
    return f"{100 * value:.1f} %"


def cell(run: Run, part: str, key: str) -> str:
    """The figure with its interval."""
    interval = run.document["intervals"].get(f"{part}.{key}")
    value = number(run.document[part][key], key)
    return f"{value} ({number(interval[0], key)} .. {number(interval[1], key)})" if interval else value


def across(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = ["| " + " | ".join(words) + " |" for words in (head, ["---"] * len(head), *lines)]
    return "\n".join(rows) + "\n"


def part_table(runs: Sequence[Run], part: str, labels: Mapping[str, str], *, down: bool) -> str:
    """Runs across and figures down, or the other way round."""
    if down:
        lines = [[label, *(cell(run, part, key) for run in runs)] for key, label in labels.items()]
        return across(["", *(run.title for run in runs)], lines)
    lines = [[run.title, str(run.document["set"]["images"]), str(run.document["set"]["facings"]),
              *(cell(run, part, key) for key in labels)] for run in runs]
    return across(["", "pictures", "facings", *labels.values()], lines)


def commands(runs: Sequence[Run]) -> str:
    return "".join(f"- {run.title}{_networks(run)}: `{run.command}`\n" for run in runs)


def _networks(run: Run) -> str:
    """The beginnings of the sha256 of what was measured."""
    used = run.document.get("pedigree", {})
    told = [f"{part} {used[part]['fingerprint'][7:15]}" for part in ("detector", "embedder") if used.get(part)]
    return f" ({', '.join(told)})" if told else ""


def trained_remark(runs: Sequence[Run]) -> str:
    unlisted = [run.title for run in runs if run.document["pedigree"]["detector"]["training_pictures"] is None]
    unknown = f"What the network was trained on is not known for: {', '.join(unlisted)}.\n" if unlisted else ""
    marked = [(run.title, run.document["set"]["trained_on"]) for run in runs if run.document["set"]["trained_on"]]
    if not marked:
        listed = "No picture above is among the listed training pictures of the network that measured it.\n"
        return unknown + (listed if len(unlisted) < len(runs) else "")
    told = ", ".join(f"{title}: {count}" for title, count in marked)
    return unknown + f"**Pictures that the measuring network was trained on ({told}) flatter those rows; do not quote them.**\n"


def accuracy_page(detection: Sequence[Run], ends: Sequence[Run], names: Sequence[Run], *, folds: bool) -> str:
    """The whole page."""
    boxes = [run for run in detection if "set" in run.document]
    compared = [run for run in detection if "figures" in run.document]
    text = ["# Accuracy\n", INTRODUCTION]
    if boxes:
        text += ["## Boxes: cornershop-dev\n", FOLDS if folds else NO_FOLDS,
                 part_table(boxes, "detection", DETECTION, down=False), trained_remark(boxes), commands(boxes)]
    for run in compared:
        text += ["## Ours against the peer, the same pictures\n", COMPARISON, _comparison(run), commands([run])]
    if ends:
        text += ["## Names and whole counts: cornershop-dev, leaving one photo out\n", LEAVE_ONE_OUT,
                 part_table(ends, "identity", IDENTITY, down=True), part_table(ends, "facings", FACINGS, down=True),
                 trained_remark(ends), commands(ends)]
    if names:
        text += ["## Names alone: grocerystore-packages\n", PACKAGES, part_table(names, "identity", IDENTITY, down=True),
                 commands(names)]
    return "\n".join(text)


def _comparison(run: Run) -> str:
    lines = []
    for key, label in COMPARED.items():
        row = run.document["figures"][key]
        low, high = row["difference_95"] or (None, None)
        lines.append([label, number(row["ours"], key), number(row["theirs"], key),
                      f"{number(low, key)} .. {number(high, key)}", row["verdict"]])
    return across(["", "ours", "peer", "ours - peer, 95 % interval", "verdict"], lines)


def speed_page(run: Run) -> str:
    """The whole page."""
    told = run.document
    machine = told["machine"]
    lines = []
    task = ""
    for row in told["rows"]:
        if row["task"] != task:
            task = row["task"]
            lines.append([f"**{task}**", "", "", "", ""])
        name = row["name"] + (f" ({row['note']})" if row["note"] else "")
        if row["absent"]:
            lines.append([name, "-", "-", "-", f"absent: {row['absent']}"])
            continue
        split = row["split_ms"]
        parts = f"{split['pre_ms']:.1f} / {split['infer_ms']:.1f} / {split['post_ms']:.1f}" if split else ""
        lines.append([name, f"{row['cpu_ms']:.1f}", f"{row['wall_ms']:.1f}",
                      f"{row['ratio']:.2f} ({min(row['ratios']):.2f} .. {max(row['ratios']):.2f})", parts])
    table = across(["", "CPU ms", "wall ms", "x of the first", "prepare / network / decode, ms wall"], lines)
    about = f"{machine['cores']} shared cores of an {machine['cpu']}, Python {machine['python']}; "
    about += ", ".join(machine["libraries"]) + (f"; peers: {told['peers']}" if told["peers"] else "") + ".\n"
    return "\n".join(["# Speed\n", SPEED.format(rounds=told["rounds"]), about, table, commands([run])])


INTRODUCTION = """\
Written by `python -m scripts.bench_all`. Brackets hold 95 % intervals by a bootstrap that draws whole pictures (1,000
rounds, seed 0). Boxes within 1 % of a picture's edge are ignored on both sides; AP is computed by faster-coco-eval
from confidence .01 up without a cap on boxes; recall, precision and counts are taken at the shipped operating point.
`$DATA` is the folder of the labelled sets, `$WORK` a scratch folder. Definitions: docs/bench.md. Accuracy does not
depend on the machine.
"""
FOLDS = """\
Set B is one fixture (p25, p27, p28, p29), set A the other seven photos. Each set is measured by a network of the
shipped recipe that was trained without it; the shipped network itself was trained on both and is not reported on
them.
"""
NO_FOLDS = """\
Set B is one fixture (p25, p27, p28, p29), set A the other seven photos; both measured by the shipped network.
"""
COMPARISON = """\
"Clearly" means that the whole interval of the paired difference lies on one side of zero. The peer is a public
YOLOv8n trained on SKU-110K, one 640 px pass; it has no operating point of its own, so it is given ours, and the last
row gives each side its best one.
"""
LEAVE_ONE_OUT = """\
The gallery holds the crops of the set's photos; each photo is named without the crops that were cut from it
(`--leave-one-out`). Products that stand on no other photo of the set are then not enrolled, and the right answer to
them is "unknown". Shelves are the rows found on the true boxes. This is not the case of a calibrated fixed camera:
photos of one set differ in view and light.
"""
PACKAGES = """\
Each photo shows one carton in a hand, so only names are measured: 781 test photos of 31 products, enrolled from one
packshot each. Every photo is of an enrolled product, so there is no unknown figure. More on names: embedder.md.
"""
SPEED = """\
Written by `python -m scripts.bench_all`: one run, {rounds} interleaved rounds, every contender with one thread,
process CPU time, medians. Absolute figures drift on a shared machine; the ratio is taken within each round (median,
least .. most). The frame is a drawn 1920x1080 shelf, the same weights run in every detector of the first and third
table: the peers get them out of our ONNX file. The load of suppression is 1,095 boxes around 150 facings.
"""
