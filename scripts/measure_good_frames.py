"""How many good frames are refused, over many real shelf photos, and by which limit.

    python -m scripts.measure_good_frames DATA --half choose|measured [--shelves 60] [--frames 6] [--look DIR]

Photos, halves and moments are those of `measure_verdicts.py`: the photo is the clear picture of a fixed camera, a frame shows
it in other light, with a tremble and other noise, and every second one with 10 to 80 % of all its goods taken at once, where
the photo has labels. `--shelves 10000` takes all photos.
"""

import argparse
import dataclasses
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from edge.capture.quality import FrameQuality, judge, measure
from scripts.measure_occluders import boxes_beside
from scripts.measure_verdicts import HALVES, Scene, half_of, interval
from scripts.verdict_photos import photos_of

SHARES = (0.0, 0.005, 0.01, 0.5, 0.99, 0.995, 1.0)
MEASURES = tuple(field.name for field in dataclasses.fields(FrameQuality) if field.name != "hidden")
ROWS = ("as surveyed", "goods taken")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=HALVES, required=True)
    parser.add_argument("--shelves", type=int, default=60, help="photos of the large set, of each half about a half")
    parser.add_argument("--frames", type=int, default=6, help="of each photo")
    parser.add_argument("--look", type=Path, help="put the refused frames there")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    frames, refused, partly, told, values = Counter[str](), Counter[str](), Counter[str](), Counter[tuple[str, str]](), []
    goods, photos = boxes_beside(given.data), 0
    for name, image in photos_of(given.data, 2 * given.shelves):
        if half_of(name) != given.half:
            continue
        photos += 1
        scene = Scene(name, image, goods.get(name))
        for number in range(given.frames):
            frame, bare = scene.moment()
            quality = measure(frame, scene.reference)
            row, reasons = ROWS[bare], judge(quality)
            frames[row] += 1
            refused[row] += bool(reasons)
            told.update((row, reason) for reason in reasons)
            partly[row] += not reasons and quality.hidden is not None and bool(quality.hidden.any())
            values.append([getattr(quality, each) for each in MEASURES])
            if reasons:
                print(name, number, row, *reasons, flush=True)
            if reasons and given.look:
                cv2.imwrite(str(given.look / f"{'-'.join(reasons)}-{number}-{name.replace('/', '-')}.png"), frame)
    print(f"half {given.half}, {photos} photos")
    for row, names in {**{row: (row,) for row in ROWS}, "all": ROWS}.items():
        of, hits = sum(frames[each] for each in names), sum(refused[each] for each in names)
        if of:
            low, high = interval(hits, of)
            why = Counter[str]()
            for (each, reason), n in told.items():
                why[reason] += n * (each in names)
            print(f"{row:12} {hits} of {of} refused  {100 * hits / of:.2f} %  [{100 * low:.1f}, {100 * high:.1f}]  {+why}, "
                  f"{sum(partly[each] for each in names)} partly")
    for each, column in zip(MEASURES, np.quantile(np.array(values, np.float64), SHARES, axis=0).T, strict=True):
        print(f"{each:16}", *(f"{value:8.3f}" for value in column))


if __name__ == "__main__":
    main()
