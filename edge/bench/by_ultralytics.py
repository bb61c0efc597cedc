"""A detector's weights run by Ultralytics' own `predict` and suppression, in the peers' environment: what a user would do.

Plane: px of the picture.
"""

import hashlib
import tempfile
from pathlib import Path
from typing import cast

import numpy as np

from edge.bench.peers import ROOT, Peers
from edge.capture.frame import Image
from edge.errors import CheckFailed
from models.detections import PRODUCT, VOID, Detections

WORKER = ROOT / "scripts" / "peer_detect.py"


class UltralyticsDetector:
    """Asks the worker picture by picture. Raises CheckFailed where the peer cannot run."""

    def __init__(self, peers: Peers, weights: Path, *, in_manifest: bool) -> None:
        self.in_manifest = in_manifest
        self.fingerprint = "sha256:" + hashlib.sha256(weights.read_bytes()).hexdigest()
        self._peers = peers
        self._ask(do="open", weights=str(weights))

    def detect(self, image: Image) -> Detections:
        """What Ultralytics finds; the first class is products, the second gaps."""
        with tempfile.NamedTemporaryFile(suffix=".npy") as file:
            np.save(file, image)
            file.flush()
            reply = self._ask(do="detect", image=file.name)
        xyxy = np.array(cast(list[list[float]], reply["xyxy"]), np.float32).reshape(-1, 4)
        kind = np.array(cast(list[int], reply["kind"]), np.int64).reshape(-1)
        return Detections(xyxy, np.array(cast(list[float], reply["score"]), np.float32).reshape(-1),
                          np.where(kind == 0, PRODUCT, VOID))

    def _ask(self, **order: object) -> dict[str, object]:
        reply = dict(self._peers.ask(order))
        if not reply["ok"]:
            raise CheckFailed("Ultralytics cannot be asked: {why}", why=reply["why"])
        return reply
