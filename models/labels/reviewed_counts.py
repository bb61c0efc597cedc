"""The product's own counts (JSON, `shelfcount.count/1`) after a person went through them, as labels.

A reviewed box carries `review`: `confirmed`, `corrected` (its name, kind or corners were), `added` (it had been missed) or
`removed` (nothing stands there). A picture is taken only when every box of it was reviewed: one that is not, left out or
left in, would teach what nobody has looked at.
"""

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from inventory_core.messages import Message, tell
from models.coco import CocoSet
from models.errors import BadLabels
from models.labels.making import XYXY, PictureInMaking, SetInMaking, Size, SizeOf, files_below, read_text

SCHEMA = "shelfcount.count/1"
STANDS, REMOVED = frozenset({"confirmed", "corrected", "added"}), "removed"
PRODUCT, VOID = "product", "void"
IMAGES = "images"


def read_reviewed_counts(root: Path, size_of: SizeOf) -> CocoSet:
    """Every reviewed picture of the counts below the folder. Raises BadLabels where no file is a count."""
    making = SetInMaking(root, size_of)
    counts = 0
    for file in files_below(root, (".json",)):
        shown = making.name_of(file)
        entries = _entries(file, shown)
        if isinstance(entries, Message):
            making.refuse(entries)
            continue
        counts += 1
        for number, entry in enumerate(entries, 1):
            _take(making, file, tell("{labels}, picture {number}", labels=shown, number=number), shown, entry)
    if not counts:
        raise BadLabels("{folder} holds no count (JSON of `shelfcount count --json`)", folder=root)
    return making.done(root.resolve().name)


def _entries(file: Path, shown: str) -> list[object] | Message:
    text = read_text(file, shown)
    if isinstance(text, Message):
        return text
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return tell("{labels} is not JSON: {why}", labels=shown, why=error)
    entries = document.get("images") if isinstance(document, dict) and document.get("schema") == SCHEMA else None
    if not isinstance(entries, list):
        return tell("{labels} is not a count: its schema is not {schema}", labels=shown, schema=SCHEMA)
    return entries


def _take(making: SetInMaking, file: Path, where: Message, shown: str, entry: object) -> None:
    source, boxes = (entry.get("source"), entry.get("boxes")) if isinstance(entry, Mapping) else (None, None)
    if not isinstance(entry, Mapping) or not isinstance(source, str) or not isinstance(boxes, list):
        making.refuse(tell("{where}: it has no source and no boxes; export the count again", where=where))
        return
    if entry.get("at_s") is not None:
        making.refuse(tell("{where}: the count is from a video ({source}), which has no picture file of its own; save the "
                           "picture and count that", where=where, source=source))
        return
    if entry.get("status") == "cannot_see":
        making.refuse(tell("{where}: {source} could not be counted, so there is nothing to learn from it", where=where,
                           source=source))
        return
    reviews = [box.get("review") if isinstance(box, Mapping) else None for box in boxes]
    if open_ones := sum(review not in STANDS | {REMOVED} for review in reviews):
        making.refuse(tell("{where}: {open} of {all} boxes of {source} were not reviewed; give each its `review`: confirmed, "
                           "corrected, added or removed", where=where, open=open_ones, all=len(boxes), source=source))
        return
    picture = making.open(_picture_file(making.root, file, source), shown, _size(entry))
    if picture is None:
        return
    for number, box in enumerate(boxes, 1):
        if box["review"] in STANDS:
            _take_box(picture, tell("{where}, box {number}", where=where, number=number), box)


def _take_box(picture: PictureInMaking, where: Message, box: Mapping[str, object]) -> None:
    kind, sku, shelf = box.get("kind"), box.get("sku"), box.get("shelf")
    corners = _corners(box.get("xyxy_px"))
    if kind not in (PRODUCT, VOID) or not (sku is None or isinstance(sku, str)) or corners is None:
        picture.owner.refuse(tell("{where}: it needs xyxy_px (4 numbers), kind (product or void) and sku (a code or null)",
                                  where=where))
        return
    name = VOID if kind == VOID else sku or PRODUCT
    picture.add(where, name, corners, shelf=None if shelf is None else str(shelf))


def _corners(value: object) -> XYXY | None:
    if not isinstance(value, list) or len(value) != 4:
        return None
    if not all(isinstance(side, int | float) and not isinstance(side, bool) for side in value):
        return None
    x1, y1, x2, y2 = (float(side) for side in value)
    return x1, y1, x2, y2


def _size(entry: Mapping[str, object]) -> Size | None:
    width, height = entry.get("width_px"), entry.get("height_px")
    return Size(width, height) if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0 else None


def _picture_file(root: Path, file: Path, source: str) -> Path:
    """The source as given, below the folder of the count or its `images`; else a picture of that name there."""
    given = PurePosixPath(source.replace("\\", "/"))
    kept = Path(*[part for part in given.parts if part not in ("/", "..", ".") and not part.endswith(":")] or ["-"])
    places = [base / way for base in (root, file.parent) for way in (kept, kept.name, Path(IMAGES) / kept.name)]
    return next((place for place in places if place.is_file()), root / kept.name)
