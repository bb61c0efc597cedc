"""Measures what one fixed camera costs with a full count every two seconds (the whole-system goal), as a Markdown table.

    python -m scripts.measure_whole_system --photo ../shared/data/shelf-photos/test_0.jpg [--seconds 130] [--backend NAME]
        [--scene still|changing]

The stream is a process of its own: the photo at 1920 x 1080, 15 fps, fresh sensor noise on each picture. Measured are the
capture process and this one, which holds the camera, takes bursts by the gate, judges, registers against the surveyed
picture (site file, drift guard), detects, names by a gallery of the photo's own products, and counts. In the arms with changes
one place in twenty shows another product in every count; the next count begins when that has stood still for two seconds. The
book and the API rest. CPU time of all threads of both processes; the first count of an arm, which looks at everything, stands
apart.
"""

import argparse
import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

os.environ |= {"OMP_NUM_THREADS": "1"}

import cv2
import numpy as np

from calibration.record import Calibration
from calibration.site_file import read_site
from edge.bootstrap import FAINT
from edge.capture.frame import Image
from edge.capture.rig import RigCamera
from edge.capture.settle import BurstPolicy, take_burst
from edge.capture.supervisor import SupervisedCamera, WorkerProcess
from edge.capture.wire import Order
from edge.clock import SystemClock
from edge.counting.fixed_camera import FixedCamera
from edge.counting.pipeline import Eye
from inventory_core.ids import Sku
from models.backends import PLAIN, Backend
from models.crops import cut
from models.detections import PRODUCT
from models.detector import open_backend
from models.embedder import open_embedder
from models.gallery import Photo, open_gallery
from models.manifest import load_manifest
from models.namer import Namer
from models.policy import DetectorPolicy
from models.step_back import StepBack
from scripts.measure_gate import FPS, NOISE, QUALITY, SIZE_PX, cpu_of, scene

EVERY_S = 2.0
PICTURES = 20
CHANGED = 0.05
SHELVES = 4
MOST_SHARE = 0.10


def serve(photo: Path, changing: bool) -> None:
    """Stream until the pipe on stdin closes; each line on it brings the next version of the shelf."""
    still, dice = scene(photo), np.random.default_rng(0)
    versions = [_jpegs(each, dice) for each in (_changed(still, dice) if changing else [still])]
    at = [0]
    with RigCamera(lambda number: versions[at[0] % len(versions)][number % PICTURES], fps=FPS) as rig:
        print(rig.url, flush=True)
        for _ in sys.stdin:
            at[0] += 1


def _jpegs(still: Image, dice: np.random.Generator) -> list[bytes]:
    noisy = (np.clip(still + dice.normal(0, NOISE, still.shape), 0, 255).astype(np.uint8) for _ in range(PICTURES))
    return [bytes(cv2.imencode(".jpg", each, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()) for each in noisy]


def _changed(still: Image, dice: np.random.Generator) -> list[Image]:
    """The shelf, and the same with another product in one place of twenty."""
    boxes, made = _boxes(still), still.copy()
    for index in dice.choice(len(boxes), max(1, round(CHANGED * len(boxes))), replace=False):
        x1, y1, x2, y2 = boxes[index]
        other = cut(still, boxes[int(dice.integers(len(boxes)))].astype(np.float32))
        made[y1:y2, x1:x2] = cv2.resize(other, (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA)
    return [still, made]


def _boxes(still: Image) -> np.ndarray:
    """(n, 4) px of the products that the shipped detector counts."""
    detector = open_backend(PLAIN, threads=1)
    found = detector.detect(still).of_class(PRODUCT)
    return found.xyxy[found.score >= detector.policy.score].round().astype(int)


@contextlib.contextmanager
def streaming(photo: Path, changing: bool) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "scripts.measure_whole_system", "--photo", str(photo), "--serve", str(int(changing))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as stream:
        assert stream.stdout is not None
        yield stream.stdout.readline().strip(), stream
        stream.communicate()


def surveyed(folder: Path, still: Image) -> Calibration:
    """A site of the whole picture with equal shelves and its surveyed picture."""
    (folder / "front.png").write_bytes(cv2.imencode(".png", still)[1].tobytes())
    width, height = SIZE_PX
    lines = ["schema = 1", "[camera]", f"width_px = {width}", f"height_px = {height}", "[corners]", "top_left = [0, 0]",
             f"top_right = [{width}, 0]", f"bottom_right = [{width}, {height}]", f"bottom_left = [0, {height}]", "[bay]",
             f"width_mm = {width}", f"height_mm = {height}", "mm_per_px = 1", "[reference]", 'picture = "front.png"',
             f'sha256 = "{hashlib.sha256((folder / "front.png").read_bytes()).hexdigest()}"']  # fmt: skip
    for shelf in range(SHELVES):
        lines += ["[[shelf]]", f"top_mm = {shelf * height / SHELVES}", f"bottom_mm = {(shelf + 1) * height / SHELVES}"]
    (folder / "site.toml").write_text("\n".join(lines), encoding="utf-8")
    return read_site(folder / "site.toml")


def eye_of(folder: Path, still: Image, backend: Backend) -> Eye:
    """The shipped networks, and a gallery that knows every product of the photo."""
    policy = load_manifest().of("detector").policy or DetectorPolicy()
    detector = open_backend(backend, threads=1, policy=replace(policy, score=FAINT * policy.score))
    embedder = open_embedder(threads=1, backend=backend.for_vectors)
    gallery = open_gallery(folder / "gallery", embedder.fingerprint, create=True)
    for number, box in enumerate(_boxes(still)):
        crop = cut(still, box.astype(np.float32))
        gallery.enrol(Sku(f"p{number}"), embedder.embed_crops([crop]), [Photo(crop, "p.jpg")], at=datetime.now(UTC))
    return Eye(StepBack(detector), Namer(embedder, gallery), policy.score, embedder.fingerprint, gallery.fingerprint)


@dataclass(frozen=True, slots=True)
class Run:
    """CPU seconds: `first` count (this process); then `counting` and `capturing` over `wall_s`, in which `counts` were made, of
    them `repeated` without looking, with so many `facings`."""

    first: float
    counting: float
    capturing: float
    wall_s: float
    counts: int
    repeated: int
    facings: tuple[int, int]


def run(photo: Path, still: Image, backend: Backend, frames: int, changing: bool, seconds: float) -> Run:
    processes = list[WorkerProcess]()
    with tempfile.TemporaryDirectory() as name, streaming(photo, changing) as (url, stream):
        assert stream.stdin is not None
        site, eye = surveyed(Path(name), still), eye_of(Path(name), still, backend)
        seen, clock = FixedCamera(), SystemClock()

        def launch() -> WorkerProcess:
            processes.append(WorkerProcess(Order(url, "rig")))
            return processes[-1]

        camera = SupervisedCamera("rig", launch, clock)
        start = cpu = child = wall = 0.0
        facings, repeated, counts = [], 0, 0
        first = 0.0
        while counts == 0 or time.monotonic() - wall < seconds:
            begun_s = time.monotonic()
            burst = take_burst(camera, clock, BurstPolicy(frames=frames), gate=seen.gate)
            if not burst.settled:
                raise SystemExit("the scene did not settle")
            start = time.process_time()
            result = seen.count(eye, burst, clock.monotonic(), source="rig", site=site, camera="rig")
            facings.append(result.facings)
            if not result.facings:
                raise SystemExit(f"nothing was counted: {result.status} {result.reasons}")
            if not first:
                first = time.process_time() - start
                cpu, child, wall = time.process_time(), cpu_of(processes[0].pid), time.monotonic()
            else:
                repeated += result.looked_at is not None
                counts += 1
            if changing:
                stream.stdin.write("\n")
                stream.stdin.flush()
            time.sleep(max(0.0, begun_s + EVERY_S - time.monotonic()))
        made = Run(first, time.process_time() - cpu, cpu_of(processes[0].pid) - child, time.monotonic() - wall, counts,
                   repeated, (min(facings), max(facings)))  # fmt: skip
        camera.close()
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=130.0)
    parser.add_argument("--backend", type=Backend.of, default=PLAIN)
    parser.add_argument("--scene", choices=("still", "changing"), help="only these arms")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.serve is not None:
        serve(given.photo, bool(given.serve))
        return
    still = scene(given.photo)
    print(f"{given.photo.name} at {SIZE_PX[0]} x {SIZE_PX[1]}, {FPS:g} fps; {given.backend}, one thread, as shipped (640 + 448 "
          f"px and a step back); {given.seconds:g} s an arm; load average {os.getloadavg()[0]:.1f}.\n")  # fmt: skip
    print("| scene | frames a count | counts, of them repeated | s from count to count | of one core: counting | capturing | "
          "together | CPU of the first count, s | facings |\n" + "|---" * 9 + "|", flush=True)  # fmt: skip
    shares = []
    for changing in [each for each in (False, True) if given.scene != ("still" if each else "changing")]:
        for frames in (BurstPolicy().frames, 1):
            made = run(given.photo, still, given.backend, frames, changing, given.seconds)
            parts = [made.counting / made.wall_s, made.capturing / made.wall_s]
            shares += [] if changing else [sum(parts)]
            low, high = made.facings
            print(f"| {'one place in twenty changes' if changing else 'nothing changes'} | {frames} | {made.counts}, "
                  f"{made.repeated} | {made.wall_s / made.counts:.2f} | {parts[0]:.1%} | {parts[1]:.1%} | {sum(parts):.1%} | "
                  f"{made.first:.2f} | {low if low == high else f'{low} .. {high}'} |", flush=True)  # fmt: skip
    if shares:
        print(f"\nA still scene, most of the two: {max(shares):.1%}; the goal is {MOST_SHARE:.0%}.")


if __name__ == "__main__":
    main()
