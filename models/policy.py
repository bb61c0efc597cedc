"""Thresholds of the eye, each with its unit; frozen values, never literals in the code that uses them."""

from dataclasses import dataclass

from models.errors import BadManifest
from models.yolo import Overlap

SMALLEST_SIDE_PX = 32
LARGEST_SIDE_PX = 4096


_MAY_BE_0 = ("second_side_px", "tile_px")


@dataclass(frozen=True, slots=True)
class DetectorPolicy:
    """From which score on a box counts, how much boxes may overlap, and at which size the picture is shown.

    `score` (products), `void_score` (gaps) and `iou` are 0..1; with `close_iou` a box that overlaps a better one by `iou`
    to `close_iou` stays at `close_share` of its score, for it may be a tight neighbour; 0 lets it go. `long_side_px` is the
    picture's long side in front of the network; with `second_side_px` it is shown again at that size, and a box that only
    one of the looks sees counts `lone` of its score for the other. `tile_px` 0 shows no tiles; else the picture is shown
    again in tiles of that many px of the picture scaled to `tiled_long_side_px`, neighbours sharing `tile_overlap` of a
    tile.
    """

    score: float = 0.35
    void_score: float = 0.4
    iou: float = 0.5
    close_iou: float = 0.0
    close_share: float = 1.0
    long_side_px: int = 640
    second_side_px: int = 0
    lone: float = 0.5
    tile_px: int = 0
    tiled_long_side_px: int = 1280
    tile_overlap: float = 0.3

    def __post_init__(self) -> None:
        for name in ("score", "void_score", "iou"):
            if not 0 < getattr(self, name) <= 1:
                raise BadManifest("detector policy: {name} must be above 0 and at most 1, got {value}",
                                  name=name, value=getattr(self, name))  # fmt: skip
        for name in ("lone", "close_iou", "close_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadManifest("detector policy: {name} must be 0 to 1, got {value}", name=name, value=getattr(self, name))
        if not 0 <= self.tile_overlap <= 0.9:
            raise BadManifest("detector policy: {name} must be 0 to 0.9, got {value}",
                              name="tile_overlap", value=self.tile_overlap)  # fmt: skip
        for name in ("long_side_px", "second_side_px", "tile_px", "tiled_long_side_px"):
            side = getattr(self, name)
            if not SMALLEST_SIDE_PX <= side <= LARGEST_SIDE_PX and not (name in _MAY_BE_0 and side == 0):
                raise BadManifest("detector policy: {name} must be {low} to {high} px, got {value}", name=name,
                                  low=SMALLEST_SIDE_PX, high=LARGEST_SIDE_PX, value=side)  # fmt: skip

    @property
    def overlap(self) -> Overlap:
        """What becomes of boxes that overlap."""
        return Overlap(self.iou, self.close_iou, self.close_share)


@dataclass(frozen=True, slots=True)
class UnknownPolicy:
    """When the nearest SKU is not near enough to be named (cosine, -1..1; shares 0..1).

    A gallery whose SKUs have photos from several pictures sets its own threshold: it keeps the share `keep` of the photos
    that find their own SKU in another picture, if there are `least_pairs` of them, within `floor` and `ceiling`. Any other
    gallery uses `floor`; but where `least_strangers` SKUs or more stand beside others on one picture, each of these asks
    for the quantile `strange` of how alike they are to each other there, within `floor` and `strictest`. A SKU that leads
    the second-best by less than `lead` is asked for more where its own photos are more alike than that: the middle one of
    their likenesses across pictures less `slack`, at most `strictest`. A lead of `far_lead` names it from `far_floor` on,
    whatever the gallery asks for: nothing else comes near. Below `least_margin` of lead no name is given. SKUs with photos
    nearer than `look_alike` are look-alikes, and so are two that are among each other's two nearest from `kin` on.

    Chosen on GroceryStore's train and val photos and on the fixtures p10 to p14 of cornershop-dev, for the embedder that
    learnt flavours; bench/embedder.md has what they name and refuse. The ceiling keeps a gallery of nearly equal frames
    from trusting only their own light.
    """

    floor: float = 0.45
    strange: float = 0.65
    least_strangers: int = 8
    ceiling: float = 0.72
    slack: float = 0.1
    strictest: float = 0.9
    lead: float = 0.12
    far_lead: float = 0.2
    far_floor: float = 0.61
    keep: float = 0.97
    least_pairs: int = 10
    least_margin: float = 0.0
    look_alike: float = 0.78
    kin: float = 0.5
