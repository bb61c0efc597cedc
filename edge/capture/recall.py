"""Whether pictures of a camera have come before: a buffer somewhere on the way sends old ones under fresh times.

A living sensor never delivers the same picture twice (`frozen.py`), so one that comes again to the last byte is a recording,
however long ago it was.
"""

import hashlib
from collections import deque
from dataclasses import dataclass

import numpy as np

from edge.capture.packet import Packet, Shot


@dataclass(frozen=True, slots=True)
class RecallPolicy:
    """The digests of the latest `looks` are remembered, 17 minutes at four a second. `replayed` pictures of one burst that came
    before make it a recording: one alone could be chance with a sensor that is nearly without noise. Of a picture that came
    undecoded its bytes count, of any other every `rows`-th row."""

    looks: int = 4096
    replayed: int = 3
    rows: int = 37


class Recall:
    """Remembers the looks at one camera."""

    def __init__(self, policy: RecallPolicy = RecallPolicy()) -> None:
        self.policy = policy
        self._order = deque[bytes]()
        self._known = set[bytes]()

    def look(self, shot: Shot) -> bool:
        """Whether this picture has come before; from now on it has."""
        digest = hashlib.blake2b(self._told(shot), digest_size=16).digest()
        if digest in self._known:
            return True
        self._known.add(digest)
        self._order.append(digest)
        if len(self._order) > self.policy.looks:
            self._known.remove(self._order.popleft())
        return False

    def _told(self, shot: Shot) -> bytes:
        if not isinstance(shot, Packet):
            return shot.image[:: self.policy.rows].tobytes()
        if shot.size_px is None:
            return shot.data
        width_px, height_px = shot.size_px
        return np.frombuffer(shot.data, np.uint8).reshape(height_px, width_px * 3)[:: self.policy.rows].tobytes()
