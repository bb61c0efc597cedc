"""The places of a survey as a table that `shelfcount planogram import` takes (docs/book.md)."""

import csv
import io
from collections import Counter
from collections.abc import Iterable

from calibration.slots import ShelfSlot
from inventory_core.ids import ShelfId, Sku
from inventory_core.tables import PLANOGRAM


def planogram_csv(slots: Iterable[ShelfSlot], location: str) -> str | None:
    """One row per product and shelf, all of its places together; None where no place has a name. A picture does not show how
    deep a shelf is filled: `depth` is 1 everywhere and is to be mended by hand."""
    facings: Counter[tuple[ShelfId, Sku]] = Counter()
    for slot in slots:
        if slot.sku is not None:
            facings[slot.shelf, slot.sku] += slot.facings
    if not facings:
        return None
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(PLANOGRAM.columns)
    table.writerows((location, shelf, sku, n, 1) for (shelf, sku), n in facings.items())
    return text.getvalue()
