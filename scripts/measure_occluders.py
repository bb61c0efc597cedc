"""What a person, trolley, carton or arm in front does to a count, composed on real shelf photos with the truth of what is
hidden.

    python -m scripts.measure_occluders DATA [--photos 60] [--every 1] [--first 0] [--look DIR]

DATA holds `shelf-photos`, `price-tags/originals`, `cornershop-dev` and `shelves`. Every photo is surveyed as a bay of 4 to 6
equal shelves; its clear picture is the reference. A frame is the photo with other noise and light, moved by up to 2 px, with an
occluder of each kind and size in front; or, with nobody in front, with goods taken out. A false shortage is possible where a
shelf
of which 20 % or more is hidden counts as seen in a capture that is not `partly`: reconciling tells no shortage from a partly
one.
"""

import argparse
import tempfile
import zlib
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from calibration.record import Calibration
from calibration.site_file import read_site
from edge.capture.frame import Frame, Image
from edge.capture.quality import judge, measure
from edge.capture.reference import Reference
from edge.counting.hidden import HiddenPolicy, cover_of
from edge.counting.readings import FrameReading
from models.coco import read_coco
from scripts.verdict_faults import noisy
from scripts.verdict_photos import photos_of

KINDS = ("person", "trolley", "carton", "arm")
WIDTHS = (0.12, 0.2, 0.3, 0.45, 0.6)
"""Width of the occluder, share of the picture's; an arm is a quarter as thick."""
SITE = """
[camera]
width_px = {width}
height_px = {height}
[corners]
top_left = [0, 0]
top_right = [{width}, 0]
bottom_right = [{width}, {height}]
bottom_left = [0, {height}]
[bay]
width_mm = {width}
height_mm = {height}
"""
SHELF = """[[shelf]]
name = "{name}"
top_mm = {top}
bottom_mm = {bottom}
"""


def surveyed(width: int, height: int, shelves: int) -> Calibration:
    """A bay that fills the picture, of so many equal shelves."""
    edges = [round(height * n / shelves) for n in range(shelves + 1)]
    text = SITE.format(width=width, height=height) + "".join(
        SHELF.format(name=n + 1, top=edges[n], bottom=edges[n + 1]) for n in range(shelves))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "site.toml"
        path.write_text(text, encoding="utf-8")
        return read_site(path)


def outline(kind: str, width: float, size: tuple[int, int], dice: np.random.Generator) -> Image:
    """(H, W) 255 where the occluder stands; persons, trolleys and cartons reach the lower border, arms any side."""
    high, wide = size
    mask = np.zeros((high, wide), np.uint8)
    w, x = width * wide, dice.uniform(0.0, 1.0) * wide
    if kind == "person":
        top = dice.uniform(-0.1, 0.45) * high
        head = w * dice.uniform(0.2, 0.25)
        cv2.ellipse(mask, (int(x), int(top + head)), (int(head * 0.8), int(head)), 0, 0, 360, 255, -1)
        body = np.array([[-0.2, 2.0], [0.2, 2.0], [0.5, 2.6], [0.48, 9.0], [0.42, 30.0],
                         [-0.42, 30.0], [-0.48, 9.0], [-0.5, 2.6]])
        points = np.stack([x + body[:, 0] * w, top + body[:, 1] * head], 1)
        cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 255)
        if dice.random() < 0.5:  # an arm that reaches for something
            hand = (int(x + dice.choice([-1, 1]) * w * 0.9), int(top + head * dice.uniform(1.5, 4.0)))
            cv2.line(mask, (int(x), int(top + 3.2 * head)), hand, 255, max(3, int(0.16 * w)))
    elif kind == "arm":
        start = (int(x), high) if dice.random() < 0.5 else (int(dice.choice([0, wide])), int(dice.uniform(0, 1) * high))
        angle = dice.uniform(0, 2 * np.pi)
        end = (int(wide / 2 + np.cos(angle) * 0.3 * wide), int(high / 2 + np.sin(angle) * 0.3 * high))
        cv2.line(mask, start, end, 255, max(5, int(w / 4)))
    else:
        tall = w * dice.uniform(0.6, 1.2)
        bottom = high if kind == "trolley" else dice.uniform(0.4, 1.0) * high
        box = np.array([[x - w / 2, bottom - tall], [x + w / 2, bottom - tall * dice.uniform(0.8, 1.0)], [x + w * 0.45, bottom],
                        [x - w * 0.45, bottom]])
        cv2.fillPoly(mask, [np.rint(box).astype(np.int32)], 255)
    return mask


def clothed(kind: str, other: Image, size: tuple[int, int], dice: np.random.Generator) -> Image:
    """(H, W, 3): what the occluder looks like: cloth with folds, stripes or a print; goods in a trolley; a carton; skin."""
    high, wide = size
    base = dice.uniform(15, 235, 3) if kind != "arm" else np.array([120, 150, 200]) * dice.uniform(0.4, 1.1)
    folds = cv2.resize(dice.normal(0, 1, (9, 12)).astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC)
    look = np.repeat((folds * dice.uniform(4, 22))[..., None], 3, axis=2) + base
    style = dice.random()
    if kind == "trolley":
        look = 0.85 * cv2.resize(other, (wide, high)).astype(np.float32)
        step = max(6, wide // 40)
        look[:, ::step], look[::step] = 190, 190
    elif kind == "person" and style < 0.3:
        look += 30 * np.sign(np.sin(np.arange(high) / high * dice.uniform(60, 250)))[:, None, None]
    elif kind == "person" and style < 0.5:
        look = 0.5 * look + 0.5 * cv2.resize(other, (wide, high)).astype(np.float32)
    return np.clip(look, 0, 255).astype(np.uint8)


def taken(image: Image, boxes: np.ndarray, dice: np.random.Generator) -> Image:
    """The photo with a share of its goods taken out: what is behind them is darker, smooth, and shaded."""
    empty = image.astype(np.float32)
    share = dice.uniform(0.1, 0.8)
    for x1, y1, x2, y2 in np.rint(boxes).astype(int):
        if dice.random() < share and x2 - x1 > 2 and y2 - y1 > 2:
            shade = np.linspace(0.6, 1.1, y2 - y1, dtype=np.float32)[:, None, None]
            empty[y1:y2, x1:x2] = shade * dice.uniform(25, 110)
    return np.clip(empty, 0, 255).astype(np.uint8)


def seen_again(image: Image, dice: np.random.Generator) -> Image:
    """Another moment: light by 8 %, a tremble of up to 2 px, noise."""
    shift = np.array([[1, 0, dice.uniform(-2, 2)], [0, 1, dice.uniform(-2, 2)]])
    moved = cv2.warpAffine(image, shift, (image.shape[1], image.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    return noisy(moved.astype(np.float32) * dice.uniform(0.92, 1.08), dice)


def verdict(frame: Image, reference: Reference, site: Calibration) -> tuple[str, frozenset[str]]:
    """`blind`, `partly` or `counted`, and the shelves that are unknown."""
    quality = measure(frame, reference)
    shelves = tuple(band.shelf for band in site.bay.bands)
    if judge(quality):
        return "blind", frozenset(shelves)
    reading = FrameReading(Frame("", 0, None, frame), quality, shelves, (), (), ())
    policy = HiddenPolicy()
    cover = cover_of([reading], shelves, (), frame, site, policy)
    if cover is None:
        return "counted", frozenset()
    hidden = frozenset(str(shelf) for shelf in shelves if cover.hides(shelf, policy))
    return ("blind" if len(hidden) == len(shelves) else "partly"), hidden


def boxes_beside(data: Path) -> dict[str, np.ndarray]:
    """Product boxes (n, 4) of the labelled photos as shares 0..1 of the picture, by set and file name."""
    found: dict[str, np.ndarray] = {}
    for folder in ("shelves", "cornershop-dev"):
        for photo in read_coco(data / folder / "annotations.json").images:
            boxes = np.array([box.xyxy for box in photo.boxes if box.name != "void"]).reshape(-1, 4)
            size = np.array([photo.width_px, photo.height_px] * 2)
            found[f"{folder}/{Path(photo.file_name).name}"] = boxes / size
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--look", type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    tally: Counter[tuple[str, str]] = Counter()
    paths = list(photos_of(arguments.data, arguments.photos))[arguments.first :: arguments.every]
    other, goods = None, boxes_beside(arguments.data)
    for number, (name, image) in enumerate(paths):
        dice = np.random.default_rng(zlib.crc32(name.encode()))
        high, wide = image.shape[:2]
        site = surveyed(wide, high, 4 + number % 3)
        bands = [(round(b.top_mm), round(b.bottom_mm), str(b.shelf)) for b in site.bay.bands]
        reference = Reference.of(noisy(image, dice))
        other = image if other is None else other
        for _ in range(5):
            status, _hidden = verdict(seen_again(image, dice), reference, site)
            tally["nobody", status] += 1
        for _ in range(5 if name in goods else 0):
            bare = taken(image, goods[name] * [wide, high, wide, high], dice)
            status, _hidden = verdict(seen_again(bare, dice), reference, site)
            tally["goods taken", status] += 1
        for kind in KINDS:
            for width in WIDTHS:
                mask = outline(kind, width, (high, wide), dice)
                soft = cv2.GaussianBlur(mask, (0, 0), 1.0)[..., None].astype(np.float32) / 255
                look = clothed(kind, other, (high, wide), dice)
                frame = seen_again(np.clip(image * (1 - soft) + look * soft, 0, 255).astype(np.uint8), dice)
                status, hidden = verdict(frame, reference, site)
                shares = {shelf: float((mask[top:bottom] > 0).mean()) for top, bottom, shelf in bands}
                most = max(shares.values())
                row = f"{kind} {width:.2f}"
                if most >= 0.2:
                    tally[row, "in front"] += 1
                    tally[row, status] += 1
                tally[row, "unknown"] += sum(share >= 0.2 and shelf in hidden for shelf, share in shares.items())
                tally[row, "covered"] += sum(share >= 0.2 for share in shares.values())
                tally[row, "free"] += sum(share < 0.05 for share in shares.values())
                tally[row, "free unknown"] += sum(share < 0.05 and shelf in hidden for shelf, share in shares.items())
                if arguments.look and number < 6 and (status == "counted" and most >= 0.2):
                    cv2.imwrite(str(arguments.look / f"missed-{number}-{row.replace(' ', '-')}.png"), frame)
        other = image
    for row in dict.fromkeys(key for key, _ in tally):
        print(row, {column: count for (key, column), count in tally.items() if key == row}, flush=True)


if __name__ == "__main__":
    main()
