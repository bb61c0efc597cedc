"""What the capture process and its keeper say to each other: a line of JSON, and after a picture its bytes.

    keeper -> process   the order, once: what to open; then `next N` for a picture taken after it
    process -> keeper   Opened, Beat, Picture, Lost
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from edge.capture.camera_settings import CameraSettings, Unlike
from edge.capture.packet import Packet


@dataclass(frozen=True, slots=True)
class Order:
    """What to read, what messages call it, and how it is to be set. It travels by pipe: an address may hold a password."""

    spec: str
    name: str
    settings: CameraSettings = field(default_factory=CameraSettings)

    def encoded(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def decoded(cls, line: bytes) -> "Order":
        given = json.loads(line)
        return cls(given["spec"], given["name"], CameraSettings(**given["settings"]))


@dataclass(frozen=True, slots=True)
class Opened:
    """The source is open; `unlike` are the settings that it did not take."""

    unlike: tuple[Unlike, ...] = ()


@dataclass(frozen=True, slots=True)
class Beat:
    """Pictures arrive; `at` (aware UTC) is when the latest did."""

    at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The answer to the question `ticket`."""

    ticket: int
    packet: Packet


@dataclass(frozen=True, slots=True)
class Lost:
    """The source failed, for the reason `code`; the process opens it again by itself."""

    code: str


Said = Opened | Beat | Picture | Lost


def encode(said: Said) -> tuple[bytes, bytes]:
    """The line and what follows it."""
    if isinstance(said, Picture):
        packet = said.packet
        head = {
            "kind": "picture", "ticket": said.ticket, "camera": packet.camera, "seq": packet.seq,
            "at": packet.captured_at.isoformat(), "at_s": packet.grabbed_s, "size_px": packet.size_px,
            "bytes": len(packet.data), "again": packet.again,
        }
        return json.dumps(head).encode() + b"\n", packet.data
    if isinstance(said, Opened):
        return json.dumps({"kind": "opened", "unlike": [asdict(each) for each in said.unlike]}).encode() + b"\n", b""
    if isinstance(said, Beat):
        return json.dumps({"kind": "beat", "at": said.at.isoformat()}).encode() + b"\n", b""
    return json.dumps({"kind": "lost", "code": said.code}).encode() + b"\n", b""


class Inbox:
    """Puts what arrives in pieces together again."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Said]:
        self._held += data
        while (end := self._held.find(b"\n")) >= 0:
            head = json.loads(bytes(self._held[:end]))
            size = int(head.get("bytes", 0))
            if len(self._held) < end + 1 + size:
                return
            payload = bytes(self._held[end + 1 : end + 1 + size])
            del self._held[: end + 1 + size]
            yield _said(head, payload)


def _said(head: Mapping[str, object], payload: bytes) -> Said:
    match head:
        case {"kind": "picture", "ticket": int(ticket), "camera": str(camera), "seq": int(seq), "at": str(at),
              "at_s": int() | float() as at_s, "size_px": size, "again": bool(again)}:
            size_px = (int(size[0]), int(size[1])) if isinstance(size, list) else None
            return Picture(ticket, Packet(camera, seq, _instant(at), float(at_s), payload, size_px, again))
        case {"kind": "opened", "unlike": list(unlike)}:
            return Opened(tuple(Unlike(**each) for each in unlike))
        case {"kind": "beat", "at": str(at)}:
            return Beat(_instant(at))
        case _:
            return Lost(str(head.get("code")))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
