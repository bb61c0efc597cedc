"""Figures of the whole count, end to end, about enrolled SKUs: every missed, misnamed or extra facing counts against it.

A cell is one enrolled SKU on one shelf of one picture that the truth or the count has a facing in.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from edge.bench.matching import NONE, Indices
from inventory_core.ids import ShelfId, Sku
from inventory_core.units import FacingRange

Cell = tuple[ShelfId, Sku]


@dataclass(frozen=True, slots=True)
class TrueFacing:
    """One labelled facing: what it is and where it stands."""

    sku: Sku
    shelf: ShelfId


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product said about one picture: a name per box (None: unknown), and a range per cell it counted.

    `refused` is true when it answered "cannot see": it then has no boxes and no counts, and zero is not what it said.
    """

    sku: tuple[Sku | None, ...]
    counts: Mapping[Cell, FacingRange] = field(default_factory=dict)
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over one picture; figures over pictures are ratios of such sums. `*_facings` count boxes, `cells_*` cells."""

    enrolled: int = 0
    missed: int = 0
    misnamed: int = 0
    extra: int = 0
    strangers: int = 0
    strangers_unknown: int = 0
    cells: int = 0
    cells_exact: int = 0
    cells_refused: int = 0
    cells_covered: int = 0
    width_facings: int = 0
    off_facings: int = 0
    answered_facings: int = 0


@dataclass(frozen=True, slots=True)
class FacingFigures:
    """None where there is nothing to measure. `enrolled` facings of the truth have a SKU that the gallery knows."""

    enrolled: int
    accuracy: float | None
    missed: int
    misnamed: int
    extra: int
    unknown_right: float | None
    exact_sku_shelf: float | None
    cacc: float | None
    mae: float | None
    wape: float | None
    abstained: float | None
    coverage_95: float | None
    width_mean: float | None


def tally(truth: Sequence[TrueFacing], answer: Answer, partner: Indices, enrolled: AbstractSet[Sku]) -> Tally:
    """Hold one picture's answer against its truth; `partner` (n,) is the truth box of each found box, or NONE."""
    if len(partner) != len(answer.sku):
        raise ValueError(f"{len(answer.sku)} boxes were named, {len(partner)} were matched")
    said: dict[int, Sku | None] = {}  # truth box -> name given
    extra = 0
    for name, index in zip(answer.sku, partner.tolist(), strict=True):
        if index != NONE:
            said[index] = name
        if name in enrolled and (index == NONE or truth[index].sku not in enrolled):
            extra += 1
    known = [index for index, facing in enumerate(truth) if facing.sku in enrolled]
    strangers = [index for index, facing in enumerate(truth) if facing.sku not in enrolled]
    missed = sum(index not in said for index in known)
    misnamed = sum(index in said and said[index] != truth[index].sku for index in known)
    return _with_cells(
        Tally(
            enrolled=len(known),
            missed=missed,
            misnamed=misnamed,
            extra=extra,
            strangers=len(strangers),
            strangers_unknown=sum(index in said and said[index] is None for index in strangers),
        ),
        Counter((truth[index].shelf, truth[index].sku) for index in known),
        answer,
        enrolled,
    )


def _with_cells(boxes: Tally, true: Counter[Cell], answer: Answer, enrolled: AbstractSet[Sku]) -> Tally:
    """Add the sums over cells; those of a refused picture are neither right nor zero."""
    counts = {cell: counted for cell, counted in answer.counts.items() if cell[1] in enrolled and counted.high > 0}
    cells = set(true) | {cell for cell, counted in counts.items() if counted.best > 0}
    told = {} if answer.refused else {cell: counts.get(cell, FacingRange.exactly(0)) for cell in cells}
    return Tally(
        enrolled=boxes.enrolled,
        missed=boxes.missed,
        misnamed=boxes.misnamed,
        extra=boxes.extra,
        strangers=boxes.strangers,
        strangers_unknown=boxes.strangers_unknown,
        cells=len(cells),
        cells_exact=sum(counted.best == true[cell] for cell, counted in told.items()),
        cells_refused=len(cells) - len(told),
        cells_covered=sum(counted.low <= true[cell] <= counted.high for cell, counted in told.items()),
        width_facings=sum(counted.high - counted.low for counted in told.values()),
        off_facings=sum(abs(counted.best - true[cell]) for cell, counted in told.items()),
        answered_facings=sum(true[cell] for cell in told),
    )


def measure_facings(pictures: Sequence[Tally]) -> FacingFigures:
    """Every figure over at least one picture."""
    enrolled, missed, misnamed, extra, strangers, strangers_unknown, cells, exact, refused, covered, width, off, true = (
        sum(getattr(picture, name) for picture in pictures) for name in Tally.__dataclass_fields__
    )
    answered = cells - refused
    with_cells = [picture for picture in pictures if picture.cells]
    return FacingFigures(
        enrolled=enrolled,
        accuracy=max(0.0, 1 - (missed + misnamed + extra) / enrolled) if enrolled else None,
        missed=missed,
        misnamed=misnamed,
        extra=extra,
        unknown_right=_share(strangers_unknown, strangers),
        exact_sku_shelf=_share(exact, cells),
        cacc=_share(sum(picture.cells == picture.cells_exact for picture in with_cells), len(with_cells)),
        mae=_share(off, answered),
        wape=_share(off, true),
        abstained=_share(refused, cells),
        coverage_95=_share(covered, answered),
        width_mean=_share(width, answered),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
