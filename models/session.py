"""The one place that opens a network: from bytes, with explicit threads, its ports read out and its answers checked."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from inventory_core.messages import Message, tell
from models.backends import PLAIN, Backend, Engine
from models.errors import BadModelFile, ModelError

MAX_MODEL_BYTES = 300_000_000
MAX_THREADS = 64
GIVE_ANOTHER = tell("put it back from the release or give another file")


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: `shape` holds -1 where the file leaves a side open."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        sides = ", ".join("?" if side < 0 else str(side) for side in self.shape)
        return f"{self.dtype} ({sides})"


class Network(Protocol):
    """A loaded network of some engine; whatever it raises, `Session` tells in the product's words."""

    @property
    def inputs(self) -> Sequence[Port]: ...

    @property
    def outputs(self) -> Sequence[Port]: ...

    @property
    def metadata(self) -> Mapping[str, str]: ...

    def run(self, value: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """The first output for the first input; the array is the caller's."""
        ...

    def prepare(self, shape: tuple[int, ...]) -> None:
        """Get ready for many inputs of one shape."""
        ...


NetworkOf = Callable[[bytes, int, Backend], Network]
"""Loads a network from its file's bytes, with so many threads, in a back end; raises whatever its runtime raises."""


class Session:
    """One network, ready to run: `inputs`, `outputs`, the file's `metadata`, the `fingerprint` of its bytes, its back end."""

    def __init__(self, network: Network, fingerprint: str, backend: Backend = PLAIN) -> None:
        self._network = network
        self.fingerprint = fingerprint
        self.backend = backend
        self.inputs = tuple(network.inputs)
        self.outputs = tuple(network.outputs)
        self.metadata: dict[str, str] = dict(network.metadata)

    def prepare(self, shape: tuple[int, ...]) -> None:
        """Get ready for many inputs of one shape; without it the first few take longer. Raises ModelError."""
        try:
            self._network.prepare(shape)
        except Exception as error:  # see run
            raise self._failed(shape, error) from error

    def run(self, value: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
        """The first output for one input. Raises ModelError where the network fails or answers something not finite."""
        try:
            answer = self._network.run(value)
        except ModelError:
            raise
        except Exception as error:  # onnxruntime raises a dozen unrelated classes, RuntimeError among them
            raise self._failed(value.shape, error) from error
        numbers = np.asarray(answer, np.float32)
        if not np.isfinite(numbers).all():
            raise ModelError(
                "network {fingerprint} answered numbers that are not finite; the file is damaged or not fit for "
                "this machine: check it with `shelfcount model verify`", fingerprint=self.fingerprint,
            )
        return numbers

    def _failed(self, shape: tuple[int, ...], error: Exception) -> ModelError:
        return ModelError(
            "network {fingerprint} failed on an input of shape {shape}: {why}; check the file with "
            "`shelfcount model verify`", fingerprint=self.fingerprint, shape=shape, why=_one_line(error),
        )


class OnnxRuntime:
    """A network in onnxruntime on the CPU. An input of a fixed shape is no quicker here than an open one, nor are bound
    buffers: both were measured within 1 % of this (384x640, fp32 and int8)."""

    def __init__(self, data: bytes, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what goes wrong is raised; the runtime need not write to stderr too
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # spinning starves the neighbours
        self._network = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        self.inputs = tuple(_port(node) for node in self._network.get_inputs())
        self.outputs = tuple(_port(node) for node in self._network.get_outputs())
        self.metadata: dict[str, str] = dict(self._network.get_modelmeta().custom_metadata_map)

    def run(self, value: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return np.asarray(self._network.run([self.outputs[0].name], {self.inputs[0].name: value})[0])

    def prepare(self, shape: tuple[int, ...]) -> None:
        del shape


def fingerprint_of(data: bytes) -> str:
    """`sha256:` and the hex digest."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def read_model_bytes(path: Path, mend: Message = GIVE_ANOTHER) -> bytes:
    """The whole file, once: what is hashed is what is loaded. Raises BadModelFile, which ends in `mend`."""
    try:
        if (size := path.stat().st_size) > MAX_MODEL_BYTES:
            raise BadModelFile(
                "model file {file} has {size} bytes, more than {limit}: not a network for this device",
                file=path, size=size, limit=MAX_MODEL_BYTES,
            )
        return path.read_bytes()
    except OSError as error:
        raise BadModelFile(
            "model file {file} cannot be read: {why}; {mend}", file=path, why=error.strerror or error, mend=mend,
        ) from error


def load_network(data: bytes, threads: int, backend: Backend = PLAIN) -> Network:
    """A network in this process; raises whatever its runtime raises."""
    network: Network = OnnxRuntime(data, threads)
    if backend.engine is Engine.OPENVINO:
        from models.openvino_network import OpenVino  # an extra: nothing of it is loaded before it is asked for

        network = OpenVino(data, threads, backend.precision, network)
    return network


def open_session(
    data: bytes | Path, threads: int, *, name: str = "", backend: Backend = PLAIN, network_of: NetworkOf = load_network
) -> Session:
    """Load a network from its bytes (or a file). `threads` is explicit: the runtime's own pool ignores CPU affinity.

    `name` is what messages call it; `network_of` may load it elsewhere. Raises BadModelFile; BadBackend where the back end's
    library is not installed.
    """
    if not 1 <= threads <= MAX_THREADS:
        raise ModelError("threads must be 1 to {limit}, got {threads}", limit=MAX_THREADS, threads=threads)
    if isinstance(data, Path):
        data, name = read_model_bytes(data), name or str(data)
    backend.require()
    try:
        network = network_of(data, threads, backend)
    except Exception as error:  # see Session.run
        raise BadModelFile(
            "model file {file} is not a network that can be run: {why}; put it back from the release or export it "
            "again", file=name, why=_one_line(error),
        ) from error
    session = Session(network, fingerprint_of(data), backend)
    if not session.inputs or not session.outputs:
        raise BadModelFile("model file {file} has no input or no output", file=name)
    return session


def _port(node: onnxruntime.NodeArg) -> Port:
    sides = tuple(side if isinstance(side, int) and side > 0 else -1 for side in node.shape)
    return Port(node.name, node.type.removeprefix("tensor(").removesuffix(")"), sides)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
