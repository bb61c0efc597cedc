"""A network in a process of its own, so that one which hangs or crashes can be ended: `python -m models.network_process`.

Its keeper is models/watched_network.py. Both speak over one socket, the process's stdin: the length of a head (four bytes), the
head in JSON, and the bytes of an array.

    keeper -> process   {"threads", "backend", "bytes"} and the file; then {"do": "run" | "prepare", "dtype", "shape", "bytes"}
    process -> keeper   {"inputs", "outputs", "metadata"}; then {"dtype", "shape", "bytes"}; or {"error"}
"""

import json
import math
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from models.backends import Backend
from models.session import Network, load_network

ORPHAN_S = 1.0
"""How soon a process that hangs notices that its keeper is gone."""
_LONGEST_HEAD = 1 << 20
_LENGTH = struct.Struct(">I")
Head = Mapping[str, Any]


def send(line: socket.socket, head: Head, data: bytes | memoryview = b"") -> None:
    """Raises OSError, TimeoutError among them."""
    text = json.dumps({**head, "bytes": len(data)}).encode()
    line.sendall(_LENGTH.pack(len(text)) + text)
    if len(data):
        line.sendall(data)


def receive(line: socket.socket, before: Callable[[], None] = lambda: None) -> tuple[Head, bytearray]:
    """One head and its bytes; `before` is called before each wait. Raises EOFError at the end, OSError, ValueError."""
    (length,) = _LENGTH.unpack(_exactly(line, _LENGTH.size, before))
    if length > _LONGEST_HEAD:
        raise ValueError("a head without an end")
    head: Head = json.loads(_exactly(line, length, before))
    return head, _exactly(line, int(head["bytes"]), before)


def _exactly(line: socket.socket, size: int, before: Callable[[], None]) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while len(view):
        before()
        taken = line.recv_into(view)
        if not taken:
            raise EOFError
        view = view[taken:]
    return data


def head_of(value: npt.NDArray[np.generic]) -> Head:
    return {"dtype": value.dtype.str, "shape": value.shape}


def array_of(head: Head, data: bytearray) -> npt.NDArray[np.generic]:
    """Raises ValueError for bytes that are no such array."""
    dtype, shape = np.dtype(head["dtype"]), tuple(int(side) for side in head["shape"])
    if math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError("an array of another size than its head says")
    return np.frombuffer(data, dtype).reshape(shape)


def serve(line: socket.socket, change: Callable[[Network], Network] = lambda network: network) -> None:
    """Answer until the keeper hangs up; `change` is for rehearsals of faults."""
    head, data = receive(line)
    try:
        network = change(load_network(bytes(data), int(head["threads"]), Backend.of(head["backend"])))
    except Exception as error:  # whatever the runtime raises, the keeper tells it
        send(line, {"error": " ".join(str(error).split())})
        return
    ports = {name: [[port.name, port.dtype, port.shape] for port in found]
             for name, found in (("inputs", network.inputs), ("outputs", network.outputs))}  # fmt: skip
    send(line, {**ports, "metadata": dict(network.metadata)})
    while True:
        head, data = receive(line)
        try:
            if head["do"] == "prepare":
                network.prepare(tuple(head["shape"]))
                send(line, {})
                continue
            answer = np.ascontiguousarray(network.run(array_of(head, data)))
        except Exception as error:
            send(line, {"error": " ".join(str(error).split())})
            continue
        send(line, head_of(answer), answer.reshape(-1).view(np.uint8).data)


def main(change: Callable[[Network], Network] = lambda network: network) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the keeper, which ends this process
    line = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        serve(line, change)
    except (EOFError, OSError):
        return


def _end_with(keeper: int) -> None:
    never = threading.Event()
    while os.getppid() == keeper:
        never.wait(ORPHAN_S)
    os._exit(0)


if __name__ == "__main__":
    main()
