"""Holds the report against what was planted: every error found and rightly named, nothing else accused."""

from collections.abc import Iterable
from dataclasses import dataclass

from edge.demo.planted import Planted
from inventory_core.discrepancies import DiscrepancyReport
from inventory_core.ids import Sku

Named = tuple[Sku | None, str]
"""A SKU and the cause named for it; the kind of the finding where nothing explains it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`found` of `planted` named rightly; `missed` and `invented` are (SKU, name) pairs."""

    found: frozenset[Named]
    missed: frozenset[Named]
    invented: frozenset[Named]

    @property
    def holds(self) -> bool:
        return not self.missed and not self.invented


def judge(report: DiscrepancyReport, planted: Iterable[Planted]) -> Verdict:
    """Compare by SKU and first cause; several spells of one error are one finding."""
    named = frozenset((d.sku, d.cause.kind.value if d.cause else d.kind.value) for d in report.discrepancies)
    wanted: frozenset[Named] = frozenset((sku, kind.value) for plan in planted for sku, kind in plan.findings)
    return Verdict(named & wanted, wanted - named, named - wanted)
