"""How many good frames are refused, over many real shelf photos, and by which limit.

    python -m scripts.measure_good_frames DATA [--every 2] [--first 0] [--frames 2]

Every photo of DATA (see `verdict_photos.py`) is the clear picture of a fixed camera; a frame is the photo with other noise, a
tremble of up to 2 px and light that differs by up to 8 %. `--every 2 --first 0` takes one half of the photos, `--first 1` the
other: limits are chosen on one and measured on the other.
"""

import argparse
import dataclasses
import zlib
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from edge.capture.quality import FrameQuality, judge, measure
from edge.capture.reference import Reference
from scripts.measure_occluders import seen_again
from scripts.verdict_faults import noisy
from scripts.verdict_photos import photos_of

ALL = 10_000
SHARES = (0.0, 0.005, 0.01, 0.5, 0.99, 0.995, 1.0)
MEASURES = tuple(field.name for field in dataclasses.fields(FrameQuality) if field.name != "hidden")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--every", type=int, default=2)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--frames", type=int, default=2)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    refused, told, partly, values = 0, Counter[str](), 0, []
    for number, (name, image) in enumerate(photos_of(arguments.data, ALL)):
        if number % arguments.every != arguments.first:
            continue
        dice = np.random.default_rng(zlib.crc32(name.encode()))
        reference = Reference.of(noisy(image, dice))
        for _ in range(arguments.frames):
            quality = measure(seen_again(image, dice), reference)
            reasons = judge(quality)
            refused += bool(reasons)
            told.update(reasons)
            partly += not reasons and quality.hidden is not None and bool(quality.hidden.any())
            values.append([getattr(quality, each) for each in MEASURES])
            if reasons:
                print(name, *reasons, flush=True)
    print(f"{len(values)} good frames: {refused} refused, {partly} partly", dict(told))
    for each, column in zip(MEASURES, np.quantile(np.array(values, np.float64), SHARES, axis=0).T, strict=True):
        print(f"{each:16}", *(f"{value:8.3f}" for value in column))


if __name__ == "__main__":
    main()
