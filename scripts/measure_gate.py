"""Measures what watching a still 1080p15 MJPEG camera costs (goal G5), as a Markdown table.

    python -m scripts.measure_gate --photo ../shared/data/shelf-photos/test_0.jpg [--rounds 5] [--frames 75]
        [--quality 85]

One stream of a process of its own: the photo at 1920 x 1080 with fresh sensor noise on each picture. Interleaved rounds, A B
C A B C: the naive loop (cv2 read, full-resolution BGR difference, Laplacian in doubles), the reader that keeps packets with
the gate on every packet, and the camera in a process of its own asked four times a second, as a waiting count does. CPU time
of the process (and of the capture process), one thread, from the second picture of a round on.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ |= {"OPENCV_FFMPEG_THREADS": "1", "OMP_NUM_THREADS": "1"}

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.capture.gate import Gate
from edge.capture.mjpeg import MjpegGrabber
from edge.capture.packet import packet_of
from edge.capture.rig import RigCamera
from edge.capture.supervisor import SupervisedCamera, WorkerProcess
from edge.capture.wire import Order
from edge.clock import SystemClock

FPS = 15.0
SIZE_PX = (1920, 1080)
NOISE = 3.0
"""Grey levels (standard deviation), as a webcam's in shop light."""
PICTURES = 30
QUALITY = 85
MOST_RATIO, MOST_SHARE = 0.25, 0.06


def scene(photo: Path) -> Image:
    """The middle of the photo, as wide as it is, in the camera's shape."""
    image = cv2.imread(str(photo))
    height, width = image.shape[:2]
    rows = min(height, round(width * SIZE_PX[1] / SIZE_PX[0]))
    top = (height - rows) // 2
    cut = image[top : top + rows]
    how = cv2.INTER_AREA if width > SIZE_PX[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(cut, SIZE_PX, interpolation=how), np.uint8)


def serve(photo: Path, quality: int) -> None:
    """Stream until the pipe on stdin closes."""
    still, dice = scene(photo), np.random.default_rng(0)
    pictures = []
    for _ in range(PICTURES):
        noisy = np.clip(still + dice.normal(0, NOISE, still.shape), 0, 255).astype(np.uint8)
        pictures.append(bytes(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()))
    with RigCamera(lambda number: pictures[number % PICTURES], fps=FPS) as rig:
        print(rig.url, round(sum(map(len, pictures)) / PICTURES / 1000), flush=True)
        sys.stdin.read()


def naive(url: str, frames: int) -> tuple[float, float]:
    """CPU and wall seconds per frame."""
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
    _, before = capture.read()
    cpu_s, wall_s = time.process_time(), time.monotonic()
    for _ in range(frames):
        _, image = capture.read()
        float(cv2.absdiff(image, before).mean())
        float(cv2.Laplacian(image, cv2.CV_64F).var())
        before = image
    used = (time.process_time() - cpu_s) / frames, (time.monotonic() - wall_s) / frames
    capture.release()
    return used


def gated(url: str, frames: int) -> tuple[float, float]:
    clock, gate = SystemClock(), Gate()
    grabber = MjpegGrabber(url, "rig", clock)
    moved = -1
    for number in range(frames + 1):
        if number == 1:
            cpu_s, wall_s = time.process_time(), time.monotonic()
        grabber.grab()
        at_s = clock.monotonic()
        moved += gate.look(packet_of("rig", number, clock.now(), at_s, grabber.retrieve()), at_s) == 0.0
    used = (time.process_time() - cpu_s) / frames, (time.monotonic() - wall_s) / frames
    grabber.close()
    if moved:
        raise SystemExit(f"the gate saw {moved} motions in a still scene")
    return used


def cpu_of(pid: int) -> float:
    """CPU seconds of another process so far."""
    fields = (Path("/proc") / str(pid) / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def supervised(url: str, frames: int) -> tuple[float, float]:
    """CPU of both processes and wall seconds per frame that the camera sent, with the gate asked every quarter second."""
    clock, gate, processes = SystemClock(), Gate(), list[WorkerProcess]()

    def launch() -> WorkerProcess:
        processes.append(WorkerProcess(Order(url, "rig")))
        return processes[-1]

    camera = SupervisedCamera("rig", launch, clock)
    gate.look(camera.read_packet(), 0.0)
    cpu_s, child_s, wall_s = time.process_time(), cpu_of(processes[0].pid), time.monotonic()
    while (passed_s := time.monotonic() - wall_s) < frames / FPS:
        gate.look(camera.read_packet(), passed_s)
        time.sleep(0.25)
    wall_s = time.monotonic() - wall_s
    used_s = time.process_time() - cpu_s + cpu_of(processes[0].pid) - child_s
    camera.close()
    return used_s / (wall_s * FPS), 1 / FPS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=75)
    parser.add_argument("--quality", type=int, default=QUALITY, help="of the JPEGs, which decides how long they are")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.photo, given.quality)
        return
    cv2.setNumThreads(1)
    command = [sys.executable, "-m", "scripts.measure_gate", "--serve", "--photo", str(given.photo),
               "--quality", str(given.quality)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as stream:
        assert stream.stdout is not None
        url, kilobytes = stream.stdout.readline().split()
        arms: dict[str, Callable[[str, int], tuple[float, float]]] = {
            "naive loop": naive, "packets and gate, every picture": gated,
            "process of its own, gate four times a second": supervised,
        }
        rounds = [{name: arm(url, given.frames) for name, arm in arms.items()} for _ in range(given.rounds)]
        stream.communicate()
    print(f"{given.photo.name} at {SIZE_PX[0]} x {SIZE_PX[1]}, {FPS:g} fps, {kilobytes} kB a picture; {given.rounds} rounds of "
          f"{given.frames} pictures; load average {os.getloadavg()[0]:.1f}.\n")  # fmt: skip
    print("| loop | CPU ms a picture, median (least .. most) | of one core at 15 fps | of the naive loop | pictures a second |")
    print("| --- | --- | --- | --- | --- |")
    for name in arms:
        cpus = [1000 * each[name][0] for each in rounds]
        ratios = [each[name][0] / each["naive loop"][0] for each in rounds]
        core = statistics.median(cpus) * FPS / 1000
        print(f"| {name} | {statistics.median(cpus):.2f} ({min(cpus):.2f} .. {max(cpus):.2f}) | {core:.1%} | "
              f"{statistics.median(ratios):.2f} ({min(ratios):.2f} .. {max(ratios):.2f}) | "
              f"{1 / statistics.median(each[name][1] for each in rounds):.1f} |")  # fmt: skip


if __name__ == "__main__":
    main()
