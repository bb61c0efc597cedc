"""What the detector found in one picture, as a struct of arrays. Plane: px of the picture that was given (view px)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.errors import BadArray

PRODUCT = 0
VOID = 1
CLASS_NAMES = ("product", "void")

Boxes = npt.NDArray[np.float32]
"""(n, 4) xyxy."""


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """`xyxy` (n, 4) f32 px, `score` (n,) f32 0..1, `class_id` (n,) i64; sorted by falling score."""

    xyxy: Boxes
    score: npt.NDArray[np.float32]
    class_id: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        if self.xyxy.shape != (n, 4) or self.score.shape != (n,) or self.class_id.shape != (n,):
            raise BadArray(
                "detections need xyxy (n, 4), score (n,), class_id (n,), got {xyxy}, {score}, {class_id}",
                xyxy=self.xyxy.shape, score=self.score.shape, class_id=self.class_id.shape,
            )
        for array in (self.xyxy, self.score, self.class_id):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.xyxy)

    @classmethod
    def none(cls) -> "Detections":
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))

    def where(self, keep: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> "Detections":
        """The detections that `keep` (a mask or indices) selects."""
        return Detections(self.xyxy[keep], self.score[keep], self.class_id[keep])

    def of_class(self, class_id: int) -> "Detections":
        return self.where(self.class_id == class_id)
