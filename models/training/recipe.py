"""How the shipped detector is made: which sets feed it, which pictures are kept out, and at which scales they are shown.

The data folder holds the sets by the names below. Pictures whose boxes people drew come by `--labels`: `cornershop-dev` for the
shipped file, so that it is measured by trainings that leave one fixture out at a time (`--exclude`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.training.cutouts import read_packshots, read_polygons
from models.training.labels import PRODUCT, VOID, LabelledPicture, Trust, read_coco, split
from models.training.pictures import Diet, Source
from models.training.samples import ZoomRange

HELD_OUT_EVERY = 15  # of shelves: for the void figures and the thresholds


@dataclass(frozen=True, slots=True)
class DataSet:
    """A set as the model card names it. `use` says what was learnt from it."""

    folder: str
    origin: str
    licence: str
    use: str


DATA_SETS = (
    DataSet(
        "shelves",
        "akul-bharadwaj/Computer-Vision-Assessment-Planogram-Dataset (photos stem from SKU-110K)",
        "none stated; SKU-110K: academic use",
        "product boxes (machine-made, score >= .45 and votes >= 2; the rest is masked) and human void boxes",
    ),
    DataSet("shelf-photos", "SKU-110K test photos", "academic use", "boxes on which 4 or more of 8 passes agree"),
    DataSet(
        "price-tags/originals",
        "AnujB05/Retail-Shelf-Price-Tag-Recognition-and-OCR",
        "CC BY 4.0 (labels)",
        "boxes on which 4 or more of 8 passes agree; its tag labels are not used",
    ),
    DataSet(
        "ph-grocery",
        "josh-rdc/grocery-detection-segmentation-webapp",
        "MIT",
        "polygon cut-outs on composed shelves",
    ),
    DataSet(
        "snacks-packshots",
        "supervisely-ecosystem/snacks-catalog",
        "none stated",
        "packshots with alpha on composed shelves",
    ),
    DataSet(
        "cornershop-dev",
        "Olivier172/Self-Supervised-Product-Recognition",
        "none stated",
        "boxes drawn by hand (`--labels`), doubtful where the picture's edge cuts a product; their names are not used",
    ),
)

START_ORIGIN = "YOLOv8n of AneeqMalik/YOLOv8-SKU-110K, trained on SKU-110K (AGPL-3.0 in its metadata; SKU-110K: academic use)"


@dataclass(frozen=True, slots=True)
class Shares:
    """How the pictures of a batch are mixed, and how large their products are shown (1: long side on 640 px)."""

    shelves: float = 0.5
    sharp_photos: float = 0.3
    composed: float = 0.2
    zooms: ZoomRange = field(default_factory=lambda: ZoomRange(0.7, 2.2))
    sharp_zooms: ZoomRange = field(default_factory=lambda: ZoomRange(0.8, 2.6))
    sides_px: tuple[int, ...] = (384, 448)
    by_hand: float = 0.6
    by_hand_zooms: ZoomRange = field(default_factory=lambda: ZoomRange(0.55, 1.6))


def read_shelves(data: Path) -> list[LabelledPicture]:
    """All pictures of `shelves` with product and void boxes."""
    folder = data / "shelves"
    return read_coco(folder / "annotations.json", folder / "images", {"product": PRODUCT, "void": VOID})


def held_out_names(shelves: list[LabelledPicture]) -> frozenset[str]:
    """File names of `shelves` that no training sees: every 15th in the file's order."""
    return frozenset(picture.path.name for picture in shelves[::HELD_OUT_EVERY])


def read_diet(data: Path, agreed: Path, shares: Shares = Shares(), exclude: frozenset[str] = frozenset(),
              by_hand: Sequence[LabelledPicture] = ()) -> Diet:  # fmt: skip
    """The training diet. `agreed` holds the label files of the photos that had none (see `agree`); `by_hand` are pictures
    whose products people marked."""
    shelves = read_shelves(data)
    shelves, _ = split(shelves, held_out_names(shelves) | (exclude & {picture.path.name for picture in shelves}))
    several = Trust(0.45, 4)
    sharp = [
        *read_coco(agreed / "shelf-photos.json", data / "shelf-photos", None, several),
        *read_coco(agreed / "price-tags.json", data / "price-tags" / "originals", None, several),
    ]
    sharp = [picture for picture in sharp if picture.path.name not in exclude]
    polygons = read_polygons(data / "ph-grocery" / "annotations.json", data / "ph-grocery" / "images")
    packshots = read_packshots(data / "snacks-packshots")
    cutouts = [cutout for cutout in polygons + packshots * 3 if cutout.source.name not in exclude]
    sources = (
        Source("shelves", tuple(shelves), shares.shelves, shares.zooms),
        Source("sharp", tuple(sharp), shares.sharp_photos, shares.sharp_zooms),
    )
    own = tuple(picture for picture in by_hand if picture.path.name not in exclude)
    if own:
        sources += (Source("by hand", own, shares.by_hand, shares.by_hand_zooms, by_hand=True),)
    return Diet(sources, tuple(cutouts), shares.composed, sides_px=shares.sides_px)


def pictures_of(diet: Diet) -> list[Path]:
    """Every picture file that the diet can show, once."""
    labelled = [picture.path for source in diet.sources for picture in source.pictures]
    return sorted({*labelled, *(cutout.source for cutout in diet.cutouts)})
