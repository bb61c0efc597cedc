"""Tiny ONNX files written by hand, so that tests can have networks that answer anything without a training library."""

import numpy as np
import numpy.typing as npt

FLOAT, UINT8 = 1, 2


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _block(field: int, data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _port(name: str, dtype: int, shape: tuple[int | str, ...]) -> bytes:
    sides = b"".join(_block(1, _number(1, s) if isinstance(s, int) else _block(2, s)) for s in shape)
    return _block(1, name) + _block(2, _block(1, _number(1, dtype) + _block(2, sides)))


def network_answering(answer: npt.NDArray[np.float32], takes: tuple[int | str, ...], *, dtype: int = UINT8,
                      metadata: dict[str, str] | None = None) -> bytes:  # fmt: skip
    """An ONNX file that answers the same array to every input of shape `takes`."""
    values = b"".join(_number(1, side) for side in answer.shape) + _number(2, FLOAT) + _block(8, "answer")
    values += _block(9, np.ascontiguousarray(answer, np.float32).tobytes())
    node = _block(1, "answer") + _block(2, "output") + _block(4, "Identity")
    graph = _block(1, node) + _block(2, "tiny") + _block(5, values) + _block(11, _port("input", dtype, takes))
    graph += _block(12, _port("output", FLOAT, tuple(answer.shape)))
    model = _number(1, 8) + _block(7, graph) + _block(8, _block(1, "") + _number(2, 17))
    for key, value in (metadata or {}).items():
        model += _block(14, _block(1, key) + _block(2, value))
    return model


def boxes(*rows: tuple[float, ...]) -> npt.NDArray[np.float32]:
    """Rows of cx, cy, w, h and scores -> (1, 4 + classes, N), padded with silent rows as a real head has thousands."""
    silent = [(0.0,) * len(rows[0])] * 16
    return np.array([*rows, *silent], np.float32).T[None]


def with_metadata(model: bytes, key: str, value: str) -> bytes:
    """The same network with one more entry of metadata: a message ends where its file does, so a field may follow."""
    return model + _block(14, _block(1, key) + _block(2, value))
