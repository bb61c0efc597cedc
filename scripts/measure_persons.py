"""How much of people the person finder covers, on real people put before real shelves, and what it covers where nobody is.

    python -m scripts.measure_persons DATA PICTURES [--threads 1] [--look DIR]

DATA holds `shelves`, `shelf-photos` and `bottle-video`, PICTURES the pictures that scripts/person_exam/people.py names. Prints
the tables of bench/persons.md; --look keeps every tenth scene, masked, to be looked at.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.counting.masking import masked
from models.person_finder import PersonFinder, open_person_finder
from scripts.person_exam.people import Half, read_people
from scripts.person_exam.scenes import Scene, scenes_of

KINDS = {
    "whole": "whole people", "walker": "people of a street (from small pictures)", "bust": "from the waist up",
    "head": "a head alone", "torso": "a torso that fills the picture", "legs": "legs alone",
    "arm": "a sleeve or bare arm alone", "hand": "a hand",
}  # fmt: skip
COVERED, HEAD_COVERED = 0.9, 0.95
"""Shares of the pixels from which on a person, and a head, counts as covered."""
SEED = 7


@dataclass(frozen=True, slots=True)
class Seen:
    """Shares 0..1: of the person and of the head that is masked, of the picture that is masked beside the person."""

    kind: str
    covered: float
    head: float | None
    beside: float
    cpu_s: float


def seen(scene: Scene, finder: PersonFinder, look: Path | None) -> Seen:
    began = time.process_time()
    shown = masked(scene.image, finder)
    spent = time.process_time() - began
    taken, theirs = shown.mask, scene.mask > 0
    if look is not None:
        name = scene.who.replace("/", "-")
        cv2.imwrite(str(look / f"{scene.kind}-{name}-{theirs.mean():.3f}.png"), np.hstack([scene.image, shown.image]))
    head = None if scene.head is None else float(taken[scene.head > 0].mean())
    return Seen(scene.kind, float(taken[theirs].mean()), head, float((taken & ~theirs).mean()), spent)


def table(rows: Sequence[Seen]) -> str:
    lines = ["| who stands before the shelf | scenes | person px covered | people covered (90 % of px) | heads covered "
             "| rest of the picture masked |", "|---|---|---|---|---|---|"]  # fmt: skip
    for kind, name in (*KINDS.items(), ("", "**all**")):
        of = [row for row in rows if kind in ("", row.kind)]
        heads = [row.head >= HEAD_COVERED for row in of if row.head is not None]
        lines.append(f"| {name} | {len(of)} | {np.mean([row.covered for row in of]):.1%} | "
                     f"{sum(row.covered >= COVERED for row in of)} | {f'{sum(heads)} of {len(heads)}' if heads else '-'} | "
                     f"{np.mean([row.beside for row in of]):.1%} |")  # fmt: skip
    return "\n".join(lines)


def empty(name: str, photos: Sequence[Path], finder: PersonFinder) -> str:
    """A line of the table of photos in which nobody stands."""
    shares = np.array([finder.find(_read(photo)).mean() for photo in photos])
    worst = ", ".join(f"{photos[n].stem} {shares[n]:.1%}" for n in np.argsort(-shares)[:3])
    return (f"| {name} | {len(photos)} | {shares.mean():.2%} | {int((shares > 0.01).sum())} | {int((shares > 0.05).sum())} | "
            f"{worst} |")  # fmt: skip


def _read(path: Path) -> Image:
    return np.asarray(cv2.imread(str(path)), np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--look", type=Path)
    options = parser.parse_args()
    finder = open_person_finder(threads=options.threads)
    shelves = sorted((options.data / "shelves").rglob("*.jpg"))
    halves = {Half.CHOOSING: shelves[5::40], Half.MEASURED: shelves[25::40]}
    for half, behind in halves.items():
        people = [person for person in read_people(options.pictures, options.data) if person.half is half]
        scenes = scenes_of(people, [_read(path) for path in behind], np.random.default_rng(SEED))
        if options.look:
            options.look.mkdir(parents=True, exist_ok=True)
        rows = [seen(scene, finder, options.look if n % 10 == 0 else None) for n, scene in enumerate(scenes)]
        spent = np.median([row.cpu_s for row in rows])
        print(f"\n## {half}: {len(people)} people\n\n{table(rows)}\n\nCPU per picture: median {spent:.2f} s", flush=True)
    print("\n## Nobody there\n\n| photos | n | masked, mean | over 1 % | over 5 % | most |\n|---|---|---|---|---|---|")
    print(empty("shelves, every 4th", [path for n, path in enumerate(shelves) if n % 4 == 2], finder), flush=True)
    print(empty("shelf-photos", sorted((options.data / "shelf-photos").rglob("*.jpg")), finder))


if __name__ == "__main__":
    main()
