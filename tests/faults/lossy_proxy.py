"""A TCP proxy that loses some answers: the request was carried out, or never passed on, and the caller cannot know which."""

import random
import socket
import threading
from dataclasses import dataclass, field


@dataclass
class Lost:
    """How often it happened, by where the connection was cut."""

    before: int = 0
    after: int = 0


@dataclass
class LossyProxy:
    """Passes one request per connection on to `port`; of `share` of them the caller gets no answer (seeded)."""

    port: int
    share: float
    seed: int
    lost: Lost = field(default_factory=Lost)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.address: tuple[str, int] = self._listening.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            with self._lock:
                fate = self._dice.random()
            threading.Thread(target=self._pass, args=(caller, fate), daemon=True).start()

    def _pass(self, caller: socket.socket, fate: float) -> None:
        with caller:
            if fate < self.share / 2:
                with self._lock:
                    self.lost.before += 1
                return
            with socket.create_connection(("127.0.0.1", self.port)) as server:
                _relay(caller, server)
                answer = _whole(server)
            if fate < self.share:
                with self._lock:
                    self.lost.after += 1
                return
            caller.sendall(answer)


def _relay(caller: socket.socket, server: socket.socket) -> None:
    """Pass on a request: its head, and as much body as the head says."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += caller.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0]) if lengths else 0
    while len(body) < length:
        body += caller.recv(65536)
    server.sendall(head + b"\r\n\r\n" + body)


def _whole(server: socket.socket) -> bytes:
    """An answer until the server closes; callers ask it to (`Connection: close`)."""
    data = b""
    while more := server.recv(65536):
        data += more
    return data
