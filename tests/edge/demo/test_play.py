"""The demo day through the real loop: camera, detector, gallery, rows, book, reconcile. The counts do not depend on the seed
of the book, so the camera looks once and many books are held against what it saw."""

from datetime import timedelta
from pathlib import Path

import pytest

from edge.bootstrap import open_eye
from edge.capture.replay import ReplayCamera
from edge.clock import SimulatedClock
from edge.counting.evidence import Evidence
from edge.counting.masking import NobodyThere
from edge.demo.day import TrueDay, read_true_day
from edge.demo.play import BEFORE_OPENING, Played, furnish, play
from edge.demo.playwright import write_day
from edge.demo.stage import CAMERA, LOCATION, Stage, open_stage
from edge.demo.verdict import judge
from edge.settings import Settings
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.errors import LedgerError
from inventory_core.memory import MemoryStore
from inventory_core.policy import ReconcilePolicy
from inventory_core.reconcile import reconcile
from models.embedder import open_embedder
from models.gallery import open_gallery

SEEDS = range(12)


@pytest.fixture(scope="module")
def day() -> TrueDay:
    return read_true_day()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, MemoryStore]:
    stage, settings, home = open_stage(), Settings(threads=2), tmp_path_factory.mktemp("demo")
    folder = home / "gallery"
    store = MemoryStore()
    embedder = open_embedder(threads=settings.threads)
    furnish(stage, store, open_gallery(folder, embedder.fingerprint, create=True), embedder, settings)
    clock = SimulatedClock(stage.opens_at - BEFORE_OPENING)
    camera = ReplayCamera(stage.frames, clock, name=CAMERA)
    return play(stage, store, open_eye(settings, folder), camera, clock, (), Evidence(home / "evidence", NobodyThere())), store


def captures_of(store: MemoryStore) -> tuple[Capture, ...]:
    with store.read() as book:
        return book.captures(LOCATION)


def test_blocked_and_dark_pictures_are_never_taken_for_a_full_view_and_all_others_are_counted(
    played: tuple[Played, MemoryStore], day: TrueDay
) -> None:
    seen = [capture.status is CaptureStatus.COUNTED for capture in captures_of(played[1])]
    assert [truth.clear for truth in day.shelves] == seen


def test_what_cannot_be_seen_holds_no_figures_and_says_why(played: tuple[Played, MemoryStore]) -> None:
    blind = [capture for capture in captures_of(played[1]) if capture.status is CaptureStatus.CANNOT_SEE]
    assert [(capture.counts, bool(capture.reasons)) for capture in blind] == [((), True)] * len(blind)


def test_the_facings_of_each_product_lie_within_their_intervals(
    played: tuple[Played, MemoryStore], day: TrueDay
) -> None:
    """95 % is promised; the rendered day reaches more."""
    judged = inside = 0
    for capture, truth in zip(captures_of(played[1]), day.shelves, strict=True):
        if not truth.clear:
            continue
        for sku, facings in truth.facings.items():
            ranges = [count.facings for count in capture.counts if count.sku == sku]
            judged += 1
            inside += sum(r.low for r in ranges) <= facings <= sum(r.high for r in ranges)
    assert inside >= 0.95 * judged


@pytest.mark.parametrize("seed", SEEDS)
def test_every_planted_error_is_found_and_rightly_named_and_nothing_else(
    played: tuple[Played, MemoryStore], day: TrueDay, seed: int
) -> None:
    script = write_day(day, seed)
    movements, refused = [], []
    for posting in script.postings:
        try:
            movements.append(posting.movement())
        except LedgerError as error:
            refused.append(posting.refused(error))
    end = day.shelves[-1].at + timedelta(hours=1)
    with played[1].read() as book:
        report = reconcile(
            book.captures(LOCATION), movements, refused, book.planogram(), book.products(), ReconcilePolicy(), end, end,
            book.look_alikes(),
        )
    verdict = judge(report, script.planted)
    assert (verdict.missed, verdict.invented) == (frozenset(), frozenset())


def test_the_stage_knows_times_and_photos_but_nothing_of_the_truth() -> None:
    stage: Stage = open_stage()
    assert len(stage.frames) >= 30
    assert all(2 <= len(photos) <= 5 for photos in stage.photos().values())
    assert "truth" not in {Path(frame.path).stem for frame in stage.frames}
