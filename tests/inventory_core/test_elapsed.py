"""The book's time: no wall clock that is set, no restart and no power cut makes it run early, and it catches up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from inventory_core.elapsed import ClockMark, ClockPolicy, ClockReading, Missed, WallJump, advance
from inventory_core.errors import BadValue
from tests.inventory_core.clock_world import DAY_S, HOUR_S, LOST, MORNING, Box, Keeping

NAIVE = datetime(2026, 11, 20, 9, 30)  # noqa: DTZ001 (the very thing to be refused)
READING = ClockReading("box-1", "b", 10.0, MORNING)
MARK = ClockMark("box-1", "b", 10.0, MORNING, 0.0)


@pytest.mark.parametrize("refused", [
    lambda: replace(READING, host=""),
    lambda: replace(READING, boot_id="a\n"),
    lambda: replace(READING, boot_s=-1.0),
    lambda: replace(READING, boot_s=float("nan")),
    lambda: replace(READING, wall=NAIVE),
    lambda: replace(MARK, host=""),
    lambda: replace(MARK, elapsed_s=float("inf")),
    lambda: replace(MARK, behind_since_s=-1.0),
    lambda: replace(MARK, others=(NAIVE,)),
    lambda: ClockPolicy(jump_s=-1.0),
    lambda: ClockPolicy(least_off_s=float("nan")),
    lambda: ClockPolicy(lines=0),
    lambda: ClockPolicy(saved_s=-1.0),
])
def test_clocks_that_mean_nothing_are_refused(refused: Callable[[], object]) -> None:
    with pytest.raises(BadValue):
        refused()


def test_the_first_reading_is_the_books_zero_and_a_minute_is_a_minute() -> None:
    box, book = Box(), Keeping()
    assert 0.0 == book.read(box)
    box.run(60)
    assert 60.0 == book.read(box)


@pytest.mark.parametrize("by_s", [-HOUR_S, DAY_S, -DAY_S, HOUR_S])
def test_a_wall_clock_that_is_set_changes_no_time_and_is_told(by_s: float) -> None:
    box, book = Box(), Keeping()
    book.read(box)
    box.run(60)
    box.step_wall(by_s)
    advanced = book.take(box.clocks())
    assert 60.0 == advanced.mark.elapsed_s
    assert WallJump("box-1", MORNING + timedelta(seconds=60), box.wall) == advanced.jump
    assert (advanced.jump and advanced.jump.by_s, advanced.missed, advanced.mark.trusted) == (by_s, None, True)
    box.run(1)
    assert book.take(box.clocks()).jump is None


def test_a_wall_clock_that_is_steered_by_five_seconds_was_not_set() -> None:
    box, book = Box(), Keeping()
    book.read(box)
    box.run(60)
    box.step_wall(5.0)
    assert book.take(box.clocks()).jump is None
    box.step_wall(-5.5)
    assert -5.5 == ((jump := book.take(box.clocks()).jump) and jump.by_s)


@pytest.mark.parametrize("off_s", [10.0, 600.0, 30 * DAY_S])
def test_a_reboot_with_a_running_wall_clock_counts_the_time_off(off_s: float) -> None:
    box, book = Box(), Keeping()
    book.read(box)
    box.run(100)
    book.read(box)
    box.reboot(off_s)
    advanced = book.take(box.clocks())
    assert (box.true_s, True, None, None) == (
        advanced.mark.elapsed_s, advanced.mark.trusted, advanced.jump, advanced.missed)


def test_a_boot_in_1970_adds_the_time_off_once_the_clock_is_set() -> None:
    box, book = Box(), Keeping()
    book.read(box)
    box.reboot(off_s=600, wall=LOST)
    assert 20.0 == book.read(box)  # that much is sure: the boot clock shows it
    assert not book.marks["box-1"].trusted
    box.run(100)
    assert 120.0 == book.read(box)
    box.set_wall()
    advanced = book.take(box.clocks())
    assert (720.0, True) == (advanced.mark.elapsed_s, advanced.mark.trusted)
    assert Missed(since_s=20.0, seconds=600.0) == advanced.missed
    assert advanced.jump is not None
    box.run(5)
    assert (725.0, None) == ((after := book.take(box.clocks())).mark.elapsed_s, after.missed)


def test_two_boots_in_1970_are_caught_up_together() -> None:
    box, book = Box(), Keeping()
    book.read(box)
    for off_s in (600, 1200):
        box.reboot(off_s, wall=LOST)
        book.read(box)
        box.run(10)
        book.read(box)
    box.set_wall()
    assert (box.true_s, Missed(20.0, 1800.0)) == (book.read(box), book.last and book.last.missed)


def test_power_that_goes_while_the_clock_is_behind_loses_nothing_either() -> None:
    box, book = Box(), Keeping()
    book.read(box)
    box.reboot(600, wall=LOST)
    book.read(box)
    box.reboot(900, wall=MORNING + timedelta(seconds=600 + 20 + 900))
    assert (box.true_s, Missed(20.0, 1500.0)) == (book.read(box), book.last and book.last.missed)


def test_a_board_that_boots_with_the_time_it_saved_is_behind_until_it_is_set() -> None:
    box, book = Box(), Keeping()
    box.run(1000)
    book.read(box)
    saved = box.wall + timedelta(seconds=3)  # at shutdown, a moment after the last mark
    box.reboot(off_s=8 * HOUR_S, wall=saved)
    assert 20.0 == book.read(box)
    assert not book.marks["box-1"].trusted
    box.set_wall()
    assert 8 * HOUR_S + 20.0 == book.read(box)


def test_a_clock_that_is_behind_and_set_to_another_wrong_time_stays_so() -> None:
    box, book = Box(), Keeping()
    book.read(box)
    box.reboot(600, wall=LOST)
    book.read(box)
    box.set_wall(off_by_s=-DAY_S)
    assert (20.0, False) == (book.read(box), book.marks["box-1"].trusted)
    assert book.last
    assert book.last.jump is not None
    box.set_wall()
    assert (620.0, True) == (book.read(box), book.marks["box-1"].trusted)


def test_a_clock_that_was_behind_and_is_set_to_where_it_would_be_missed_nothing() -> None:
    box, book = Box(), Keeping()
    book.read(box)
    box.reboot(off_s=0.0, wall=LOST)
    book.read(box)
    box.set_wall()
    advanced = book.take(box.clocks())
    assert (20.0, True, None) == (advanced.mark.elapsed_s, advanced.mark.trusted, advanced.missed)


def test_a_new_book_in_1970_waits_for_the_clock_and_misses_nothing() -> None:
    box, book = Box(), Keeping()
    box.set_wall(off_by_s=-56 * 365 * DAY_S)
    assert (0.0, False) == (book.read(box), book.marks["box-1"].trusted)
    box.run(60)
    box.set_wall()
    assert (60.0, True, None) == (book.read(box), book.marks["box-1"].trusted, book.last and book.last.missed)


def test_a_time_off_that_began_in_1970_is_not_known_and_not_made_up() -> None:
    box, book = Box(), Keeping()
    box.set_wall(off_by_s=-56 * 365 * DAY_S)
    book.read(box)
    box.reboot(600, wall=LOST)
    assert (20.0, False) == (book.read(box), book.marks["box-1"].trusted)
    box.reboot(600, wall=MORNING + timedelta(seconds=1220))
    assert (40.0, True) == (book.read(box), book.marks["box-1"].trusted)


@pytest.mark.parametrize("wrong_s", [-HOUR_S, DAY_S])
def test_a_clock_that_was_wrong_and_is_right_after_the_reboot_counts_the_time_off(wrong_s: float) -> None:
    box, book = Box(), Keeping()
    book.read(box)
    box.step_wall(wrong_s)
    book.read(box)
    box.reboot(600, wall=MORNING + timedelta(seconds=600))
    assert box.true_s == book.read(box)


@pytest.mark.parametrize("wrong_s", [-HOUR_S, DAY_S])
def test_a_clock_that_was_wrong_for_a_while_counts_the_time_off(wrong_s: float) -> None:
    box, book = Box(), Keeping()
    for by_s in (0.0, wrong_s, -wrong_s):
        box.step_wall(by_s)
        book.read(box)
        box.run(30)
    box.reboot(600)
    assert box.true_s == book.read(box)


def test_a_clock_that_runs_on_local_time_and_is_set_at_every_start_counts_the_time_off() -> None:
    box, book = Box(), Keeping()
    for off_s in (600, 9 * HOUR_S, 600):
        box.set_wall(off_by_s=8 * HOUR_S)
        assert box.true_s == book.read(box)
        box.set_wall()
        book.read(box)
        box.reboot(off_s)


def test_only_so_many_lines_are_remembered_the_last_ones() -> None:
    box, book = Box(), Keeping()
    book.read(box)
    for _ in range(20):
        box.step_wall(HOUR_S)
        book.read(box)
    assert [box.wall - timedelta(hours=n) for n in range(8)] == list(book.marks["box-1"].lines)


def test_a_reading_of_a_slower_process_takes_nothing_back_and_adds_nothing() -> None:
    box, book = Box(), Keeping()
    book.read(box)
    slow = box.clocks()
    box.run(60)
    book.read(box)
    kept = book.marks["box-1"]
    assert kept == book.take(slow).mark
    box.run(1)
    assert 61.0 == book.read(box)


def test_two_hosts_on_one_book_tell_the_same_time() -> None:
    one, two, book = Box("box-1"), Box("box-2", true_s=100.0), Keeping()
    book.read(one)
    one.run(100)
    assert (100.0, 100.0) == (book.read(one), book.read(two))
    one.run(30)
    two.run(30)
    assert (130.0, 130.0) == (book.read(two), book.read(one))


def test_a_host_that_comes_up_in_1970_beside_another_misses_nothing() -> None:
    one, two, book = Box("box-1"), Box("box-2"), Keeping()
    book.read(one)
    book.read(two)
    one.run(8000)
    book.read(one)
    two.reboot(off_s=7980, wall=LOST)
    assert (8000.0, False) == (book.read(two), book.marks["box-2"].trusted)
    two.set_wall()
    advanced = book.take(two.clocks())
    assert (8000.0, True, None) == (advanced.mark.elapsed_s, advanced.mark.trusted, advanced.missed)


def test_a_host_that_takes_over_from_a_dead_one_counts_since_then() -> None:
    one, two, book = Box("box-1"), Box("box-2", true_s=5000.0), Keeping()
    book.read(one)
    assert (5000.0, True) == (book.read(two), book.marks["box-2"].trusted)


def test_a_host_that_lags_comes_up_to_the_newest() -> None:
    marks = [ClockMark("box-1", "b1", 900.0, MORNING, 500.0), ClockMark("box-2", "b2", 100.0, MORNING, 490.0)]
    assert 500.0 == advance(marks, ClockReading("box-2", "b2", 105.0, MORNING + timedelta(seconds=5))).mark.elapsed_s


def test_a_time_from_before_the_program_tells_no_time_off() -> None:
    box, book = Box(), Keeping()
    book.read(box)
    box.set_wall(off_by_s=(LOST - MORNING).total_seconds())
    book.read(box)
    box.reboot(600, wall=datetime(1980, 1, 1, tzinfo=UTC))  # where boards begin whose battery is empty
    assert (20.0, False) == (book.read(box), book.marks["box-1"].trusted)


def test_a_container_under_a_new_name_runs_on_the_same_kernel() -> None:
    box, book = Box("c-1"), Keeping()
    book.read(box)
    box.run(60)
    box.step_wall(DAY_S)
    box.host = "c-2"
    assert 60.0 == book.read(box)
    box.run(5)
    assert (65.0, None) == (book.read(box), book.last and book.last.jump)
    assert {"c-1", "c-2"} == set(book.marks)


def test_a_saved_clock_is_behind_even_where_a_wrong_time_before_would_explain_it() -> None:
    box, book = Box(), Keeping()
    for off_by_s in (0.0, -HOUR_S, 0.0):
        box.set_wall(off_by_s)
        book.read(box)
    box.reboot(off_s=60, wall=box.wall)
    assert (20.0, False) == (book.read(box), book.marks["box-1"].trusted)
    box.set_wall()
    assert (80.0, True) == (book.read(box), book.marks["box-1"].trusted)


steps = st.sampled_from([0.0, -60.0, -HOUR_S, HOUR_S, DAY_S, -DAY_S])
spans = st.floats(0.0, 40_000.0).map(lambda s: round(s, 3))
offs = st.floats(5.0, 40_000.0).map(lambda s: round(s, 3))


@given(st.lists(st.tuples(spans, steps), max_size=12))
def test_within_one_boot_only_the_boot_clock_counts(day: list[tuple[float, float]]) -> None:
    box, book = Box(), Keeping()
    book.read(box)
    for span_s, off_by_s in day:
        box.run(span_s)
        box.set_wall(off_by_s)
        assert book.read(box) == pytest.approx(box.true_s, abs=1e-3)


@given(st.lists(st.tuples(spans, offs, st.booleans()), max_size=8))
def test_after_reboots_with_a_right_clock_or_one_set_later_nothing_is_lost(days: list[tuple[float, float, bool]]) -> None:
    box, book = Box(), Keeping()
    book.read(box)
    for span_s, off_s, lost in days:
        box.run(span_s)
        book.read(box)
        box.reboot(off_s, wall=LOST if lost else None)
        book.read(box)
        box.run(span_s)
        box.set_wall()
        assert book.read(box) == pytest.approx(box.true_s, abs=1e-3)
        assert book.marks["box-1"].trusted


@given(st.lists(st.tuples(st.sampled_from(["box-1", "box-2", "box-3"]), spans), max_size=20))
def test_hosts_that_take_turns_never_disagree(turns: list[tuple[str, float]]) -> None:
    boxes, book = {name: Box(name) for name in ("box-1", "box-2", "box-3")}, Keeping()
    book.read(boxes["box-1"])
    for name, span_s in turns:
        for box in boxes.values():
            box.run(span_s)
        assert book.read(boxes[name]) == pytest.approx(boxes[name].true_s, abs=1e-3)


class ClockChaos(RuleBasedStateMachine):
    """A box whose clock is set forward and back, that loses power and time: nothing ever falls due early.

    At boot the clock is right, lost, or what it showed last; while it is behind it is set right, or to something hopeless. A
    wrong but likely time in these two cases is what nothing on the machine could tell from the truth.
    """

    @initialize()
    def opens(self) -> None:
        self.box, self.book = Box(), Keeping()
        self.timers: list[tuple[float, float]] = []  # (made at true time, due at the book's time, by as much as it lasts)
        self.elapsed_s = 0.0
        self._read()

    def _read(self) -> None:
        elapsed_s = self.book.read(self.box)
        assert elapsed_s >= self.elapsed_s
        self.elapsed_s = elapsed_s
        missed = self.book.last and self.book.last.missed
        if missed:
            self.timers = [(true_s, made_s + missed.seconds if made_s >= missed.since_s - 1e-3 else made_s)
                           for true_s, made_s in self.timers]

    @rule()
    def reserves(self) -> None:
        self._read()
        self.timers.append((self.box.true_s, self.elapsed_s))

    @rule(seconds=spans)
    def runs(self, seconds: float) -> None:
        self.box.run(seconds)
        self._read()

    @precondition(lambda self: self.book.marks["box-1"].trusted)
    @rule(off_by_s=steps)
    def is_set(self, off_by_s: float) -> None:
        self.box.set_wall(off_by_s)
        self._read()

    @precondition(lambda self: not self.book.marks["box-1"].trusted)
    @rule(off_by_s=st.sampled_from([0.0, -400 * DAY_S]))
    def is_set_while_behind(self, off_by_s: float) -> None:
        self.box.set_wall(off_by_s)
        self._read()

    @rule(off_s=offs, wall=st.sampled_from(["right", "lost", "saved"]))
    def reboots(self, off_s: float, wall: str) -> None:
        right = MORNING + timedelta(seconds=self.box.true_s + off_s)
        self.box.reboot(off_s, wall={"right": right, "lost": LOST, "saved": self.box.wall}[wall])
        self._read()

    @invariant()
    def nothing_runs_early(self) -> None:
        for true_s, made_s in self.timers:
            assert self.elapsed_s - made_s <= self.box.true_s - true_s + 1e-3


def test_no_chaos_of_clocks_makes_anything_due_early() -> None:
    run_state_machine_as_test(ClockChaos, settings=settings(
        max_examples=100, stateful_step_count=30, deadline=None, derandomize=True, database=None))


def test_marks_of_other_machines_alone_do_not_need_a_clock_that_agrees_to_the_second() -> None:
    mark = ClockMark("box-1", "b1", 10.0, MORNING, 500.0)
    joined = advance([mark], ClockReading("box-2", "b2", 900.0, MORNING - timedelta(seconds=2)))
    assert (500.0, True) == (joined.mark.elapsed_s, joined.mark.trusted)
