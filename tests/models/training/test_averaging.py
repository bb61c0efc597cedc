"""Means of weights."""

import pytest

torch = pytest.importorskip("torch", reason="the extra train is not installed")

from models.training.averaging import RunningMean, mean_of  # noqa: E402


def test_the_mean_of_two_states_lies_between_them() -> None:
    a, b = {"w": torch.zeros(2), "n": torch.tensor(3)}, {"w": torch.ones(2), "n": torch.tensor(9)}
    mean = mean_of([a, b], [0.25, 0.75])
    assert ([0.75, 0.75], 3) == (mean["w"].tolist(), int(mean["n"]))


@pytest.mark.parametrize("weights", [[0.5], [0.5, 0.6]])
def test_weights_that_do_not_fit_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        mean_of([{"w": torch.zeros(1)}] * 2, weights)


def test_a_running_mean_follows_a_state_that_stays() -> None:
    mean = RunningMean({"w": torch.zeros(1)}, decay=0.9)
    for step in range(200):
        mean.update({"w": torch.ones(1)}, step)
    assert mean.state["w"].item() == pytest.approx(1.0, abs=1e-3)
