"""Runs the peers of the speed table; started by `shelfcount bench speed` in the peers' own environment (`make peers`).

It speaks JSON lines over stdin and stdout and imports nothing of the product:

    {"do": "prepare", "peer": NAME, ...}  ->  {"ok": true, "note": "..."}  or  {"ok": false, "why": "..."}
    {"do": "run", "peer": NAME, "repeats": N}  ->  {"cpu_ms": x, "wall_ms": y}
    {"do": "boxes", "peer": NAME, "picture": FILE, "score": X}  ->  {"ok": true, "boxes": [[x1, y1, x2, y2, score], ...]}

The peers get the product's own weights: they are read out of its ONNX file and put into the same network in torch.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from peer_network import torch_network

PRODUCT = 0


@dataclass(frozen=True)
class Work:
    """A peer's `run` on the frame of the race, and, for a detector, `look`: its product boxes (n, 5) on another picture (BGR)
    from a score on."""

    run: Callable[[], object]
    look: Callable[[Any, float], Any] | None = None


class Kitchen:
    """Prepares each peer's work once, with what they share."""

    def __init__(self) -> None:
        self._yolo: Any = None
        self._patched = False

    def yolo(self, order: dict[str, Any]) -> Any:
        if self._yolo is None:
            import torch
            from ultralytics import YOLO

            torch.set_num_threads(1)
            self._yolo = YOLO("yolov8n.yaml", task="detect")
            self._yolo.model = torch_network(Path(order["weights"]))
            self._yolo.model.args = {"task": "detect", "imgsz": 640}
        return self._yolo

    def exported(self, order: dict[str, Any]) -> Path:
        """The same weights as a plain YOLO export of fixed size: float RGB (1, 3, height, 640)."""
        import torch

        height = int(order["height_px"])
        target = Path(order["folder"]) / f"peer-{height}.onnx"
        if not target.exists():
            network = self.yolo(order).model.float().eval()
            network.model[-1].export, network.model[-1].format = True, "onnx"
            torch.onnx.export(network, (torch.zeros(1, 3, height, 640),), str(target), input_names=["images"],
                              output_names=["output0"], opset_version=17, dynamo=False)  # fmt: skip
            network.model[-1].export = False
            import onnx

            graph = onnx.load(target)
            properties = {"names": "{0: 'product', 1: 'void'}", "stride": "32", "task": "detect", "imgsz": f"[{height}, 640]",
                          "batch": "1"}  # fmt: skip
            onnx.helper.set_model_props(graph, properties)
            onnx.save(graph, target)
        return target

    def ultralytics_torch(self, order: dict[str, Any]) -> Work:
        return _predicting(self.yolo(order), order, imgsz=640, rect=order["rect"])

    def onnx_yolo(self, order: dict[str, Any]) -> Any:
        """An ultralytics model on the export, loaded with one thread: its default pool would take every core."""
        import onnxruntime
        from ultralytics import YOLO

        plain = onnxruntime.InferenceSession

        def one_thread(file: Any, sess_options: Any = None, **options: Any) -> Any:
            settings = sess_options or onnxruntime.SessionOptions()
            settings.intra_op_num_threads = settings.inter_op_num_threads = 1
            return plain(file, settings, **options)

        if not self._patched:  # for good: SAHI opens the network anew on its own
            onnxruntime.InferenceSession, self._patched = one_thread, True
        yolo = YOLO(str(self.exported(order)), task="detect")
        yolo.predict(np.zeros((64, 64, 3), np.uint8), imgsz=(order["height_px"], 640), **_limits(order))
        return yolo

    def ultralytics_onnx(self, order: dict[str, Any]) -> Work:
        return _predicting(self.onnx_yolo(order), order, imgsz=(order["height_px"], 640))

    def ultralytics_openvino(self, order: dict[str, Any]) -> Work:
        """As its own export to OpenVINO: the precision is what the engine takes by itself (bf16 where the processor has it)."""
        import openvino
        from ultralytics import YOLO

        folder = Path(order["folder"]) / f"peer-{order['height_px']}_openvino_model"
        if not folder.exists():
            openvino.save_model(openvino.convert_model(self.exported(order)), folder / "peer.xml", compress_to_fp16=False)
            (folder / "metadata.yaml").write_text(
                f"names: {{0: product, 1: void}}\nstride: 32\ntask: detect\nbatch: 1\nimgsz: [{order['height_px']}, 640]\n"
                "args: {dynamic: false}\n", encoding="utf-8")
        plain = openvino.Core.compile_model

        def one_thread(core: Any, model: Any, device_name: str, config: dict[str, Any]) -> Any:
            return plain(core, model, device_name, {**config, "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1})

        yolo = YOLO(str(folder), task="detect")
        openvino.Core.compile_model = one_thread
        try:
            yolo.predict(np.zeros((64, 64, 3), np.uint8), imgsz=(order["height_px"], 640), **_limits(order))
        finally:
            openvino.Core.compile_model = plain
        return _predicting(yolo, order, imgsz=(order["height_px"], 640))

    def ultralytics_around(self, order: dict[str, Any]) -> Work:
        """What predict() does before and after the network, on an answer that is handed in: (1, 4 + classes, N)."""
        import torch

        yolo, frame = self.yolo(order), np.load(order["frame"])
        raw = torch.from_numpy(np.load(order["raw"]))
        yolo.predict(frame, imgsz=640, rect=True, **_limits(order))
        around = yolo.predictor

        def run() -> object:
            shown = around.preprocess([frame])
            return around.postprocess(raw.clone(), shown, [frame])

        return Work(run)

    def sahi(self, order: dict[str, Any]) -> Work:
        from sahi import AutoDetectionModel
        from sahi.predict import get_sliced_prediction

        frame, yolo = np.load(order["frame"]), self.onnx_yolo(order) if order["onnx"] else self.yolo(order)
        model = AutoDetectionModel.from_pretrained("ultralytics", model=yolo, device="cpu", image_size=640,
                                                   confidence_threshold=order["score"])  # fmt: skip

        def sliced(rgb: Any) -> Any:
            return get_sliced_prediction(
                rgb, model, slice_height=640, slice_width=640, overlap_height_ratio=0.0, overlap_width_ratio=0.0,
                auto_slice_resolution=False, verbose=0,
            )

        def look(picture: Any, score: float) -> Any:
            model.confidence_threshold = score
            try:
                found = sliced(np.ascontiguousarray(picture[..., ::-1])).object_prediction_list
            finally:
                model.confidence_threshold = order["score"]
            boxes = [(*one.bbox.to_xyxy(), one.score.value) for one in found if one.category.id == PRODUCT]
            return np.array(boxes, np.float32).reshape(-1, 5)

        rgb = np.ascontiguousarray(frame[..., ::-1])
        return Work(lambda: sliced(rgb), look)

    def supervision_nms(self, order: dict[str, Any]) -> Work:
        import supervision

        boxes = np.load(order["boxes"])
        found = supervision.Detections(xyxy=boxes["xyxy"], confidence=boxes["score"], class_id=boxes["class_id"])
        return Work(lambda: found.with_nms(threshold=order["iou"]))


def _predicting(yolo: Any, order: dict[str, Any], **shown: Any) -> Work:
    """ultralytics' predict() with a picture shown as `shown` says."""
    frame, limits = np.load(order["frame"]), _limits(order)

    def look(picture: Any, score: float) -> Any:
        found = yolo.predict(picture, **shown, **{**limits, "conf": score})[0].boxes
        boxes = np.concatenate([found.xyxy.numpy(), found.conf.numpy()[:, None]], axis=1)
        return boxes[found.cls.numpy() == PRODUCT]

    return Work(lambda: yolo.predict(frame, **shown, **limits), look)


def _limits(order: dict[str, Any]) -> dict[str, Any]:
    return {"conf": order["score"], "iou": order["iou"], "max_det": 1000, "verbose": False, "device": "cpu", "save": False}


def versions() -> str:
    from importlib.metadata import PackageNotFoundError, version

    told = []
    for package in ("ultralytics", "torch", "onnxruntime", "openvino", "sahi", "supervision"):
        try:
            told.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            told.append(f"{package} absent")
    return ", ".join(told)


def main() -> None:
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # the peers print what they like, elsewhere
    kitchen, works = Kitchen(), {}
    for line in sys.stdin:
        order = json.loads(line)
        try:
            if order["do"] == "prepare":
                works[order["peer"]] = work = getattr(kitchen, order["kind"])(order)
                work.run()
                reply: dict[str, Any] = {"ok": True, "note": ""}
            elif order["do"] == "boxes":
                import cv2

                boxes = works[order["peer"]].look(cv2.imread(order["picture"]), order["score"])
                reply = {"ok": True, "boxes": boxes.tolist()}
            elif order["do"] == "versions":
                reply = {"ok": True, "note": versions()}
            else:
                work, repeats = works[order["peer"]], order["repeats"]
                wall, cpu = time.perf_counter(), time.process_time()
                for _ in range(repeats):
                    work.run()
                cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                reply = {"ok": True, "cpu_ms": 1000 * cpu / repeats, "wall_ms": 1000 * wall / repeats}
        except Exception as error:  # a peer that cannot run is an empty row, and the others go on
            reply = {"ok": False, "why": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
