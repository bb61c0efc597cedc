"""What a training keeps to go on after a stop: weights, optimiser, the running mean of the weights, and the step."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from models.training.averaging import RunningMean, State


def resume(network: nn.Module, optimiser: torch.optim.Optimizer, decay: float, checkpoint: Path) -> tuple[RunningMean, int]:
    """Puts network and optimiser back to where the checkpoint left them, if there is one; the mean and the next step."""
    mean = RunningMean(network.state_dict(), decay)
    if not checkpoint.exists():
        return mean, 0
    loaded: Any = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network.load_state_dict(loaded["state"])
    optimiser.load_state_dict(loaded["optimiser"])
    mean.state = {name: value.to(mean.state[name].device) for name, value in loaded["mean"].items()}
    return mean, int(loaded["step"])


def save(network: nn.Module, optimiser: torch.optim.Optimizer, mean: RunningMean, step: int, checkpoint: Path) -> None:
    """Written beside and renamed, so that a stop in the middle leaves the last one whole."""
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    half = checkpoint.with_suffix(".part")
    torch.save({"state": network.state_dict(), "mean": mean.state, "optimiser": optimiser.state_dict(), "step": step},
               half)  # fmt: skip
    half.replace(checkpoint)


def read_mean(checkpoint: Path) -> tuple[State, int]:
    """The running mean of a training's weights, and its steps."""
    loaded: Any = torch.load(checkpoint, map_location="cpu", weights_only=True)
    return dict(loaded["mean"]), int(loaded["step"])
