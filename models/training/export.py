"""Writes a trained network as the ONNX file the run time loads, and checks it against torch.

Contract of the file (px are pixels of the input picture):

    image    uint8   (1, H, W, 3)  BGR, H and W multiples of 32
    output0  float32 (1, 4 + 2, N) rows cx, cy, w, h in px, then a score 0..1 per class; N = HW (1/64 + 1/256 + 1/1024)

BGR -> RGB and / 255 are folded into the first convolution, so they cost nothing at run time.
"""

import copy
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel

from models.training.network import CLASS_NAMES

OPSET = 17
INPUT_FORMAT = "uint8-bgr-nhwc"
TOLERANCE_PX = 0.05
TOLERANCE_SCORE = 1e-3


class DeployedDetector(nn.Module):
    """The network from camera bytes to decoded boxes: a fused copy with the picture's normalisation inside."""

    def __init__(self, network: DetectionModel) -> None:
        super().__init__()
        self.layers = copy.deepcopy(network).float().eval().fuse(verbose=False).model
        self.head = self.layers[-1]
        self.strides = [int(stride) for stride in self.head.stride]
        first = self.layers[0].conv
        first.weight.data = first.weight.data.flip(1) / 255.0  # RGB 0..1 -> BGR 0..255
        self.bins = nn.Parameter(torch.arange(self.head.reg_max, dtype=torch.float32).view(1, 1, -1, 1), False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """uint8 (1, H, W, 3) -> float32 (1, 4 + classes, N)."""
        value: torch.Tensor | list[torch.Tensor] = image.permute(0, 3, 1, 2).float()
        kept: list[torch.Tensor] = []
        for layer in self.layers[:-1]:
            if layer.f != -1:
                value = kept[layer.f] if isinstance(layer.f, int) else [value if f == -1 else kept[f] for f in layer.f]
            value = layer(value)
            kept.append(value)
        boxes, scores = [], []
        for level, stride in enumerate(self.strides):
            feature = kept[self.head.f[level]]
            boxes.append(self._decode(self.head.cv2[level](feature), stride))
            scores.append(self.head.cv3[level](feature).flatten(2).sigmoid())
        return torch.cat([torch.cat(boxes, 2), torch.cat(scores, 2)], 1)

    def _decode(self, logits: torch.Tensor, stride: int) -> torch.Tensor:
        """Distance distributions (1, 64, h, w) -> boxes (1, 4, h * w) as cx, cy, w, h in px."""
        rows, columns = logits.shape[2], logits.shape[3]
        distribution = logits.flatten(2).unflatten(1, (4, self.head.reg_max)).softmax(2)  # (1, 4, 16, hw)
        left, top, right, bottom = ((distribution * self.bins).sum(2) * stride).unbind(1)  # each (1, hw)
        x = (torch.arange(columns, dtype=torch.float32) + 0.5) * stride
        y = (torch.arange(rows, dtype=torch.float32) + 0.5) * stride
        centre_x = x.view(1, -1).expand(rows, columns).reshape(1, -1)
        centre_y = y.view(-1, 1).expand(rows, columns).reshape(1, -1)
        return torch.stack([centre_x + (right - left) / 2, centre_y + (bottom - top) / 2, left + right, top + bottom], 1)


def export_detector(network: DetectionModel, target: Path) -> None:
    """Writes `target`, then compares it with torch on two shapes; a file that disagrees is removed."""
    deployed = DeployedDetector(network).eval().requires_grad_(False)
    target.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        deployed,
        (torch.zeros(1, 384, 640, 3, dtype=torch.uint8),),
        str(target),
        input_names=["image"],
        output_names=["output0"],
        dynamic_axes={"image": {1: "height", 2: "width"}, "output0": {2: "anchors"}},
        opset_version=OPSET,
        dynamo=False,
    )
    _finish(target)
    try:
        check_export(deployed, target)
    except ValueError:
        target.unlink()
        raise


def _finish(target: Path) -> None:
    """Simplifies constants, drops everything that tells about the machine it was made on, adds the metadata."""
    graph = onnx.load(target)
    for node in graph.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    shape = graph.graph.output[0].type.tensor_type.shape  # the tracer loses what is fixed: (1, 4 + classes, N)
    shape.dim[0].dim_value, shape.dim[1].dim_value = 1, 4 + len(CLASS_NAMES)
    graph.doc_string = graph.graph.doc_string = ""
    graph.producer_name, graph.producer_version = "shelfcount", ""
    del graph.metadata_props[:]
    properties = {
        "names": json.dumps({str(index): name for index, name in enumerate(CLASS_NAMES)}, separators=(",", ":")),
        "stride": "32",
        "input": INPUT_FORMAT,
    }
    onnx.helper.set_model_props(graph, properties)
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, target)


def check_export(deployed: DeployedDetector, target: Path) -> None:
    """Raises ValueError where the file and torch differ by more than the tolerances."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(target), options, providers=["CPUExecutionProvider"])
    dice = np.random.default_rng(0)
    for height, width in ((384, 640), (224, 320)):
        image = dice.integers(0, 256, (1, height, width, 3), dtype=np.uint8)
        with torch.no_grad():
            wanted = deployed(torch.from_numpy(image)).numpy()
        (got,) = session.run(None, {"image": image})
        if got.shape != wanted.shape:
            raise ValueError(f"{target.name} answers {got.shape} at {width}x{height}, torch {wanted.shape}")
        off_px = float(np.abs(got[:, :4] - wanted[:, :4]).max())
        off_score = float(np.abs(got[:, 4:] - wanted[:, 4:]).max())
        if off_px > TOLERANCE_PX or off_score > TOLERANCE_SCORE:
            raise ValueError(f"{target.name} differs from torch by {off_px:.3f} px and {off_score:.5f} in score")
