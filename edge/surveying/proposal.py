"""What a surveyed picture proposes: the shelves of the bay and, where asked, the places on them.

Planes: cam px -> view px -> bay mm.

    proposal = propose(image, draft, eye, count=None, with_slots=True)
"""

from dataclasses import dataclass, replace
from pathlib import Path

from calibration.bands import ProposedBand, propose_bands
from calibration.bay import Bay, ShelfBand
from calibration.rail_policy import RailPolicy
from calibration.rails import find_rails
from calibration.rectify import View, rectify
from calibration.site_file import parse_site
from calibration.site_write import Survey, site_text
from calibration.slots import SeenFace, ShelfSlot, propose_slots
from edge.capture.frame import Image
from edge.counting.facings import split
from edge.counting.pipeline import Eye
from inventory_core.ids import ShelfId
from models.detections import Detections


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """`view` is the bay from the front; `products` how many fronts were found in it."""

    view: View
    bands: tuple[ProposedBand, ...]
    slots: tuple[ShelfSlot, ...]
    products: int


def whole_bay(height_mm: float) -> tuple[ShelfBand, ...]:
    """The one shelf of a bay of which nothing is known yet."""
    return (ShelfBand(ShelfId("1"), 0.0, height_mm),)


def view_of(image: Image, draft: Survey) -> View:
    """The bay of `draft` in its picture (H, W, 3). Raises BadSite for corners that are no front of a bay."""
    return rectify(image, parse_site(site_text(replace(draft, picture=None)).encode(), Path("site.toml")))


def propose(image: Image, draft: Survey, eye: Eye | None, *, count: int | None = None, with_slots: bool = False) -> Proposal:
    """Shelves, and places where asked, for the corners and the size of `draft`; its bands and slots are not looked at.

    Without an eye nothing is found: one shelf, the whole bay. Where `count` is known, fainter rails are taken too.
    Raises BadSite.
    """
    draft = replace(draft, bands=whole_bay(draft.height_mm), slots=())
    view = view_of(image, draft)
    if eye is None:
        return Proposal(view, propose_bands((), draft.width_mm, draft.height_mm, view.mm_per_px, count), (), 0)
    products, _ = split(eye.detector.detect(view.image))
    sure = products.where(products.score >= eye.count_from)
    policy = RailPolicy() if count is None else RailPolicy().fainter()
    rails = find_rails(view.image, sure.xyxy, policy)
    bands = propose_bands(rails, draft.width_mm, draft.height_mm, view.mm_per_px, count)
    bay = Bay(draft.width_mm, draft.height_mm, tuple(one.band for one in bands))
    return Proposal(view, bands, seen_slots(view, bay, sure, eye) if with_slots else (), len(sure))


def seen_slots(view: View, bay: Bay, products: Detections, eye: Eye) -> tuple[ShelfSlot, ...]:
    """Places of `products` (n, view px) on the shelves of `bay`, named where the eye has a gallery."""
    names = eye.namer.identify(view.image, products)
    faces = []
    for i, box in enumerate(products.xyxy):
        left, top, right, bottom = (float(value) * view.mm_per_px for value in box)
        if (band := bay.band_of(left, top, right, bottom)) is not None:
            faces.append(SeenFace(band.shelf, left, right, bottom, names.sku[i]))
    return propose_slots(faces, [band.shelf for band in bay.bands], bay.width_mm)


def goods_in(image: Image, eye: Eye) -> tuple[tuple[int, int, int, int], ...]:
    """Boxes (cam px) of the products in a picture as taken: what stands there may be another thing tomorrow."""
    products, _ = split(eye.detector.detect(image))
    boxes = products.xyxy[products.score >= eye.count_from].round().astype(int)
    return tuple((int(x1), int(y1), int(x2), int(y2)) for x1, y1, x2, y2 in boxes)
