"""Means of weights: over the steps of a training, and between a trained network and its start."""

from collections.abc import Mapping, Sequence

import torch

State = dict[str, torch.Tensor]


class RunningMean:
    """Exponential mean of a state; young trainings forget faster, so the start does not linger."""

    def __init__(self, state: Mapping[str, torch.Tensor], decay: float) -> None:
        self.state: State = {name: value.detach().clone() for name, value in state.items()}
        self._decay = decay

    def update(self, state: Mapping[str, torch.Tensor], step: int) -> None:
        decay = min(self._decay, (1 + step) / (10 + step))
        for name, value in self.state.items():
            new = state[name].detach()
            if value.is_floating_point():
                value.lerp_(new, 1 - decay)
            else:
                value.copy_(new)


def mean_of(states: Sequence[Mapping[str, torch.Tensor]], weights: Sequence[float]) -> State:
    """The weighted mean of states with the same names and shapes; counters come from the first."""
    if len(states) != len(weights) or not states or abs(sum(weights) - 1) > 1e-6:
        raise ValueError(f"{len(states)} states need as many weights that sum to 1, got {list(weights)}")
    mean: State = {}
    for name, first in states[0].items():
        if any(state[name].shape != first.shape for state in states):
            raise ValueError(f"{name} has different shapes in the states to average")
        if first.is_floating_point():
            mean[name] = sum((w * s[name] for s, w in zip(states, weights, strict=True)), torch.zeros_like(first))
        else:
            mean[name] = first.clone()
    return mean
