"""Writes that may be sent twice: the reply is kept in the transaction of the write, under the caller's Idempotency-Key.

A refusal by the book (not enough stock, an unknown SKU) is a reply as well and is kept too, without anything of the refused
write. A request that never reached the book (a body not as documented) keeps nothing.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from edge.api.problems import PROBLEM, problem_of
from edge.api.security import Caller
from edge.api.stamps import Stamp
from edge.clock import Clock
from inventory_core.access import StoredReply
from inventory_core.errors import IdempotencyReused, LedgerError, StoreError
from inventory_core.events import Action, Event, Outcome, quoted
from inventory_core.guards.burst import Burst, BurstGuard
from inventory_core.ids import LocationId, Sku
from inventory_core.ports import Book, Writer
from inventory_core.texts import MAX_NAME_CHARS

Work = Callable[[Book], BaseModel]
"""Changes an open book and says what to answer; it does not commit."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a write tries, for the audit log: of a refused one nothing else is kept, but for what `aside` keeps."""

    action: Action
    stamp: Stamp
    sku: str | None = None
    location: str | None = None
    subject: str | None = None
    aside: Callable[[Book, LedgerError], None] | None = None

    def refused(self, error: LedgerError) -> Event:
        return self._event(self.action, Outcome.REFUSED, error.code, {"why": quoted(str(error), MAX_NAME_CHARS)})

    def in_burst(self, burst: Burst) -> Event:
        return self._event(Action.BURST, Outcome.FLAGGED, "burst", {
            "hits": str(len(burst.hits)), "within_ms": f"{burst.within_ms:.1f}",
            "events": quoted(", ".join(hit.what for hit in burst.hits), MAX_NAME_CHARS)})

    def _event(self, action: Action, outcome: Outcome, code: str, detail: dict[str, str]) -> Event:
        sku, place, subject = (None if text is None else quoted(text) for text in (self.sku, self.location, self.subject))
        return Event(
            self.stamp.at, self.stamp.actor, action, outcome, self.stamp.device, self.stamp.trace, code,
            None if sku is None else Sku(sku), None if place is None else LocationId(place), subject, detail,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out, new or kept from before."""

    status: int
    body: bytes
    headers: dict[str, str]
    replayed: bool

    def response(self) -> Response:
        headers = self.headers | ({"Idempotent-Replayed": "true"} if self.replayed else {})
        media = PROBLEM if self.status >= 400 else "application/json"
        return Response(self.body, self.status, headers, media_type=media)


class Writes:
    """The one way from a route into the book."""

    def __init__(self, writer: Writer, clock: Clock, bursts: BurstGuard) -> None:
        self._writer = writer
        self._clock = clock
        self._bursts = bursts

    async def before(self, request: Request, asked: object) -> Answer | None:
        """The answer that this caller, key and `asked` got before; for what does more than to write into the book.

        Raises IdempotencyReused when the key came with another body.
        """
        caller, key, same = request.state.caller, request.state.idempotency_key, fingerprint(request, asked)
        return await asyncio.wrap_future(self._writer.submit(lambda book: _answered(book, caller, key, same)))

    async def once(
        self, request: Request, asked: object, work: Work, *, status: int = 201, attempt: Attempt | None = None,
    ) -> Answer:
        """Do `work` once for this caller, key and `asked` (the checked body); later calls get the first answer.

        What is refused, and a product that is hit too often at once, goes into the audit log with `attempt`.

        Raises IdempotencyReused when the key came with another body.
        """
        caller: Caller = request.state.caller
        key: str = request.state.idempotency_key
        same, came_s = fingerprint(request, asked), self._clock.monotonic()

        def write(book: Book) -> Answer:
            if (before := _answered(book, caller, key, same)) is not None:
                return before
            try:
                with book.attempt():
                    answer = _answer(status, work(book).model_dump_json().encode(), replayed=False)
            except StoreError:
                raise
            except LedgerError as error:
                problem = problem_of(error, request)
                answer = Answer(problem.status, problem.body, dict(problem.headers), replayed=False)
                if attempt is not None:
                    book.add_event(attempt.refused(error))
                    if attempt.aside is not None:
                        attempt.aside(book, error)
            if attempt is not None and attempt.sku is not None:
                burst = self._bursts.hit(Sku(attempt.sku), came_s, attempt.stamp.trace)
                if burst is not None:
                    book.add_event(attempt.in_burst(burst))
            book.add_reply(StoredReply(caller.actor, key, same, answer.status, answer.body.decode(), self._clock.now()))
            return answer

        return await asyncio.wrap_future(self._writer.submit(write))


def fingerprint(request: Request, asked: object) -> str:
    """What makes two requests the same: the route and the meaning of the body, not its spacing."""
    meaning = asked.model_dump(mode="json") if isinstance(asked, BaseModel) else asked
    text = json.dumps([request.method, request.url.path, meaning], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _answered(book: Book, caller: Caller, key: str, same: str) -> Answer | None:
    if (stored := book.reply(caller.actor, key)) is None:
        return None
    if stored.body_sha256 != same:
        raise IdempotencyReused("Idempotency-Key {key} was used for another request; use a new key for a new action", key=key)
    return _answer(stored.status, stored.body.encode(), replayed=True)


def _answer(status: int, body: bytes, *, replayed: bool) -> Answer:
    headers = {"Location": json.loads(body)["href"]} if status == 202 else {}
    return Answer(status, body, headers, replayed)
