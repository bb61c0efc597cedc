"""Labelled folders as other programs leave them, drawn from boxes in px."""

import json
from pathlib import Path

from hypothesis import strategies as st

from inventory_core.messages import Message, tell
from models.coco import CocoSet
from models.labels.making import Size

WIDTH, HEIGHT = 800, 600
NAMES = ["可乐 33cl", "O'Brien, dark", "void"]
Named = tuple[str, tuple[float, float, float, float]]


def size_of(picture: Path) -> Size | Message:
    """A picture says its size in its first bytes here: `800x600`."""
    text = picture.read_text()
    return Size(*(int(side) for side in text.split("x"))) if "x" in text else tell("{name} is damaged", name=picture.name)


def picture(file: Path, size: str = f"{WIDTH}x{HEIGHT}") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(size)
    return file


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def yolo_line(name: str, box: tuple[float, float, float, float]) -> str:
    x1, y1, x2, y2 = box
    sides = ((x1 + x2) / 2 / WIDTH, (y1 + y2) / 2 / HEIGHT, (x2 - x1) / WIDTH, (y2 - y1) / HEIGHT)
    return " ".join([str(NAMES.index(name)), *(f"{side:.6f}" for side in sides)])


def voc(file_name: str, boxes: list[Named], size: tuple[int, int] = (WIDTH, HEIGHT)) -> str:
    objects = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{round(x1)}</xmin><ymin>{round(y1)}</ymin><xmax>{round(x2)}</xmax>"
        f"<ymax>{round(y2)}</ymax></bndbox></object>" for name, (x1, y1, x2, y2) in boxes
    )
    return (f"<annotation><filename>{file_name}</filename><size><width>{size[0]}</width><height>{size[1]}</height></size>"
            f"{objects}</annotation>")


def count(source: str, *boxes: dict, **more: object) -> str:
    entry = {"source": source, "width_px": WIDTH, "height_px": HEIGHT, "status": "counted", "boxes": list(boxes)} | more
    return json.dumps({"schema": "shelfcount.count/1", "images": [entry]})


def reviewed(review: str | None = "confirmed", **more: object) -> dict:
    box = {"xyxy_px": [10, 20, 60, 120], "sku": "COLA", "kind": "product", "shelf": "2", "score": 0.9}
    return box | ({"review": review} if review else {}) | more


def taken(labels: CocoSet) -> list[Named]:
    return [(box.name, box.xyxy) for image in labels.images for box in image.boxes]


def refusals(labels: CocoSet) -> str:
    return "\n".join(str(told) for told in labels.refused)


@st.composite
def boxes(draw: st.DrawFn) -> list[Named]:
    """Boxes inside the picture, at least 8 px on a side; no two alike, as no shelf has two things in one place."""
    found = []
    for _ in range(draw(st.integers(0, 8))):
        x1, y1 = draw(st.floats(0, WIDTH - 8)), draw(st.floats(0, HEIGHT - 8))
        x2, y2 = draw(st.floats(x1 + 8, WIDTH)), draw(st.floats(y1 + 8, HEIGHT))
        found.append((draw(st.sampled_from(NAMES)), (x1, y1, x2, y2)))
    return list({tuple(round(side) for side in box): (name, box) for name, box in found}.values())


def near(expected: list[Named], found: list[Named], px: float) -> bool:
    """Same names in the same order, each corner within `px`."""
    return [name for name, _ in expected] == [name for name, _ in found] and all(
        abs(a - b) <= px for (_, one), (_, other) in zip(expected, found, strict=True) for a, b in zip(one, other, strict=True)
    )
