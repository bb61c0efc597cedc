"""YOLO labels: a text file per picture, a line per box (`class cx cy w h`, or a polygon), all as shares of the picture.

A picture lies beside its text file, or in `images` where the file lies in `labels` (both `images/train` and
`train/images` are read). An empty text file says that nothing is on the picture; a picture without one is refused, because
nobody can tell "nothing" from "not labelled yet".
"""

import math
from pathlib import Path

from inventory_core.messages import Message, tell
from models.coco import CocoSet
from models.errors import BadLabels
from models.labels.class_names import FILES, find_names
from models.labels.making import (
    PICTURE_SUFFIXES,
    XYXY,
    PictureInMaking,
    SetInMaking,
    SizeOf,
    files_below,
    read_text,
)

LABELS, IMAGES = "labels", "images"
BOX = 5
LEAST_POLYGON = 7
"""class and three corners"""
LISTS = frozenset({*FILES, "train.txt", "val.txt", "test.txt", "valid.txt", "readme.txt", "readme.dataset.txt",
                   "readme.roboflow.txt", "requirements.txt", "notes.txt"})  # fmt: skip
"""Text files that other programs put beside labels, lower case."""


def read_yolo(root: Path, size_of: SizeOf, classes: Path | None = None) -> CocoSet:
    """Every picture of the folder with its boxes. Raises BadLabels without class names or without a label file."""
    making, names = SetInMaking(root, size_of), find_names(root, classes)
    pictures: dict[tuple[Path, str], list[Path]] = {}
    for path in files_below(root, PICTURE_SUFFIXES):
        pictures.setdefault((path.parent, path.stem), []).append(path)
    files = [file for file in files_below(root, (".txt",)) if file.name.lower() not in LISTS]
    if not files:
        raise BadLabels("{folder} holds no YOLO label files (NAME.txt beside NAME.jpg, or labels/ beside images/)", folder=root)
    labelled: set[Path] = set()
    for file in files:
        shown, place = making.name_of(file), (_folder_of_picture(root, file), file.stem)
        found = pictures.get(place, [])
        labelled.update(found)
        if len(found) > 1:
            making.refuse(tell("{labels}: {n} pictures have this name ({names}); keep one", labels=shown, n=len(found),
                               names=", ".join(one.name for one in found)))
            continue
        text = read_text(file, shown)
        if isinstance(text, Message):
            making.refuse(text)
        elif picture := making.open(found[0] if found else place[0] / f"{file.stem}.jpg", shown):
            _take_lines(picture, shown, text, names)
    for alone in sorted(path for found in pictures.values() for path in found if path not in labelled):
        making.refuse(tell("{name}: the picture has no label file; label it, or put an empty one there if nothing is on it",
                           name=making.name_of(alone)))
    return making.done(root.resolve().name)


def _folder_of_picture(root: Path, file: Path) -> Path:
    """Where the picture of a label file lies: the last `labels` of its path is `images` there."""
    parts = list(file.relative_to(root).parent.parts)
    for index in reversed(range(len(parts))):
        if parts[index].lower() == LABELS:
            parts[index] = IMAGES
            return root.joinpath(*parts)
    return file.parent


def _take_lines(picture: PictureInMaking, shown: str, text: str, names: list[str]) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        where = tell("{labels}, line {number}", labels=shown, number=number)
        found = _box(where, line.split(), names, picture)
        if isinstance(found, Message):
            picture.owner.refuse(found)
        else:
            picture.add(where, *found)


def _box(where: Message, words: list[str], names: list[str], picture: PictureInMaking) -> tuple[str, XYXY] | Message:
    polygon = len(words) >= LEAST_POLYGON and len(words) % 2 == 1
    if len(words) != BOX and not polygon:
        return tell("{where}: {n} words, but a box has 5 (class, centre x, centre y, width, height); a confidence or a track "
                    "number does not belong there", where=where, n=len(words))
    try:
        class_number, shares = float(words[0]), [float(word) for word in words[1:]]
    except ValueError:
        return tell("{where}: {line} is not made of numbers; export the labels again", where=where, line=" ".join(words)[:60])
    if not class_number.is_integer() or not 0 <= class_number < len(names):
        return tell("{where}: there is no class {number}, the names have 0 to {last}; add its name, or correct the line",
                    where=where, number=words[0], last=len(names) - 1)
    if any(math.isfinite(share) and abs(share) > 2 for share in shares):
        return tell("{where}: the box is given in pixels; YOLO boxes are shares of the picture, 0 to 1", where=where)
    if polygon:
        sides = (min(shares[::2]), min(shares[1::2]), max(shares[::2]), max(shares[1::2]))
        if not all(map(math.isfinite, shares)):
            sides = (math.nan,) * 4
    else:
        x, y, width, height = shares
        sides = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    wide, high = picture.size.width_px, picture.size.height_px
    return names[int(class_number)], (sides[0] * wide, sides[1] * high, sides[2] * wide, sides[3] * high)
