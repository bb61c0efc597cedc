"""G7: what an account held at a moment, among ten million movements, against a balance that is ready and a sum over an index."""

import contextlib
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.bench.rounds import Here, RacePolicy, Times, race
from inventory_core.ids import Sku
from inventory_core.instants import sortable_text
from inventory_core.store.sql_book import open_book
from inventory_core.store.sql_reader import SqlReader
from scripts.ledger_bench import stocked_book
from scripts.ledger_bench.postings import SHELF, sku_of
from scripts.ledger_bench.sections import Goal, Section, at_least, at_most, by_round, spread
from scripts.ledger_bench.stocked_book import HOT, PRODUCTS, moment

OF_POINT_READ, OF_SUM, GROWTH = 2.5, 50.0, 3.0
"""G7: at most so many times a balance point read; at least so many times quicker than the sum; at most so much slower for ten
times the movements."""
SAMPLES = 400
HEAD = ("CPU us per question", "{few} movements", "{many} movements", "x of the point read, {many}", "{many} over {few}")
_SUM = "SELECT coalesce(sum(units), 0) FROM movement WHERE sku = ? AND location = ? AND effective_at <= ?"
_SUM_KNOWN = f"{_SUM} AND recorded_at <= ?"
Question = tuple[Sku, datetime, datetime]
"""(sku, at, known_at)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` movements in the large book, a tenth of them in the small one."""

    rows: int = 10_000_000
    rounds: int = 7
    round_s: float = 0.4


def measure(plan: Plan, scratch: Path) -> list[Section]:
    """Makes both books, holds samples of the answers against sums, then races. The books are removed at the end by the caller."""
    sizes = (plan.rows // 10, plan.rows)
    with contextlib.ExitStack() as stack:
        books = []
        for rows in sizes:
            store = open_book(str(stocked_book.made_once(scratch, rows)))
            stack.callback(store.close)
            books.append(stack.enter_context(store.read()))
        wrong = sum(_wrong_answers(book, rows) for book, rows in zip(books, sizes, strict=True))
        asked = [(name, ask) for book in books for name, ask in _asked(book).items()]
        times = race([Here(ask) for _, ask in asked], RacePolicy(plan.rounds, plan.round_s, 100_000))
    half = len(asked) // 2
    few, many = ({name: time for (name, _), time in zip(asked[part], times[part], strict=True)}
                 for part in (slice(half), slice(half, None)))
    return [_section(plan, few, many, wrong)]


POINT, SUM_HOT = "balance point read, any SKU", "sum over the covering index, hot SKU"
AS_OF = {"as of a moment, any SKU": (False, False), "as of a moment, hot SKU": (True, False),
         "as of a moment as known at another, any SKU": (False, True), "as of a moment as known at another, hot SKU": (True, True)}
"""(is_hot, with known_at)."""


def _asked(book: SqlReader) -> dict[str, Callable[[], object]]:
    """The contenders on one book; each asks a new question each time."""
    anywhere, hot = _questions(3, [sku_of(number) for number in range(1, PRODUCTS)]), _questions(4, [HOT])

    def point(turn: Iterator[Question] = itertools.cycle(anywhere)) -> object:
        return book.holding(next(turn)[0], SHELF)

    def summed(questions: Sequence[Question]) -> Callable[[], object]:
        turn = itertools.cycle(questions)

        def ask() -> object:
            sku, at, _ = next(turn)
            return book.do.number(_SUM, sku, SHELF, sortable_text(at))

        return ask

    def as_of(*, is_hot: bool, with_known: bool) -> Callable[[], object]:
        turn = itertools.cycle(hot if is_hot else anywhere)

        def ask() -> object:
            sku, at, known_at = next(turn)
            return book.units_at(sku, SHELF, at, known_at if with_known else None)

        return ask

    snapshots = {name: as_of(is_hot=is_hot, with_known=known) for name, (is_hot, known) in AS_OF.items()}
    return {POINT: point, **snapshots, "sum over the covering index, any SKU": summed(anywhere), SUM_HOT: summed(hot)}


def _questions(seed: int, skus: Sequence[Sku], count: int = 5000) -> list[Question]:
    dice = random.Random(seed)
    asked = []
    for _ in range(count):
        at = moment(dice.uniform(0.05, 1))
        asked.append((dice.choice(skus), at, at + (moment(1) - at) * dice.random() * dice.choice((0, 0.001, 1))))
    return asked


def _wrong_answers(book: SqlReader, rows: int) -> int:
    """Samples held against sums over all movements: any moment, and the moments of late movements and of snapshots themselves."""
    late = book.do.rows("SELECT sku, effective_at, recorded_at FROM movement WHERE late = 1 AND seq > ? LIMIT ?", rows // 2, SAMPLES)
    marks = book.do.rows("SELECT sku, effective_at, effective_at FROM account_snapshot WHERE sku >= ? LIMIT ?",
                         sku_of(PRODUCTS // 2), SAMPLES)
    asked = _questions(5, [sku_of(number) for number in range(PRODUCTS)], SAMPLES) + _questions(6, [HOT], SAMPLES // 4)
    asked += [(sku, datetime.fromisoformat(at), datetime.fromisoformat(known)) for sku, at, known in late + marks]
    wrong = 0
    for sku, at, known_at in asked:
        until, heard = sortable_text(at), sortable_text(known_at)
        wrong += book.units_at(sku, SHELF, at) != book.do.number(_SUM, sku, SHELF, until)
        wrong += book.units_at(sku, SHELF, at, known_at) != book.do.number(_SUM_KNOWN, sku, SHELF, until, heard)
    return wrong


def _section(plan: Plan, few: dict[str, Times], many: dict[str, Times], wrong: int) -> Section:
    def cpu(times: Times) -> list[float]:
        return [spent.cpu_ms for spent in times.rounds]

    names = {"few": f"{plan.rows // 10:,}", "many": f"{plan.rows:,}"}
    growth = {name: by_round(cpu(many[name]), cpu(few[name])) for name in many}
    to_point = {name: many[name].ratios_to(many[POINT]) for name in many}
    rows = tuple((name, f"{1000 * few[name].cpu_ms:.1f}", f"{1000 * many[name].cpu_ms:.1f}", spread(to_point[name]),
                  spread(growth[name])) for name in many)
    goals = [at_most(f"{name}: at most {OF_POINT_READ}x of the point read", to_point[name], OF_POINT_READ) for name in AS_OF]
    hot = "as of a moment, hot SKU"
    goals.append(at_least(f"{hot}: at least {OF_SUM:.0f}x quicker than the sum", many[SUM_HOT].ratios_to(many[hot]), OF_SUM))
    goals += [at_most(f"{name}: at most {GROWTH:.0f}x for ten times the movements", growth[name], GROWTH) for name in AS_OF]
    goals.append(Goal("answers that differ from the sum over all movements", str(wrong), wrong == 0, must=True))
    about = (f"One process, {plan.rounds} rounds of about {plan.round_s:g} s for each contender in each; {PRODUCTS:,} SKUs of which one "
             "has 1 % of all movements; 2 % of the movements are late. Questions are about random moments of the book's "
             f"time; the sum is over the product's own covering index. Samples of both books, late movements among them, were "
             "held against sums first.")
    return Section("G7, stock as of a moment", about, tuple(word.format(**names) for word in HEAD), rows, tuple(goals))
