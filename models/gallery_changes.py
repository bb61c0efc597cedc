"""What was done to a gallery, one value per command: the rows enrolled now are the fold of these changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory_core.ids import Sku


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows `first` up to `stop` show one SKU."""

    sku: Sku
    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Rows were added: one run per SKU."""

    rows: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """Every row of a SKU was taken out."""

    sku: Sku


@dataclass(frozen=True, slots=True)
class Renamed:
    """Every row of a SKU carries another name from here on; where that name exists they become one SKU."""

    old: Sku
    new: Sku


Change = Enrolled | Removed | Renamed


def names_of_rows(changes: Iterable[Change], rows: int) -> list[Sku | None]:
    """The SKU that each row shows now, None for a row that is not enrolled."""
    names: list[Sku | None] = [None] * rows
    for change in changes:
        match change:
            case Enrolled(runs):
                for run in runs:
                    names[run.first : run.stop] = [run.sku] * (run.stop - run.first)
            case Removed(sku):
                names = [None if name == sku else name for name in names]
            case Renamed(old, new):
                names = [new if name == old else name for name in names]
    return names


def change_to_json(change: Change) -> dict[str, object]:
    """For gallery.json."""
    match change:
        case Enrolled(runs):
            return {"enrolled": [{"sku": run.sku, "first": run.first, "stop": run.stop} for run in runs]}
        case Removed(sku):
            return {"removed": sku}
        case Renamed(old, new):
            return {"renamed": old, "to": new}


def change_from_json(value: Mapping[str, object], rows: int) -> Change:
    """From gallery.json. Raises ValueError, KeyError or TypeError for anything else than was written."""
    if "removed" in value:
        return Removed(_sku(value["removed"]))
    if "renamed" in value:
        return Renamed(_sku(value["renamed"]), _sku(value["to"]))
    runs = value["enrolled"]
    if not isinstance(runs, list) or not runs:
        raise ValueError(f"enrolled: {runs}")
    read = []
    for run in runs:
        first, stop = run["first"], run["stop"]
        if not (isinstance(first, int) and isinstance(stop, int) and 0 <= first < stop <= rows):
            raise ValueError(f"rows {first} to {stop} of {rows}")
        read.append(Rows(_sku(run["sku"]), first, stop))
    return Enrolled(tuple(read))


def _sku(value: object) -> Sku:
    if not isinstance(value, str) or not value:
        raise ValueError(f"a SKU should be a text, found {value}")
    return Sku(value)
