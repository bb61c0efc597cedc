from dataclasses import dataclass, field

import pytest

from edge.bench.peers import Absent
from edge.bench.rounds import Here, RacePolicy, Spent, Times, race
from edge.bench.speed import Entry, Machine, run_table, this_machine
from edge.bench.speed_table import speed_document, speed_table
from edge.messages import Lang, Translator
from inventory_core.messages import tell

POLICY = RacePolicy(rounds=3, round_s=0.1, most_repeats=5)


@dataclass
class Metronome:
    """A contender that costs what it is told, and writes down its turns."""

    name: str
    cost_ms: float
    log: list[str] = field(default_factory=list)
    repeats: list[int] = field(default_factory=list)

    def run(self, repeats: int) -> Spent:
        self.log.append(self.name)
        self.repeats.append(repeats)
        return Spent(self.cost_ms, self.cost_ms)


def test_contenders_take_turns_in_every_round():
    log: list[str] = []
    race([Metronome("A", 1, log), Metronome("B", 2, log)], POLICY)
    assert ["A", "B"] * 3 == log[4:]  # after two warm-up runs of each


def test_slow_work_is_repeated_less_often_than_fast_work():
    slow, fast = Metronome("slow", 500), Metronome("fast", 0.001)
    race([slow, fast], POLICY)
    assert (1, 5) == (slow.repeats[-1], fast.repeats[-1])


def test_ratios_are_taken_within_a_round():
    drifting = Times((Spent(10, 10), Spent(20, 20)))
    half = Times((Spent(5, 5), Spent(10, 10)))
    assert (0.5, 0.5) == half.ratios_to(drifting)


def test_work_here_costs_time():
    spent = Here(lambda: sum(range(100_000))).run(3)
    assert spent.cpu_ms > 0
    assert spent.wall_ms > 0


def table():
    entries = [
        Entry(tell("task one"), tell("base"), Metronome("base", 10), peer=True),
        Entry(tell("task one"), tell("ours"), Metronome("ours", 4)),
        Entry(tell("task one"), tell("gone"), Absent("not installed"), peer=True),
        Entry(tell("task two"), tell("gone first"), Absent("not installed"), peer=True),
        Entry(tell("task two"), tell("alone"), Metronome("alone", 3)),
    ]
    return run_table(entries, Machine("a cpu", 2, "3.11", ("numpy 2",)), "", POLICY)


def test_every_task_is_held_against_its_first_row_that_is_there():
    assert [(1.0,) * 3, (0.4,) * 3, (), (), (1.0,) * 3] == [row.ratios for row in table().rows]


def test_an_absent_peer_is_a_named_empty_row():
    rows = speed_document(table())["rows"]
    assert {"name": "gone", "cpu_ms": None, "ratio": None, "absent": "not installed"}.items() <= rows[2].items()
    assert (10, 1.0, None) == (rows[0]["cpu_ms"], rows[0]["ratio"], rows[0]["absent"])


@pytest.mark.parametrize("lang", list(Lang))
def test_the_table_holds_every_row(lang):
    assert 5 + 2 == speed_table(table(), Translator(lang)).row_count


def test_the_machine_is_described_without_its_name(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nmodel name : Some CPU 9\nmodel name : Some CPU 9\n", encoding="utf-8")
    machine = this_machine(cpuinfo)
    assert "Some CPU 9" == machine.cpu
    assert machine.cores >= 1
    assert this_machine(tmp_path / "absent").cpu
