"""Turns a float detector file into int8 files, one form per engine (static quantisation, QDQ; weights per channel).

    pictures = [canvas, ...]                    # uint8 (1, H, W, 3), as the network is shown them
    data = quantised(path, pictures, Engine.ONNXRUNTIME, floats=0)

onnxruntime wants every operator between two convolutions in int8; OpenVINO computes activations in floats inside a
convolution and wants only the convolutions' inputs so. The decoding of boxes, and the convolutions right before it, stay in
floats. Nothing here knows the network's names: the graph says which node comes before which convolution.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.calibrate import create_calibrator
from onnxruntime.quantization.shape_inference import quant_pre_process

from models.backends import Engine
from models.session import fingerprint_of

Canvas = npt.NDArray[np.uint8]
"""(1, H, W, 3) BGR."""

INT8_OPERATORS = ("Conv", "Mul", "Sigmoid", "Relu", "Add", "Concat", "MaxPool", "Resize")
SILENT_BELOW = -6.0
"""What goes into a SiLU is cut off here: SiLU(-6) is -.015, and 8 bits then serve what matters. Worth .005 of AP50-95."""
MOVING_AVERAGE = 0.05
"""A range is a running mean over the pictures with this share of the newest, not the most extreme value of any picture:
worth another .009 of AP50-95 at 640 px (yolov8n, held-out shelves)."""


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, name: str, canvases: Iterable[Canvas]) -> None:
        self._name = name
        self._rest: Iterator[Canvas] = iter(canvases)

    def get_next(self) -> dict[str, Canvas] | None:
        canvas = next(self._rest, None)
        return None if canvas is None else {self._name: canvas}


def quantised(path: Path, canvases: Sequence[Canvas], engine: Engine, floats: int) -> bytes:
    """The int8 file. `floats` is how many convolutions stay in floats before the output: 0 means only the last of each
    branch, 1 the one before it too. The same file and pictures give the same bytes.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain, target = Path(folder) / "plain.onnx", Path(folder) / "int8.onnx"
        quant_pre_process(str(path), str(plain), skip_symbolic_shape=True)
        graph = onnx.load(plain).graph
        settings = {"ActivationSymmetric": False, "WeightSymmetric": True, "CalibMovingAverage": True,
                    "CalibMovingAverageConstant": MOVING_AVERAGE}  # fmt: skip
        if engine is Engine.ONNXRUNTIME:
            operators = list(INT8_OPERATORS)
            settings["TensorQuantOverrides"] = _cut_ranges(plain, graph, canvases, Path(folder) / "aug.onnx")
        else:
            operators = ["Conv"]
            settings["OpTypesToExcludeOutputQuantization"] = list(INT8_OPERATORS)
        quantize_static(
            str(plain), str(target), _Reader(graph.input[0].name, canvases), quant_format=QuantFormat.QDQ, per_channel=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
            op_types_to_quantize=operators, nodes_to_exclude=near_output(graph, floats), extra_options=settings,
        )
        return _finished(onnx.load(target), path, engine)


def convolutions_after(graph: onnx.GraphProto) -> dict[str, int]:
    """For every tensor, how many convolutions follow it on the longest way to an output."""
    after: dict[str, int] = {}
    for node in reversed(graph.node):  # nodes come in the order of computing
        here = max((after.get(name, 0) for name in node.output), default=0)
        for name in node.input:
            after[name] = max(after.get(name, 0), here + (node.op_type == "Conv"))
    return after


def near_output(graph: onnx.GraphProto, floats: int) -> list[str]:
    """The names of the nodes with at most `floats` convolutions after them: they stay in floats."""
    after = convolutions_after(graph)
    return [node.name for node in graph.node if max(after.get(name, 0) for name in node.output) <= floats]


def silu_inputs(graph: onnx.GraphProto) -> list[str]:
    """Tensors x of which the graph makes x * sigmoid(x)."""
    gate = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Sigmoid"}
    pairs = (tuple(node.input) for node in graph.node if node.op_type == "Mul" and len(node.input) == 2)
    return sorted({gate[right] for left, right in pairs if gate.get(right) == left}
                  | {gate[left] for left, right in pairs if gate.get(left) == right})  # fmt: skip


def _cut_ranges(
    plain: Path, graph: onnx.GraphProto, canvases: Sequence[Canvas], scratch: Path
) -> dict[str, list[dict[str, object]]]:
    """Ranges of what goes into a SiLU, cut off at SILENT_BELOW."""
    wanted = silu_inputs(graph)
    if not wanted:
        return {}
    calibrator = create_calibrator(
        plain, ["Conv", "Sigmoid"], augmented_model_path=str(scratch), calibrate_method=CalibrationMethod.MinMax,
        extra_options={"moving_average": True, "averaging_constant": MOVING_AVERAGE},
    )
    calibrator.collect_data(_Reader(graph.input[0].name, canvases))
    ranges = calibrator.compute_data().data
    cut = {}
    for name in wanted:
        low, high = (np.float32(np.asarray(value).reshape(-1)[0]) for value in ranges[name].range_value)
        cut[name] = [{"quant_type": QuantType.QUInt8, "rmin": np.array(max(low, np.float32(SILENT_BELOW)), np.float32),
                      "rmax": np.array(max(high, np.float32(0.0)), np.float32)}]  # fmt: skip
    return cut


def _finished(model: onnx.ModelProto, source: Path, engine: Engine) -> bytes:
    """With the source's metadata, and what the file was made from."""
    told = {prop.key: prop.value for prop in onnx.load(source).metadata_props}
    told |= {"made_from": fingerprint_of(source.read_bytes()), "made_for": engine.value}
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, dict(sorted(told.items())))
    return bytes(model.SerializeToString(deterministic=True))
