"""Lets Ultralytics' own `predict` and suppression look at pictures with given weights; started by `bench accuracy` in the
peers' environment (`make peers`). It speaks JSON lines over stdin and stdout and imports nothing of the product:

    {"do": "open", "weights": FILE}   ->  {"ok": true}  or  {"ok": false, "why": "..."}
    {"do": "detect", "image": FILE}   ->  {"ok": true, "xyxy": [[...]], "score": [...], "kind": [...]}

FILE is an ONNX file: the product's own (bytes in, rebuilt in torch as the speed table does) or a plain YOLO export.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from peer_network import torch_network

LEAST_SCORE = 0.01
"""AP wants the faint boxes too; everything else is what `predict` does when it is told nothing: IoU .7, at most 300 boxes."""


def open_network(weights: Path) -> Any:
    """An ultralytics model on one thread."""
    import onnxruntime
    import torch
    from ultralytics import YOLO

    torch.set_num_threads(1)
    plain = onnxruntime.InferenceSession

    def one_thread(file: Any, sess_options: Any = None, **options: Any) -> Any:
        settings = sess_options or onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        return plain(file, settings, **options)

    takes = plain(str(weights), providers=["CPUExecutionProvider"]).get_inputs()[0].type
    if "uint8" not in takes:
        onnxruntime.InferenceSession = one_thread
        return YOLO(str(weights), task="detect")
    network = YOLO("yolov8n.yaml", task="detect")
    network.model = torch_network(weights)
    network.model.args = {"task": "detect", "imgsz": 640}
    return network


def detect(network: Any, image: Path) -> dict[str, Any]:
    """Boxes of one picture (BGR in a .npy file), in its px."""
    (found,) = network.predict(np.load(image), imgsz=640, conf=LEAST_SCORE, verbose=False, device="cpu", save=False)
    boxes = found.boxes
    return {"ok": True, "xyxy": boxes.xyxy.tolist(), "score": boxes.conf.tolist(), "kind": [int(k) for k in boxes.cls.tolist()]}


def main() -> None:
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # the libraries print what they like, elsewhere
    network: Any = None
    for line in sys.stdin:
        order = json.loads(line)
        try:
            if order["do"] == "open":
                network = open_network(Path(order["weights"]))
                reply: dict[str, Any] = {"ok": True}
            else:
                reply = detect(network, Path(order["image"]))
        except Exception as error:  # a peer that cannot run is an empty row
            reply = {"ok": False, "why": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
