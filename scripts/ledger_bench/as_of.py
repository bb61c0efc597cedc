"""G7: what an account held at a moment, among ten million movements, beside a ready balance and a sum over an index."""

import contextlib
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.bench.rounds import Here, RacePolicy, Spent, Times, race
from inventory_core.ids import Sku
from inventory_core.instants import sortable_text
from inventory_core.store.sql_book import SqlStore, open_book
from inventory_core.store.sql_reader import SqlReader
from scripts.ledger_bench import stocked_book
from scripts.ledger_bench.postings import SHELF, sku_of
from scripts.ledger_bench.sections import Goal, Section, at_least, at_most, by_round, spread
from scripts.ledger_bench.stocked_book import HOT, PRODUCTS, moment

OF_POINT_READ, OF_SUM, GROWTH = 2.5, 50.0, 3.0
"""G7: at most so many times a balance point read; at least so many times quicker than the sum; at most so much slower for
ten times the movements."""
SAMPLES = 400
HEAD = ("CPU us per question", "{few} movements", "{many} movements", "x of the point read, {many}", "{many} over {few}")
_SUM = "SELECT coalesce(sum(units), 0) FROM movement WHERE sku = ? AND location = ? AND effective_at <= ?"
_SUM_KNOWN = f"{_SUM} AND recorded_at <= ?"
Question = tuple[Sku, datetime, datetime]
"""(sku, at, known_at)."""
Answering = Callable[[SqlReader, Question], object]

POINT, SUM_HOT = "balance point read, any SKU", "sum over the covering index, hot SKU"
GOAL, GOAL_HOT = "as of a moment, any SKU", "as of a moment, hot SKU"
ALONE, TOGETHER = "Each question opens the book for itself", "All questions in one open block"


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` movements in the large book, a tenth of them in the small one."""

    rows: int = 10_000_000
    rounds: int = 7
    round_s: float = 0.4


def measure(plan: Plan, scratch: Path) -> list[Section]:
    """Makes both books, holds samples of the answers against sums, then races."""
    sizes = (plan.rows // 10, plan.rows)
    with contextlib.ExitStack() as stack:
        stores = [open_book(str(stocked_book.made_once(scratch, rows))) for rows in sizes]
        for store in stores:
            stack.callback(store.close)
        wrong = sum(_wrong_answers(store, rows) for store, rows in zip(stores, sizes, strict=True))
        contenders = [contender for store in stores for answer, questions in _asked().values()
                      for contender in (_alone(store, answer, questions), Together(store, answer, itertools.cycle(questions)))]
        times = race(contenders, RacePolicy(plan.rounds, plan.round_s, 100_000))
    half = len(times) // 2
    seen = {mode: (dict(zip(_asked(), times[place:half:2], strict=True)),
                   dict(zip(_asked(), times[half + place::2], strict=True))) for place, mode in enumerate((ALONE, TOGETHER))}
    return [_section(plan, seen, wrong)]


def _asked() -> dict[str, tuple[Answering, list[Question]]]:
    """The contenders: what is asked, and about what."""
    anywhere, hot = _questions(3, [sku_of(number) for number in range(1, PRODUCTS)]), _questions(4, [HOT])

    def as_of(book: SqlReader, asked: Question) -> object:
        return book.units_at(asked[0], SHELF, asked[1])

    def as_known(book: SqlReader, asked: Question) -> object:
        return book.units_at(asked[0], SHELF, asked[1], asked[2])

    def summed(book: SqlReader, asked: Question) -> object:
        return book.do.number(_SUM, asked[0], SHELF, sortable_text(asked[1]))

    return {
        POINT: (lambda book, asked: book.holding(asked[0], SHELF), anywhere),
        GOAL: (as_of, anywhere), GOAL_HOT: (as_of, hot),
        "as of a moment as known at another, any SKU": (as_known, anywhere),
        "as of a moment as known at another, hot SKU": (as_known, hot),
        "sum over the covering index, any SKU": (summed, anywhere), SUM_HOT: (summed, hot),
    }


def _alone(store: SqlStore, answer: Answering, questions: Sequence[Question]) -> Here:
    turn = itertools.cycle(questions)

    def ask() -> object:
        with store.read() as book:
            return answer(book, next(turn))  # type: ignore[arg-type]

    return Here(ask)


@dataclass(frozen=True, slots=True)
class Together:
    """All questions of a round in one block, whose opening is not counted."""

    store: SqlStore
    answer: Answering
    turn: Iterator[Question]

    def run(self, repeats: int) -> Spent:
        with self.store.read() as book:
            return Here(lambda: self.answer(book, next(self.turn))).run(repeats)  # type: ignore[arg-type]


def _questions(seed: int, skus: Sequence[Sku], count: int = 5000) -> list[Question]:
    """Moments all over the book's time; a third is asked as known then, soon after, and much later."""
    dice = random.Random(seed)
    asked = []
    for _ in range(count):
        at = moment(dice.uniform(0.05, 1))
        asked.append((dice.choice(skus), at, at + (moment(1) - at) * dice.random() * dice.choice((0, 0.001, 1))))
    return asked


def _wrong_answers(store: SqlStore, rows: int) -> int:
    """Samples held against sums over all movements: any moment, and those of late movements and of snapshots themselves."""
    with store.read() as book:
        asked = _samples(book, rows)  # type: ignore[arg-type]
    wrong = 0
    for sku, at, known_at in asked:
        until, heard = sortable_text(at), sortable_text(known_at)
        with store.read() as book:
            wrong += book.units_at(sku, SHELF, at) != book.do.number(_SUM, sku, SHELF, until)
            wrong += book.units_at(sku, SHELF, at, known_at) != book.do.number(_SUM_KNOWN, sku, SHELF, until, heard)
    return wrong


def _samples(book: SqlReader, rows: int) -> list[Question]:
    late = book.do.rows("SELECT sku, effective_at, recorded_at FROM movement WHERE late = 1 AND seq > ? LIMIT ?",
                        rows // 2, SAMPLES)
    marks = book.do.rows("SELECT sku, effective_at, effective_at FROM account_snapshot WHERE sku >= ? LIMIT ?",
                         sku_of(PRODUCTS // 2), SAMPLES)
    asked = _questions(5, [sku_of(number) for number in range(PRODUCTS)], SAMPLES) + _questions(6, [HOT], SAMPLES // 4)
    return asked + [(sku, datetime.fromisoformat(at), datetime.fromisoformat(known)) for sku, at, known in late + marks]


def _section(plan: Plan, seen: dict[str, tuple[dict[str, Times], dict[str, Times]]], wrong: int) -> Section:
    names = {"few": f"{plan.rows // 10:,}", "many": f"{plan.rows:,}"}
    rows: list[tuple[str, ...]] = []
    for mode, (few, many) in seen.items():
        rows.append((f"**{mode}**", "", "", "", ""))
        rows += [(name, f"{1000 * few[name].cpu_ms:.1f}", f"{1000 * many[name].cpu_ms:.1f}",
                  spread(many[name].ratios_to(many[POINT])), spread(_growth(few[name], many[name]))) for name in many]
    goals = []
    for mode, told in ((ALONE, "opening the book for it"), (TOGETHER, "in an open block")):
        few, many = seen[mode]
        goals += [at_most(f"{name}, {told}: at most {OF_POINT_READ}x of the point read", many[name].ratios_to(many[POINT]),
                          OF_POINT_READ) for name in (GOAL, GOAL_HOT)]
        goals.append(at_least(f"{GOAL_HOT}, {told}: at least {OF_SUM:.0f}x quicker than the sum",
                              many[SUM_HOT].ratios_to(many[GOAL_HOT]), OF_SUM))
        goals += [at_most(f"{name}, {told}: at most {GROWTH:.0f}x for ten times the movements", _growth(few[name], many[name]),
                          GROWTH) for name in (GOAL, GOAL_HOT)]
    goals.append(Goal("answers that differ from the sum over all movements", str(wrong), wrong == 0, must=True))
    about = (f"One process, {plan.rounds} rounds of about {plan.round_s:g} s for each contender in each; {PRODUCTS:,} SKUs, of "
             "which one has 1 % of all movements; 2 % of the movements are late. Questions are about random moments of the "
             "book's time, as known then, soon after, or much later; the sum is over the product's own covering index. Samples "
             "of both books, late movements among them, were held against sums first.")
    return Section("G7", "stock as of a moment", about, tuple(word.format(**names) for word in HEAD), tuple(rows), tuple(goals))


def _growth(few: Times, many: Times) -> list[float]:
    return by_round([spent.cpu_ms for spent in many.rounds], [spent.cpu_ms for spent in few.rounds])
