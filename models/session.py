"""The one place that opens a network: from bytes, with explicit threads, its ports read out and its answers checked."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from models.errors import BadModelFile, ModelError

MAX_MODEL_BYTES = 300_000_000
MAX_THREADS = 64


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: `shape` holds -1 where the file leaves a side open."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        sides = ", ".join("?" if side < 0 else str(side) for side in self.shape)
        return f"{self.dtype} ({sides})"


class Session:
    """One network, ready to run: `inputs`, `outputs`, the file's `metadata` and the `fingerprint` of its bytes."""

    def __init__(self, network: onnxruntime.InferenceSession, fingerprint: str) -> None:
        self._network = network
        self.fingerprint = fingerprint
        self.inputs = tuple(_port(node) for node in network.get_inputs())
        self.outputs = tuple(_port(node) for node in network.get_outputs())
        self.metadata: dict[str, str] = dict(network.get_modelmeta().custom_metadata_map)

    def run(self, value: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
        """The first output for one input. Raises ModelError where the network fails or answers something not finite."""
        try:
            answer = self._network.run([self.outputs[0].name], {self.inputs[0].name: value})[0]
        except Exception as error:  # onnxruntime raises a dozen unrelated classes, RuntimeError among them
            raise ModelError(
                "network {fingerprint} failed on an input of shape {shape}: {why}; check the file with "
                "`shelfcount model verify`", fingerprint=self.fingerprint, shape=value.shape, why=_one_line(error),
            ) from error
        numbers = np.asarray(answer, np.float32)
        if not np.isfinite(numbers).all():
            raise ModelError(
                "network {fingerprint} answered numbers that are not finite; the file is damaged or not fit for "
                "this machine: check it with `shelfcount model verify`", fingerprint=self.fingerprint,
            )
        return numbers


def fingerprint_of(data: bytes) -> str:
    """`sha256:` and the hex digest."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def read_model_bytes(path: Path) -> bytes:
    """The whole file, once: what is hashed is what is loaded. Raises BadModelFile."""
    try:
        if (size := path.stat().st_size) > MAX_MODEL_BYTES:
            raise BadModelFile(
                "model file {file} has {size} bytes, more than {limit}: not a network for this device",
                file=path, size=size, limit=MAX_MODEL_BYTES,
            )
        return path.read_bytes()
    except OSError as error:
        raise BadModelFile(
            "model file {file} cannot be read: {why}; put it back from the release or give another file",
            file=path, why=error.strerror or error,
        ) from error


def open_session(data: bytes | Path, threads: int, *, name: str = "") -> Session:
    """Load a network from its bytes (or a file). `threads` is explicit: the runtime's own pool ignores CPU affinity.

    `name` is what messages call it. Raises BadModelFile.
    """
    if not 1 <= threads <= MAX_THREADS:
        raise ModelError("threads must be 1 to {limit}, got {threads}", limit=MAX_THREADS, threads=threads)
    if isinstance(data, Path):
        data, name = read_model_bytes(data), name or str(data)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised; the runtime need not write to stderr too
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # spinning starves the neighbours
    try:
        network = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # see Session.run
        raise BadModelFile(
            "model file {file} is not a network that can be run: {why}; put it back from the release or export it "
            "again", file=name, why=_one_line(error),
        ) from error
    session = Session(network, fingerprint_of(data))
    if not session.inputs or not session.outputs:
        raise BadModelFile("model file {file} has no input or no output", file=name)
    return session


def _port(node: onnxruntime.NodeArg) -> Port:
    sides = tuple(side if isinstance(side, int) and side > 0 else -1 for side in node.shape)
    return Port(node.name, node.type.removeprefix("tensor(").removesuffix(")"), sides)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
