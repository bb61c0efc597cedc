"""Counts the bottle clip as `shelfcount count` does and holds every count against the truth table beside it.

    python -m scripts.bottle_clip FOLDER [--site FILE] [--variants]

FOLDER holds one .mp4 and one .csv with the columns first_frame, last_frame, bottles. Prints every count with its time,
and as the last line "7 of 7 changes, 0 with a hand in view". With --variants the clip is also counted in other light, from
another distance, and with hands that hold still; a line each. Exit code 1 where a change is missing, an other one is there,
or a count was given with a hand in view; the variants do not bear on it.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from calibration.record import Calibration
from edge.bootstrap import open_eye, open_site
from edge.capture.camera import VideoFile
from edge.clock import SystemClock
from edge.counting.pipeline import Eye
from edge.counting.result import CountResult
from edge.counting.sources import Source, count_source
from edge.settings import load_settings
from inventory_core.counts import CaptureStatus
from scripts.bottle.truth import Published, Stretch, held, judge, read_truth, stretch_of
from scripts.bottle.variants import HELD, SEEN_OTHERWISE, write_variant


def counts_of(clip: Path, eye: Eye, site: Calibration | None) -> Iterator[tuple[CountResult, Published]]:
    """Every count of the product, with the frame at which it was given."""
    video = VideoFile(clip)
    video.close()
    settings = load_settings()
    for result in count_source(Source.of_path(str(clip)), eye, site, settings.max_pixels, SystemClock()):
        frame = round((result.at_s or 0.0) * video.fps)
        yield result, Published(frame, result.facings if result.status is CaptureStatus.COUNTED else None)


def show(result: CountResult, count: Published, truth: list[Stretch]) -> str:
    """One line for a count."""
    found = [row.facings for shelf in result.shelves for row in shelf.facings]
    low, high = sum(each.low for each in found), sum(each.high for each in found)
    blind = f"cannot see: {', '.join(result.reasons)}"
    said = blind if count.facings is None else f"{count.facings} bottles ({low}-{high})"
    number = stretch_of(truth, count.frame)
    true = "a hand is in view" if number is None else f"truth {truth[number].bottles}"
    return f"{result.at_s:6.2f} s  frame {count.frame:5d}  {said:20}  {true}"


def main(folder: Path, site_file: Path | None, variants: bool) -> int:
    clip, table = next(folder.glob("*.mp4")), next(folder.glob("*.csv"))
    truth, site = read_truth(table), open_site(site_file)
    eye = open_eye(load_settings())
    counts = []
    for result, count in counts_of(clip, eye, site):
        counts.append(count)
        print(show(result, count, truth), flush=True)
    if variants:
        with tempfile.TemporaryDirectory() as made:
            for variant in (*SEEN_OTHERWISE, *HELD):
                copy = Path(made) / "variant.avi"
                more = write_variant(clip, copy, variant)
                true = truth if variant.held_at is None else held(truth, variant.held_at, more)
                print(f"{variant.name}: {judge((each for _, each in counts_of(copy, eye, None)), true)}", flush=True)
    outcome = judge(counts, truth)
    print(outcome)
    return 0 if outcome.is_exact else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--site", type=Path)
    parser.add_argument("--variants", action="store_true")
    options = parser.parse_args()
    sys.exit(main(options.folder, options.site, options.variants))
