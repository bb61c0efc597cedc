"""Measures the embedder and the "unknown" answer on labelled crops of the development data, as a Markdown table.

    python -m scripts.evaluate_embedder --data ../shared/data [--embedder FILE...]

Sets: GroceryStore packaged goods (photos in the hand, cut to their middle: 60 % of the width, 80 % of the height) and
true boxes of cornershop-dev. The shipped file was trained on neither; every figure is about products it never saw. "Class
folds": a third of the products is enrolled and asked for, three times, so that each stands among its own third once.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inventory_core.ids import Sku
from models.backends import PLAIN, Backend
from models.coco import read_coco
from models.crops import cut
from models.embedder import Embedder, open_embedder
from models.gallery import Gallery
from models.gallery_changes import Enrolled, Rows
from models.gallery_file import GalleryState, PhotoRecord
from models.policy import UnknownPolicy

FIXTURES = (("p4.jpg",), ("p10.jpg", "p11.jpg"), ("p12.jpg", "p13.jpg", "p14.jpg"), ("p33.jpg",),
            ("p25.jpg", "p27.jpg", "p28.jpg", "p29.jpg"))  # fmt: skip
FOLD_SEED = 7
MIDDLE = (0.2, 0.1, 0.8, 0.9)


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """n crops of one origin: `vectors` (n, d), their SKU and the picture each was cut from."""

    vectors: npt.NDArray[np.float32]
    sku: npt.NDArray[np.str_]
    picture: npt.NDArray[np.str_]

    def where(self, keep: npt.NDArray[np.bool_]) -> "Crops":
        return Crops(self.vectors[keep], self.sku[keep], self.picture[keep])

    def __len__(self) -> int:
        return len(self.sku)


@dataclass(slots=True)
class Score:
    """Sums over trials: top-1, top-5, and the answers at the shipped threshold."""

    known: int = 0
    top1: int = 0
    top5: int = 0
    named_right: int = 0
    named_wrong: int = 0
    strangers: int = 0
    refused: int = 0
    best_known: list[float] | None = None
    best_stranger: list[float] | None = None

    def line(self, name: str) -> str:
        """A row of the table."""
        share = [f"{part / whole:.3f}" if whole else "-" for part, whole in (
            (self.top1, self.known), (self.top5, self.known), (self.named_right, self.known),
            (self.named_wrong, self.known), (self.refused, self.strangers))]  # fmt: skip
        auroc = area(self.best_known or [], self.best_stranger or [])
        return f"| {name} | {self.known} | {self.strangers} | {' | '.join(share)} | {auroc} |"


def area(known: list[float], strangers: list[float]) -> str:
    """Area under the ROC curve of the best score, known against strangers."""
    if not known or not strangers:
        return "-"
    order = np.argsort(np.concatenate([known, strangers]), kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    wins = ranks[: len(known)].sum() - len(known) * (len(known) + 1) / 2
    return f"{wins / (len(known) * len(strangers)):.3f}"


def gallery_of(crops: Crops, policy: UnknownPolicy) -> Gallery:
    """A gallery in memory, enrolled in one go; nothing is written anywhere."""
    photos = tuple(PhotoRecord("", "", str(picture), "") for picture in crops.picture)
    runs = tuple(Rows(Sku(str(sku)), row, row + 1) for row, sku in enumerate(crops.sku))
    return Gallery(Path(), GalleryState("", photos, (Enrolled(runs),), crops.vectors.copy()), policy)


def measure(score: Score, gallery: Gallery, asked: Crops) -> None:
    """Ask for every crop; those whose SKU is not enrolled are strangers."""
    if not len(asked):
        return
    names = np.array(gallery.names())
    cosine = gallery.similarities(asked.vectors)
    ranked = names[np.argsort(-cosine, axis=1, kind="stable")[:, :5]]
    answers = gallery.identify(asked.vectors)
    score.best_known, score.best_stranger = score.best_known or [], score.best_stranger or []
    for row, sku in enumerate(asked.sku):
        if sku in names:
            score.known += 1
            score.top1 += bool(ranked[row, 0] == sku)
            score.top5 += bool((ranked[row] == sku).any())
            score.named_right += answers.sku[row] == sku
            score.named_wrong += answers.sku[row] not in (sku, None)
            score.best_known.append(float(answers.score[row]))
        else:
            score.strangers += 1
            score.refused += answers.sku[row] is None
            score.best_stranger.append(float(answers.score[row]))


def grocerystore(embedder: Embedder, folder: Path, part: str) -> Crops:
    """`train`, `val`, `test`, or the iconic pictures."""
    files = sorted((folder / part).rglob("*.jpg"))
    crops, names = [], []
    for file in files:
        image = cv2.imread(str(file))
        height, width = image.shape[:2]
        if not part.startswith("iconic"):
            image = cut(image, np.array(MIDDLE, np.float32) * (width, height, width, height))
        crops.append(image)
        names.append(file.parent.name)
    return Crops(embedder.embed_crops(crops), np.array(names), np.array([file.name for file in files]))


def cornershop(embedder: Embedder, folder: Path) -> Crops:
    """Every true box whose name is not doubtful."""
    parts, names, pictures = [], [], []
    for image in read_coco(folder / "annotations.json").images:
        boxes = [box for box in image.boxes if not box.name.startswith("__")]
        picture = cv2.imread(str(folder / "images" / image.file_name))
        parts.append(embedder.embed(picture, np.array([box.xyxy for box in boxes], np.float32).reshape(-1, 4)))
        names += [box.name for box in boxes]
        pictures += [image.file_name] * len(boxes)
    return Crops(np.concatenate(parts), np.array(names), np.array(pictures))


def halves(skus: Iterable[str], seed: int) -> set[str]:
    """A random half of the SKUs: the enrolled ones; the others are strangers."""
    ordered = sorted(set(skus))
    return set(np.random.default_rng(seed).permutation(ordered)[: len(ordered) // 2].tolist())


def class_folds(skus: Iterable[str]) -> list[npt.NDArray[np.str_]]:
    """The SKUs in three parts, always the same ones."""
    mixed = np.random.default_rng(FOLD_SEED).permutation(sorted(set(skus)))
    return [mixed[part::3] for part in range(3)]


def folded(name: str, enrolled: Crops, asked: Crops, policy: UnknownPolicy, count: int | None) -> list[str]:
    """Two rows: every SKU of a third enrolled, and a random half of the third (five draws each)."""
    closed, open_ = Score(), Score()
    for fold in class_folds(asked.sku):
        there = asked.where(np.isin(asked.sku, fold))
        for seed in range(5):
            chosen = enrolled if count is None else some_photos(enrolled, count, seed)
            if count is not None or seed == 0:
                measure(closed, gallery_of(chosen.where(np.isin(chosen.sku, fold)), policy), there)
            half = np.array(sorted(halves(fold.tolist(), seed)))
            measure(open_, gallery_of(chosen.where(np.isin(chosen.sku, half)), policy), there)
    return [closed.line(f"GroceryStore class folds, {name} each, the third enrolled"),
            open_.line(f"GroceryStore class folds, {name} each, half of the third enrolled")]  # fmt: skip


def some_photos(crops: Crops, count: int, seed: int) -> Crops:
    """`count` random photos of each SKU."""
    dice, rows = np.random.default_rng(seed), defaultdict(list)
    for row, sku in enumerate(crops.sku):
        rows[str(sku)].append(row)
    keep = np.zeros(len(crops), bool)
    for sku in sorted(rows):
        keep[dice.permutation(rows[sku])[:count]] = True
    return crops.where(keep)


def open_set(name: str, enrolled: Crops, asked: Crops, policy: UnknownPolicy, count: int | None) -> str:
    """Half of the SKUs enrolled, five draws."""
    score = Score()
    for seed in range(5):
        half = np.array(sorted(halves(enrolled.sku, seed)))
        chosen = enrolled if count is None else some_photos(enrolled, count, seed)
        measure(score, gallery_of(chosen.where(np.isin(chosen.sku, half)), policy), asked)
    return score.line(name)


def across(shop: Crops, policy: UnknownPolicy, groups: Iterable[tuple[tuple[str, ...], tuple[str, ...]]]) -> Score:
    """Each pair: pictures asked, pictures enrolled."""
    score = Score()
    for asked, enrolled in groups:
        gallery = gallery_of(shop.where(np.isin(shop.picture, enrolled)), policy)
        measure(score, gallery, shop.where(np.isin(shop.picture, asked)))
    return score


def report(data: Path, embedder: Embedder, policy: UnknownPolicy) -> list[str]:
    """The table's lines."""
    store = data / "grocerystore-packages"
    fitted = [grocerystore(embedder, store, part) for part in ("train", "val")]
    train, val = fitted
    test, iconic = (grocerystore(embedder, store, part) for part in ("test", "iconic-images-and-descriptions"))
    shop = cornershop(embedder, data / "cornershop-dev")
    lines = ["| set | known | strangers | top-1 | top-5 | named right | named wrong | strangers refused | AUROC |",
             "|---|---|---|---|---|---|---|---|---|"]  # fmt: skip
    lines.append(open_set("fit: GroceryStore, 5 train photos, asked val", train, val, policy, 5))
    lines.append(open_set("fit: GroceryStore, 1 train photo, asked val", train, val, policy, 1))
    for name, enrolled, count in (("iconic picture", iconic, None), ("1 photo", train, 1), ("5 photos", train, 5)):
        score = Score()
        for seed in range(1 if count is None else 5):
            measure(score, gallery_of(enrolled if count is None else some_photos(enrolled, count, seed), policy), test)
        lines.append(score.line(f"GroceryStore, {name} each, asked test, all 31 enrolled"))
        lines.append(open_set(f"GroceryStore, {name} each, asked test, half enrolled", enrolled, test, policy, count))
        lines += folded(name, enrolled, test, policy, count)
    same = [(shot,) for shot in FIXTURES[4]]
    pairs = [(asked, tuple(p for p in FIXTURES[4] if p not in asked)) for asked in same]
    for pair in pairs:
        lines.append(across(shop, policy, [pair]).line(f"same fixture, {pair[0][0]} by the other three"))
    lines.append(across(shop, policy, pairs).line("same fixture, p25 p27 p28 p29, pooled"))
    others = [((p,), tuple(q for q in group if q != p)) for group in FIXTURES[1:3] for p in group]
    lines.append(across(shop, policy, others).line("same fixture, p10 p11 | p12 p13 p14, pooled"))
    for group in FIXTURES[1:3]:
        ones = [((p,), (q,)) for p in group for q in group if q != p]
        lines.append(across(shop, policy, ones).line(f"fit: same fixture, {' '.join(group)}, each by one other photo"))
    everything = [p for group in FIXTURES for p in group]
    crossing = [(group, tuple(p for p in everything if p not in group)) for group in FIXTURES]
    lines.append(across(shop, policy, crossing).line("other shops' crops only (cornershop-dev)"))
    return lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--embedder", type=Path, nargs="*", default=[])
    parser.add_argument("--backend", default=str(PLAIN), help="what runs the network, e.g. openvino-bf16")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    for file in chosen.embedder or [None]:
        opened = open_embedder(file, threads=1, backend=Backend.of(chosen.backend))
        sys.stdout.write(f"\n{file or 'the shipped file'}, {opened.fingerprint}, {opened.dim} numbers, {opened.backend}\n\n")
        sys.stdout.write("\n".join(report(chosen.data, opened, UnknownPolicy())) + "\n")
