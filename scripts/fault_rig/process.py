"""Runs the writer process in a folder of its own and reads its notes."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_S = 120
"""A writer that runs longer hangs."""


class WriterFell(Exception):
    """The writer process ended by itself, and not well."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one book is hurt: `shop` holds it and nothing else; notes, record and the like lie beside."""

    folder: Path
    shop: Path

    @classmethod
    def within(cls, folder: Path) -> "Place":
        shop = folder.resolve() / "shop"
        shop.mkdir(parents=True, exist_ok=True)
        return cls(folder.resolve(), shop)

    @property
    def book(self) -> Path:
        return self.shop / "book.db"

    @property
    def notes(self) -> Path:
        return self.folder / "notes"

    @property
    def trace(self) -> Path:
        return self.folder / "trace"

    @property
    def armed(self) -> Path:
        return self.folder / "armed"


def start(place: Place, words: Sequence[str], environment: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    """A writer process on the place's book, with `words` as its options."""
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.fault_rig.writer", str(place.book), "--notes", str(place.notes), *words],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )


def run(place: Place, words: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Run it to its end. Raises WriterFell."""
    with start(place, words, environment) as process:
        try:
            _, said = process.communicate(timeout=MOST_S)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise WriterFell(f"the writer did not end within {MOST_S} s") from error
    if process.returncode != 0:
        raise WriterFell(f"the writer ended with {process.returncode}: {said.strip()}")


def notes_of(place: Place) -> list[tuple[str, int]]:
    """(letter, number) of each whole line so far; see `writer`."""
    if not place.notes.exists():
        return []
    whole = place.notes.read_text().rpartition("\n")[0]
    return [(letter, int(number)) for letter, number in (line.split() for line in whole.splitlines())]


def numbers(notes: Sequence[tuple[str, int]], letter: str) -> set[int]:
    return {number for said, number in notes if said == letter}
