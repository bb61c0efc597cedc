"""The YOLOv8n network that is trained: built, given the start weights, widened to two classes.

Source of the start: a YOLOv8n with one class and SiLU (state dict of `ultralytics.nn.tasks.DetectionModel`, 355 entries).
"""

from collections import OrderedDict
from enum import StrEnum
from pathlib import Path
from typing import Any

import torch
from torch import nn
from ultralytics.cfg import get_cfg
from ultralytics.nn.modules import Conv
from ultralytics.nn.tasks import DetectionModel

ARCHITECTURE = "yolov8n.yaml"
CLASS_NAMES = ("product", "void")
NEW_CLASS_BIAS = -5.0  # sigmoid(-5) = 0.007: the new class starts as nowhere. A copied product row fired at .94 on products

HARDSWISH_GAIN = 1.2
"""SiLU(x) is close to Hardswish(1.2 x) / 1.2. With the gain folded into the weights, the swapped network starts at AP50 .943
and AP75 .732 on cornershop-dev without any training (SiLU .943 / .754; swapped as it is .894 / .662)."""

State = dict[str, torch.Tensor]


class Activation(StrEnum):
    """Non-linearity behind every convolution. Int8 back ends fuse the last two, not SiLU."""

    SILU = "silu"
    HARDSWISH = "hardswish"
    RELU = "relu"


_LAYERS: dict[Activation, type[nn.Module]] = {
    Activation.SILU: nn.SiLU,
    Activation.HARDSWISH: nn.Hardswish,
    Activation.RELU: nn.ReLU,
}


def build_network(classes: int, activation: Activation = Activation.SILU) -> DetectionModel:
    """An untrained YOLOv8n with `classes` classes; its `args` carry the default loss gains."""
    network = DetectionModel(ARCHITECTURE, nc=classes, verbose=False)
    network.args = get_cfg()
    for module in network.modules():
        if isinstance(module, Conv) and isinstance(module.act, nn.SiLU):
            module.act = _LAYERS[activation](inplace=True)
    return network


def read_state(path: Path) -> State:
    """A plain state dict from disk: tensors only, no pickled code is run."""
    loaded: Any = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(loaded, dict) or not all(isinstance(value, torch.Tensor) for value in loaded.values()):
        raise ValueError(f"{path} is not a state dict (name -> tensor)")
    return dict(loaded)


def widen_to_two_classes(state: State) -> State:
    """One-class state -> two-class state: the new class row is zero with bias NEW_CLASS_BIAS."""
    wide: State = OrderedDict()
    for name, value in state.items():
        if ".cv3." in name and name.endswith(".2.weight"):  # (1, c, 1, 1) -> (2, c, 1, 1)
            wide[name] = torch.cat([value, torch.zeros_like(value)])
        elif ".cv3." in name and name.endswith(".2.bias"):  # (1,) -> (2,)
            wide[name] = torch.cat([value, torch.full_like(value, NEW_CLASS_BIAS)])
        else:
            wide[name] = value.clone()
    return wide


def gained(state: State, gain: float) -> State:
    """The same network with every activation `gain` times as large: norms multiply, the next convolutions divide."""
    scaled: State = {}
    for name, value in state.items():
        head_end = (".cv2." in name or ".cv3." in name) and name.endswith(".2.weight")
        if name.endswith((".bn.weight", ".bn.bias")):
            scaled[name] = value * gain
        elif head_end or (name.endswith(".conv.weight") and not name.startswith("model.0.") and ".dfl." not in name):
            scaled[name] = value / gain
        else:
            scaled[name] = value.clone()
    return scaled


def start_network(start: Path, activation: Activation) -> DetectionModel:
    """The two-class network as it stands before the first step."""
    network = build_network(len(CLASS_NAMES), activation)
    state = widen_to_two_classes(read_state(start))
    network.load_state_dict(gained(state, feature_gain(activation)))
    return network


def feature_gain(activation: Activation) -> float:
    """How much larger the features of a started network are than the start's own."""
    return HARDSWISH_GAIN if activation is Activation.HARDSWISH else 1.0


def teacher_network(start: Path) -> DetectionModel:
    """The one-class SiLU network of the start, frozen: what it knows is what must be kept."""
    teacher = build_network(1)
    teacher.load_state_dict(read_state(start))
    teacher.eval().requires_grad_(False)
    return teacher
