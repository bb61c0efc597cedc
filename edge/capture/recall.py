"""Whether pictures of a camera have come before: a buffer somewhere on the way sends old ones under fresh times.

A living sensor never delivers the same picture twice (`frozen.py`), so a JPEG that comes again to the last byte is a recording,
however long ago it was.
"""

import hashlib
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecallPolicy:
    """The latest `pictures` are remembered, 18 minutes at 15 a second, each by its length, its first `head` and its last `tail`
    bytes: noise reaches every block, so that no two pictures end alike."""

    pictures: int = 16384
    head: int = 512
    tail: int = 16384


class Recall:
    """Remembers the JPEGs of one camera."""

    def __init__(self, policy: RecallPolicy = RecallPolicy()) -> None:
        self._policy = policy
        self._order = deque[bytes]()
        self._known = set[bytes]()
        self._last = b""

    def look(self, data: bytes) -> bool:
        """Whether this JPEG has come before the latest; from now on it has. The latest once more is what slow cameras send, and
        frozen ones (`frozen.py`)."""
        told = data[: self._policy.head] + data[-self._policy.tail :]
        digest = hashlib.blake2b(told, digest_size=16, salt=len(data).to_bytes(16, "big")).digest()
        last, self._last = self._last, digest
        if digest in self._known:
            return digest != last
        self._known.add(digest)
        self._order.append(digest)
        if len(self._order) > self._policy.pictures:
            self._known.remove(self._order.popleft())
        return False
