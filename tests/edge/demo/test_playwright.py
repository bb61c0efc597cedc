"""The demo's book: a day's postings with five errors, written by seed."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from edge.demo.day import TrueDay, read_true_day
from edge.demo.planted import PlantedKind
from edge.demo.playwright import SHIPPED_SEED, write_day
from edge.demo.verdict import judge
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import Capture, CaptureStatus, Pedigree, ShelfCount
from inventory_core.errors import LedgerError
from inventory_core.ids import CountId, Sku
from inventory_core.ledger import MovementKind
from inventory_core.planogram import Planogram
from inventory_core.policy import ReconcilePolicy
from inventory_core.reconcile import reconcile
from inventory_core.units import FacingRange

SEEDS = range(40)


@pytest.fixture(scope="module")
def day() -> TrueDay:
    return read_true_day()


def looks_of(day: TrueDay, slack: int) -> list[Capture]:
    """What an eye that never errs would have stored, with intervals `slack` facings wide to both sides."""
    nobody = Pedigree(None, "sha256:none", None, None, None)
    shelf = {slot.sku: slot.shelf for slot in day.slots}
    looks = []
    for number, truth in enumerate(day.shelves):
        seen = tuple(
            ShelfCount(shelf[sku], sku, FacingRange(max(0, f - slack), f, f + slack)) for sku, f in truth.facings.items()
        )
        looks.append(Capture(
            CountId(f"{number:02d}"), day.location, truth.at,
            CaptureStatus.COUNTED if truth.clear else CaptureStatus.CANNOT_SEE, () if truth.clear else ("dark",),
            tuple(sorted(set(shelf.values()))) if truth.clear else (), seen if truth.clear else (),
            1.0 if truth.clear else 0.0, nobody,
        ))
    return looks


@pytest.mark.parametrize("slack", [0, 1])
@pytest.mark.parametrize("seed", SEEDS)
def test_an_eye_that_never_errs_finds_exactly_what_was_planted(day: TrueDay, seed: int, slack: int) -> None:
    script = write_day(day, seed)
    movements, refused = [], []
    for posting in script.postings:
        try:
            movements.append(posting.movement())
        except LedgerError as error:
            refused.append(posting.refused(error))
    end = day.shelves[-1].at + timedelta(hours=1)
    report = reconcile(
        looks_of(day, slack), movements, refused, Planogram(day.slots), [Product(sku, sku) for sku in day.skus],
        ReconcilePolicy(), end, end, LookAlikes.of(day.look_alikes),
    )
    verdict = judge(report, script.planted)
    assert (verdict.missed, verdict.invented) == (frozenset(), frozenset())


def test_a_seed_always_writes_the_same_day_and_another_seed_another(day: TrueDay) -> None:
    assert write_day(day, SHIPPED_SEED) == write_day(day, SHIPPED_SEED)
    assert len({write_day(day, seed).planted for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_kind_is_planted_once_and_no_product_twice(day: TrueDay, seed: int) -> None:
    planted = write_day(day, seed).planted
    assert sorted(PlantedKind) == sorted(p.kind for p in planted)
    touched = Counter(sku for p in planted for sku, _ in p.findings)
    assert set(touched.values()) == {1}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_wrong_book_never_falls_below_zero(day: TrueDay, seed: int) -> None:
    held: Counter[Sku] = Counter()
    for posting in write_day(day, seed).postings:
        if posting.kind is not MovementKind.GIFT or posting.cites:
            held[posting.sku] += posting.units
            assert held[posting.sku] >= 0, posting


def test_a_finding_under_another_cause_is_both_missed_and_invented(day: TrueDay) -> None:
    script = write_day(day, SHIPPED_SEED)
    wrong = tuple(replace(p, kind=PlantedKind.GHOST) for p in script.planted)
    empty = reconcile([], [], [], Planogram(()), [], ReconcilePolicy(), day.shelves[-1].at, day.shelves[-1].at)
    verdict = judge(empty, wrong)
    assert not verdict.holds
    assert verdict.missed == frozenset(finding for p in wrong for finding in p.findings)
