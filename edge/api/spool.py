"""Counts that were accepted but are not in the book yet: small files beside it, so that none vanishes with the process.

An uploaded picture waits in memory and is never written: people on it are not masked yet. It goes with the process; the order
is then a failure, which its paper tells.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.logs import Correlation
from inventory_core.ids import CountId, LocationId
from inventory_core.instants import parse_instant, utc_text
from inventory_core.messages import Message


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a count came to nothing."""

    code: str
    message: Message


@dataclass(frozen=True, slots=True)
class Order:
    """A count that was asked for: by `camera`, or of an uploaded picture where that is None. `unattended`: nobody waits for
    the answer, the schedule asked. `again`: where nothing can be seen it is tried again later, and only the last try goes into
    the book. `cause` is what the action that asked is looked up by in the log."""

    id: CountId
    location: LocationId
    camera: str | None
    requested_at: datetime
    unattended: bool = False
    again: bool = False
    cause: Correlation | None = None

    @property
    def source(self) -> str:
        return self.camera or "upload"


class Spool:
    """One folder, and the pictures in memory. An order's picture goes with the order; a failure stays until `keep` newer ones
    came."""

    def __init__(self, folder: Path, keep: int = 500) -> None:
        self._folder = folder
        self._keep = keep
        self._pictures: dict[CountId, bytes] = {}

    @property
    def held_bytes(self) -> int:
        """What the pictures that wait take of the memory."""
        return sum(len(picture) for picture in list(self._pictures.values()))

    def put(self, order: Order, picture: bytes | None) -> None:
        """The order is safe on disk when this returns, its picture in memory."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if picture is not None:
            self._pictures[order.id] = picture
        self._note(order, None)

    def picture(self, count: CountId) -> bytes:
        return self._pictures[count]

    def done(self, count: CountId) -> None:
        """The book has it: nothing is left here."""
        self._paper(count).unlink(missing_ok=True)
        self._pictures.pop(count, None)

    def failed(self, order: Order, failure: Failure) -> None:
        """Keep the reason, drop the picture."""
        self._pictures.pop(order.id, None)  # first: a disk that is full takes no paper
        self._note(order, failure)
        papers = sorted(self._folder.glob("*.json"), key=lambda paper: paper.stat().st_mtime_ns)
        for paper in papers[: max(0, len(papers) - self._keep)]:
            paper.unlink(missing_ok=True)

    def left(self) -> list[tuple[Order, Failure | None]]:
        """What an earlier process left: orders it never finished (None) and failures; unreadable papers are passed over."""
        for picture in self._folder.glob("*.upload"):  # earlier releases wrote them
            picture.unlink(missing_ok=True)
        found = []
        for paper in sorted(self._folder.glob("*.json")):
            try:
                fields = json.loads(paper.read_bytes())
                order = Order(CountId(fields["id"]), LocationId(fields["location"]), fields["camera"],
                              parse_instant("requested_at", fields["requested_at"]), cause=_cause(fields.get("cause")))
                failed = fields["failure"]
                failure = Failure(failed["code"], Message(failed["template"], failed["params"])) if failed else None
            except (ValueError, KeyError, TypeError):
                continue
            found.append((order, failure))
        return found

    def _note(self, order: Order, failure: Failure | None) -> None:
        failed = failure and {"code": failure.code, "template": failure.message.template,
                              "params": {name: str(value) for name, value in failure.message.params.items()}}
        cause = None if order.cause is None else {"request": order.cause.request, "trace": order.cause.trace}
        paper = {"id": order.id, "cause": cause, "location": order.location, "camera": order.camera,
                 "requested_at": utc_text(order.requested_at), "failure": failed}
        _write(self._paper(order.id), json.dumps(paper).encode())

    def _paper(self, count: CountId) -> Path:
        return self._folder / f"{count}.json"


def _cause(fields: dict[str, str] | None) -> Correlation | None:
    return None if fields is None else Correlation(fields["request"], fields["trace"])


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    half = path.with_suffix(".part")
    with half.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
