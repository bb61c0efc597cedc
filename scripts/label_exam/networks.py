"""Cuts shipped networks off at an inner layer, and gives the cut one a linear layer that reads it. Wants the extra `train`.

Nothing is trained here: the embedder (EfficientNet-Lite0, ImageNet) and the detector are taken as they are.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper
from onnx.utils import Extractor

from models.label_finder import LabelRecipe, shown
from models.letterbox import STRIDE, Image
from models.session import Session, open_session


@dataclass(frozen=True, slots=True)
class Layer:
    """An inner layer that answers once per cell of 16 px: the shipped file, the name of its value, its channels."""

    file: Path
    value: str
    channels: int


LITE0_BLOCK_7 = Layer(Path("models/weights/embedder.onnx"), "/blocks.7/Add_output_0", 80)
LITE0_BLOCK_10 = Layer(Path("models/weights/embedder.onnx"), "/blocks.10/Add_output_0", 112)
DETECTOR_LAYER_6 = Layer(Path("models/weights/detector.onnx"), "/layers.6/cv2/act/Mul_output_0", 128)


def cut(layer: Layer) -> onnx.ModelProto:
    """The network up to `layer`, taking a picture of any height and width: uint8 (n, H, W, 3) BGR."""
    network = onnx.load(layer.file)
    sides = network.graph.input[0].type.tensor_type.shape.dim
    for side, name in zip(sides, ("n", "height", "width"), strict=False):
        side.ClearField("dim_value")
        side.dim_param = name
    del network.graph.value_info[:]  # they tell the sizes of the fixed input
    network.graph.value_info.append(helper.make_tensor_value_info(layer.value, onnx.TensorProto.FLOAT, None))
    part = Extractor(network).extract_model([network.graph.input[0].name], [layer.value])
    part.producer_name, part.producer_version = "shelfcount", ""
    del part.metadata_props[:]
    return part


def with_head(part: onnx.ModelProto, layer: Layer, weights: npt.NDArray[np.float32], bias: float,
              recipe: LabelRecipe) -> onnx.ModelProto:  # fmt: skip
    """`part` answering `weights` (channels,) times its layer plus `bias`, its recipe in the metadata."""
    graph = part.graph
    graph.initializer.append(numpy_helper.from_array(weights.reshape(1, layer.channels, 1, 1), "label_weights"))
    graph.initializer.append(numpy_helper.from_array(np.array([bias], np.float32), "label_bias"))
    graph.node.append(helper.make_node("Conv", [layer.value, "label_weights", "label_bias"], ["log_odds"], "label_head"))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("log_odds", onnx.TensorProto.FLOAT, ["n", 1, "rows", "columns"]))
    helper.set_model_props(part, {"input": "uint8-bgr-nhwc", "recipe": json.dumps(asdict(recipe), separators=(",", ":"))})
    onnx.checker.check_model(part, full_check=True)
    return part


class Reader:
    """What an inner layer says of pictures."""

    def __init__(self, layer: Layer, long_side_px: int, threads: int = 2) -> None:
        self._session: Session = open_session(cut(layer).SerializeToString(), threads, name=layer.value)
        self._long_side_px = long_side_px

    def read(self, image: Image) -> npt.NDArray[np.float32]:
        """(rows, columns, channels) of the picture shown as the label finder is shown it."""
        return self.read_as_is(shown(image, self._long_side_px))

    def read_as_is(self, image: Image) -> npt.NDArray[np.float32]:
        """(rows, columns, channels) of a picture at its own size, cut to multiples of 32 px."""
        high, wide = (side // STRIDE * STRIDE for side in image.shape[:2])
        image = np.ascontiguousarray(image[:high, :wide])
        return np.ascontiguousarray(self._session.run(image[None])[0].transpose(1, 2, 0))
