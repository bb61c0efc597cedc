"""The eye as judge of the photos of adjustment orders: is a product on them, and the label of its place on the shelf?"""

from dataclasses import dataclass
from typing import Protocol

from edge.capture.frame import Image
from edge.capture.pictures import decode_picture
from edge.counting.facings import split
from edge.counting.pipeline import Eye
from inventory_core.photos import PhotoVerdict
from models.label_finder import LabelSeen

NAME = "`photo`"
"""What messages call the picture: the field of the form that it comes in."""


class FindsLabels(Protocol):
    """Says whether a shelf label is on a picture; `models.label_finder.LabelFinder` does."""

    @property
    def fingerprint(self) -> str: ...

    def find(self, image: Image) -> LabelSeen: ...


@dataclass(frozen=True, slots=True, eq=False)
class EyeJudge:
    """A PhotoJudge. A product is seen where the eye's best product box reaches the score from which boxes count; pictures of
    more than `max_pixels` are not decoded."""

    eye: Eye
    labels: FindsLabels
    max_pixels: int

    def judge(self, picture: bytes) -> PhotoVerdict:
        """What the photo shows, by the two networks named in `looked_by`. Raises UnreadableInput, ModelError."""
        image = decode_picture(picture, NAME, self.max_pixels).image
        label = self.labels.find(image)
        products, _ = split(self.eye.detector.detect(image))
        best = float(products.score.max()) if len(products) else 0.0
        return PhotoVerdict(
            label.is_seen, label.confidence, best >= self.eye.count_from, best,
            f"{self.eye.detector.fingerprint} {self.labels.fingerprint}",
        )
