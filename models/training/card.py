"""Writes the model card and the hashes of all training pictures: what a user must know before trusting the detector."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from string import Template
from typing import Any

from models.training.labels import LabelError
from models.training.recipe import DATA_SETS, START_ORIGIN


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the results table, numbers already formatted."""

    subject: str
    ap50: str
    ap75: str
    best_f1: str
    count_wape: str


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card tells beside the data sets. Scores are thresholds 0..1, sides px."""

    model: Path
    activation: str
    recipe: str
    steps: int
    batch: int
    learning_rate: float
    start_weight: float
    operating_score: float
    void_score: float
    default_view: str
    figures: Sequence[Figure]
    held_out: Sequence[str]
    weaknesses: Sequence[str]


_CARD = Template("""# shelfcount-detector

Finds product facings (`product`) and gaps between them (`void`) in photos of shop shelves. YOLOv8n, $activation, fp32 ONNX,
$megabytes MB, sha256 `$digest`.

| | |
|---|---|
| input | `image` uint8 (1, H, W, 3) BGR, H and W multiples of 32, padded with grey 114; normalised in the graph |
| output | `output0` float32 (1, 6, N): cx, cy, w, h in input px, then the scores of product and void, 0..1, before NMS |
| default | $view, NMS IoU .5 per class, product from score $score, void from score $void |
| licence | AGPL-3.0-or-later: the network and its training code are ultralytics' (AGPL-3.0), and so were the start weights |

## Trained on

Start: $start.
The start's own training pictures are not listed here one by one.

| set | origin | licence as stated there | pictures | learnt from it |
|---|---|---|---|---|
$sets

`detector.training-pictures.sha256` lists the sha256 of all $count picture files, one a line. Kept out of training:
$held_count pictures of `shelves` ($held). The figures on `cornershop-dev` are those of five trainings of this recipe that
left one fixture out each (two of them with batches of 8: bench/training.md). Some sources state no licence or allow academic
use only: whoever uses the weights in trade must judge that for themselves.

## Method

$recipe $steps steps of $batch square views, AdamW at $rate with a cosine decay, running mean of the weights; share of the
start averaged in: $start_weight. Made by `scripts/train_detector.py`.

## Figures

Product boxes unless said otherwise; boxes within 1 % of the picture's edge ignored on both sides, AP from confidence .01 up.

| what | AP50 | AP75 | best F1 | count WAPE |
|---|---|---|---|---|
$figures

## Known weaknesses

$weaknesses
""")


def facts_from(document: dict[str, Any], model: Path, held_out: Sequence[str]) -> CardFacts:
    """The facts file (JSON with the fields of CardFacts but the model and the held-out names)."""
    wanted = {field.name for field in fields(CardFacts)} - {"model", "held_out"}
    if set(document) != wanted:
        raise LabelError(f"the facts file needs exactly these fields: {', '.join(sorted(wanted))}")
    figures = [Figure(**figure) for figure in document["figures"]]
    return CardFacts(**{**document, "figures": figures}, model=model, held_out=held_out)


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_hashes(pictures: Sequence[Path], target: Path) -> int:
    """One sha256 a line, sorted, so that a copy under another name is recognised too. Answers how many."""
    digests = sorted({sha256_of(path) for path in pictures})
    target.write_text("\n".join(digests) + "\n", encoding="ascii")
    return len(digests)


def write_card(facts: CardFacts, pictures: Sequence[Path], count: int, target: Path) -> None:
    """The card as Markdown. `count` is the number of listed hashes."""
    sets = [
        f"| {one.folder} | {one.origin} | {one.licence} | {_count_in(pictures, one.folder)} | {one.use} |" for one in DATA_SETS
    ]
    rows = [f"| {f.subject} | {f.ap50} | {f.ap75} | {f.best_f1} | {f.count_wape} |" for f in facts.figures]
    text = _CARD.substitute(
        activation=facts.activation,
        megabytes=f"{facts.model.stat().st_size / 1e6:.1f}",
        digest=sha256_of(facts.model),
        view=facts.default_view,
        score=f"{facts.operating_score:.2f}",
        void=f"{facts.void_score:.2f}",
        start=START_ORIGIN,
        sets="\n".join(sets),
        count=count,
        held_count=len(facts.held_out),
        held=", ".join(facts.held_out),
        recipe=facts.recipe,
        steps=facts.steps,
        batch=facts.batch,
        rate=f"{facts.learning_rate:g}",
        start_weight=f"{facts.start_weight:g}",
        figures="\n".join(rows),
        weaknesses="\n".join(f"- {weakness}" for weakness in facts.weaknesses),
    )
    target.write_text(text, encoding="utf-8")


def _count_in(pictures: Sequence[Path], folder: str) -> int:
    """How many of the pictures lie in a set's folder."""
    return sum(f"/{folder}/" in path.as_posix() for path in pictures)
