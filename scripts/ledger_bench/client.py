"""A small HTTP/1.1 client for load: kept connections over asyncio, one request after the other on each."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from scripts.ledger_bench.sections import quantile

END_OF_HEAD = b"\r\n\r\n"
PATIENCE_S = 30.0
"""An answer that takes longer counts as none."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients saw. `statuses` counts answers by status; `lost` are requests without an answer."""

    requests: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    failed: int
    """Answers of 400 and above."""
    lost: int

    @property
    def per_s(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class Connection(asyncio.Protocol):
    """One kept connection."""

    def __init__(self) -> None:
        self._held = b""
        self._waiting: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, end, rest = self._held.partition(END_OF_HEAD)
        if not end or self._waiting is None:
            return
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        if len(rest) >= length and not self._waiting.done():
            self._held = rest[length:]
            self._waiting.set_result(Answer(int(head[9:12]), rest[:length]))

    async def ask(self, request: bytes) -> Answer:
        """Raises ConnectionError, TimeoutError."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("the connection is closed")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await asyncio.wait_for(self._waiting, PATIENCE_S)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


@asynccontextmanager
async def connected(ports: Sequence[int], count: int) -> AsyncIterator[list[Connection]]:
    """`count` connections to this machine, spread over `ports`."""
    loop, made = asyncio.get_running_loop(), list[Connection]()
    try:
        for number in range(count):
            made.append((await loop.create_connection(Connection, "127.0.0.1", ports[number % len(ports)]))[1])
        yield made
    finally:
        for connection in made:
            connection.close()


class Watch:
    """Collects the answers of a load."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.took: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.lost = 0

    async def ask(self, connection: Connection, request: bytes, since: float | None = None) -> None:
        """`since` is when the request was due, where that is earlier than now."""
        begun = time.perf_counter() if since is None else since
        try:
            answer = await connection.ask(request)
        except (OSError, TimeoutError):
            self.lost += 1
            return
        self.took.append(time.perf_counter() - begun)
        self.statuses[answer.status] += 1

    def load(self) -> Load:
        took = self.took or [float("nan")]
        p50, p95, p99, most = (1000 * quantile(took, share) for share in (0.5, 0.95, 0.99, 1.0))
        return Load(len(self.took), time.perf_counter() - self.begun, p50, p95, p99, most,
                    sum(n for status, n in self.statuses.items() if status >= 400), self.lost)


async def closed_loop(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Every connection asks again as soon as it was answered."""
    async with connected([port], connections) as made:
        watch = Watch()

        async def client(number: int, connection: Connection) -> None:
            turn = number * 31
            while time.perf_counter() - watch.begun < seconds:
                await watch.ask(connection, requests[turn % len(requests)])
                turn += 1

        await asyncio.gather(*(client(number, connection) for number, connection in enumerate(made)))
        return watch.load()


async def open_loop(port: int, requests: Iterable[bytes], connections: int, per_s: float) -> Load:
    """Requests are due at a fixed rate, whatever the answers; the time of each counts from when it was due.

    One that finds every connection busy waits for a free one.
    """
    async with connected([port], connections) as made:
        watch, running = Watch(), list[asyncio.Task[None]]()
        free: asyncio.Queue[Connection] = asyncio.Queue()

        async def ask(request: bytes, due: float) -> None:
            connection = await free.get()
            await watch.ask(connection, request, due)
            free.put_nowait(connection)

        for connection in made:
            free.put_nowait(connection)
        for number, request in enumerate(requests):
            due = watch.begun + number / per_s
            await asyncio.sleep(due - time.perf_counter())
            running.append(asyncio.create_task(ask(request, due)))
        await asyncio.gather(*running)
        return watch.load()


def get(path: str, key: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


def post(path: str, key: str, idempotency_key: str, body: str) -> bytes:
    return (f"POST {path} HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: {idempotency_key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}").encode()
