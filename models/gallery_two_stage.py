"""The nearest two products of a large gallery in two stages: a shortlist in few dimensions, then the true cosines.

The rows are projected on the directions that hold most of them (principal components, found by subspace iteration:
Halko, Martinsson, Tropp, SIAM Review 53, 2011). There each asked vector gets a shortlist of the products that look
nearest; each is compared in full by its photo that looks nearest, and the finalists by several. Scores are true
cosines; only what never came on the shortlist can be missed. How often that happens is measured when the search is
built, on photos of the gallery itself, each asked as if it had not been enrolled; a gallery that needs too many
directions is searched plainly, and so is a small one. The same gallery and question always get the same answer.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

NOBODY = -2.0
"""Below every cosine."""
SUNK = np.float32(8.0)
"""Subtracted from what is picked already: more than any two cosines differ, and little enough to keep their order."""
CHUNK = 16
"""Asked vectors whose shortlisted photos are gathered at once: more do not fit a core's cache."""
FEW = 5
"""SKUs that are told: the nearest, and what a facing may be instead. With 8, 12 or 20 intervals held no more often."""

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SearchPolicy:
    """When and how a gallery is searched in two stages.

    From `least_rows` photos on: below, a product of matrices is as quick. The first stage has `share` of the vectors'
    dimensions, at least `least_dims`, and `growth` times as many as long as less than `recall` (share 0..1) of `probes`
    photos get the plain search's answer, at most `most_share`. (A photo left out is a stranger where its product has no
    other; products that are enrolled are found more often than that.) The shortlist has `products`; `finalists` of them are
    compared by up to `photos` photos each. `block`: columns whose largest is kept at hand. `sample`, `spare_dims`,
    `passes` and `seed` steer the search for the directions.
    """

    least_rows: int = 2_000
    share: float = 1 / 16
    most_share: float = 1 / 4
    growth: float = 1.5
    least_dims: int = 48
    products: int = 12
    finalists: int = 3
    photos: int = 6
    recall: float = 0.98
    probes: int = 256
    block: int = 256
    sample: int = 4_096
    spare_dims: int = 16
    passes: int = 3
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class NearestTwo:
    """For each of n vectors the index of the nearest SKU (`best`), its cosine (`score`) and that of the best photo of any
    other SKU (`second`; -1 where there is no other). `few` and `few_score` (n, at most FEW): the nearest SKUs, best first."""

    best: Indices
    score: Floats
    second: Floats
    few: Indices
    few_score: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Columns of the first stage: each block of `width` holds whole SKUs and is filled up with its last row. `row` and
    `sku` of each column; the `first` column and `count` of rows of each SKU."""

    width: int
    row: Indices
    sku: npt.NDArray[np.int32]
    first: Indices
    count: Indices

    @classmethod
    def of(cls, owner: Indices, least_width: int) -> "Layout":
        """`owner` (rows,) ascending: the SKU of each row."""
        count = np.bincount(owner)
        width = int(max(least_width, count.max()))
        first, at = np.empty(len(count), np.int64), 0
        for sku, rows in enumerate(count.tolist()):
            if at % width + rows > width:
                at = -(-at // width) * width
            first[sku] = at
            at += rows
        row = np.full(-(-at // width) * width, -1, np.int64)
        row[first[owner] + np.arange(len(owner)) - np.searchsorted(owner, owner)] = np.arange(len(owner))
        row = np.maximum.accumulate(row)
        return cls(width, row, owner[row].astype(np.int32), first, count)


@dataclass(frozen=True, slots=True, eq=False)
class TwoStage:
    """A built search over rows (rows, d): `basis` (d, r), and the projected rows, a column each (r, columns)."""

    vectors: Floats
    policy: SearchPolicy
    layout: Layout = field(repr=False)
    basis: Floats = field(repr=False)
    columns: Floats = field(repr=False)

    def two(self, asked: Floats, skip: Indices | None = None) -> NearestTwo:
        """The nearest two SKUs of each vector (n, d); `skip` (n,) is a row that does not count for it."""
        index = np.arange(len(asked))
        looks = np.asarray((asked @ self.basis) @ self.columns, np.float32)  # (n, columns)
        if skip is not None:
            looks[self.layout.row[None, :] == skip[:, None]] = NOBODY
        skus, row = self._shortlist(looks)  # (n, products) each
        cosine = self._cosines(asked, row, skip)
        finalists = min(self.policy.finalists, skus.shape[1])
        first = np.argpartition(-cosine, finalists - 1, axis=1)[:, :finalists]  # (n, finalists)
        rows = self._photos(looks, np.take_along_axis(skus, first, 1))  # (n, finalists x photos)
        closer = self._cosines(asked, rows, skip).reshape(len(asked), first.shape[1], -1).max(2)
        np.put_along_axis(cosine, first, np.maximum(closer, np.take_along_axis(cosine, first, 1)), 1)
        place = cosine.argmax(1)
        best = skus[index, place]
        second = np.where(skus == best[:, None], np.float32(-1), cosine).max(1)
        order = np.argsort(-cosine, axis=1, kind="stable")[:, :FEW]
        return NearestTwo(best, cosine[index, place], second, np.take_along_axis(skus, order, 1),
                          np.take_along_axis(cosine, order, 1))  # fmt: skip

    def _shortlist(self, looks: Floats) -> tuple[Indices, Indices]:
        """The SKUs that look nearest, and of each the photo that does. What is picked sinks in `looks` by SUNK."""
        layout, index = self.layout, np.arange(len(looks))
        blocks = looks.reshape(len(looks), -1, layout.width)
        place = blocks.argmax(2)  # (n, blocks)
        value = np.take_along_axis(blocks, place[..., None], 2)[..., 0]
        sku_of = layout.sku.reshape(-1, layout.width)
        products = min(self.policy.products, len(layout.count))
        skus, rows = (np.empty((len(looks), products), np.int64) for _ in range(2))
        for pick in range(products):
            block = value.argmax(1)
            column = place[index, block]
            skus[:, pick] = sku = sku_of[block, column]
            rows[:, pick] = layout.row[block * layout.width + column]
            left = blocks[index, block]
            left -= (sku_of[block] == sku[:, None]) * SUNK
            blocks[index, block] = left
            place[index, block] = column = left.argmax(1)
            value[index, block] = left[index, column]
        return skus, rows

    def _photos(self, looks: Floats, skus: Indices) -> Indices:
        """(n, k x photos) rows of the SKUs (n, k): those photos of each that look nearest."""
        layout, photos = self.layout, self.policy.photos
        count = layout.count[skus][..., None]
        step = np.arange(max(int(count.max()), photos))
        columns = layout.first[skus][..., None] + np.minimum(step, count - 1)  # (n, k, photos of the SKU)
        if len(step) > photos:
            seen = np.where(step < count, looks[np.arange(len(looks))[:, None, None], columns], np.float32(-2 * SUNK))
            nearest = np.argpartition(seen, -photos, axis=2)[..., -photos:]
            columns = np.take_along_axis(columns, nearest, 2)
        return np.asarray(layout.row[columns].reshape(len(looks), -1))

    def _cosines(self, asked: Floats, rows: Indices, skip: Indices | None) -> Floats:
        """(n, k) of each vector with its k rows."""
        cosine = np.empty(rows.shape, np.float32)
        for start in range(0, len(asked), CHUNK):
            part = slice(start, start + CHUNK)
            cosine[part] = np.matmul(self.vectors[rows[part]], asked[part, :, None])[..., 0]
        if skip is not None:
            cosine[rows == skip[:, None]] = NOBODY
        return cosine


def build_two_stage(vectors: Floats, owner: Indices, policy: SearchPolicy = SearchPolicy()) -> TwoStage | None:
    """A search over unit rows (rows, d) of SKUs `owner` (rows,), ascending; None where the plain one is the better."""
    rows, dims = vectors.shape
    if rows < policy.least_rows or owner[-1] == 0:
        return None
    layout = Layout.of(owner, policy.block)
    probes = np.unique(np.linspace(0, rows - 1, policy.probes).astype(np.int64))
    right = owner[_nearest_other(vectors, probes)]
    size = max(policy.least_dims, round(dims * policy.share))
    while size <= dims * policy.most_share:
        basis = principal_directions(vectors, size, policy)
        columns = np.ascontiguousarray((vectors @ basis)[layout.row].T)
        search = TwoStage(vectors, policy, layout, basis, columns)
        if (search.two(vectors[probes], probes).best == right).mean() >= policy.recall:
            return search
        size = round(size * policy.growth)
    return None


def _nearest_other(vectors: Floats, probes: Indices) -> Indices:
    """(probes,) the row nearest to each but itself."""
    cosine = vectors[probes] @ vectors.T
    cosine[np.arange(len(probes)), probes] = NOBODY
    return np.asarray(cosine.argmax(1))


def principal_directions(vectors: Floats, size: int, policy: SearchPolicy) -> Floats:
    """(d, size) orthonormal: the directions in which the rows are longest, from an even sample of them."""
    dims = vectors.shape[1]
    step = max(1, len(vectors) // policy.sample)
    some = vectors[::step]
    dice = np.random.default_rng(policy.seed)
    space = dice.normal(size=(dims, min(size + policy.spare_dims, dims))).astype(np.float32)
    for _ in range(policy.passes):
        space = np.linalg.qr(space)[0]
        space = some.T @ (some @ space)
    space = np.linalg.qr(space)[0]
    seen = some @ space
    turn = np.linalg.eigh(seen.T @ seen)[1]  # ascending
    return np.ascontiguousarray((space @ turn[:, ::-1])[:, :size], np.float32)
