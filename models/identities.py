"""The names that the gallery gives to detections: a SKU, or None for "unknown product", an answer of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory_core.ids import Sku
from models.errors import BadArray


@dataclass(frozen=True, slots=True)
class Candidate:
    """A SKU that a crop may show, and the cosine of its most similar photo. `sku` None: another one, nobody says which."""

    sku: Sku | None
    score: float


@dataclass(frozen=True, slots=True)
class Identity:
    """One row of Identities."""

    sku: Sku | None
    nearest: Sku | None
    score: float
    margin: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """`sku` of n (None: unknown), `nearest` of n (the best name even where it was refused; None without a gallery),
    `score` (n,) cosine of the best SKU, `margin` (n,) best minus second-best SKU. `candidates` are the few most similar SKUs of
    each, the best first: n of them, or none at all where nobody asked."""

    sku: tuple[Sku | None, ...]
    nearest: tuple[Sku | None, ...]
    score: npt.NDArray[np.float32]
    margin: npt.NDArray[np.float32]
    candidates: tuple[tuple[Candidate, ...], ...] = ()

    def __post_init__(self) -> None:
        n = len(self.sku)
        if len(self.nearest) != n or self.score.shape != (n,) or self.margin.shape != (n,):
            raise BadArray(
                "identities need n names and score (n,), margin (n,), got {n}, {nearest}, {score}, {margin}",
                n=n, nearest=len(self.nearest), score=self.score.shape, margin=self.margin.shape,
            )
        if len(self.candidates) not in (0, n):
            raise BadArray("identities have candidates for all of n names or for none, got {found} for {n}",
                           found=len(self.candidates), n=n)  # fmt: skip
        for array in (self.score, self.margin):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.sku)

    @classmethod
    def unknown(cls, n: int) -> "Identities":
        """n products that nobody has enrolled."""
        return cls((None,) * n, (None,) * n, np.zeros(n, np.float32), np.zeros(n, np.float32))

    @classmethod
    def of(cls, rows: Sequence[Identity]) -> "Identities":
        """The names in `rows`, in order."""
        return cls(tuple(row.sku for row in rows), tuple(row.nearest for row in rows),
                   np.array([row.score for row in rows], np.float32), np.array([row.margin for row in rows], np.float32),
                   tuple(row.candidates for row in rows))  # fmt: skip

    def rows(self) -> tuple[Identity, ...]:
        """One by one."""
        candidates = self.candidates or ((),) * len(self)
        return tuple(Identity(*row) for row in zip(self.sku, self.nearest, self.score.tolist(), self.margin.tolist(),
                                                   candidates, strict=True))  # fmt: skip

    def scattered(self, index: npt.NDArray[np.int64], n: int) -> "Identities":
        """These names at the places `index` of n; nobody's name at the others."""
        sku: list[Sku | None] = [None] * n
        nearest: list[Sku | None] = [None] * n
        score, margin = np.zeros(n, np.float32), np.zeros(n, np.float32)
        for place, name, near in zip(index, self.sku, self.nearest, strict=True):
            sku[place], nearest[place] = name, near
        score[index], margin[index] = self.score, self.margin
        candidates: list[tuple[Candidate, ...]] = [()] * n
        for place, few in zip(index, self.candidates, strict=False):
            candidates[place] = few
        return Identities(tuple(sku), tuple(nearest), score, margin, tuple(candidates) if self.candidates else ())
