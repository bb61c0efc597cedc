"""The separability report in a terminal."""

from collections.abc import Sequence

from rich.table import Table

from edge.cli.console import Out
from edge.messages import Translator
from models.separability import Missing, SkuSeparability

_ADVICE = {
    Missing.NOTHING: "-",
    Missing.ANOTHER_PICTURE: "add a photo in other light or from another side",
    Missing.NEAR_LOOK_ALIKE: "add photos of what tells it from its look-alike",
}


def print_separability(lines: Sequence[SkuSeparability], out: Out) -> None:
    """One row per SKU, the hardest first."""
    if not lines:
        return
    tr = out.tr
    table = Table(title=tr("Can the products be told apart?"))
    for heading in ("SKU", "photos", "pictures", "nearest look-alike", "similarity", "confused", "unnamed",
                    "missing photo"):  # fmt: skip
        table.add_column(tr(heading), overflow="fold")
    for line in lines:
        table.add_row(line.sku, str(line.photos), str(line.pictures), line.nearest or "-",
                      f"{line.similarity:.2f}" if line.nearest else "-", _share(line.confused, tr),
                      _share(line.unnamed, tr), tr(_ADVICE[line.missing]))  # fmt: skip
    out.table_console().print(table)


def _share(value: float | None, tr: Translator) -> str:
    return tr("not measured") if value is None else f"{value:.0%}"
