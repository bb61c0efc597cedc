"""Learning likeness: two views of one product must be nearer to each other than to every other product of the batch.

A stopped training goes on where it was.
"""

import math
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.training.ahead import ahead
from models.training.checkpoint import resume, save
from models.training.embedding_network import EmbeddingNetwork, likeness_of_places
from models.training.pairs import EmbeddingPlan, Groups, Pairs, draw_pairs
from models.training.product_crops import ProductCrop


def train_embedder(network: EmbeddingNetwork, crops: Sequence[ProductCrop], plan: EmbeddingPlan, checkpoint: Path) -> None:
    """Trains until `plan.steps`, from the checkpoint if there is one; the running mean is in the checkpoint as `mean`."""
    torch.set_num_threads(plan.threads)
    network.to(plan.device)
    groups = Groups(crops)
    if not checkpoint.exists():
        starts = [
            draw_pairs(crops, groups, plan, 10**6 + number).first for number in range(8)
        ]
        network.eval().start_heads(torch.from_numpy(np.concatenate(starts)).to(plan.device))
    heads = [*network.whole.parameters(), *network.fine.parameters(), *network.wide.parameters()]
    trunk = [value for block in network.blocks[5:] for value in block.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": trunk, "top": plan.trunk_rate}, {"params": heads, "top": plan.head_rate}], weight_decay=1e-4
    )
    mean, first = resume(network, optimiser, plan.decay, checkpoint)
    saved, told = time.monotonic(), np.zeros(4)
    steps = range(first, plan.steps)
    coming = ahead(partial(draw_pairs, crops, groups, plan), steps, plan.processes)
    for step, pairs in zip(steps, coming, strict=True):
        _set_rate(optimiser, plan, step)
        told = 0.95 * told + 0.05 * _step(network, optimiser, pairs, plan)
        mean.update(network.state_dict(), step)
        if step % 10 == 9:
            parts = " ".join(f"{value / (1 - 0.95 ** (step - first + 1)):.3f}" for value in told)
            print(f"{step + 1}/{plan.steps} loss whole, places | right whole, places: {parts}", flush=True)
        if time.monotonic() - saved > plan.save_every_s or step + 1 == plan.steps:
            save(network, optimiser, mean, step + 1, checkpoint)
            saved = time.monotonic()


def _step(network: EmbeddingNetwork, optimiser: torch.optim.Optimizer, pairs: Pairs, plan: EmbeddingPlan) -> np.ndarray:
    """One update; answers the losses and the shares of products that found their other view, (4,)."""
    network.eval()  # batch statistics stay ImageNet's
    count = len(pairs.first)
    whole, places = network(torch.from_numpy(np.concatenate([pairs.first, pairs.second])).to(plan.device))
    silent = torch.from_numpy(pairs.silent).to(plan.device)
    parts, right = [], []
    for cosine, temperature in (
        (whole[:count] @ whole[count:].T, plan.whole_temperature),
        (likeness_of_places(places[:count], places[count:]), plan.places_temperature),
    ):
        logits = (cosine / temperature).masked_fill(silent, -1e4)
        target = torch.arange(count, device=plan.device)
        parts.append((nn.functional.cross_entropy(logits, target) + nn.functional.cross_entropy(logits.T, target)) / 2)
        right.append((logits.argmax(1) == target).float().mean())
    optimiser.zero_grad(set_to_none=True)
    sum(parts).backward()
    nn.utils.clip_grad_norm_([value for group in optimiser.param_groups for value in group["params"]], 5.0)
    optimiser.step()
    return np.array([float(value.detach()) for value in (*parts, *right)])


def _set_rate(optimiser: torch.optim.Optimizer, plan: EmbeddingPlan, step: int) -> None:
    share = min(1.0, (step + 1) / plan.warm_up_steps)
    fall = plan.final_rate + (1 - plan.final_rate) * (1 + math.cos(math.pi * step / plan.steps)) / 2
    for group in optimiser.param_groups:
        group["lr"] = group["top"] * share * fall
