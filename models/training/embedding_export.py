"""Writes a trained embedder as the ONNX file the run time loads, and checks it against torch.

Contract of the file: input `crops` uint8 (n, S, S, 3) BGR; output `vectors` float32 (n, d), rows of length 1. Its metadata
carry the recipe of the whole vector, so that one sha256 pins network and recipe together. The answers for places are for
learning alone.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from models.training.embedding_network import EmbeddingNetwork

OPSET = 17
TOLERANCE = 1e-4


class DeployedEmbedder(nn.Module):
    """From camera bytes to the vector of the whole product."""

    def __init__(self, network: EmbeddingNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        """uint8 (n, S, S, 3) BGR -> float32 (n, d)."""
        return self.network.whole_of(self.network.features(crops)[0])


def export_embedder(network: nn.Module, target: Path, side_px: int, recipe: dict[str, object]) -> None:
    """Writes `target` from a module (crops -> vectors) and compares it with torch. Raises ValueError where they disagree."""
    network = network.eval().requires_grad_(False)
    target.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        network, (torch.zeros(2, side_px, side_px, 3, dtype=torch.uint8),), str(target), input_names=["crops"],
        output_names=["vectors"], dynamic_axes={"crops": {0: "n"}, "vectors": {0: "n"}}, opset_version=OPSET,
        dynamo=False,
    )  # fmt: skip
    graph = onnx.load(target)
    for node in graph.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    graph.producer_name, graph.producer_version = "shelfcount", ""
    metadata = {"input": "uint8-bgr-nhwc", "recipe": json.dumps(recipe, separators=(",", ":"))}
    onnx.helper.set_model_props(graph, metadata)
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, target)
    crops = np.random.default_rng(0).integers(0, 256, (3, side_px, side_px, 3), dtype=np.uint8)
    wanted = network(torch.from_numpy(crops)).numpy()
    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    (got,) = session.run(None, {"crops": crops})
    if got.shape != wanted.shape or float(np.abs(got - wanted).max()) > TOLERANCE:
        target.unlink()
        raise ValueError(f"{target.name} differs from torch")
