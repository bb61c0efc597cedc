"""Runs `shelfcount bench` commands for the pages of figures, one thread each, and remembers what it measured.

A result that lies in the work folder is used again only if it came from the very same command on the same files.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = {"SHELFCOUNT_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
UNREADABLE = 3
PINNED = ROOT / "models" / "manifest.toml"


@dataclass(frozen=True, slots=True)
class Row:
    """One run: what it is, the command as a reader would type it, and its document; `absent` says why there is none."""

    title: str
    command: str
    document: Mapping[str, object]
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Runner:
    """`names` are how the page calls folders and files, such as {"$DATA": Path(...)}."""

    work: Path
    names: Mapping[str, Path] = field(default_factory=dict)

    def shown(self, words: Sequence[str]) -> str:
        text = " ".join(words)
        places = [(str(path), name) for name, path in {**self.names, "$WORK": self.work}.items()]
        for path, name in sorted(places, key=lambda place: -len(place[0])):
            text = text.replace(path, name)
        return text.replace(f"{ROOT}/", "")

    def run(self, module: str, *words: str) -> str:
        """What it wrote to stderr. Stops everything when it fails; some unreadable input (3) does not."""
        code, said = self.tried(module, *words)
        if code not in (0, UNREADABLE):
            raise SystemExit(f"{module} {' '.join(words)} ended with {code}: {said}")
        return said

    def tried(self, module: str, *words: str) -> tuple[int, str]:
        """Exit code and stderr of a module of ours."""
        done = subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, env={**os.environ, **ONE_THREAD}, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
        return done.returncode, done.stderr.strip()

    def measured(self, title: str, *words: str, may_be_absent: bool = False) -> Row:
        """A `shelfcount bench` command with `--out`."""
        target = self.work / f"{_file_name(title)}.json"
        words = ("bench", *words, "--out", str(target))
        command, made_from = self.shown(["shelfcount", *words]), target.with_suffix(".made-from")
        now = _state(words)
        if not (target.exists() and made_from.exists() and made_from.read_text(encoding="utf-8") == now):
            target.unlink(missing_ok=True)
            sys.stderr.write(f"{title}\n")
            code, said = self.tried("edge", *words, "--lang", "en")
            if code not in (0, UNREADABLE):
                if may_be_absent:
                    return Row(title, command, {}, (said.splitlines() or ["it failed"])[-1])
                raise SystemExit(f"{command} ended with {code}: {said}")
            made_from.write_text(now, encoding="utf-8")
        return Row(title, command, json.loads(target.read_text(encoding="utf-8")))

    def document_of(self, row: Row) -> str:
        """The file that holds a row's document."""
        return str(self.work / f"{_file_name(row.title)}.json")


def _file_name(title: str) -> str:
    return re.sub(r"\W+", "-", title).strip("-")


def _state(words: Sequence[str]) -> str:
    """The command with the sha256 of every file that it names, and of the pinned models."""
    files = [PINNED, *(path for word in words[:-1] if (path := Path(word)).is_file())]
    return " ".join([*words, *(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)])
