"""Measures the lens fit for bench/lens.md: `python scripts/measure_lens.py [--seed N]`, about three minutes.

First, sets of corners of random lenses, places and tilts, with the error of a detector: which rule of LensPolicy is worth what.
Then pictures of the printed sheet through known lenses, with noise and blur: how exact all of it is together.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from calibration.boards import BoardKind, see_board
from calibration.errors import BadLensPictures
from calibration.lens import Lens
from calibration.lens_fit import LensFit, fit_lens
from calibration.lens_views import LensPolicy, screen
from tests.calibration.rendered import BoardCamera, Pose, corners_seen, lens_error, lens_of, poses_round_the_picture

SIZE = (1280, 720)
BOARD_MM = 240.0
CORNER_NOISE_PX = 0.12
OPEN = LensPolicy(least_views=3, least_cover=0, least_tilted=0, most_focal_sd=9, most_rms_px=99)
"""Nothing about the set is refused, so that what the rules refuse is seen too."""


def random_lens(dice: np.random.Generator) -> Lens:
    focal = dice.uniform(650, 1300)
    k1 = dice.uniform(-0.3, 0.05) if focal < 900 else dice.uniform(-0.15, 0.05)
    dist = (k1, max(0.0, -0.35 * k1), *dice.normal(0, 5e-4, 2), 0.0)
    return lens_of(focal, *SIZE, dist, shift=tuple(dice.normal(0, 8, 2)))


def random_poses(dice: np.random.Generator, focal: float) -> Iterator[Pose]:
    spread, tilt = dice.uniform(0.1, 0.9), dice.uniform(3, 30)
    for _ in range(int(dice.integers(4, 16))):
        across, down = 0.5 + dice.uniform(-0.5, 0.5, 2) * spread
        distance = focal * BOARD_MM / (SIZE[1] * dice.uniform(0.35, 0.9))
        yield Pose(across, down, distance, *np.clip(dice.normal(0, tilt, 2), -45, 45), turn_deg=dice.normal(0, 30))


def trials(seed: int, count: int) -> Iterator[tuple[LensFit, float, float, bool]]:
    """(fit, focal error, bay error, whether the shipped rules take it)."""
    dice = np.random.default_rng(seed)
    for number in range(count):
        lens = random_lens(dice)
        views = corners_seen(lens, SIZE, list(random_poses(dice, lens.matrix[0, 0])), CORNER_NOISE_PX, seed + number)
        kept, _ = screen(views, LensPolicy())
        try:
            fit = fit_lens(kept, OPEN)
        except BadLensPictures:
            continue
        try:
            fit_lens(kept)
            taken = True
        except BadLensPictures:
            taken = False
        yield fit, *lens_error(fit.lens, lens, SIZE), taken


def say(name: str, rows: np.ndarray) -> None:
    if len(rows):
        focal, bay = 100 * rows[:, 0], 100 * rows[:, 1]
        print(f"| {name} | {len(rows)} | {np.median(focal):.2f} | {np.percentile(focal, 95):.2f} | {focal.max():.2f} | "
              f"{np.median(bay):.3f} | {np.percentile(bay, 95):.3f} | {bay.max():.3f} |")


def sets_of_corners(seed: int, count: int) -> None:
    found = list(trials(seed, count))
    errors = np.array([[focal, bay] for _, focal, bay, _ in found])
    cover = np.array([fit.cover for fit, *_ in found])
    tilted = np.array([sum(view.tilt_deg >= LensPolicy().least_tilt_deg for view in fit.views) for fit, *_ in found])
    unsure = np.array([fit.focal_sd for fit, *_ in found])
    taken = np.array([row[3] for row in found])
    print(f"\nsets of corners: seed {seed}, {len(found)} of {count} fitted; errors in %\n")
    print("| sets | n | focal median | 95 % | worst | bay median | 95 % | worst |\n|---|---|---|---|---|---|---|---|")
    for low, high in ((0, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 1)):
        say(f"cover {low:.1f} to {high:.1f}", errors[(cover >= low) & (cover < high)])
    for low, high in ((0, 1), (1, 3), (3, 6), (6, 99)):
        say(f"{low} to {min(high - 1, 15)} lean by 15 degrees", errors[(tilted >= low) & (tilted < high)])
    for low, high in ((0, 0.002), (0.002, 0.004), (0.004, 0.01), (0.01, np.inf)):
        say(f"focal length known to {100 * low:g} % to {100 * high:g} %", errors[(unsure >= low) & (unsure < high)])
    say("**taken by the rules**", errors[taken])
    say("refused by the rules", errors[~taken])


def rendered() -> None:
    print("\npictures of the printed sheet, 14 each\n")
    print("| picture | focal px | dist | board | noise, blur | pictures | rms px | focal % | bay % |")
    print("|---|---|---|---|---|---|---|---|---|")
    for width, height, focal, dist in ((640, 480, 520, (-0.3, 0.1, 0, 0, 0)), (1280, 720, 1000, (-0.1, 0.02, 1e-3, -1e-3, 0)),
                                       (1280, 720, 700, (-0.3, 0.11, 0, 0, 0)), (1920, 1080, 1500, (0.05, -0.1, 0, 0, 0))):
        lens = lens_of(focal, width, height, dist, shift=(6, -4))
        for kind, noise, blur in ((BoardKind.CHARUCO, 3.0, 0.6), (BoardKind.CHARUCO, 8.0, 1.2), (BoardKind.TAGS, 3.0, 0.6)):
            camera = BoardCamera(lens, width, height, kind=kind, noise=noise, blur_px=blur)
            poses = poses_round_the_picture(focal * BOARD_MM / (0.6 * height))
            kept, _ = screen([see_board(camera.picture(pose), kind, str(n)) for n, pose in enumerate(poses)], LensPolicy())
            row = f"| {width} x {height} | {focal} | {dist[:2]} | {kind} | {noise:g}, {blur:g} px | {len(kept)} "
            try:
                fit = fit_lens(kept)
            except BadLensPictures as error:
                print(f"{row}| refused: {error} | | |")
                continue
            far, bay = lens_error(fit.lens, lens, (width, height))
            print(f"{row}| {fit.rms_px:.3f} | {100 * far:.2f} | {100 * bay:.3f} |")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=11)
    asked.add_argument("--sets", type=int, default=400)
    options = asked.parse_args()
    cv2.setNumThreads(1)
    sets_of_corners(options.seed, options.sets)
    rendered()


if __name__ == "__main__":
    main()
