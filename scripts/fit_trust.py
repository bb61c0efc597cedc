"""Fits the figures of edge/counting/trust.py to labelled photos, and measures what their intervals hold on fixtures left out.

    python -m scripts.fit_trust DATA [--embedder FILE] [--folds FILE FILE FILE FILE FILE] [--cache FILE] [--write]

DATA holds `cornershop-dev`. Every photo is named twice: by the other photos of its fixture ("same fixture"), and by all other
fixtures ("across fixtures"). A fixture is measured with figures that were fitted to the others alone, on galleries without any
photo of it; so are the tails. `--folds` are detectors, one for each fixture as `scripts/accuracy_page.py` takes them, trained
without its photos; without them the shipped one looks at all. `--write` puts figures fitted to all fixtures into
edge/counting/trust.py, and the table into bench/intervals.md. `--cache` keeps what the networks saw.
"""

import argparse
import functools
import pickle
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge.bench.assess import Truth, on_true_shelves, places_away_from_edge, true_names
from edge.bench.bootstrap import BootstrapPolicy, intervals
from edge.bench.labelled import read_labelled, truth_of
from edge.bench.matching import MatchPolicy
from edge.bench.trust_fit import CellSeen, Cover, Scene, cells_of, cover_of, fit_model, fit_tails
from edge.bootstrap import FAINT
from edge.capture.frame import Frame
from edge.capture.quality import FrameQuality, measure
from edge.counting.consensus import agree
from edge.counting.facings import Seen, facings_on_rows
from edge.counting.rows import RowPolicy
from edge.counting.trust import TrustPolicy
from edge.settings import Settings
from inventory_core.ids import Sku
from models.coco import read_coco
from models.detections import PRODUCT, VOID, Detections
from models.detector import open_detector
from models.embedder import Vectors, open_embedder
from models.gallery import Gallery
from models.gallery_changes import Enrolled, Rows
from models.gallery_file import GalleryState, PhotoRecord
from models.manifest import load_manifest
from models.policy import DetectorPolicy, UnknownPolicy
from scripts.accuracy_rows import FIXTURES as PHOTOS

TRUST, PAGE = (Path(__file__).resolve().parents[1] / file for file in ("edge/counting/trust.py", "bench/intervals.md"))
FIXTURES = tuple(tuple(Path(photo).stem for photo in photos) for photos in PHOTOS.values())
DOUBTFUL, SAME, ACROSS = "__", "same fixture", "across fixtures"
FITTED = ("real_at", "per_score", "sharpness", "stranger_at", "per_lead", "together", "unseen", "tail", "clear_tail",
          "least_odds")  # fmt: skip
Fixture = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """One photo as the networks saw it: its products with a vector each, and the labelled crops as they would be enrolled."""

    name: str
    frame: Frame
    quality: FrameQuality
    truth: Truth
    products: Detections
    vectors: Vectors
    skus: tuple[Sku, ...]
    crops: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Eyes:
    """Everything that the networks saw, and by which."""

    photos: dict[str, Looked]
    count_from: float
    embedder: str


def look_at(data: Path, folds: Sequence[Path], embedder: Path | None, max_pixels: int) -> Eyes:
    """One detection pass and one set of vectors for every photo."""
    files = load_manifest()
    policy = files.of("detector").policy or DetectorPolicy()
    faint = replace(policy, score=FAINT * policy.score)
    finders = [open_detector(fold, threads=1, policy=faint, files=files) for fold in folds or (None,)] * len(FIXTURES)
    of_photo = {name: finder for fixture, finder in zip(FIXTURES, finders, strict=False) for name in fixture}
    describer = open_embedder(embedder, threads=1, files=files)
    photos = {}
    for image in read_coco(data / "annotations.json").images:
        frame, _ = read_labelled(data / "images", image, max_pixels)
        named = [box for box in image.boxes if not box.name.startswith(DOUBTFUL)]
        name = Path(image.file_name).stem
        products = of_photo[name].detect(frame.image).of_class(PRODUCT)
        crops = describer.embed(frame.image, np.array([box.xyxy for box in named], np.float32).reshape(-1, 4))
        vectors = describer.embed(frame.image, products.xyxy)
        photos[name] = Looked(name, Frame("", 0, None, np.zeros((0, 0, 3), np.uint8)), measure(frame.image),
                              truth_of(image, labelled_shelves=False), products, vectors,
                              tuple(Sku(box.name.strip()) for box in named), crops)  # fmt: skip
    return Eyes(photos, policy.score, describer.fingerprint)


class Bench:
    """Scenes and fits of one set of eyes; each is made once."""

    def __init__(self, eyes: Eyes) -> None:
        self.eyes = eyes
        self.scene = functools.cache(self._scene)
        self.model = functools.cache(self._model)

    def _scene(self, name: str, others: Fixture) -> Scene:
        """A photo named by the crops of other photos."""
        seen, count_from = self.eyes.photos[name], self.eyes.count_from
        gallery = gallery_of([self.eyes.photos[other] for other in others], self.eyes.embedder)
        gaps = Detections.none().of_class(VOID)
        reading = facings_on_rows(Seen(seen.frame, seen.quality, seen.products, gallery.identify(seen.vectors), gaps),
                                  count_from, RowPolicy())  # fmt: skip
        match, edge = MatchPolicy(), MatchPolicy().edge
        truth = seen.truth.away_from_edge(edge)
        places = places_away_from_edge(agree([reading], count_from), truth, edge)
        names = dict(zip(map(id, places), true_names(places, truth, match), strict=True))
        shelves = on_true_shelves(places, truth, match)
        enrolled = frozenset(gallery.names())
        return Scene(
            name, shelves, {shelf: [names[id(place)] for place in on] for shelf, on in shelves.items()},
            Counter(cell for cell in zip(truth.shelf, truth.sku, strict=True) if cell[1] in enrolled), enrolled, count_from,
        )  # fmt: skip

    def scenes(self, fixture: Fixture, kind: str, without: frozenset[Fixture]) -> list[Scene]:
        """The photos of a fixture, named by galleries that hold nothing of the fixtures `without`."""
        if kind == SAME:
            by = {name: tuple(other for other in fixture if other != name) for name in fixture}
        else:
            rest = tuple(name for other in FIXTURES if other != fixture and other not in without for name in other)
            by = dict.fromkeys(fixture, rest)
        return [self.scene(name, others) for name, others in by.items() if others]

    def every(self, without: frozenset[Fixture]) -> list[Scene]:
        return [scene for fixture in FIXTURES if fixture not in without
                for kind in (SAME, ACROSS) for scene in self.scenes(fixture, kind, without)]  # fmt: skip

    def _model(self, without: frozenset[Fixture]) -> TrustPolicy:
        return fit_model(self.every(without))

    def fitted(self, without: frozenset[Fixture]) -> TrustPolicy:
        """The model of all fixtures but those, with tails from each of them left out in turn."""
        cells, shelves = list[CellSeen](), 0
        for fixture in FIXTURES:
            if fixture in without:
                continue
            held_out = without | {fixture}
            for scene in (one for kind in (SAME, ACROSS) for one in self.scenes(fixture, kind, without)):
                cells += cells_of(scene, self.model(held_out))
                shelves += len(scene.shelves)
        return fit_tails(self.model(without), cells, shelves)


def gallery_of(photos: Sequence[Looked], embedder: str) -> Gallery:
    """Every named crop of some photos, in memory."""
    named = [(sku, photo.name) for photo in photos for sku in photo.skus]
    changes = tuple(Enrolled((Rows(sku, row, row + 1),)) for row, (sku, _) in enumerate(named))
    records = tuple(PhotoRecord("", "", name, "") for _, name in named)
    vectors = np.concatenate([photo.crops for photo in photos])
    return Gallery(Path(), GalleryState(embedder, records, changes, vectors), UnknownPolicy())


def table_of(bench: Bench) -> list[str]:
    """Markdown: coverage, its interval, width and further rows, per kind and fixture, each fixture left out of its own fit."""
    lines = ["| named by | photos | cells | held | lower bound | counted SKUs held | mean width | told in vain per shelf |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    policies = {fixture: bench.fitted(frozenset({fixture})) for fixture in FIXTURES}
    for kind in (SAME, ACROSS):
        found = {fixture: [cover_of(scene, policies[fixture]) for scene in bench.scenes(fixture, kind, frozenset())]
                 for fixture in FIXTURES}  # fmt: skip
        lines.append(_row(kind, [cover for covers in found.values() for cover in covers]))
        lines += [_row(f"- {', '.join(fixture)}", covers) for fixture, covers in found.items() if covers]
    return lines


def _row(title: str, covers: Sequence[Cover]) -> str:
    count: npt.NDArray[np.int64] = np.array([astuple(cover) for cover in covers])
    cells, covered, counted, counted_covered, width, rows, shelves = count.sum(axis=0).tolist()

    def share(draw: Sequence[int]) -> dict[str, float | None]:
        held = count[list(draw)].sum(axis=0)
        return {"covered": float(held[1] / held[0]) if held[0] else None}

    spread = intervals(len(covers), share, BootstrapPolicy()).get("covered")
    low = "-" if spread is None else f"{spread.low:.1%}"
    return (f"| {title} | {len(covers)} | {cells} | {covered / cells:.1%} | {low} | {counted_covered / max(counted, 1):.1%} "
            f"| {width / cells:.2f} | {rows / shelves:.1f} |")


def figures_of(policy: TrustPolicy) -> dict[str, float]:
    """The fitted figures, as they are written."""
    return {name: float(f"{getattr(policy, name):.4g}") for name in FITTED}


def write(policy: TrustPolicy, embedder: str, page: str) -> None:
    """Put the figures into the source, and the page beside the other benches."""
    text = TRUST.read_text(encoding="utf-8")
    for name, value in figures_of(policy).items():
        text = re.sub(rf"^    {name}: float = .*$", f"    {name}: float = {value!r}", text, flags=re.MULTILINE)
    text = re.sub(r'^FITTED_TO = ".*"$', f'FITTED_TO = "{embedder}"', text, flags=re.MULTILINE)
    TRUST.write_text(text, encoding="utf-8")
    PAGE.write_text(page, encoding="utf-8")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=Path, nargs=len(FIXTURES), default=())
    for option in ("--embedder", "--cache"):
        parser.add_argument(option, type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args(arguments)
    if given.cache is not None and given.cache.exists():
        eyes: Eyes = pickle.loads(given.cache.read_bytes())
    else:
        eyes = look_at(given.data / "cornershop-dev", given.folds, given.embedder, Settings().max_pixels)
        if given.cache is not None:
            given.cache.write_bytes(pickle.dumps(eyes))
    bench = Bench(eyes)
    policy = bench.fitted(frozenset())
    lines = [*table_of(bench), "", "| figure | value |", "| --- | --- |",
             *(f"| {name} | {value!r} |" for name, value in figures_of(policy).items())]  # fmt: skip
    sys.stdout.write("\n".join(lines) + "\n")
    if given.write:
        write(policy, eyes.embedder, "\n".join([WORDS, *lines, ""]))
    return 0


WORDS = """# Intervals

Written by `python -m scripts.fit_trust $DATA --write`, which also puts the figures into edge/counting/trust.py. `$DATA` is
the folder of the labelled sets; the photos are those of cornershop-dev.

A cell is one enrolled SKU on one shelf of one photo that the truth or the count has a facing in, as in docs/bench.md. A cell
is held when its true facings lie between `low` and `high`; a SKU that the count does not tell is 0 to 0. The lower bound is
the lower end of a 95 % interval by a bootstrap that draws whole photos (1,000 rounds, seed 0). "Counted SKUs held" leaves
out the cells of SKUs that were not counted at all. "Told in vain" are SKUs with `best` 0 that do not stand on that shelf.

Each fixture was left out of everything that its figures come from: the odds of scores and cosines, the tails, and every
gallery of the photos that these were fitted to. "Same fixture" is a photo named by the fixture's other photos, "across
fixtures" one named by photos of other shops, where most products are not enrolled. The detectors were trained without the
fixture that they look at (`--folds`), the embedder without any of these photos.
"""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
