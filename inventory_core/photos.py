"""What the eye says of the photo of an adjustment order: is there a shelf label on it, and a product?"""

from dataclasses import dataclass
from typing import Protocol

from inventory_core.errors import BadValue


@dataclass(frozen=True, slots=True)
class PhotoVerdict:
    """What was seen on one photo; None where nobody could look. Confidences are shares 0..1; `looked_by` is the fingerprint
    of what looked. Raises BadValue."""

    shows_label: bool | None
    label_confidence: float | None
    shows_product: bool | None
    product_confidence: float | None
    looked_by: str | None

    def __post_init__(self) -> None:
        for confidence in (self.label_confidence, self.product_confidence):
            if confidence is not None and not 0.0 <= confidence <= 1.0:
                raise BadValue("a confidence is a share from 0 to 1, got {n}", n=confidence)

    @property
    def proves(self) -> bool:
        """True when both the shelf label and a product are seen."""
        return bool(self.shows_label and self.shows_product)


NOT_LOOKED_AT = PhotoVerdict(None, None, None, None, None)


class PhotoJudge(Protocol):
    """Looks at the photo of an adjustment."""

    def judge(self, picture: bytes) -> PhotoVerdict: ...


class NoJudge:
    """Where no eye is loaded: nobody could look."""

    def judge(self, picture: bytes) -> PhotoVerdict:
        del picture
        return NOT_LOOKED_AT


@dataclass(frozen=True, slots=True)
class FixedJudge:
    """Says the same of every photo; for tests and demonstrations."""

    verdict: PhotoVerdict

    def judge(self, picture: bytes) -> PhotoVerdict:
        del picture
        return self.verdict
