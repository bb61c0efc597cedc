"""Takes the pictures out of a multipart/x-mixed-replace stream (RFC 2046 section 5.1), as network cameras send them.

Pure: bytes go in as they arrive, whole parts come out. What is no part is passed over until the next boundary.
"""

from collections.abc import Iterator

MOST_BYTES = 32_000_000
"""A picture of a 50-megapixel camera is about 20 MB; a stream without a boundary in so many bytes is none."""
_HEAD_ENDS = (b"\r\n\r\n", b"\n\n")
_MOST_HEAD_BYTES = 4096


class NotParts(ValueError):
    """The stream holds no boundary where one must be."""


def boundary_of(content_type: str) -> bytes | None:
    """The boundary of a multipart content type, None for any other; some cameras write its two dashes into it."""
    kind, *fields = content_type.split(";")
    if not kind.strip().lower().startswith("multipart/"):
        return None
    for field in fields:
        name, _, value = field.partition("=")
        if name.strip().lower() == "boundary":
            return value.strip().strip('"').removeprefix("--").encode("latin-1") or None
    return None


class Parts:
    """The parts of one stream. A part without Content-Length ends at the next boundary; one whose length is wrong comes out
    cut off or with the beginning of the next, which the end of a JPEG tells."""

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"--" + boundary
        self._held = bytearray()
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies of the parts that are whole now. Raises NotParts."""
        self._held += data
        while (part := self._next()) is not None:
            yield part

    def _next(self) -> bytes | None:
        start = self._held.find(self._mark)
        if start < 0:
            if len(self._held) > MOST_BYTES:
                raise NotParts
            return None
        if start:
            del self._held[:start]
            self._searched = 0
        head_end = _head_end(self._held, len(self._mark))
        if head_end is None:
            if len(self._held) > len(self._mark) + _MOST_HEAD_BYTES:
                del self._held[: len(self._mark)]  # no head: look for the next boundary
                return self._next()
            return None
        length = _content_length(bytes(self._held[len(self._mark) : head_end]))
        end = head_end + length if length is not None else self._next_mark(head_end)
        if end > MOST_BYTES:
            raise NotParts
        if end < head_end or len(self._held) < end:
            return None
        with memoryview(self._held) as view:
            part = bytes(view[head_end:end])
        del self._held[:end]
        self._searched = 0
        return part

    def _next_mark(self, head_end: int) -> int:
        """Where the body without a stated length ends, -1 as long as that has not arrived."""
        found = self._held.find(self._mark, max(head_end, self._searched))
        self._searched = max(head_end, len(self._held) - len(self._mark))
        if found < 0:
            if len(self._held) > MOST_BYTES:
                raise NotParts
            return -1
        return found - (2 if self._held[found - 2 : found] == b"\r\n" else 1 if self._held[found - 1 : found] == b"\n" else 0)


def _head_end(held: bytearray, begin: int) -> int | None:
    """Where the body begins: after the first empty line."""
    ends = [at + len(end) for end in _HEAD_ENDS if (at := held.find(end, begin, begin + _MOST_HEAD_BYTES)) >= 0]
    return min(ends, default=None)


def _content_length(head: bytes) -> int | None:
    for line in head.splitlines():
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return None
