"""Trains, exports, measures and documents the shipped detector. Needs the extra "train"; runs on a CPU, resumes after a stop.

python -m scripts.train_detector label  --data DIR --work DIR --start FILE    boxes for the photos that have none
python -m scripts.train_detector border --labels FILE --images DIR --out FILE  hand-made labels, what the edge cuts marked
python -m scripts.train_detector train  --data DIR --work DIR --start FILE    training; the same command goes on after a stop
python -m scripts.train_detector export --work DIR --start FILE --out FILE    averages with the start, writes the ONNX file
python -m scripts.train_detector measure --data DIR --detector FILE...        figures on pictures that were not trained on
python -m scripts.train_detector card   --data DIR --work DIR --facts FILE    model card and hashes of the training pictures
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from models.training.labels import LabelError

if TYPE_CHECKING:
    from models.training.pictures import Diet

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        verbs = {"label": _label, "border": _border, "train": _train, "export": _export, "measure": _measure, "card": _card}
        return verbs[options.verb](options)
    except (LabelError, FileNotFoundError) as error:
        print(f"train_detector: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("label", "border", "train", "export", "measure", "card"))
    parser.add_argument("--data", type=Path, help="folder that holds the data sets")
    parser.add_argument("--work", type=Path, help="folder for labels and checkpoints, outside the repository")
    parser.add_argument("--start", type=Path, help="state dict of the one-class start network")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "weights" / "detector.onnx")
    parser.add_argument("--name", default="detector", help="name of the training: its checkpoint is WORK/NAME.pt")
    parser.add_argument("--activation", choices=("silu", "hardswish", "relu"), default="silu")
    parser.add_argument("--steps", type=int, default=1100)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--features", type=float, default=0.0, help="weight of matching the teacher's features")
    parser.add_argument("--frozen-layers", type=int, default=5, help="how many first layers keep the start's weights")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for a GPU")
    parser.add_argument("--processes", type=int, default=0, help="that draw pictures (0: one thread); about 8 for a GPU")
    parser.add_argument(
        "--move-norm", action="store_true", help="let the batch statistics move (needed after a swapped activation)"
    )
    parser.add_argument("--exclude", nargs="*", default=[], help="file names of pictures that may not be trained on")
    parser.add_argument("--labels", type=Path, help="COCO file of pictures whose products people marked")
    parser.add_argument("--images", type=Path, help="their folder")
    parser.add_argument("--labels-share", type=float, default=0.6, help="how often they are drawn (the other sets: 1 together)")
    parser.add_argument("--start-weight", type=float, default=0.0, help="share of the start in the exported weights, 0..1")
    parser.add_argument("--detector", type=Path, nargs="*", default=[], help="ONNX files to measure, the peer first")
    parser.add_argument("--sides", type=int, nargs="*", default=[640], help="long sides in px to measure at")
    parser.add_argument("--tiles", type=int, default=0, help="measure with tiles of this many px instead of whole pictures")
    parser.add_argument("--rounds", type=int, default=0, help="bootstrap rounds for the differences to the first file")
    parser.add_argument("--facts", type=Path, help="JSON with the figures and settings that the card tells")
    return parser


def _label(options: argparse.Namespace) -> int:
    from models.training.agree import label_photos
    from models.training.export import export_detector
    from models.training.network import Activation, start_network
    from models.training.predict import OnnxDetector

    options.work.mkdir(parents=True, exist_ok=True)
    export_detector(start_network(options.start, Activation.SILU), options.work / "start.onnx")
    detector = OnnxDetector(options.work / "start.onnx", options.threads)
    for name, folder in (("shelf-photos", "shelf-photos"), ("price-tags", "price-tags/originals")):
        count = label_photos(detector, sorted((options.data / folder).glob("*.jpg")), options.work / f"{name}.json")
        print(f"{name}: {count} boxes")
    return 0


def _border(options: argparse.Namespace) -> int:
    from models.detections import PRODUCT
    from models.detector import open_detector
    from models.training.border import with_doubtful_border

    detector = open_detector(*options.detector[:1], threads=options.threads)
    document = with_doubtful_border(
        options.labels, options.images, lambda image: detector.detect(image).of_class(PRODUCT).xyxy
    )
    options.out.write_text(json.dumps(document), encoding="utf-8")
    print(f"{options.out}: {len(document['annotations'])} boxes")
    return 0


def _train(options: argparse.Namespace) -> int:
    from models.training.loop import Plan, train
    from models.training.loss import LossWeights
    from models.training.network import Activation, feature_gain, start_network, teacher_network

    plan = Plan(
        steps=options.steps,
        batch=options.batch,
        learning_rate=options.rate,
        frozen_layers=options.frozen_layers,
        freeze_norm=not options.move_norm,
        feature_gain=feature_gain(Activation(options.activation)),
        seed=options.seed,
        threads=options.threads,
        device=options.device,
        processes=options.processes,
        weights=LossWeights(teacher_features=options.features),
    )
    diet = _diet(options)
    network = start_network(options.start, Activation(options.activation))
    train(network, teacher_network(options.start), diet, plan, options.work / f"{options.name}.pt")
    return 0


def _diet(options: argparse.Namespace) -> "Diet":
    from models.training.imported import read_imported
    from models.training.recipe import Shares, read_diet

    by_hand = read_imported(options.labels, options.images) if options.labels else []
    return read_diet(options.data, options.work, Shares(by_hand=options.labels_share), frozenset(options.exclude), by_hand)


def _export(options: argparse.Namespace) -> int:
    from models.training.averaging import mean_of
    from models.training.checkpoint import read_mean
    from models.training.export import export_detector
    from models.training.network import Activation, start_network

    network = start_network(options.start, Activation(options.activation))
    states = [network.state_dict(), read_mean(options.work / f"{options.name}.pt")[0]]
    network.load_state_dict(mean_of(states, [options.start_weight, 1 - options.start_weight]))
    export_detector(network, options.out)
    print(f"{options.out}: {options.out.stat().st_size} bytes")
    return 0


def _measure(options: argparse.Namespace) -> int:
    from models.training.report import measure_files

    for line in measure_files(options.detector, options.data, options.sides, options.tiles, options.threads, options.rounds):
        print(line, flush=True)
    return 0


def _card(options: argparse.Namespace) -> int:
    from models.training.card import facts_from, write_card, write_hashes
    from models.training.recipe import held_out_names, pictures_of, read_shelves

    cards = ROOT / "models" / "cards"
    pictures = pictures_of(_diet(options))
    held_out = sorted(held_out_names(read_shelves(options.data)))
    facts = facts_from(json.loads(options.facts.read_text(encoding="utf-8")), options.out, held_out)
    count = write_hashes(pictures, cards / "detector.training-pictures.sha256")
    write_card(facts, pictures, count, cards / "detector.md")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
