"""What can run a network, and how exactly: an engine with a precision.

    Backend.of("openvino-bf16")        PLAIN is onnxruntime in fp32: always there, and the measure of the others

`onnxruntime` comes with the product. `openvino` is the extra of that name; it is imported only when it is asked for. An int8
precision runs a file of its own, made by `scripts/quantise.py` out of the float one; `int8-bf16` computes in bf16 what that
file leaves in floats.
"""

import importlib.util
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from models.errors import BadBackend


class Engine(StrEnum):
    ONNXRUNTIME = "onnxruntime"
    OPENVINO = "openvino"


class Precision(StrEnum):
    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"
    INT8_BF16 = "int8-bf16"

    @property
    def wants_int8_file(self) -> bool:
        return self in (Precision.INT8, Precision.INT8_BF16)


@dataclass(frozen=True, slots=True)
class Backend:
    """An engine and a precision; its text is `engine-precision`."""

    engine: Engine
    precision: Precision

    def __str__(self) -> str:
        return f"{self.engine}-{self.precision}"

    @classmethod
    def of(cls, text: str) -> Self:
        """The back end that `text` names. Raises BadBackend."""
        for backend in BACKENDS:
            if str(backend) == text:
                return cls(backend.engine, backend.precision)
        raise BadBackend("there is no back end {backend}; known are {known}", backend=text,
                         known=", ".join(map(str, BACKENDS)))  # fmt: skip

    @property
    def is_installed(self) -> bool:
        """Whether its library is there."""
        return self.engine is Engine.ONNXRUNTIME or importlib.util.find_spec(self.engine) is not None

    @property
    def for_vectors(self) -> "Backend":
        """What a network of floats runs by where a detector runs by this: bf16 of the same engine where this computes in bf16,
        else PLAIN."""
        computes_bf16 = self.precision in (Precision.BF16, Precision.INT8_BF16)
        return Backend(self.engine, Precision.BF16) if computes_bf16 else PLAIN

    def require(self) -> None:
        """Raises BadBackend where its library is not installed."""
        if not self.is_installed:
            raise BadBackend("back end {backend} needs {library}, which is not installed; run: "
                             "pip install 'shelfcount[openvino]'", backend=self, library=self.engine.value)  # fmt: skip

    def mark(self, fingerprint: str) -> str:
        """What a pedigree says of a file run by it: the file's `fingerprint`, and `+engine-precision` where it is not PLAIN."""
        return fingerprint if self == PLAIN else f"{fingerprint}+{self}"


BACKENDS = (
    Backend(Engine.ONNXRUNTIME, Precision.FP32),
    Backend(Engine.ONNXRUNTIME, Precision.INT8),
    Backend(Engine.OPENVINO, Precision.FP32),
    Backend(Engine.OPENVINO, Precision.BF16),
    Backend(Engine.OPENVINO, Precision.INT8),
    Backend(Engine.OPENVINO, Precision.INT8_BF16),
)
"""Every back end. onnxruntime's CPU kernels know no bf16, so that pair is not there."""

PLAIN = BACKENDS[0]
