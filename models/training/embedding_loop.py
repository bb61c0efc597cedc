"""Learning likeness: two views of one product must be nearer to each other than to every other product of the batch.

Most of a batch comes from few photos, so that the others are the neighbours on the same shelf: look-alikes. Resumable; a batch
depends on (seed, step) alone.
"""

import math
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from models.training.checkpoint import resume, save
from models.training.embedding_network import EmbeddingNetwork, likeness_of_places
from models.training.product_crops import Likeness, ProductCrop
from models.training.product_views import ViewStyle, view_of


@dataclass(frozen=True, slots=True)
class EmbeddingPlan:
    """How long and how fast. `pairs` products a step, `from_one` of each photo, `named_share` of them named goods."""

    steps: int = 700
    pairs: int = 48
    from_one: int = 6
    named_share: float = 0.3
    trunk_rate: float = 2e-4
    head_rate: float = 1e-3
    final_rate: float = 0.02
    warm_up_steps: int = 30
    decay: float = 0.99
    whole_temperature: float = 0.08
    places_temperature: float = 0.05
    twin_share: float = 0.5
    side_px: int = 160
    seed: int = 1
    threads: int = 1
    save_every_s: float = 120.0
    likeness: Likeness = field(default_factory=Likeness)
    style: ViewStyle = field(default_factory=ViewStyle)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Two views (n, S, S, 3) of n products; `silent` (n, n): pairs of products that may be one SKU and teach nothing."""

    first: npt.NDArray[np.uint8]
    second: npt.NDArray[np.uint8]
    silent: npt.NDArray[np.bool_]


def draw_pairs(crops: Sequence[ProductCrop], groups: "Groups", plan: EmbeddingPlan, step: int) -> Pairs:
    """The products of one step and their two views."""
    dice = np.random.default_rng((plan.seed, step))
    chosen = groups.draw(crops, plan, dice)
    first, second = [], []
    for number in chosen:
        crop = crops[number]
        mate = crops[int(dice.choice(crop.twins))] if crop.twins and dice.random() < plan.twin_share else crop
        first.append(view_of(crop, plan.side_px, crops, dice, plan.style))
        second.append(view_of(mate, plan.side_px, crops, dice, plan.style))
    group = np.array([crops[number].group for number in chosen])
    colour = np.stack([crops[number].colour for number in chosen])
    silent = (group[:, None] == group[None]) & (colour @ colour.T > plan.likeness.other)
    np.fill_diagonal(silent, False)
    return Pairs(np.stack(first), np.stack(second), silent)


class Groups:
    """Crops by the photo or kind they belong to."""

    def __init__(self, crops: Sequence[ProductCrop]) -> None:
        self.photos: dict[str, list[int]] = {}
        self.kinds: dict[str, list[int]] = {}
        for number, crop in enumerate(crops):
            (self.kinds if crop.named else self.photos).setdefault(crop.group, []).append(number)
        self._photo_names, self._kind_names = sorted(self.photos), sorted(self.kinds)

    def draw(self, crops: Sequence[ProductCrop], plan: EmbeddingPlan, dice: np.random.Generator) -> list[int]:
        """Numbers of `plan.pairs` crops: one of each of some kinds, several different ones of each of some photos."""
        named = min(len(self._kind_names), round(plan.pairs * plan.named_share))
        kinds = dice.permutation(len(self._kind_names))[:named]
        chosen = [int(dice.choice(self.kinds[self._kind_names[int(kind)]])) for kind in kinds]
        while len(chosen) < plan.pairs:
            photo = self.photos[self._photo_names[int(dice.integers(len(self._photo_names)))]]
            chosen += _different(crops, photo, min(plan.from_one, plan.pairs - len(chosen)), plan.likeness, dice)
        return chosen


def _different(crops: Sequence[ProductCrop], photo: list[int], count: int, likeness: Likeness,
               dice: np.random.Generator) -> list[int]:  # fmt: skip
    """Up to `count` crops of one photo, no two of which may be one SKU."""
    kept: list[int] = []
    for number in dice.permutation(photo).tolist():
        if all(float(crops[number].colour @ crops[other].colour) < likeness.other for other in kept):
            kept.append(number)
        if len(kept) == count:
            break
    return kept


def train_embedder(network: EmbeddingNetwork, crops: Sequence[ProductCrop], plan: EmbeddingPlan, checkpoint: Path) -> None:
    """Trains until `plan.steps`, from the checkpoint if there is one; the running mean is in the checkpoint as `mean`."""
    torch.set_num_threads(plan.threads)
    groups = Groups(crops)
    if not checkpoint.exists():
        starts = [
            draw_pairs(crops, groups, plan, 10**6 + number).first for number in range(8)
        ]
        network.eval().start_heads(torch.from_numpy(np.concatenate(starts)))
    heads = [*network.whole.parameters(), *network.fine.parameters(), *network.wide.parameters()]
    trunk = [value for block in network.blocks[5:] for value in block.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": trunk, "top": plan.trunk_rate}, {"params": heads, "top": plan.head_rate}], weight_decay=1e-4
    )
    mean, first = resume(network, optimiser, plan.decay, checkpoint)
    saved, told = time.monotonic(), np.zeros(4)
    with ThreadPoolExecutor(1) as worker:
        ready: Future[Pairs] = worker.submit(draw_pairs, crops, groups, plan, first)
        for step in range(first, plan.steps):
            pairs, ready = ready.result(), worker.submit(draw_pairs, crops, groups, plan, step + 1)
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
    whole, places = network(torch.from_numpy(np.concatenate([pairs.first, pairs.second])))
    silent = torch.from_numpy(pairs.silent)
    parts, right = [], []
    for cosine, temperature in (
        (whole[:count] @ whole[count:].T, plan.whole_temperature),
        (likeness_of_places(places[:count], places[count:]), plan.places_temperature),
    ):
        logits = (cosine / temperature).masked_fill(silent, -1e4)
        target = torch.arange(count)
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
