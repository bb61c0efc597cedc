"""Bodies of a survey: corners and size of a bay, its shelves and places. Corners in px of the picture, all else in mm."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from edge.api.schemas.writes import Code

MOST_SHELVES = 50
MOST_SLOTS = 1_000
Pixel = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]
Millimetres = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]
Length = Annotated[float, Field(ge=1, le=100_000, allow_inf_nan=False)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShelfBody(_Body):
    """`bottom_mm` is the board on which the goods stand; both below the upper edge of the bay."""

    name: Code
    top_mm: Millimetres
    bottom_mm: Millimetres


class SlotBody(_Body):
    shelf: Code
    left_mm: Millimetres
    right_mm: Millimetres
    facings: Annotated[int, Field(strict=True, ge=1, le=1_000)] = 1
    sku: Code | None = None


class SurveyResult(_Body):
    """What becomes the site file; `corners` top left, top right, bottom right, bottom left."""

    corners: Annotated[list[Annotated[list[Pixel], Field(min_length=2, max_length=2)]], Field(min_length=4, max_length=4)]
    width_mm: Length
    height_mm: Length
    camera: Code | None = None
    shelves: Annotated[list[ShelfBody], Field(min_length=1, max_length=MOST_SHELVES)]
    slots: Annotated[list[SlotBody], Field(max_length=MOST_SLOTS)] = []


class SiteInUse(_Body):
    file: str
    camera: str | None
    width_px: int
    height_px: int
    width_mm: float
    height_mm: float
    fingerprint: str
    shelves: list[ShelfBody]
    slots: list[SlotBody]
    corners: list[list[float]]


class SurveyStart(_Body):
    """What a survey begins with; `site` null where this server has none."""

    cameras: list[str]
    file: str
    site: SiteInUse | None


class SurveyReply(_Body):
    """A picture that waits to be surveyed; `reasons` say in words why it is a bad one; `corners` is where the bay of the site
    in use lies in it, null where that is not seen."""

    id: str
    camera: str | None
    width_px: int
    height_px: int
    picture: str
    reasons: list[str]
    corners: list[list[float]] | None


class ProposedShelf(ShelfBody):
    """`confidence` 0..1; 0 where no board was seen and the lower edge of the bay is taken."""

    confidence: float


class ProposalReply(_Body):
    """`view` is the bay from the front as a JPEG (data URI), `view_width_px` x `view_height_px`; `doubts` say in words what of
    corners and sizes may be a slip."""

    view: str = Field(json_schema_extra={"contentMediaType": "image/jpeg"})
    view_width_px: int
    view_height_px: int
    shelves: list[ProposedShelf]
    slots: list[SlotBody]
    products: int
    doubts: list[str]


class SiteReply(_Body):
    """`picture` null where it shows too little to notice a moved camera; `earlier` is the site file that was there before;
    `taken` says whether this server counts with it from now on."""

    file: str
    fingerprint: str
    picture: str | None
    earlier: str | None
    planogram: str | None
    taken: bool
    notes: list[str]
