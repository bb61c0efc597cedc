"""What a step is punished for: the labels, and leaving what the teacher knew.

Shapes: b pictures, A anchors (all levels), C classes; 64 = 4 sides x 16 distance bins. The label loss is ultralytics' own
(task-aligned assignment, CIoU, distribution focal loss, binary cross entropy).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional as fn
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.loss import v8DetectionLoss

from models.training.anchors import class_weights
from models.training.samples import Sample

Outputs = dict[str, Any]  # "boxes" (b, 64, A), "scores" (b, C, A), "feats" three of (b, c, h, w)


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each part counts. `void` multiplies the void class, which has few boxes."""

    labels: float = 0.7
    teacher_scores: float = 2.0
    teacher_boxes: float = 2.0
    teacher_features: float = 0.0
    void: float = 6.0


class LabelLoss:
    """Ultralytics' detection loss on samples, with our weights per anchor and class."""

    def __init__(self, network: DetectionModel, void: float) -> None:
        self._criterion = v8DetectionLoss(network)
        self._void = void

    def __call__(self, outputs: Outputs, samples: Sequence[Sample]) -> torch.Tensor:
        """(3,) box, class and distribution loss, a mean over the batch."""
        side = samples[0].clean.shape[0]
        device = outputs["scores"].device
        self._criterion.class_weights = torch.from_numpy(class_weights(samples, side, self._void)).to(device)
        xyxy = torch.from_numpy(np.concatenate([sample.xyxy for sample in samples]) / side)
        batch = {
            "batch_idx": torch.cat([torch.full((len(s.xyxy),), float(i)) for i, s in enumerate(samples)]),
            "cls": torch.from_numpy(np.concatenate([sample.class_id for sample in samples])).float(),
            "bboxes": torch.cat([(xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2]], 1),
        }
        loss, _ = self._criterion(outputs, batch)
        return torch.as_tensor(loss / len(samples))


def teacher_losses(pupil: Outputs, teacher: Outputs, feature_gain: float) -> torch.Tensor:
    """(3,) how far the pupil left the teacher: product scores, distance distributions, features (pupil's are larger)."""
    taught = teacher["scores"][:, :1].sigmoid()  # (b, 1, A)
    size = taught.sum().clamp(min=1.0)
    told = pupil["scores"][:, :1]
    entropy = fn.binary_cross_entropy(taught, taught, reduction="none")  # the part no pupil can avoid
    scores = (fn.binary_cross_entropy_with_logits(told, taught, reduction="none") - entropy).sum() / size
    b, _, anchors = pupil["boxes"].shape
    wanted = teacher["boxes"].view(b, 4, 16, anchors).softmax(2)
    got = pupil["boxes"].view(b, 4, 16, anchors).log_softmax(2)
    apart = fn.kl_div(got, wanted, reduction="none").sum(2).mean(1, keepdim=True)  # (b, 1, A)
    boxes = (apart * taught).sum() / size
    features = torch.stack(
        [((p / feature_gain - t) ** 2).mean() / (t**2).mean() for p, t in zip(pupil["feats"], teacher["feats"], strict=True)]
    ).mean()
    return torch.stack([scores, boxes, features])
