"""Measures once which back end runs the detector quickest on this host: only answers like the float file's come into question.

    result = tune(files, threads, host, at=now)        # result.tuning is what to keep

Back ends are raced at one thread in interleaved rounds and compared by CPU time, for the cores are shared with the rest of the
shop; then the winner's threads by wall time, a further thread only where it pays.
"""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from edge.bench.matching import match, overlaps
from edge.bench.rounds import Here, RacePolicy, Times, race
from edge.bench.shelf_picture import draw_shelf
from edge.capture.frame import Image
from inventory_core.messages import Message, Told, tell
from models.backends import BACKENDS, PLAIN, Backend
from models.detections import PRODUCT, Detections
from models.detector import Detector, open_backend
from models.errors import BadBackend
from models.manifest import Manifest
from models.tuning import Host, Tuning


@dataclass(frozen=True, slots=True)
class TunePolicy:
    """`least_alike`: share of the boxes (F1, IoU from `iou` on) that a back end must have in common with the float file on the
    drawn shelf; `most_moved`: share by which its count may differ. `gain`: share of CPU time that another back end than the
    plain one must save, or it is not worth its difference; `thread_gain`: share of wall time that the double of threads must
    save, for they are then not there for others. Rounds are repeated for `round_s` seconds each."""

    least_alike: float = 0.95
    iou: float = 0.5
    most_moved: float = 0.02
    gain: float = 0.05
    thread_gain: float = 0.25
    rounds: int = 7
    round_s: float = 0.3


@dataclass(frozen=True, slots=True)
class Tried:
    """One back end: its times at one thread, or why it was not raced."""

    backend: Backend
    times: Times | None
    ratios: tuple[float, ...] = ()
    dropped: Message | Told | None = None

    @property
    def ratio(self) -> float:
        """CPU time over the plain back end's, the median of the rounds."""
        return statistics.median(self.ratios)


@dataclass(frozen=True, slots=True)
class Tuned:
    """What was tried, what the winner's threads cost in wall time (ms), and what to keep."""

    tried: tuple[Tried, ...]
    threads: tuple[tuple[int, float], ...]
    tuning: Tuning


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """How a back end is opened and what is shown to it; a test hands in its own."""

    open: Callable[[Backend, int], Detector]
    picture: Image = field(default_factory=draw_shelf)
    backends: Sequence[Backend] = BACKENDS


def bench_of(files: Manifest) -> Bench:
    """The detector of `files` on a drawn 1920x1080 shelf."""
    return Bench(lambda backend, threads: open_backend(backend, threads=threads, files=files))


def tune(
    files: Manifest, threads: int, host: Host, *, at: datetime, bench: Bench | None = None, policy: TunePolicy = TunePolicy(),
    rounds: Iterable[object] | None = None,
) -> Tuned:
    """Try every back end and at most `threads` threads. `rounds` is the policy's rounds, wrapped in whatever shows progress.

    Raises BadModelFile where the float file cannot be opened.
    """
    bench = bench or bench_of(files)
    pinned = files.of("detector")
    wanted = bench.open(PLAIN, 1)
    answers = wanted.detect(bench.picture).of_class(PRODUCT)
    dropped: dict[Backend, Message | Told] = {}
    racing: dict[Backend, Detector] = {PLAIN: wanted}
    for backend in bench.backends:
        if backend == PLAIN:
            continue
        try:
            detector = bench.open(backend, 1)
        except BadBackend as error:
            dropped[backend] = error
            continue
        why = differs(answers, detector.detect(bench.picture).of_class(PRODUCT), policy)
        if why is None:
            racing[backend] = detector
        else:
            dropped[backend] = why
    limits = RacePolicy(policy.rounds, policy.round_s)
    times = dict(zip(racing, race([_work(each, bench) for each in racing.values()], limits, rounds), strict=True))
    tried = tuple(
        Tried(backend, times[backend], times[backend].ratios_to(times[PLAIN])) if backend in times
        else Tried(backend, None, dropped=dropped[backend]) for backend in bench.backends)
    best = min((each for each in tried if each.times), key=lambda each: each.ratio)
    winner = best.backend if best.ratio <= 1 - policy.gain else PLAIN
    counted = _threads(bench, winner, threads, limits)
    chosen = worth(counted, policy)
    file = pinned.int8_for(winner.engine) if winner.precision.wants_int8_file else pinned
    tuning = Tuning(
        host, pinned.fingerprint, (file or pinned).fingerprint, winner, chosen, at,
        {str(backend): round(each.cpu_ms, 2) for backend, each in times.items()},
    )
    return Tuned(tried, counted, tuning)


def differs(wanted: Detections, found: Detections, policy: TunePolicy) -> Message | None:
    """Why the answers are too far apart; None where they are alike."""
    partner = match(overlaps(found.xyxy, wanted.xyxy), found.score.astype(float), policy.iou)
    alike = 2 * int((partner >= 0).sum()) / max(len(wanted) + len(found), 1) if len(wanted) or len(found) else 1.0
    moved = abs(len(found) - len(wanted)) / max(len(wanted), 1)
    if alike >= policy.least_alike and moved <= policy.most_moved:
        return None
    return tell("it finds {found} boxes where fp32 finds {wanted}, {alike:.0%} of them the same", found=len(found),
                wanted=len(wanted), alike=alike)  # fmt: skip


def worth(counted: Sequence[tuple[int, float]], policy: TunePolicy) -> int:
    """The most threads that each pay, by doubling."""
    chosen, before = counted[0]
    for count, wall_ms in counted[1:]:
        if wall_ms > (1 - policy.thread_gain) * before:
            break
        chosen, before = count, wall_ms
    return chosen


def _threads(bench: Bench, backend: Backend, most: int, limits: RacePolicy) -> tuple[tuple[int, float], ...]:
    """(threads, median wall ms) for 1, 2, 4 ... up to `most`."""
    counts = [1]
    while counts[-1] * 2 <= most:
        counts.append(counts[-1] * 2)
    if len(counts) == 1:
        return ((1, 0.0),)
    times = race([_work(bench.open(backend, count), bench) for count in counts], limits)
    return tuple((count, each.wall_ms) for count, each in zip(counts, times, strict=True))


def _work(detector: Detector, bench: Bench) -> Here:
    for _ in range(16):  # an engine that compiles for a shape seen often has done so before the race
        detector.detect(bench.picture)
    return Here(lambda: detector.detect(bench.picture))
