"""Which products a step of the embedder shows, and their views: two of each, look-alikes beside them.

Most of a batch comes from few photos, so that the others are the neighbours on the same shelf. A batch depends on (seed, step)
alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.training.flavours import flavour_of
from models.training.product_crops import Likeness, ProductCrop
from models.training.product_views import ViewStyle, view_of


@dataclass(frozen=True, slots=True)
class EmbeddingPlan:
    """How long and how fast. `pairs` products a step, `from_one` of each photo, `named_share` of them named goods; beside
    `flavour_share` of them stands another flavour, made by us, that must not be taken for it."""

    steps: int = 2300
    pairs: int = 72
    from_one: int = 6
    named_share: float = 0.3
    trunk_rate: float = 2e-4
    head_rate: float = 1e-3
    final_rate: float = 0.02
    warm_up_steps: int = 30
    decay: float = 0.99
    whole_temperature: float = 0.08
    places_temperature: float = 0.05
    twin_share: float = 0.5
    flavour_share: float = 0.33
    side_px: int = 160
    seed: int = 1
    threads: int = 1
    device: str = "cpu"
    processes: int = 0
    save_every_s: float = 120.0
    likeness: Likeness = field(default_factory=Likeness)
    style: ViewStyle = field(default_factory=ViewStyle)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Two views (n, S, S, 3) of n products; `silent` (n, n): pairs of products that may be one SKU and teach nothing."""

    first: npt.NDArray[np.uint8]
    second: npt.NDArray[np.uint8]
    silent: npt.NDArray[np.bool_]


def draw_pairs(crops: Sequence[ProductCrop], groups: "Groups", plan: EmbeddingPlan, step: int) -> Pairs:
    """The products of one step and their two views."""
    dice = np.random.default_rng((plan.seed, step))
    products = [crops[number] for number in groups.draw(crops, plan, dice)]
    origin = list(range(len(products)))
    for number in np.flatnonzero(dice.random(len(products)) < plan.flavour_share).tolist():
        flavour = flavour_of(products[number], crops, dice)
        products += [] if flavour is products[number] else [flavour]
        origin += [] if flavour is products[number] else [number]
    first, second = [], []
    for crop in products:
        mate = crops[int(dice.choice(crop.twins))] if crop.twins and dice.random() < plan.twin_share else crop
        first.append(view_of(crop, plan.side_px, crops, dice, plan.style))
        second.append(view_of(mate, plan.side_px, crops, dice, plan.style))
    return Pairs(np.stack(first), np.stack(second), _silent(products, np.array(origin), plan.likeness))


def _silent(products: Sequence[ProductCrop], origin: npt.NDArray[np.int64], likeness: Likeness) -> npt.NDArray[np.bool_]:
    """(n, n) which pairs may be one SKU: of one photo and alike in colour, but for a product and its own other flavour."""
    group = np.array([product.group for product in products])
    colour = np.stack([product.colour for product in products])
    silent = (group[:, None] == group[None]) & (colour @ colour.T > likeness.other)
    return np.asarray(silent & (origin[:, None] != origin[None]))


class Groups:
    """Crops by the photo or kind they belong to."""

    def __init__(self, crops: Sequence[ProductCrop]) -> None:
        self.photos: dict[str, list[int]] = {}
        self.kinds: dict[str, list[int]] = {}
        for number, crop in enumerate(crops):
            (self.kinds if crop.named else self.photos).setdefault(crop.group, []).append(number)
        self._photo_names, self._kind_names = sorted(self.photos), sorted(self.kinds)

    def draw(self, crops: Sequence[ProductCrop], plan: EmbeddingPlan, dice: np.random.Generator) -> list[int]:
        """Numbers of `plan.pairs` crops: one of each of some kinds, several different ones of each of some photos."""
        named = min(len(self._kind_names), round(plan.pairs * plan.named_share))
        kinds = dice.permutation(len(self._kind_names))[:named]
        chosen = [int(dice.choice(self.kinds[self._kind_names[int(kind)]])) for kind in kinds]
        while len(chosen) < plan.pairs:
            photo = self.photos[self._photo_names[int(dice.integers(len(self._photo_names)))]]
            chosen += _different(crops, photo, min(plan.from_one, plan.pairs - len(chosen)), plan.likeness, dice)
        return chosen


def _different(crops: Sequence[ProductCrop], photo: list[int], count: int, likeness: Likeness,
               dice: np.random.Generator) -> list[int]:  # fmt: skip
    """Up to `count` crops of one photo, no two of which may be one SKU."""
    kept: list[int] = []
    for number in dice.permutation(photo).tolist():
        if all(float(crops[number].colour @ crops[other].colour) < likeness.other for other in kept):
            kept.append(number)
        if len(kept) == count:
            break
    return kept
