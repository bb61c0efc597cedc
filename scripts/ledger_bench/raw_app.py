"""The floor: an ASGI application that answers a constant, served as the product serves itself.

    python -m scripts.ledger_bench.raw_app
"""

import json
import sys

import uvicorn
from starlette.types import Receive, Scope, Send

from edge.api.serving import address_of, listen_at

BODY = json.dumps({"sku": "sku-00001", "available": 100, "on_hand": 120, "reserved": 20,
                   "as_of": "2026-11-23T10:00:00.123456Z"}, separators=(",", ":")).encode()
HEADERS = [(b"content-length", str(len(BODY)).encode()), (b"content-type", b"application/json")]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


def serve(application: object) -> None:
    """With the settings of edge/api/serving.py, at a free port that is printed."""
    listening = listen_at("127.0.0.1", 0)
    config = uvicorn.Config(application, loop="asyncio", lifespan="off", log_level="warning",  # type: ignore[arg-type]
                            access_log=False, server_header=False)
    sys.stdout.write(f"{address_of(listening)}\n")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    serve(app)
