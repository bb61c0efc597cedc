"""Asks a gallery for the nearest two products: plainly, or in two stages where it is large (`models/gallery_two_stage.py`)."""

import numpy as np

from models.enrolment import EnrolledRows
from models.errors import BadArray
from models.gallery_two_stage import FEW, Floats, NearestTwo, SearchPolicy, TwoStage, build_two_stage


def plain_two(similarities: Floats) -> NearestTwo:
    """From (n, skus) cosines."""
    index = np.arange(len(similarities))
    best = similarities.argmax(1)
    rest = similarities.copy()
    rest[index, best] = -1.0
    near = np.argpartition(-similarities, FEW, axis=1)[:, :FEW] if similarities.shape[1] > FEW else np.tile(
        np.arange(similarities.shape[1]), (len(similarities), 1))  # fmt: skip
    order = np.argsort(-np.take_along_axis(similarities, near, 1), axis=1, kind="stable")
    few = np.take_along_axis(near, order, 1)
    return NearestTwo(best, similarities[index, best], rest.max(1, initial=-1.0), few,
                      np.take_along_axis(similarities, few, 1))  # fmt: skip


class Search:
    """Asks enrolled rows; the two stages are built when first asked for the nearest two."""

    def __init__(self, rows: EnrolledRows, policy: SearchPolicy = SearchPolicy()) -> None:
        self.rows = rows
        self._policy = policy
        self._two_stage: TwoStage | None = None
        self._built = False

    def nearest_two(self, vectors: Floats) -> NearestTwo:
        """The nearest two SKUs of each unit vector (n, d). Raises BadArray."""
        if not self._built:
            self._two_stage = build_two_stage(self.rows.vectors, self.rows.owner, self._policy)
            self._built = True
        if self._two_stage is None or not len(vectors):
            return plain_two(self.similarities(vectors))
        return self._two_stage.two(self._fitting(vectors))

    def similarities(self, vectors: Floats) -> Floats:
        """(n, skus) cosine of each vector with the most similar photo of each SKU. Raises BadArray."""
        cosine = self._fitting(vectors) @ self.rows.vectors.T  # (n, rows), rows sorted by SKU
        firsts = np.searchsorted(self.rows.owner, np.arange(len(self.rows.skus)))
        return np.maximum.reduceat(cosine, firsts, axis=1) if len(firsts) else cosine[:, :0]

    def _fitting(self, vectors: Floats) -> Floats:
        if vectors.ndim != 2 or vectors.shape[1] != self.rows.vectors.shape[1]:
            raise BadArray("vectors must be (n, {dim}), got {shape}", dim=self.rows.vectors.shape[1],
                           shape=vectors.shape)  # fmt: skip
        return np.asarray(vectors, np.float32)
