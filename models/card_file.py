"""A model card (Markdown): what must stand in it before a file is taken into use.

The hash of the file it is about, its licence, what it was trained on, and its figures per data set. `scripts/train_detector.py`
writes such cards; `docs/models.md` shows the shortest.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from inventory_core.messages import Message, tell
from models.errors import BadModelCard

MAX_CARD_BYTES = 1_000_000
_LICENCE = re.compile(r"^\|?\s*(?:licen[cs]e|许可证?)\s*[|:：]\s*(?P<text>[^|\n]*[^|\s])\s*\|?\s*$", re.I | re.M)
_TRAINED = re.compile(r"^(?:#+|\|).*(?:train|taught|训练)", re.I | re.M)
_FIGURES = re.compile(r"^#+.*(?:figure|metric|指标|数据)", re.I | re.M)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A card that holds what it must: its bytes, their sha256, and the licence it states."""

    data: bytes
    sha256: str
    licence: str


def read_card(path: Path, about: str) -> ModelCard:
    """The card at `path` of the file with the sha256 `about`. Raises BadModelCard with what is missing."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except OSError as error:
        raise BadModelCard("model card {card} cannot be read: {why}; give another with --card FILE", card=path,
                           why=error.strerror or error) from error  # fmt: skip
    except UnicodeDecodeError as error:
        raise BadModelCard("model card {card} is no text in UTF-8; give another with --card FILE", card=path) from error
    if len(data) > MAX_CARD_BYTES:
        raise BadModelCard("model card {card} has {size} bytes, more than {limit}; give another with --card FILE", card=path,
                           size=len(data), limit=MAX_CARD_BYTES)  # fmt: skip
    licence = _LICENCE.search(text)
    if about not in text.lower():
        raise _lacks(path, tell("the sha256 of the file, {sha256}", sha256=about))
    if licence is None:
        raise _lacks(path, tell("its licence (a row `| licence | ... |`)"))
    if _TRAINED.search(text) is None:
        raise _lacks(path, tell("what it was trained on (a heading `## Trained on` or a row)"))
    if _FIGURES.search(text) is None:
        raise _lacks(path, tell("its figures per data set (a heading `## Figures`)"))
    return ModelCard(data, hashlib.sha256(data).hexdigest(), licence["text"])


def require_kept(card: Path) -> None:
    """A card that was kept under its sha256 must still be that card. Raises BadModelCard."""
    try:
        whole = hashlib.sha256(card.read_bytes()).hexdigest() == card.stem
    except OSError:
        whole = False
    if not whole:
        raise BadModelCard("model card {card} is missing or was altered; take its file into use again with the card "
                           "(`shelfcount model use FILE --card CARD`)", card=card)  # fmt: skip


def card_beside(path: Path) -> Path:
    """The card of a file where none was named: `detector.md` beside `detector.onnx`. Raises BadModelCard."""
    card = path.with_suffix(".md")
    if not card.is_file():
        raise BadModelCard("model file {file} has no model card: give one with --card FILE, or put {card} beside it; "
                           "docs/models.md shows what it holds", file=path, card=card.name)  # fmt: skip
    return card


def _lacks(path: Path, what: Message) -> BadModelCard:
    return BadModelCard("model card {card} leaves out {what}; add it, docs/models.md shows how", card=path, what=what)
