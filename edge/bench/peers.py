"""Peers of the speed table: other programs, in their own environment and process, driven over JSON lines."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from edge.bench.rounds import Spent
from edge.errors import CheckFailed
from inventory_core.messages import Message, tell
from models.detections import PRODUCT, Detections

PYTHON_VARIABLE = "SHELFCOUNT_PEERS_PYTHON"
ROOT = Path(__file__).resolve().parents[2]
WORKER = ROOT / "scripts" / "peer_worker.py"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "YOLO_OFFLINE": "true"}
"""Set before a peer's libraries are loaded; the last one keeps it from asking the network about updates."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A peer that could not be prepared: its row stays empty and says why."""

    why: Message | str


def peers_python() -> Path:
    """The interpreter of the peers: SHELFCOUNT_PEERS_PYTHON, else the one that `make peers` makes."""
    return Path(os.environ.get(PYTHON_VARIABLE) or ROOT / ".venv-peers" / "bin" / "python")


class Peers:
    """The worker process; entering starts it, leaving ends it. Without its environment every peer is absent."""

    def __init__(self, python: Path, worker: Path = WORKER) -> None:
        self._python = python
        self._worker = worker
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        if self._python.exists() and self._worker.exists():
            self._process = subprocess.Popen(
                [str(self._python), str(self._worker)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True, encoding="utf-8", env={**os.environ, **ONE_THREAD},
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def ask(self, order: Mapping[str, object]) -> Mapping[str, object]:
        """One order, one reply; a worker that died answers with that as the reason."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return {"ok": False, "why": tell("not installed; run `make peers`, or name its interpreter in {variable}",
                                             variable=PYTHON_VARIABLE)}
        try:
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            reply = process.stdout.readline()
        except OSError:
            reply = ""
        if not reply:
            return {"ok": False, "why": tell("the peers' process ended")}
        return dict(json.loads(reply))

    def versions(self) -> str:
        """Names and versions of what is installed there; empty without the environment."""
        reply = self.ask({"do": "versions"})
        return str(reply["note"]) if reply["ok"] else ""

    def prepare(self, name: str, kind: str, order: Mapping[str, object]) -> "Peer | Absent":
        """Load a peer and run it once."""
        reply = self.ask({**order, "do": "prepare", "peer": name, "kind": kind})
        if reply["ok"]:
            return Peer(self, name)
        why = reply["why"]
        return Absent(why if isinstance(why, Message) else str(why))


@dataclass(frozen=True, slots=True, eq=False)
class Peer:
    """One prepared peer as a contender."""

    peers: Peers
    name: str

    def run(self, repeats: int) -> Spent:
        reply = self._ask({"do": "run", "peer": self.name, "repeats": repeats})
        return Spent(float(str(reply["cpu_ms"])), float(str(reply["wall_ms"])))

    def boxes(self, picture: Path, score: float) -> Detections:
        """What a peer that detects finds in a picture from `score` on; products only. Plane: px of the picture."""
        reply = self._ask({"do": "boxes", "peer": self.name, "picture": str(picture), "score": score})
        rows = np.array(reply["boxes"], np.float32).reshape(-1, 5)
        rows = rows[np.argsort(-rows[:, 4], kind="stable")]
        return Detections(rows[:, :4], rows[:, 4], np.full(len(rows), PRODUCT))

    def _ask(self, order: Mapping[str, object]) -> Mapping[str, object]:
        reply = self.peers.ask(order)
        if not reply["ok"]:
            raise CheckFailed("peer {name} failed in the race: {why}", name=self.name, why=reply["why"])
        return reply
