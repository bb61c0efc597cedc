"""The product's detector as a network of the peers' own, its weights read out of its ONNX file; for the peers' environment."""

from pathlib import Path
from typing import Any

import numpy as np

ACTIVATIONS = {"HardSwish": "Hardswish", "Relu": "ReLU", "Sigmoid": "SiLU"}


def torch_network(weights: Path) -> Any:
    """The product's detector as a fused ultralytics network. Raises ValueError when the two do not answer alike."""
    import onnx
    import torch
    from onnx import numpy_helper
    from ultralytics.nn.modules import Conv
    from ultralytics.nn.tasks import DetectionModel

    graph = onnx.load(weights).graph
    operators = {node.op_type for node in graph.node}
    activation = next(ours for theirs, ours in ACTIVATIONS.items() if theirs in operators)
    network = DetectionModel("yolov8n.yaml", nc=2, verbose=False)
    for module in network.modules():
        if isinstance(module, Conv) and isinstance(module.act, torch.nn.SiLU):
            module.act = getattr(torch.nn, activation)()
    network = network.eval().fuse(verbose=False)
    state = network.state_dict()
    for tensor in graph.initializer:
        name = "model." + tensor.name.removeprefix("layers.")
        if tensor.name.startswith("layers.") and name in state:
            state[name] = torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32))
    first = "model.0.conv.weight"
    state[first] = state[first].flip(1) * 255.0  # the file takes BGR bytes, the network RGB 0..1
    network.load_state_dict(state)
    network.names = {0: "product", 1: "void"}
    _check_alike(network, weights)
    return network


def _check_alike(network: Any, weights: Path) -> None:
    import onnxruntime
    import torch

    image = np.random.default_rng(0).integers(0, 256, (1, 224, 320, 3), dtype=np.uint8)
    session = onnxruntime.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
    wanted = session.run(None, {session.get_inputs()[0].name: image})[0]
    rgb = torch.from_numpy(np.ascontiguousarray(image[..., ::-1].transpose(0, 3, 1, 2))).float() / 255
    with torch.no_grad():
        answer = network(rgb)
    got = (answer[0] if isinstance(answer, list | tuple) else answer).numpy()
    if got.shape != wanted.shape or np.abs(got - wanted).max() > 0.5:
        raise ValueError(f"the network does not answer as {weights.name} does")
