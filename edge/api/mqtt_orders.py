"""Counts that are asked for by message: what a message means, and one count for one id however often it comes."""

import hashlib
import json
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.api.count_job import CountJob
from edge.api.jobs import CountJobs
from edge.api.refusals import BadBody, CannotCount, UnknownCamera
from edge.api.schemas.writes import Code
from edge.api.spool import Order
from edge.clock import Clock
from edge.logs import Correlation, correlation_of
from inventory_core.access import StoredReply
from inventory_core.errors import IdempotencyReused
from inventory_core.ids import Actor, CountId, LocationId
from inventory_core.instants import utc_text
from inventory_core.ports import Book, Writer
from inventory_core.service import need_location

ACTOR = Actor("mqtt")
_TAPS = frozenset({b"", b"PRESS", b"count"})
"""What buttons send that know no JSON."""
_LONGEST = 4096
_REMEMBERED = 1000


class Message(BaseModel):
    """A count that is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = Field(default=None, min_length=1, max_length=200)
    camera: Code | None = None
    location: Code | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The count that a message is answered with."""

    count: CountId
    is_new: bool


def message_of(payload: bytes) -> Message:
    """What the bytes say. Raises BadBody."""
    if payload.strip() in _TAPS:
        return Message()
    try:
        if len(payload) > _LONGEST:
            raise ValueError
        return Message.model_validate_json(payload)
    except (ValidationError, ValueError) as error:
        raise BadBody('a message is empty, or JSON such as {example}', example='{"id": "a1", "camera": "door"}') from error


class MqttOrders:
    """Orders of one server; `ask` may wait for the disk, so it is not for the event loop."""

    def __init__(
        self, jobs: CountJobs, writer: Writer, clock: Clock, cameras: Iterable[str], location_of: Callable[[str], str], *,
        can_count: bool,
    ) -> None:
        self._jobs, self._writer, self._clock = jobs, writer, clock
        self._cameras, self._location_of, self._can_count = sorted(cameras), location_of, can_count
        self._lock = threading.Lock()
        self._asked: OrderedDict[CountId, list[str]] = OrderedDict()

    def ask(self, message: Message) -> Asked:
        """One count for each id for as long as replies are kept (90 days); the running one for whoever else asks meanwhile.

        Raises CannotCount, UnknownCamera, UnknownLocation, TooManyRequests, IdempotencyReused, StoreError.
        """
        if not self._can_count:
            raise CannotCount("this server has no detector loaded; `shelfcount check` says why")
        camera = message.camera or (self._cameras[0] if len(self._cameras) == 1 else "-")
        if camera not in self._cameras:
            raise UnknownCamera("this server has no camera {camera}; it has {cameras}", camera=camera,
                                cameras=", ".join(self._cameras) or "-")
        order = Order(CountId(f"c-{uuid.uuid4().hex}"), LocationId(message.location or self._location_of(camera)), camera,
                      self._clock.now(), cause=_cause(message))  # fmt: skip
        while (claim := self._jobs.claim(order)).order is not order:
            if claim.agreed.result():
                return self._answered(message, claim.order, is_new=False)
        accepted = False
        try:
            self._jobs.keep(order, None)
            answered = self._answered(message, order, is_new=True)
            accepted = answered.is_new
        finally:
            if not accepted:
                self._jobs.drop(order)
        if accepted:
            self._jobs.enqueue(order)
        return answered

    def summary(self, job: CountJob) -> dict[str, object]:
        """What is told of a count: where it is, and what it says once it has ended."""
        order = job.order
        with self._lock:
            asked = list(self._asked.get(order.id, ()))
        return {
            "count": order.id, "camera": order.camera, "location": order.location, "state": job.state.value, "asked": asked,
            "requested_at": utc_text(order.requested_at), "status": job.status.value if job.status and job.ended else None,
            "reasons": list(job.reasons), "facings": job.facings,
            "captured_at": None if job.captured_at is None else utc_text(job.captured_at),
            "failure": None if job.failure is None else job.failure.code,
        }

    def _answered(self, message: Message, order: Order, *, is_new: bool) -> Asked:
        """What this id was answered when it came first; else `order`, which it is answered from now on."""
        same = hashlib.sha256(json.dumps([message.camera, message.location]).encode()).hexdigest()
        key = f"mqtt:{message.id}"

        def write(book: Book) -> Asked:
            if message.id is not None and (stored := book.reply(ACTOR, key)) is not None:
                if stored.body_sha256 != same:
                    raise IdempotencyReused("id {id} was used for another order; use a new id for a new count", id=message.id)
                return Asked(CountId(json.loads(stored.body)["id"]), is_new=False)
            need_location(book, order.location)
            if message.id is not None:
                body = json.dumps({"id": order.id, "href": f"/v2/counts/{order.id}"})
                book.add_reply(StoredReply(ACTOR, key, same, 202, body, self._clock.now()))
            return Asked(order.id, is_new)

        asked = self._writer.submit(write).result()
        if message.id is not None:
            with self._lock:
                ids = self._asked.setdefault(asked.count, [])
                if message.id not in ids:
                    ids.append(message.id)
                while len(self._asked) > _REMEMBERED:
                    self._asked.popitem(last=False)
        return asked


def _cause(message: Message) -> Correlation:
    given = [(b"x-request-id", f"mqtt:{message.id}".encode())] if message.id is not None else []
    parent = [(b"traceparent", message.traceparent.encode())] if message.traceparent is not None else []
    return correlation_of([*given, *parent]) or Correlation.new()
