"""What every route does before its own work: who asks, may they, how often, and is it a write that can be repeated safely."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from edge.api.faults import bad_body
from edge.api.limits import ApiLimits, WriteRate
from edge.api.refusals import Forbidden, IdempotencyInProgress, IdempotencyKeyRequired, Unauthorized, UnsupportedMediaType
from edge.api.security import ALLOWED, DECIDING, OPEN, PICTURES, Caller
from edge.clock import Clock
from edge.errors import UsageFault
from inventory_core.access import Role, hash_key
from inventory_core.errors import ServiceAccount, StoreError
from inventory_core.events import Action, Event, Outcome, quoted
from inventory_core.ids import Actor
from inventory_core.messages import Told
from inventory_core.ports import BookStore, Writer
from inventory_core.texts import MAX_NAME_CHARS

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_LONGEST_KEY = 255


class Gate:
    """Knows callers by their keys (for a few seconds without asking the book), their write rates and running writes."""

    _KEPT = 1000

    def __init__(self, store: BookStore, writer: Writer, limits: ApiLimits, clock: Clock) -> None:
        self._store = store
        self._writer = writer
        self._limits = limits
        self._clock = clock
        self._known: dict[str, tuple[Caller, float]] = {}
        self._running: dict[tuple[Actor, str], asyncio.Future[None]] = {}
        self.rate = WriteRate(limits, clock)

    def caller(self, authorization: str | None) -> Caller:
        """The caller of an Authorization header; raises Unauthorized."""
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Unauthorized("send the key as `Authorization: Bearer KEY`; `shelfcount token create` makes one")
        hashed = hash_key(key.strip())
        now = self._clock.monotonic()
        if (known := self._known.get(hashed)) and now - known[1] <= self._limits.key_memory_s:
            return known[0]
        with self._store.read() as book:
            token = book.token(hashed)
        if token is None or token.revoked_at is not None:
            self._known.pop(hashed, None)
            raise Unauthorized("the key is not known, or was revoked; `shelfcount token list` shows the names in use")
        if len(self._known) >= self._KEPT:
            self._known.clear()
        caller = Caller(token.name, token.role, token.id)
        self._known[hashed] = (caller, now)
        return caller

    def record(self, caller: Caller, refusal: Told, path: str) -> None:
        """Put a write that never reached the book into the audit log, without waiting for it."""
        self.rate.admit(caller.actor)
        event = Event(
            self._clock.now(), caller.actor, Action.INTERCEPTION, Outcome.REFUSED, caller.device, code=refusal.code,
            subject=quoted(path), detail={"role": caller.role.value, "why": quoted(str(refusal), MAX_NAME_CHARS)})
        with contextlib.suppress(StoreError):  # the server is ending
            self._writer.submit(lambda book: book.add_event(event))

    @asynccontextmanager
    async def alone(self, actor: Actor, key: str) -> AsyncIterator[None]:
        """Hold (actor, key) while its write runs; a repetition waits a little for the first, then is told to come back."""
        name = (actor, key)
        until = self._clock.monotonic() + self._limits.idempotency_patience_s
        while (first := self._running.get(name)) is not None:
            left_s = until - self._clock.monotonic()
            done, _ = await asyncio.wait([first], timeout=max(left_s, 0.0))
            if not done:
                raise IdempotencyInProgress(
                    "the first request with Idempotency-Key {key} is still running; ask again in a moment",
                    key=key, retry_after_s=1,
                )
        mine = self._running[name] = asyncio.get_running_loop().create_future()
        try:
            yield
        finally:
            del self._running[name]
            mine.set_result(None)


def gate_of(request: Request) -> Gate:
    gate: Gate = request.app.state.gate
    return gate


class GuardedRoute(APIRoute):
    """A route with a row in the table of roles; of a request that may not pass, the body is never read."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if not any((method, self.path_format) in OPEN for method in self.methods or ()):
            self.openapi_extra = {"security": [{"key": []}], **(self.openapi_extra or {})}
        for method in self.methods or ():
            if (method, self.path_format) not in ALLOWED and (method, self.path_format) not in OPEN:
                raise UsageFault("the route {method} {path} has no row in the table of roles",
                                 method=method, path=self.path_format)

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        rows = [row for method in self.methods or () if (row := ALLOWED.get((method, self.path_format))) is not None]
        if not rows:
            return handle
        roles = frozenset.intersection(*rows)

        async def guarded(request: Request) -> Response:
            caller = gate_of(request).caller(request.headers.get("authorization"))
            if caller.role not in roles:
                refusal = _refusal(caller, self.path_format, roles)
                if self.methods != {"GET"} or self.path_format in PICTURES:
                    gate_of(request).record(caller, refusal, self.path_format)
                raise refusal
            request.state.caller = caller
            return await self.pass_on(request, handle)

        return guarded

    async def pass_on(self, request: Request, handle: Handler) -> Response:
        """A read goes straight on."""
        return await handle(request)


def _refusal(caller: Caller, path: str, roles: frozenset[Role]) -> Told:
    if path in DECIDING and caller.role.is_service_account:
        return ServiceAccount("{actor} is a service account; a person has to decide about adjustments", actor=caller.actor)
    return Forbidden("the key of {actor} has the role {role}; {path} takes {roles}", actor=caller.actor,
                     role=caller.role.value, path=path, roles=", ".join(sorted(roles)))


class WriteRoute(GuardedRoute):
    """A write: rate-limited, with an Idempotency-Key, one at a time per key, and JSON where it takes a plain body."""

    async def pass_on(self, request: Request, handle: Handler) -> Response:
        caller: Caller = request.state.caller
        gate = gate_of(request)
        gate.rate.admit(caller.actor)
        key = idempotency_key(request.headers.get("idempotency-key"))
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if self.body_field is not None and kind != "application/json":
            raise UnsupportedMediaType("{path} takes application/json, got {kind}", path=self.path_format,
                                       kind=kind or "no Content-Type")
        request.state.idempotency_key = key
        async with gate.alone(caller.actor, key):
            try:
                return await handle(request)
            except RequestValidationError as error:  # what nobody may write stays on record all the same
                gate.record(caller, bad_body(error), self.path_format)
                raise


def idempotency_key(header: str | None) -> str:
    """The key in the header; raises IdempotencyKeyRequired when it is absent, too long, or not plain text."""
    key = (header or "").strip()
    if not key or len(key) > _LONGEST_KEY or not key.isprintable() or not key.isascii():
        raise IdempotencyKeyRequired(
            "every write needs an Idempotency-Key header of 1 to {most} printable characters, a new one for each new "
            "action, the same one when a request is sent again", most=_LONGEST_KEY,
        )
    return key
