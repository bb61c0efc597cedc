"""Trains, exports and documents the SKU embedder. Needs the extra "train"; runs on a CPU, resumes after a stop.

python -m scripts.train_embedder train  --data DIR --work DIR      training; the same command goes on after a stop
python -m scripts.train_embedder export --work DIR --out FILE      writes the ONNX file (then python -m scripts.pin_models)
python -m scripts.train_embedder card   --data DIR --work DIR      hashes of the training pictures

DIR of --work holds the label files of `python -m scripts.train_detector label`. Neither grocerystore-packages nor
cornershop-dev is read: names are measured on products and shops that no training saw.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.training.cutouts import Cutout
    from models.training.labels import LabelledPicture
    from models.training.product_crops import ProductCrop


ROOT = Path(__file__).resolve().parents[1]
COLOUR_WEIGHT = 0.45
"""Of the colour signature beside the network's vector, which counts 1; measured in bench/embedder.md."""


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    return {"train": _train, "export": _export, "card": _card}[options.verb](options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("train", "export", "card"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--name", default="embedder")
    parser.add_argument("--steps", type=int, default=2300)
    parser.add_argument("--pairs", type=int, default=72, help="products a step")
    parser.add_argument("--flavours", type=float, default=0.33, help="share of them that get another flavour beside them")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for a GPU")
    parser.add_argument("--processes", type=int, default=0, help="that draw pictures (0: one thread); about 8 for a GPU")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "weights" / "embedder.onnx")
    parser.add_argument("--colour-weight", type=float, default=COLOUR_WEIGHT)
    return parser


def _train(options: argparse.Namespace) -> int:
    from models.training.embedding_loop import train_embedder
    from models.training.embedding_network import EmbeddingNetwork, Widths
    from models.training.pairs import EmbeddingPlan

    plan = EmbeddingPlan(
        steps=options.steps, pairs=options.pairs, flavour_share=options.flavours, threads=options.threads,
        device=options.device, processes=options.processes,
    )  # fmt: skip
    network = EmbeddingNetwork(Widths(), plan.side_px)
    train_embedder(network, _crops(options), plan, options.work / f"{options.name}.pt")
    return 0


def _export(options: argparse.Namespace) -> int:
    from models.colour import ColourRecipe
    from models.training.checkpoint import read_mean
    from models.training.embedding_export import DeployedEmbedder, export_embedder
    from models.training.embedding_network import EmbeddingNetwork, Widths
    from models.training.pairs import EmbeddingPlan

    side_px, colour = EmbeddingPlan().side_px, ColourRecipe()
    network = EmbeddingNetwork(Widths(), side_px)
    mean, steps = read_mean(options.work / f"{options.name}.pt")
    network.load_state_dict(mean)
    recipe: dict[str, object] = {
        "network_weight": 1.0, "colour_weight": options.colour_weight, "colour_bins": list(colour.bins),
        "colour_bands": colour.bands, "colour_inset": colour.inset,
    }  # fmt: skip
    export_embedder(DeployedEmbedder(network), options.out, side_px, recipe)
    print(f"{options.out}: {options.out.stat().st_size} bytes, {steps} steps")
    return 0


def _card(options: argparse.Namespace) -> int:
    from models.training.card import write_hashes

    photos, cutouts = _sets(options)
    pictures = sorted({*(photo.path for photo in photos), *(cutout.source for cutout in cutouts)})
    count = write_hashes(pictures, ROOT / "models" / "cards" / "embedder.training-pictures.sha256")
    print(f"{count} training pictures")
    return 0


def _sets(options: argparse.Namespace) -> "tuple[list[LabelledPicture], list[Cutout]]":
    """Photos of shelves with boxes (sharp ones several times), and single goods."""
    from models.training.cutouts import read_packshots, read_polygons
    from models.training.labels import Trust, read_coco
    from models.training.recipe import read_shelves

    several = Trust(0.45, 4)
    photos = [
        *read_shelves(options.data),
        *read_coco(options.work / "shelf-photos.json", options.data / "shelf-photos", None, several) * 4,
        *read_coco(options.work / "price-tags.json", options.data / "price-tags" / "originals", None, several) * 2,
    ]
    cutouts = read_polygons(options.data / "ph-grocery" / "annotations.json", options.data / "ph-grocery" / "images")
    return photos, [*cutouts, *read_packshots(options.data / "snacks-packshots")]


def _crops(options: argparse.Namespace) -> "list[ProductCrop]":
    from models.training.product_crops import CropLimits, Likeness, crops_of, crops_of_cutouts

    limits, (photos, cutouts) = CropLimits(), _sets(options)
    named = crops_of_cutouts(cutouts, limits)
    shelf = crops_of(photos, limits, Likeness(), 1, first=len(named))
    print(f"{len(shelf)} facings of {len(photos)} looks at photos, {sum(bool(c.twins) for c in shelf)} with twins; "
          f"{len(named)} named", flush=True)  # fmt: skip
    return [*named, *shelf]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
