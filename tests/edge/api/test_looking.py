"""Orders carried out with an eye: uploads and cameras become captures with a picture as evidence."""

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.bay import ShelfBand
from calibration.record import Calibration
from calibration.site_file import parse_site
from calibration.site_write import Survey, site_text
from edge.api.cameras import NamedCamera, specs_of
from edge.api.looking import EyeLooker
from edge.api.refusals import UnknownCamera
from edge.api.spool import Order
from edge.capture.frame import Frame, Image
from edge.capture.packet import Packet
from edge.clock import SimulatedClock
from edge.counting.evidence import Evidence, folder_of
from edge.counting.masking import NobodyThere
from edge.counting.pipeline import Eye
from edge.errors import UsageFault
from inventory_core.counts import CaptureStatus
from inventory_core.ids import CountId, LocationId, ShelfId
from models.detections import Boxes, Detections
from models.embedder import open_embedder
from models.gallery import open_gallery
from models.identities import Identities
from models.namer import Namer, NoNamer
from tests.edge.api.conftest import NOW

SIZE = (480, 640)


def shelf_picture(seed: int) -> Image:
    """Three packs side by side on a noisy wall."""
    image = np.random.default_rng(seed).integers(30, 225, (*SIZE, 3)).astype(np.uint8)
    for left in (100, 250, 400):
        cv2.rectangle(image, (left, 150), (left + 100, 350), (40, 60, 200), -1)
        cv2.putText(image, "COLA", (left + 5, 250), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 3)
    return image


class ThreePacks:
    """A detector that always finds the three packs."""

    fingerprint = "sha256:three"

    def detect(self, image: Image) -> Detections:
        boxes = np.array([(left, 150, left + 100, 350) for left in (100, 250, 400)], np.float32)
        return Detections(boxes, np.full(3, 0.9, np.float32), np.zeros(3, np.int64))


class StillCamera:
    """Shows the same shelf with fresh noise."""

    name = "door"

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._seq = 0
        self.closed = threading.Event()

    def read(self) -> Frame:
        self._seq += 1
        return Frame(self.name, self._seq, self._clock.now(), shelf_picture(self._seq))

    def close(self) -> None:
        self.closed.set()


def looker(tmp_path: Path, **cameras: NamedCamera) -> EyeLooker:
    eye = Eye(ThreePacks(), NoNamer(), 0.4)
    return EyeLooker(eye, cameras, Evidence(tmp_path / "evidence", NobodyThere()), 1_000_000)


def whole_site() -> Calibration:
    whole = Survey(None, 640, 480, np.array([[0, 0], [640, 0], [640, 480], [0, 480.0]]), 640, 480,
                   (ShelfBand(ShelfId("eye level"), 100, 400),))
    return parse_site(site_text(whole).encode(), Path("site.toml"))


def test_an_upload_is_counted_and_kept_without_what_its_camera_wrote(tmp_path: Path) -> None:
    jpeg = cv2.imencode(".jpg", shelf_picture(1))[1].tobytes()
    exif = b"\xff\xe1" + (2 + 6 + 14 + 12).to_bytes(2, "big") + b"Exif\0\0" + b"II*\0\x08\0\0\0\0\0\0\0\0\0" + b"secret place"
    picture = jpeg[:2] + exif + jpeg[2:]
    seen = looker(tmp_path).look(Order(CountId("c-1"), LocationId("shelf-1"), None, NOW), picture)
    assert (CaptureStatus.COUNTED, NOW, 3) == (seen.status, seen.captured_at, sum(c.facings.best for c in seen.counts))
    assert seen.evidence is not None
    kept = Evidence(tmp_path / "evidence", NobodyThere()).read(seen.evidence)
    assert kept is not None
    assert b"secret place" in picture
    assert b"secret place" not in kept


def test_a_camera_takes_a_burst_and_is_closed(tmp_path: Path) -> None:
    clock = SimulatedClock(NOW)
    camera = StillCamera(clock)
    seen = looker(tmp_path, door=NamedCamera(lambda: camera, clock)).look(
        Order(CountId("c-1"), LocationId("shelf-1"), "door", NOW), None)
    assert (CaptureStatus.COUNTED, "door") == (seen.status, seen.pedigree.camera)
    assert seen.captured_at >= NOW
    assert camera.closed.is_set()


def test_a_new_site_is_used_from_the_next_count_on(tmp_path: Path) -> None:
    clock, order = SimulatedClock(NOW), Order(CountId("c-1"), LocationId("shelf-1"), "door", NOW)
    eyed = looker(tmp_path, door=NamedCamera(lambda: StillCamera(clock), clock))
    assert None is eyed.look(order, None).pedigree.calibration
    site = whole_site()
    eyed.take_site(site, ["door"])
    seen = eyed.look(order, None)
    assert (site.fingerprint, ("eye level",)) == (seen.pedigree.calibration, seen.shelves_seen)


def test_a_count_that_runs_while_a_site_is_taken_ends_with_the_place_it_began_with(tmp_path: Path) -> None:
    clock, order = SimulatedClock(NOW), Order(CountId("c-1"), LocationId("shelf-1"), "door", NOW)
    eyed = looker(tmp_path, door=NamedCamera(lambda: StillCamera(clock), clock))
    seen = eyed.look(order, None, lambda: eyed.take_site(whole_site(), ["door"]))
    assert (None, whole_site().fingerprint) == (seen.pedigree.calibration, eyed.look(order, None).pedigree.calibration)


def test_each_camera_is_counted_by_the_site_of_its_own_place(tmp_path: Path) -> None:
    clock, site = SimulatedClock(NOW), whole_site()
    cameras = {name: NamedCamera(lambda: StillCamera(clock), clock) for name in ("door", "till")}
    eyed = EyeLooker(Eye(ThreePacks(), NoNamer(), 0.4), cameras, Evidence(tmp_path / "evidence", NobodyThere()), 1_000_000,
                     sites={"till": site})
    seen = [eyed.look(Order(CountId("c-1"), LocationId("shelf-1"), name, NOW), None).pedigree for name in ("door", "till")]
    assert [("door", None), ("till", site.fingerprint)] == [(each.camera, each.calibration) for each in seen]


def test_a_camera_whose_place_is_still_to_be_surveyed_counts_nothing_until_it_is(tmp_path: Path) -> None:
    clock, order = SimulatedClock(NOW), Order(CountId("c-1"), LocationId("shelf-1"), "door", NOW)
    eyed = EyeLooker(Eye(ThreePacks(), NoNamer(), 0.4), {"door": NamedCamera(lambda: StillCamera(clock), clock)},
                     Evidence(tmp_path / "evidence", NobodyThere()), 1_000_000, sites={"door": None})
    seen = eyed.look(order, None)
    assert (CaptureStatus.CANNOT_SEE, ("not_surveyed",)) == (seen.status, seen.reasons)
    eyed.take_site(whole_site(), ["door"])
    assert CaptureStatus.COUNTED == eyed.look(order, None).status


def test_a_camera_that_nobody_named_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownCamera, match="no camera window"):
        looker(tmp_path).look(Order(CountId("c-1"), LocationId("shelf-1"), "window", NOW), None)


def test_cameras_are_named_on_the_command_line() -> None:
    named = specs_of(["door=0", "1", "rtsp://who:secret@shop/stream?a=b", "back=http://cam/?x=1"])
    assert {"door": "0", "1": "1", "rtsp://shop/stream?a=b": "rtsp://who:secret@shop/stream?a=b",
            "back": "http://cam/?x=1"} == named


@pytest.mark.parametrize("specs", [["=0"], ["door="], ["door=0", "door=1"]])
def test_a_camera_without_name_or_twice_is_refused(specs: list[str]) -> None:
    with pytest.raises(UsageFault, match="--camera takes NAME=SPEC"):
        specs_of(specs)


@pytest.mark.parametrize(("db", "folder"), [("shop.db", "shop.files"), ("sqlite:///data/shop.db", "data/shop.files")])
def test_what_is_not_in_the_book_lies_beside_it(db: str, folder: str) -> None:
    assert Path(folder) == folder_of(db)


class Counted(Namer):
    """A namer that says how many products it looked at."""

    looked = 0

    def name(self, image: Image, xyxy: Boxes) -> Identities:
        self.looked += len(xyxy)
        return super().name(image, xyxy)


def test_a_camera_looks_again_only_at_what_changed_and_an_upload_at_everything(tmp_path: Path) -> None:
    embedder = open_embedder(threads=1)
    namer = Counted(embedder, open_gallery(tmp_path / "gallery", embedder.fingerprint, create=True))
    clock = SimulatedClock(NOW)
    eyed = EyeLooker(Eye(ThreePacks(), namer, 0.4), {"door": NamedCamera(lambda: StillCamera(clock), clock)},
                     Evidence(tmp_path / "evidence", NobodyThere()), 1_000_000)  # fmt: skip
    order = Order(CountId("c-1"), LocationId("shelf-1"), "door", NOW)

    eyed.look(order, None)
    burst = namer.looked
    eyed.look(order, None)

    assert burst == namer.looked > 0
    upload = cv2.imencode(".jpg", shelf_picture(1))[1].tobytes()
    eyed.look(Order(CountId("c-2"), LocationId("shelf-1"), None, NOW), upload)
    assert burst + 3 == namer.looked


class PacketStill(StillCamera):
    """Gives the same shelf compressed, with noise of its own in each picture, and says how many were asked for undecoded."""

    def __init__(self, clock: SimulatedClock) -> None:
        super().__init__(clock)
        self.decoded = 0
        self.somebody_walks = False

    def read_packet(self) -> Packet:
        self._seq += 1
        shown = shelf_picture(1)
        if self.somebody_walks:
            x = self._seq * 150 % 500
            cv2.rectangle(shown, (x, 0), (x + 200, 479), (60, 90, 120), -1)
        noisy = shown + np.random.default_rng(self._seq).normal(0, 2, (*SIZE, 3))
        data = cv2.imencode(".jpg", np.clip(noisy, 0, 255).astype(np.uint8))[1].tobytes()
        return Packet(self.name, self._seq, self._clock.now(), self._clock.monotonic(), data)

    def read(self) -> Frame:
        self.decoded += 1
        return self.read_packet().frame()


def test_an_unchanged_shelf_of_a_held_camera_is_answered_anew_from_fresh_packets_without_a_look(tmp_path: Path) -> None:
    clock = SimulatedClock(NOW)
    camera = PacketStill(clock)
    shown = Shown()
    eyed = EyeLooker(Eye(shown, NoNamer(), 0.4), {"door": NamedCamera(lambda: camera, clock)},
                     Evidence(tmp_path, NobodyThere()), 1_000_000)
    order = Order(CountId("c-1"), LocationId("shelf-1"), "door", NOW)
    first = eyed.look(order, None)
    again_from = clock.now()
    again = eyed.look(order, None)
    assert 5 == shown.pictures
    assert 0 == camera.decoded
    assert (first.status, first.counts, first.pedigree) == (again.status, again.counts, again.pedigree)
    assert first.evidence is not None
    assert first.evidence == again.evidence
    assert CaptureStatus.COUNTED is again.status
    assert again.captured_at > again_from


def test_a_count_that_repeats_the_one_before_somebody_walked_past_shows_the_picture_of_that_one(tmp_path: Path) -> None:
    clock, kept = SimulatedClock(NOW), Evidence(tmp_path, NobodyThere())
    camera = PacketStill(clock)
    shown = Shown()
    eyed = EyeLooker(Eye(shown, NoNamer(), 0.4), {"door": NamedCamera(lambda: camera, clock)}, kept, 1_000_000)
    order = Order(CountId("c-1"), LocationId("shelf-1"), "door", NOW)
    eyed.look(order, None)
    camera.somebody_walks = True
    walked = eyed.look(order, None)
    camera.somebody_walks = False
    again, once_more = eyed.look(order, None), eyed.look(order, None)
    assert 5 == shown.pictures
    assert (CaptureStatus.CANNOT_SEE, CaptureStatus.COUNTED) == (walked.status, again.status)
    document = kept.read_document(again.evidence or "") or {}
    assert "counted" == document["status"]
    assert again.evidence == once_more.evidence


class Shown(ThreePacks):
    """Says how many pictures it was shown."""

    pictures = 0

    def detect(self, image: Image) -> Detections:
        self.pictures += 1
        return super().detect(image)
