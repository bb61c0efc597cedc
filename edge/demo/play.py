"""Plays the day through the real loop: tills post, the camera looks, counts are stored, the book is held against them.

It is handed postings, a camera and a clock; the truth of the day is out of its reach (an import contract keeps it so).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from edge.capture.camera import Camera
from edge.capture.pictures import read_picture
from edge.capture.settle import BurstPolicy, take_burst
from edge.clock import SimulatedClock
from edge.counting.count import count_burst
from edge.counting.evidence import Evidence
from edge.counting.evidence_document import about_of
from edge.counting.fixed_camera import FixedCamera
from edge.counting.last_clear import LastClear
from edge.counting.pipeline import Eye
from edge.counting.result import CountResult, to_capture
from edge.demo.stage import CAMERA, LOCATION, Stage
from edge.settings import Settings
from inventory_core.catalogue import LookAlikes
from inventory_core.counts import CaptureStatus
from inventory_core.discrepancies import DiscrepancyReport
from inventory_core.errors import LedgerError
from inventory_core.ids import CountId
from inventory_core.imports import import_catalogue, import_planogram
from inventory_core.ports import Book, BookStore
from inventory_core.postings import Posting
from inventory_core.service import keep_refused, post_movement, reconcile_now, store_capture
from inventory_core.tables import CATALOGUE, PLANOGRAM, read_csv
from models.embedder import Embedder
from models.gallery import Enrolment, Gallery, Photo

BURST = BurstPolicy(still_s=0.5, every_s=0.25, frames=3)
"""The pictures stand still by nature, so a short burst is enough; three frames with fresh sensor noise agree on a count."""
BEFORE_OPENING = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """What the day left behind: the report, and the counts with their pictures by id."""

    report: DiscrepancyReport
    looks: Mapping[CountId, CountResult]


def furnish(stage: Stage, store: BookStore, gallery: Gallery, embedder: Embedder, settings: Settings) -> None:
    """Catalogue and planogram into the book, enrolment photos into the gallery, its look-alikes into the book."""
    enrolments = []
    for sku, paths in stage.photos().items():
        crops = [read_picture(path, settings.max_pixels).image for path in paths]
        photos = [Photo(crop, f"{path.parent.name}/{path.name}") for crop, path in zip(crops, paths, strict=True)]
        enrolments.append(Enrolment(sku, np.asarray(embedder.embed_crops(crops)), photos))
    gallery.enrol_all(enrolments, at=stage.opens_at - BEFORE_OPENING)
    with store.write() as book:
        import_catalogue(book, read_csv(stage.catalogue.read_bytes(), CATALOGUE))
        import_planogram(book, read_csv(stage.planogram.read_bytes(), PLANOGRAM))
        book.set_look_alikes(LookAlikes.of(gallery.look_alikes()))
        book.commit()


def play(
    stage: Stage, store: BookStore, eye: Eye, camera: Camera, clock: SimulatedClock, postings: Iterable[Posting],
    evidence: Evidence, looked: Callable[[CountResult], None] = lambda _: None,
) -> Played:
    """The whole day, picture by picture; what has not changed since the last counts is not looked at again.

    `looked` hears of every count.
    """
    waiting = sorted(postings, key=lambda posting: posting.recorded_at)
    looks: dict[CountId, CountResult] = {}
    seen = FixedCamera()
    before = LastClear(read_picture(stage.frames[0].path, Settings.model_fields["max_pixels"].default).image)
    for number, stored in enumerate(stage.frames):
        clock.advance_to(stored.at)
        with store.write() as book:
            waiting = _post_due(book, waiting, clock)
            book.commit()
        burst = take_burst(camera, clock, BURST)
        watching = seen.for_count(eye, clock.monotonic())
        result = count_burst(watching.eye, burst.frames, source=stored.path.name, before=before, camera=CAMERA)
        if result.status is CaptureStatus.COUNTED:
            seen.keep(watching)
        count_id = CountId(f"demo-{number:02d}")
        kept = evidence.keep(result.frame.image, about_of(result)) if result.frame is not None else None
        with store.write() as book:
            store_capture(book, to_capture(result, count_id=count_id, location=LOCATION, now=clock.now(), evidence=kept))
            book.commit()
        looks[count_id] = result
        looked(result)
    clock.advance_to(stage.closes_at)
    with store.write() as book:
        _post_due(book, waiting, clock)
        report = reconcile_now(book, clock.now(), clock.now())
        book.commit()
    return Played(report, looks)


def _post_due(book: Book, waiting: list[Posting], clock: SimulatedClock) -> list[Posting]:
    """Post what has reached the book by now; a refused posting is kept, as the service keeps it. Returns the rest."""
    now = clock.now()
    for posting in waiting:
        if posting.recorded_at > now:
            break
        try:
            post_movement(book, posting.movement())
        except LedgerError as error:
            keep_refused(book, posting, error)
    return [posting for posting in waiting if posting.recorded_at > now]
