"""Measures ways to see that a photo shows a shelf label, and what the shipped judge of photos says.

    python -m scripts.measure_labels DATA          (wants the extra "train"; some minutes on two cores)

DATA is the folder of the development sets. Prints the tables of bench/photo-labels.md.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from edge.bootstrap import open_eye, open_judge
from edge.settings import Settings
from inventory_core.photos import PhotoVerdict
from models.label_finder import LabelRecipe, open_label_finder
from models.letterbox import Image
from scripts.label_exam.exam import FixedMarker, ProbeMarker, Sheet, area_under_curve, sit
from scripts.label_exam.material import Material, gather
from scripts.label_exam.networks import DETECTOR_LAYER_6, LITE0_BLOCK_7, LITE0_BLOCK_10, Layer
from scripts.label_exam.pictures import HELD_OUT, SHOPS, Answer, Photo, Place, read_close_ups, read_photos
from scripts.label_exam.probe import Lessons, teach
from scripts.label_exam.rivals import barcodes, rectangles

COLUMNS = (
    "| way | AUC | ph-grocery, label seen | shelf-photos, label seen | cornershop-dev, label seen "
    "| false: in a shop | false: elsewhere | false: one packet | ms |\n|---|---|---|---|---|---|---|---|---|"
)
PHONE_PX = (4032, 3024)


def share(parts: Iterable[bool]) -> str:
    """`k of n`."""
    told = list(parts)
    return f"{sum(told)} of {len(told)}"


def row(way: str, sheet: Sheet, photos: Sequence[Photo], ms: float) -> str:
    """One line of the first tables; the curve is of all photos that may teach."""
    said = sheet.said_yes
    asked = [i for i, photo in enumerate(photos) if photo.teaches]
    curve = area_under_curve(sheet.marks[asked], np.array([photos[i].answer is Answer.YES for i in asked]))

    def told(which: Callable[[Photo], bool]) -> str:
        return share(bool(said[i]) for i, photo in enumerate(photos) if which(photo))

    seen = [told(lambda p, name=name: p.answer is Answer.YES and p.set_name == name)
            for name in ("ph-grocery", "shelf-photos", "cornershop-dev")]  # fmt: skip
    false = [told(lambda p, place=place: p.answer is Answer.NO and p.place is place) for place in Place]
    return f"| {way} | {curve:.3f} | {' | '.join(seen + false)} | {ms:.0f} |"


def fixed(name: str, way: Callable[[Image], float], photos: tuple[Photo, ...], data: Path) -> str:
    marks, spent = [], []
    for photo in photos:
        image = photo.pixels(data)
        start = time.process_time()
        marks.append(way(image))
        spent.append(time.process_time() - start)
    return row(name, sit(FixedMarker(np.array(marks)), photos), photos, 1000 * statistics.median(spent))


def probe_row(name: str, photos: tuple[Photo, ...], data: Path, material: Material, lessons: Lessons) -> str:
    sheet = sit(ProbeMarker(photos, material.cells, material.boxed, lessons), photos)
    images = [photo.pixels(data) for photo in photos[:20]]
    start = time.process_time()
    for image in images:
        material.reader.read(image)
    return row(name, sheet, photos, 1000 * (time.process_time() - start) / len(images))


def ways(photos: tuple[Photo, ...], data: Path, side: int) -> Iterator[str]:
    yield fixed("barcodes (cv2.barcode)", barcodes, photos, data)
    yield fixed("printed rectangles (OpenCV)", rectangles, photos, data)
    layers: tuple[tuple[str, Layer], ...] = (
        ("linear layer on the detector's layer 6", DETECTOR_LAYER_6),
        ("linear layer on EfficientNet-Lite0, block 7", LITE0_BLOCK_7),
        ("**linear layer on EfficientNet-Lite0, block 10** (shipped)", LITE0_BLOCK_10),
    )
    for name, layer in layers:
        yield probe_row(name, photos, data, gather(layer, photos, data, side), Lessons())


def sizes(photos: tuple[Photo, ...], data: Path) -> Iterator[str]:
    for side in (320, 448, 640):
        material = gather(LITE0_BLOCK_10, photos, data, side)
        for cells in (1, 6, 12):
            yield probe_row(f"{side} px, {cells} cells", photos, data, material, replace(Lessons(), label_cells=cells))


def close_ups(photos: tuple[Photo, ...], data: Path, recipe: LabelRecipe) -> Iterator[str]:
    """Each shop's close-ups, asked of a layer that learnt from the other shop's tags and from every photo."""
    lessons = replace(Lessons(), label_cells=recipe.cells)
    material = gather(LITE0_BLOCK_10, photos, data, recipe.long_side_px, lessons)
    final = sit(ProbeMarker(photos, material.cells, material.boxed, lessons), photos).final
    parts = {answer: [cells for cells, photo in zip(material.cells, photos, strict=True)
                      if photo.answer is answer and photo.teaches] for answer in Answer}  # fmt: skip
    seen: dict[float, list[bool]] = {}
    for shop in SHOPS:
        boxed = [cells for cells, whose in zip(material.boxed, material.shops, strict=True) if whose != shop]
        probe = teach(boxed, parts[Answer.YES], parts[Answer.NO], lessons)
        for cut in read_close_ups():
            if cut.shop == shop:
                cells = material.reader.read(cut.pixels(data)).reshape(-1, LITE0_BLOCK_10.channels)
                seen.setdefault(cut.share, []).append(probe.strongest(cells, recipe.cells) >= final)
    for width, said in sorted(seen.items()):
        yield f"| {width:.0%} | {share(said)} |"


def other_pictures(data: Path) -> Iterator[tuple[str, list[Image]]]:
    """Pictures without a label of sets that taught nothing."""
    film, frames = cv2.VideoCapture(str(data / "bottle-video" / next((data / "bottle-video").glob("*.mp4")).name)), []
    while (grabbed := film.read())[0]:
        frames.append(np.asarray(grabbed[1], np.uint8))
    yield "bottle-video, one frame in 30", frames[::30]


def verdicts(photos: tuple[Photo, ...], data: Path) -> Iterator[str]:
    settings = Settings()
    judge = open_judge(settings, open_eye(settings))
    said: list[PhotoVerdict] = []
    for photo in photos:
        said.append(judge.judge(cv2.imencode(".png", photo.pixels(data))[1].tobytes()))
    groups: tuple[tuple[str, Callable[[Photo], bool]], ...] = (
        ("ph-grocery, label", lambda p: p.set_name == "ph-grocery" and p.answer is Answer.YES),
        ("shelf-photos, label", lambda p: p.set_name == "shelf-photos" and p.answer is Answer.YES),
        ("cornershop-dev, label (held out)", lambda p: p.set_name == HELD_OUT and p.answer is Answer.YES),
        ("all three, doubtful", lambda p: p.answer is Answer.DOUBTFUL),
        ("in a shop, no label", lambda p: p.place is Place.SHOP and p.answer is Answer.NO),
        ("elsewhere, no label", lambda p: p.place is Place.ELSEWHERE),
        ("one packet, no label", lambda p: p.place is Place.PACKET),
    )
    for name, which in groups:
        mine = [verdict for verdict, photo in zip(said, photos, strict=True) if which(photo)]
        yield (f"| {name} | {share(bool(v.shows_label) for v in mine)} | {share(bool(v.shows_product) for v in mine)} "
               f"| {share(v.proves for v in mine)} |")  # fmt: skip
    phone = cv2.resize(photos[-1].pixels(data), PHONE_PX, interpolation=cv2.INTER_LINEAR)
    upload = cv2.imencode(".jpg", phone)[1].tobytes()
    spent, finder = [], open_label_finder(threads=settings.threads)
    finding: list[float] = []
    for _ in range(7):
        start = time.perf_counter()
        judge.judge(upload)
        spent.append(time.perf_counter() - start)
        start = time.perf_counter()
        finder.find(phone)
        finding.append(time.perf_counter() - start)
    yield (f"\nA phone photo of {PHONE_PX[0]} x {PHONE_PX[1]} px: {1000 * min(finding):.0f} ms for the label, "
           f"{1000 * min(spent):.0f} ms with decoding for the whole verdict "
           f"(best of 7, {settings.threads} threads).")


def main(data: Path) -> None:
    photos, finder = read_photos(), open_label_finder()
    print(f"## Ways, {finder.recipe.long_side_px} px\n\n{COLUMNS}")
    for line in ways(photos, data, finder.recipe.long_side_px):
        print(line, flush=True)
    print(f"\n## Sizes of the look\n\n{COLUMNS}")
    for line in sizes(photos, data):
        print(line, flush=True)
    print("\n## Close-ups\n\n| label's share of the photo's width | label seen |\n|---|---|")
    for line in close_ups(photos, data, finder.recipe):
        print(line, flush=True)
    print(f"\n## The shipped file, {finder.fingerprint}\n\n| pictures without a label, none taught | label seen |\n|---|---|")
    for name, images in other_pictures(data):
        print(f"| {name} | {share(finder.find(image).is_seen for image in images)} |", flush=True)
    print("\n| photos | label | product | both |\n|---|---|---|---|")
    for line in verdicts(photos, data):
        print(line, flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
