"""A labelled set while it is read from somebody's files: pictures are held against the disk, boxes against their picture.

Whatever cannot be taken is refused by a message that names the file, the place in it, what is wrong and the mend.
Plane: px of the upright picture on disk; xyxy.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from inventory_core.messages import Message, tell
from models.coco import CocoBox, CocoImage, CocoSet
from models.errors import BadLabels

MAX_TEXT_BYTES = 20_000_000
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
BYTE_MARK = "\ufeff"

XYXY = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """Width and height of an upright picture, px."""

    width_px: int
    height_px: int

    def __str__(self) -> str:
        return f"{self.width_px} x {self.height_px}"


SizeOf = Callable[[Path], Size | Message]
"""The size of a picture file, or why it cannot be used as a picture."""


@dataclass(frozen=True, slots=True)
class BoxPolicy:
    """A box may stick out of its picture by `slack` of the picture's side (rounding, a hurried hand) and is cut there; one
    that sticks out further was drawn on another picture. What remains must be `least_px` on both sides."""

    slack: float = 0.02
    least_px: float = 1.0


@dataclass(slots=True)
class PictureInMaking:
    """One picture that is there, and its boxes so far."""

    name: str
    size: Size
    owner: "SetInMaking"
    boxes: list[CocoBox] = field(default_factory=list)

    def add(self, where: Message, name: str, xyxy: XYXY, *, shelf: str | None = None, score: float | None = None,
            votes: int | None = None) -> None:
        """Take a box or refuse it; `where` is its place in the label file."""
        told = self._fault(where, name, xyxy)
        if told is not None:
            self.owner.refused.append(told)
            return
        width, height = self.size.width_px, self.size.height_px
        cut = (max(0.0, xyxy[0]), max(0.0, xyxy[1]), min(float(width), xyxy[2]), min(float(height), xyxy[3]))
        if any(box.name == name.strip() and box.xyxy == cut for box in self.boxes):
            self.owner.refused.append(tell("{where}: the same box of {name} stands there twice; the first one counts",
                                           where=where, name=name))
            return
        self.boxes.append(CocoBox(str(self.owner.next_id()), name.strip(), cut, shelf, score, votes))

    def _fault(self, where: Message, name: str, xyxy: XYXY) -> Message | None:
        shown = [round(side, 1) if math.isfinite(side) else str(side) for side in xyxy]
        if not name.strip() or "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
            return tell("{where}: the box has no name that can be stored; name it and import again", where=where)
        if not all(math.isfinite(side) for side in xyxy):
            return tell("{where}: the box {box} is not made of numbers; draw it again", where=where, box=shown)
        policy, limits = self.owner.policy, (self.size.width_px, self.size.height_px) * 2
        if xyxy[2] <= xyxy[0] or xyxy[3] <= xyxy[1]:
            return tell("{where}: the box {box} has no area; draw it again", where=where, box=shown)
        out = [max(-side, side - limit) / limit for side, limit in zip(xyxy, limits, strict=True)]
        if max(out) > policy.slack:
            return tell("{where}: the box {box} lies outside the picture of {size} pixels; check that the labels belong to "
                        "this picture", where=where, box=shown, size=self.size)
        cut = [min(max(side, 0.0), float(limit)) for side, limit in zip(xyxy, limits, strict=True)]
        if min(cut[2] - cut[0], cut[3] - cut[1]) < policy.least_px:
            return tell("{where}: the box {box} has no area; draw it again", where=where, box=shown)
        return None


@dataclass(slots=True)
class SetInMaking:
    """The set so far: pictures by their name below `root`, and every refusal."""

    root: Path
    size_of: SizeOf
    policy: BoxPolicy = field(default_factory=BoxPolicy)
    pictures: dict[str, PictureInMaking] = field(default_factory=dict)
    refused: list[Message] = field(default_factory=list)
    taken: int = 0

    def next_id(self) -> int:
        self.taken += 1
        return self.taken

    def refuse(self, told: Message) -> None:
        self.refused.append(told)

    def open(self, file: Path, labels: str, declared: Size | None = None) -> PictureInMaking | None:
        """The picture at `file`, whose boxes the label file `labels` holds; None, refused, where it cannot be taken.

        `declared` is the size that the labels were drawn on, where they say it.
        """
        name = self.name_of(file)
        found = self._sound(file, name, labels, declared)
        if isinstance(found, Message):
            self.refused.append(found)
            return None
        picture = self.pictures[name] = PictureInMaking(name, found, self)
        return picture

    def _sound(self, file: Path, name: str, labels: str, declared: Size | None) -> Size | Message:
        if not file.is_file():
            return tell("{labels}: its picture {name} is not there; put it in place, or delete the labels", labels=labels,
                        name=name)
        if name in self.pictures:
            return tell("{labels}: the picture {name} has labels already; keep one label file of it", labels=labels, name=name)
        size = self.size_of(file)
        if isinstance(size, Message):
            return tell("{labels}: {why}", labels=labels, why=size)
        if declared is not None and declared != size:
            return tell("{labels}: the labels were drawn on {declared} pixels, the picture {name} has {size}; put the "
                        "picture back that was labelled", labels=labels, declared=declared, name=name, size=size)
        return size

    def name_of(self, file: Path) -> str:
        """A file's name below the root, as labels write it."""
        return file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else file.as_posix()

    def done(self, name: str) -> CocoSet:
        images = tuple(
            CocoImage(one.name, one.size.width_px, one.size.height_px, tuple(one.boxes)) for one in self.pictures.values()
        )
        return CocoSet(name, images, tuple(self.refused))


def read_text(file: Path, shown: str) -> str | Message:
    """A label file's text (UTF-8), or why it cannot be read."""
    try:
        if file.stat().st_size > MAX_TEXT_BYTES:
            return tell("{labels} is larger than {limit} bytes: not a label file", labels=shown, limit=MAX_TEXT_BYTES)
        return file.read_text(encoding="utf-8").removeprefix(BYTE_MARK)
    except OSError as error:
        return tell("{labels} cannot be read: {why}", labels=shown, why=error.strerror or error)
    except UnicodeDecodeError:
        return tell("{labels} is not UTF-8 text; save it as UTF-8", labels=shown)


def files_below(root: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Every file below `root` whose name ends so, sorted; hidden ones are passed over. Raises BadLabels without a folder."""
    if not root.is_dir():
        raise BadLabels("{folder} is not a folder; give the folder that holds labels and pictures", folder=root)
    return sorted(
        path for path in root.rglob("*")
        if path.suffix.lower() in suffixes and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    )
