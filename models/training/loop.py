"""The training loop: small steps away from the start, watched by a teacher, resumable, with a running mean of the weights.

Convolutions run in bfloat16 (half the time on CPUs with AVX512-BF16), losses and weights in float32. `Plan.device` "cuda"
trains on a GPU; then `Plan.processes` of about eight draw the pictures.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel

from models.training.checkpoint import resume, save
from models.training.loss import LabelLoss, LossWeights, Outputs, teacher_losses
from models.training.pictures import Diet, batches
from models.training.samples import Sample


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast.

    `teach_zoom` is the largest zoom at which the teacher is asked: it knows small products. `frozen_layers` first layers
    keep the start's weights: they see edges and colours, and cost half of the backward pass. Before the first step the new
    class's row alone is learnt for `probe_steps`: with zero weights it would take the whole training to wake up.
    """

    steps: int
    batch: int = 8
    learning_rate: float = 1e-4
    warm_up_steps: int = 50
    final_rate: float = 0.05
    new_row_factor: float = 5.0
    decay: float = 0.998
    frozen_layers: int = 5
    freeze_norm: bool = True
    feature_gain: float = 1.0
    teach_zoom: float = 1.8
    probe_steps: int = 40
    probe_rate: float = 0.004
    seed: int = 1
    threads: int = 2
    device: str = "cpu"
    processes: int = 0
    save_every_s: float = 120.0
    weights: LossWeights = field(default_factory=LossWeights)


def train(network: DetectionModel, teacher: DetectionModel, diet: Diet, plan: Plan, checkpoint: Path) -> None:
    """Trains until `plan.steps`, from the checkpoint if there is one; the running mean is in the checkpoint as `mean`."""
    torch.set_num_threads(plan.threads)
    network.to(plan.device)
    teacher.to(plan.device)
    if not checkpoint.exists():
        _probe(network, diet, plan)
    for number, layer in enumerate(network.model):  # the same after a stop, when the new row is not learnt anew
        layer.requires_grad_(number >= plan.frozen_layers)
    optimiser = _optimiser(network, plan)
    mean, first = resume(network, optimiser, plan.decay, checkpoint)
    label_loss = LabelLoss(network, plan.weights.void)
    saved, told = time.monotonic(), np.zeros(6)
    steps = range(first, plan.steps)
    for step, samples in zip(steps, batches(diet, plan.seed, plan.batch, steps, plan.processes), strict=True):
        _set_rate(optimiser, plan, step)
        network.train()
        if plan.freeze_norm:
            _freeze_norm(network)
        told = 0.98 * told + 0.02 * _step(network, teacher, label_loss, optimiser, samples, plan)
        mean.update(network.state_dict(), step)
        if step % 20 == 19:
            parts = " ".join(f"{value / (1 - 0.98 ** (step - first + 1)):.3f}" for value in told)
            print(f"{step + 1}/{plan.steps} box cls dfl | teacher score box feature: {parts}", flush=True)
        if time.monotonic() - saved > plan.save_every_s or step + 1 == plan.steps:
            save(network, optimiser, mean, step + 1, checkpoint)
            saved = time.monotonic()


def _probe(network: DetectionModel, diet: Diet, plan: Plan) -> None:
    """Learns the last row of the class branch on frozen features, from pictures whose gaps are marked."""
    marked = tuple(source for source in diet.sources if any(picture.voids_known for picture in source.pictures))
    rows = [branch[-1] for branch in network.model[-1].cv3]
    values = [value for row in rows for value in (row.weight, row.bias)]
    optimiser = torch.optim.Adam(values, lr=plan.probe_rate)
    label_loss = LabelLoss(network, plan.weights.void)
    network.train()
    _freeze_norm(network)
    network.requires_grad_(False)
    for value in values:
        value.requires_grad_(True)
    marked_only = replace(diet, sources=marked, composed_share=0.0)
    steps = range(plan.probe_steps)
    for step, samples in zip(steps, batches(marked_only, plan.seed + 1000, plan.batch, steps, plan.processes), strict=True):
        loss = label_loss(_forward(network, [sample.shown for sample in samples]), samples)
        optimiser.zero_grad()
        loss.sum().backward()
        for value in values:
            value.grad[:-1] = 0.0  # the known classes stay; Adam leaves them alone without a gradient
        optimiser.param_groups[0]["lr"] = plan.probe_rate * (1 - step / plan.probe_steps)
        optimiser.step()
        if step % 20 == 19:
            print(f"new class {step + 1}/{plan.probe_steps}: {float(loss[1].detach()):.3f}", flush=True)
    for layer in network.model[plan.frozen_layers :]:
        layer.requires_grad_(True)


def _step(
    network: DetectionModel,
    teacher: DetectionModel,
    label_loss: LabelLoss,
    optimiser: torch.optim.Optimizer,
    samples: Sequence[Sample],
    plan: Plan,
) -> np.ndarray:
    """One update; answers the six parts of the loss, (6,)."""
    weights = plan.weights
    outputs = _forward(network, [sample.shown for sample in samples])
    parts = torch.zeros(6, device=plan.device)
    parts[:3] = label_loss(outputs, samples) * weights.labels
    asked = [index for index, sample in enumerate(samples) if sample.zoom <= plan.teach_zoom]
    if asked:
        with torch.no_grad():
            taught = _forward(teacher, [samples[index].clean for index in asked])
        share = len(asked) / len(samples)
        gains = torch.tensor([weights.teacher_scores, weights.teacher_boxes, weights.teacher_features], device=plan.device)
        parts[3:] = teacher_losses(_pick(outputs, asked), taught, plan.feature_gain) * gains * share
    optimiser.zero_grad(set_to_none=True)
    parts.sum().backward()
    nn.utils.clip_grad_norm_([value for value in network.parameters() if value.requires_grad], 10.0)
    optimiser.step()
    return np.asarray(parts.detach().cpu().numpy())


def _forward(network: DetectionModel, images: Sequence[np.ndarray]) -> Outputs:
    """(S, S, 3) BGR pictures -> raw outputs in float32, also from a network in evaluation mode."""
    device = next(network.parameters()).device
    batch = torch.from_numpy(np.stack(images)).to(device).flip(3).permute(0, 3, 1, 2)
    with torch.autocast(device.type, torch.bfloat16):
        answer: Any = network(batch.float() / 255.0)
    raw = answer[1] if isinstance(answer, tuple) else answer
    return {
        "boxes": raw["boxes"].float(),
        "scores": raw["scores"].float(),
        "feats": [feature.float() for feature in raw["feats"]],
    }


def _pick(outputs: Outputs, rows: list[int]) -> Outputs:
    return {
        "boxes": outputs["boxes"][rows],
        "scores": outputs["scores"][rows],
        "feats": [feature[rows] for feature in outputs["feats"]],
    }


def _freeze_norm(network: nn.Module) -> None:
    """Keeps the running statistics of the start: small batches of unusual pictures would spoil them."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def _optimiser(network: DetectionModel, plan: Plan) -> torch.optim.AdamW:
    """AdamW; the last layer of the class branch holds the new class's row and moves faster."""
    fresh = [value for name, value in network.named_parameters() if ".cv3." in name and name.split(".")[-2] == "2"]
    known = {id(value) for value in fresh}
    rest = [value for value in network.parameters() if id(value) not in known and value.requires_grad]
    groups = [{"params": rest, "factor": 1.0}, {"params": fresh, "factor": plan.new_row_factor}]
    return torch.optim.AdamW(groups, lr=plan.learning_rate)


def _set_rate(optimiser: torch.optim.Optimizer, plan: Plan, step: int) -> None:
    warm = min(1.0, (step + 1) / plan.warm_up_steps)
    cosine = plan.final_rate + (1 - plan.final_rate) * 0.5 * (1 + math.cos(math.pi * step / plan.steps))
    for group in optimiser.param_groups:
        group["lr"] = plan.learning_rate * warm * cosine * group["factor"]
