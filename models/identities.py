"""The names that the gallery gives to detections: a SKU, or None for "unknown product", an answer of its own."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory_core.ids import Sku
from models.errors import BadArray


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """`sku` of n (None: unknown), `nearest` of n (the best name even where it was refused; None without a gallery),
    `score` (n,) cosine of the best SKU, `margin` (n,) best minus second-best SKU."""

    sku: tuple[Sku | None, ...]
    nearest: tuple[Sku | None, ...]
    score: npt.NDArray[np.float32]
    margin: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        n = len(self.sku)
        if len(self.nearest) != n or self.score.shape != (n,) or self.margin.shape != (n,):
            raise BadArray(
                "identities need n names and score (n,), margin (n,), got {n}, {nearest}, {score}, {margin}",
                n=n, nearest=len(self.nearest), score=self.score.shape, margin=self.margin.shape,
            )
        for array in (self.score, self.margin):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.sku)

    @classmethod
    def unknown(cls, n: int) -> "Identities":
        """n products that nobody has enrolled."""
        return cls((None,) * n, (None,) * n, np.zeros(n, np.float32), np.zeros(n, np.float32))

    def scattered(self, index: npt.NDArray[np.int64], n: int) -> "Identities":
        """These names at the places `index` of n; nobody's name at the others."""
        sku: list[Sku | None] = [None] * n
        nearest: list[Sku | None] = [None] * n
        score, margin = np.zeros(n, np.float32), np.zeros(n, np.float32)
        for place, name, near in zip(index, self.sku, self.nearest, strict=True):
            sku[place], nearest[place] = name, near
        score[index], margin[index] = self.score, self.margin
        return Identities(tuple(sku), tuple(nearest), score, margin)
