"""A network in OpenVINO on the CPU: the extra `openvino`, imported here and nowhere else.

The file keeps its open sides, so any picture can be shown; a shape that comes again and again is compiled once more with its
sides fixed, which is up to a tenth quicker and costs about a second (yolov8n, 384x640).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.backends import Precision
from models.session import Network, Port

if TYPE_CHECKING:
    import openvino


@dataclass(frozen=True, slots=True)
class ShapePolicy:
    """A shape is compiled on its own from its `often`th input on; at most `most` of them are, to bound the memory."""

    often: int = 12
    most: int = 4


class OpenVino:
    """`like` is the same file in onnxruntime, which has read and checked it: ports and metadata come from there."""

    def __init__(
        self, data: bytes, threads: int, precision: Precision, like: Network, policy: ShapePolicy = ShapePolicy()
    ) -> None:
        import openvino

        self.inputs: Sequence[Port] = like.inputs
        self.outputs: Sequence[Port] = like.outputs
        self.metadata: Mapping[str, str] = like.metadata
        self._policy = policy
        self._tensor = openvino.Tensor
        self._core = openvino.Core()
        self._model = self._core.read_model(data, b"")
        self._settings = {
            "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False, "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if precision in (Precision.BF16, Precision.INT8_BF16) else "f32",
        }  # fmt: skip
        self._any = self._compiled()
        self._fixed: dict[tuple[int, ...], openvino.InferRequest] = {}
        self._seen: Counter[tuple[int, ...]] = Counter()

    def run(self, value: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        request = self._fixed.get(value.shape)
        if request is None:
            self._seen[value.shape] += 1
            if self._seen[value.shape] >= self._policy.often and len(self._fixed) < self._policy.most:
                self.prepare(value.shape)
            request = self._fixed.get(value.shape, self._any)
        request.set_input_tensor(self._tensor(np.ascontiguousarray(value), shared_memory=True))
        request.infer()
        return np.array(request.get_output_tensor(0).data)  # the engine uses its own buffer again

    def prepare(self, shape: tuple[int, ...]) -> None:
        """Compile for one shape, where there is room for another."""
        if shape not in self._fixed and len(self._fixed) < self._policy.most:
            self._fixed[shape] = self._compiled(shape)

    def _compiled(self, shape: tuple[int, ...] | None = None) -> "openvino.InferRequest":
        model = self._model.clone()
        if shape is not None:
            model.reshape(list(shape))
        return self._core.compile_model(model, "CPU", self._settings).create_infer_request()
