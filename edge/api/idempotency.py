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
from edge.clock import Clock
from inventory_core.access import StoredReply
from inventory_core.errors import IdempotencyReused, LedgerError, StoreError
from inventory_core.ports import Book, Writer

Work = Callable[[Book], BaseModel]
"""Changes an open book and says what to answer; it does not commit."""
Aside = Callable[[Book, LedgerError], None]
"""What to keep of a refused write."""


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

    def __init__(self, writer: Writer, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock

    async def once(
        self, request: Request, asked: object, work: Work, *, status: int = 201, aside: Aside | None = None,
    ) -> Answer:
        """Do `work` once for this caller, key and `asked` (the checked body); later calls get the first answer.

        Raises IdempotencyReused when the key came with another body.
        """
        caller: Caller = request.state.caller
        key: str = request.state.idempotency_key
        same = fingerprint(request, asked)

        def write(book: Book) -> Answer:
            if (stored := book.reply(caller.actor, key)) is not None:
                if stored.body_sha256 != same:
                    raise IdempotencyReused(
                        "Idempotency-Key {key} was used for another request; use a new key for a new action", key=key
                    )
                return _answer(stored.status, stored.body.encode(), replayed=True)
            try:
                with book.attempt():
                    answer = _answer(status, work(book).model_dump_json().encode(), replayed=False)
            except StoreError:
                raise
            except LedgerError as error:
                problem = problem_of(error, request)
                answer = Answer(problem.status, problem.body, dict(problem.headers), replayed=False)
                if aside is not None:
                    aside(book, error)
            book.add_reply(StoredReply(caller.actor, key, same, answer.status, answer.body.decode(), self._clock.now()))
            return answer

        return await asyncio.wrap_future(self._writer.submit(write))


def fingerprint(request: Request, asked: object) -> str:
    """What makes two requests the same: the route and the meaning of the body, not its spacing."""
    meaning = asked.model_dump(mode="json") if isinstance(asked, BaseModel) else asked
    text = json.dumps([request.method, request.url.path, meaning], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(status: int, body: bytes, *, replayed: bool) -> Answer:
    headers = {"Location": json.loads(body)["href"]} if status == 202 else {}
    return Answer(status, body, headers, replayed)
