"""The separability report in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge.messages import Translator
from inventory_core.messages import tell
from models.separability import Missing, SkuSeparability

_ADVICE = {
    Missing.NOTHING: tell("none"),
    Missing.ANOTHER_PICTURE: tell("one in other light or from another side"),
    Missing.NEAR_LOOK_ALIKE: tell("what tells it from its look-alike"),
}
_HEADINGS = (
    tell("SKU"), tell("photos"), tell("pictures"), tell("nearest look-alike"), tell("similarity"), tell("confused"),
    tell("missing photo"),
)


def print_separability(
    lines: Sequence[SkuSeparability], console: Console, tr: Translator, most: int | None = None
) -> None:
    """One row per SKU, the hardest first; at most `most` rows, None for all."""
    if not lines:
        return
    table = Table(title=tr("Can the products be told apart?"))
    for heading in _HEADINGS:
        table.add_column(tr.say(heading), overflow="fold")
    shown = lines[:most] if most is not None else lines
    for line in shown:
        table.add_row(escape(line.sku), str(line.photos), str(line.pictures), escape(line.nearest or "-"),
                      f"{line.similarity:.2f}" if line.nearest else "-", _share(line.confused, tr),
                      tr.say(_ADVICE[line.missing]))  # fmt: skip
    console.print(table)
    if len(shown) < len(lines):
        console.print(tr("... and {count} products that are easier to tell apart: `shelfcount gallery list`",
                         count=len(lines) - len(shown)), markup=False)  # fmt: skip


def _share(value: float | None, tr: Translator) -> str:
    return tr("not measured") if value is None else f"{value:.0%}"
