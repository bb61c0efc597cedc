"""Making int8 files: what the gate lets through, and which parts of a network stay in floats."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.policy import DetectorPolicy
from models.training.evaluate import Accuracy
from scripts.quantise import Gate, Seen, _spread, canvases, passes, settings_of

FLOAT = Seen(Accuracy(0.95, 0.78, 0.650, 0.94, 0.4, 0.35, 0.95, 0.93, 0.94, 0.050), 1000)


def int8(ap: float = 0.650, boxes: int = 1000, wape: float = 0.050) -> Seen:
    return Seen(replace(FLOAT.it, ap=ap, count_wape=wape), boxes)


@pytest.mark.parametrize(("seen", "held"), [
    (int8(), True), (int8(ap=0.636), True), (int8(ap=0.634), False), (int8(boxes=991), True), (int8(boxes=989), False),
    (int8(boxes=1011), False), (int8(wape=0.059), True), (int8(wape=0.061), False), (int8(ap=0.9, wape=0.0), True),
])  # fmt: skip
def test_the_gate_holds_what_int8_may_cost(seen: Seen, held: bool) -> None:
    assert held == passes(FLOAT, seen, Gate())


def test_the_shipped_looks_are_judged_together_and_each_alone() -> None:
    policy = DetectorPolicy(long_side_px=640, second_side_px=448)
    judged = settings_of(policy)
    assert ["as shipped", "640 px", "448 px"] == list(judged)
    assert policy == judged["as shipped"]
    assert [(640, 0), (448, 0)] == [(each.long_side_px, each.second_side_px) for each in list(judged.values())[1:]]


def test_pictures_to_calibrate_on_are_chosen_evenly_and_each_once() -> None:
    paths = [Path(str(number)) for number in range(10)]
    assert (paths[0], paths[3], paths[6]) == _spread(paths, 3)
    assert tuple(paths) == _spread(paths, 40)


def test_drawn_shelves_are_shown_at_the_shipped_sizes_in_turn() -> None:
    shown = canvases((), DetectorPolicy(long_side_px=128, second_side_px=96))
    first, second = next(shown), next(shown)
    assert ((1, 96, 128, 3), (1, 64, 96, 3)) == (first.shape, second.shape)
    assert np.uint8 == first.dtype


def test_the_graph_says_what_stays_in_floats() -> None:
    onnx = pytest.importorskip("onnx")
    from models.training.quantising import convolutions_after, near_output, silu_inputs

    make = onnx.helper.make_node
    nodes = [
        make("Conv", ["image", "w0"], ["a"], "first"), make("Sigmoid", ["a"], ["s"], "gate"),
        make("Mul", ["a", "s"], ["b"], "silu"), make("Conv", ["b", "w1"], ["c"], "middle"),
        make("Conv", ["c", "w2"], ["d"], "last"), make("Reshape", ["d", "shape"], ["e"], "decode"),
    ]  # fmt: skip
    graph = onnx.helper.make_graph(nodes, "tiny", [], [])
    assert (3, 2, 0) == tuple(convolutions_after(graph)[name] for name in ("image", "b", "d"))
    assert ["last", "decode"] == near_output(graph, 0)
    assert ["middle", "last", "decode"] == near_output(graph, 1)
    assert ["a"] == silu_inputs(graph)
