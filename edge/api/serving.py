"""Runs the API in this process until it is told to stop; open event streams end at once, so that it stops within seconds."""

import asyncio
import gc
import socket
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

import uvicorn

from edge.api.app import Api
from edge.api.sd_notify import keep_watchdog_quiet, notify
from edge.errors import UsageFault

_LAST_ANSWERS_S = 1
"""How long requests that are running may hold up the end."""


class _Server(uvicorn.Server):
    """uvicorn's own, but a signal ends the event streams first and the process leaves with its own exit code."""

    def __init__(self, config: uvicorn.Config, stop: Callable[[], None], ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._stop = stop
        self._ready = ready

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        del sig, frame
        self.should_exit = True
        notify("STOPPING=1")
        self._stop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            gc.collect()
            gc.freeze()  # a search of all that was loaded so far takes .1 s, in which nobody would be answered
            self._ready()
            notify("READY=1")
            self._watchdog = asyncio.create_task(keep_watchdog_quiet())


def listen_at(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Whoever calls waits until `serve` answers.

    Raises UsageFault when the address cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with ExitStack() as failing:
            listening = failing.enter_context(socket.socket(family, kind, protocol))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(2048)
            failing.pop_all()
    except (OSError, OverflowError, UnicodeError) as error:
        raise UsageFault("cannot listen at {host} port {port}: {why}; choose another with --host and --port",
                         host=host, port=port, why=getattr(error, "strerror", None) or error) from error
    return listening


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: Api, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT. `ready` is called once requests are taken."""
    config = uvicorn.Config(app, loop="asyncio", lifespan="on", log_config=None, access_log=False,
                            timeout_graceful_shutdown=_LAST_ANSWERS_S, server_header=False)
    _Server(config, app.state.desk.jobs.stop, ready).run(sockets=[listening])
