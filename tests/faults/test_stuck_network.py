"""Fault T29: a network that hangs, crashes or answers NaN is noticed and started again; no count is made up, and no
picture is kept on which people could not be looked for."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.api.cameras import NamedCamera
from edge.api.looking import EyeLooker
from edge.api.spool import Order
from edge.capture.frame import Frame
from edge.clock import SimulatedClock
from edge.counting.evidence import Evidence
from edge.counting.masking import NobodyThere
from edge.counting.photo_judge import EyeJudge
from edge.counting.pipeline import Eye
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.ids import CountId, LocationId
from models.backends import PLAIN, Backend
from models.detector import detector_of
from models.errors import BadModelFile, ModelError
from models.label_finder import open_label_finder
from models.namer import NoNamer
from models.person_finder import open_person_finder
from models.policy import DetectorPolicy
from models.session import NetworkOf, load_network, open_session
from models.watched_network import PROCESS, NetworkWatch, WatchedNetwork, WatchPolicy
from tests.edge.api.conftest import NOW
from tests.edge.api.test_looking import StillCamera, shelf_picture
from tests.models.tiny_networks import FLOAT, boxes, network_answering

TINY = network_answering(np.ones((1, 3), np.float32), (1, 4), dtype=FLOAT, metadata={"names": "{}"})
THREE_PACKS = network_answering(
    boxes(*((left + 50.0, 250.0, 100.0, 200.0, 0.9, 0.0) for left in (100, 250, 400))), (1, 480, 640, 3))
ANY_PICTURE = (1, "h", "w", 3)
NOBODY = network_answering(np.zeros((1, 1, 64, 64), np.float32), ANY_PICTURE)
LABELS = network_answering(np.full((1, 1, 4, 4), 9, np.float32), ANY_PICTURE)
QUICK = WatchPolicy(patience_s=1.0, in_a_row=2, rest_s=3600.0)
PATIENT = WatchPolicy(patience_s=1.0, in_a_row=100)
INPUT = np.zeros((1, 4), np.float32)


@dataclass
class Heard:
    """What a listener was told."""

    restarts: list[tuple[str, str]] = field(default_factory=list)
    answers: int = 0

    def answered(self, network: str, seconds: float) -> None:
        assert seconds >= 0
        self.answers += 1

    def restarted(self, network: str, why: str) -> None:
        self.restarts.append((network, why))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def opened(heard: Heard) -> Iterator[list[WatchedNetwork]]:
    networks: list[WatchedNetwork] = []
    yield networks
    for network in networks:
        network.close()


def faulty(*words: str) -> tuple[str, ...]:
    return sys.executable, "-m", "scripts.fault_rig.faulty_network", *words


def is_running(pid: int | None) -> bool:
    return pid is not None and Path(f"/proc/{pid}").exists()


def test_a_watched_network_answers_as_it_does_at_home(heard: Heard) -> None:
    with closing(NetworkWatch(heard)) as watch:
        session = open_session(TINY, 1, network_of=watch.named("detector"))
        at_home = load_network(TINY, 1)
        assert (at_home.inputs, at_home.outputs, at_home.metadata) == (session.inputs, session.outputs, session.metadata)
        assert at_home.run(INPUT).tolist() == session.run(INPUT).tolist()
        with pytest.raises(ModelError, match="failed on an input of shape"):
            session.run(np.zeros((2, 9), np.float32))
        assert at_home.run(INPUT).tolist() == session.run(INPUT).tolist()
        pid = watch.networks[0].pid
        assert is_running(pid)
    assert (False, 3, []) == (is_running(pid), heard.answers + 1, heard.restarts)


def test_what_is_no_network_is_refused_and_leaves_no_process(heard: Heard) -> None:
    with closing(NetworkWatch(heard)) as watch:
        with pytest.raises(BadModelFile):
            open_session(b"not a network", 1, network_of=watch.named("detector"))
        assert [] == watch.networks


@pytest.mark.parametrize(("fault", "why"), [("sleep", "stuck"), ("crash", "crashed")])
def test_a_network_that_is_lost_is_started_again(
    opened: list[WatchedNetwork], heard: Heard, tmp_path: Path, fault: str, why: str
) -> None:
    network = WatchedNetwork("detector", TINY, 1, PLAIN, heard, policy=PATIENT,
                             command=faulty(fault, "1", "well", str(tmp_path / "mark")))  # fmt: skip
    opened.append(network)
    network.run(INPUT)
    first = network.pid
    with pytest.raises(ModelError, match="started again"):
        network.run(INPUT)
    assert (False, [("detector", why)]) == (is_running(first), heard.restarts)
    assert [[1.0, 1.0, 1.0]] == network.run(INPUT).tolist()


def test_a_network_that_is_closed_while_it_is_about_to_start_again_leaves_no_process(
    opened: list[WatchedNetwork], heard: Heard
) -> None:
    looks_left = 0

    def monotonic() -> float:
        nonlocal looks_left
        looks_left -= 1
        if looks_left == 0:
            network.close()
        return time.monotonic()

    network = WatchedNetwork("detector", TINY, 1, PLAIN, heard, policy=PATIENT, monotonic=monotonic)
    opened.append(network)
    assert network.pid is not None
    os.kill(network.pid, signal.SIGKILL)
    with pytest.raises(ModelError, match="started again"):
        network.run(INPUT)
    looks_left = 2  # when it is asked, and before the process starts
    with pytest.raises(ModelError, match="is closed"):
        network.run(INPUT)
    assert network.pid is None


def test_a_network_that_always_hangs_costs_two_waits_and_then_none(opened: list[WatchedNetwork], heard: Heard) -> None:
    network = WatchedNetwork("detector", TINY, 1, PLAIN, heard, policy=QUICK, command=faulty("sleep", "0"))
    opened.append(network)
    for _ in range(6):
        with pytest.raises(ModelError):
            network.run(INPUT)
    assert [("detector", "stuck")] * 2 == heard.restarts
    assert network.pid is None


def test_a_stopped_process_is_a_hang_and_a_close_does_not_wait_for_it(opened: list[WatchedNetwork], heard: Heard) -> None:
    network = WatchedNetwork("detector", TINY, 1, PLAIN, heard, policy=WatchPolicy(patience_s=60.0))
    opened.append(network)
    pid = network.pid
    assert pid is not None
    os.kill(pid, 19)  # SIGSTOP
    ended = list[ModelError]()

    def wait() -> None:
        try:
            network.run(INPUT)
        except ModelError as error:
            ended.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    network.close()
    waiting.join(5)
    assert (1, False, []) == (len(ended), is_running(pid), heard.restarts)


class LampedCamera(StillCamera):
    """In another light at every count, so that nothing is answered from memory."""

    counts = 0

    def read(self) -> Frame:
        frame = super().read()
        return Frame(frame.camera, frame.seq, frame.captured_at, frame.image - np.uint8(12 * self.counts))


def failing(name: str, opened: list[WatchedNetwork], heard: Heard, *words: str) -> NetworkOf:
    """Loads a network that fails on command, watched."""

    def load(data: bytes, threads: int, backend: Backend) -> WatchedNetwork:
        opened.append(WatchedNetwork(name, data, threads, backend, heard, policy=QUICK, command=faulty(*words)))
        return opened[-1]

    return load


def eye_of(network_of: NetworkOf = load_network) -> Eye:
    session = open_session(THREE_PACKS, 1, network_of=network_of)
    return Eye(detector_of(session, DetectorPolicy(tile_px=0, second_side_px=0)), NoNamer(), 0.4)


def count_with(eye: Eye, evidence: Evidence) -> tuple[EyeLooker, LampedCamera]:
    clock = SimulatedClock(NOW)
    camera = LampedCamera(clock)
    return EyeLooker(eye, {"door": NamedCamera(lambda: camera, clock)}, evidence, 1_000_000), camera


def looked(looker: EyeLooker, number: int) -> Capture:
    return looker.look(Order(CountId(f"c-{number}"), LocationId("shelf-1"), "door", NOW), None)


@pytest.mark.parametrize("fault", ["sleep", "crash", "nan", "raise"])
def test_a_count_without_answers_cannot_see_and_says_why(
    opened: list[WatchedNetwork], heard: Heard, tmp_path: Path, fault: str
) -> None:
    """One good count, then the network fails: the next count is no repetition of the last one."""
    eye = eye_of(failing("detector", opened, heard, fault, "6", "broken", str(tmp_path / "mark")))
    looker, camera = count_with(eye, Evidence(tmp_path, NobodyThere()))  # opening took the first answer, a count takes five
    first = looked(looker, 1)
    camera.counts += 1
    second = looked(looker, 2)
    assert (CaptureStatus.COUNTED, 3) == (first.status, sum(count.facings.best for count in first.counts))
    assert (CaptureStatus.CANNOT_SEE, ("no_answer",), ()) == (second.status, second.reasons, second.counts)
    assert first.pedigree.detector == second.pedigree.detector
    assert second.captured_at > first.captured_at


def test_a_network_that_hangs_once_spoils_one_picture_of_the_burst(
    opened: list[WatchedNetwork], heard: Heard, tmp_path: Path
) -> None:
    eye = eye_of(failing("detector", opened, heard, "sleep", "2", "well", str(tmp_path / "mark")))
    looker, _ = count_with(eye, Evidence(tmp_path, NobodyThere()))
    assert (CaptureStatus.COUNTED, [("detector", "stuck")]) == (looked(looker, 1).status, heard.restarts)


@pytest.mark.parametrize(("fault", "why"), [("sleep", "stuck"), ("crash", "crashed"), ("nan", None), ("raise", None)])
def test_a_picture_on_which_nobody_could_look_for_people_is_not_kept_and_its_count_stands(
    opened: list[WatchedNetwork], heard: Heard, tmp_path: Path, fault: str, why: str | None
) -> None:
    """One picture is kept, then the person finder fails; where it is started again, the third picture is kept."""
    people = open_person_finder(a_file(tmp_path, NOBODY), network_of=failing(
        "person_finder", opened, heard, fault, "2", "well", str(tmp_path / "mark")))  # opening it takes the first answer
    evidence = Evidence(tmp_path / "evidence", people)
    looker, camera = count_with(eye_of(), evidence)
    captures, unmasked = [], []
    for number in range(3):
        camera.counts = number
        captures.append(looked(looker, number))
        unmasked.append(evidence.unmasked is not None)
    assert [(CaptureStatus.COUNTED, 3)] * 3 == [
        (capture.status, sum(count.facings.best for count in capture.counts)) for capture in captures]
    fails = [False, True, why is None]
    assert (fails, fails) == (unmasked, [capture.evidence is None for capture in captures])
    assert {"cannot_mask": sum(fails)} == evidence.not_kept
    assert {capture.evidence for capture in captures} - {None} == {path.name for path in evidence.folder.glob("*.jpg")}
    assert [("person_finder", why)] * (why is not None) == heard.restarts


@pytest.mark.parametrize(("fault", "told"), [
    ("sleep", "label_finder did not answer"), ("crash", "label_finder ended"), ("nan", "not finite"), ("raise", "of memory")])
def test_a_photo_on_which_nobody_could_look_for_a_label_is_an_error_and_no_verdict(
    opened: list[WatchedNetwork], heard: Heard, tmp_path: Path, fault: str, told: str
) -> None:
    """The verdict of the photo before never stands in; started again, the label finder sees as before."""
    labels = open_label_finder(a_file(tmp_path, LABELS), network_of=failing(
        "label_finder", opened, heard, fault, "2", "well", str(tmp_path / "mark")))
    judge, photo = EyeJudge(eye_of(), labels, 1_000_000), cv2.imencode(".png", shelf_picture(1))[1].tobytes()
    first = judge.judge(photo)
    with pytest.raises(ModelError, match=told):
        judge.judge(photo)
    assert first.proves
    if heard.restarts:
        assert first == judge.judge(photo)


def a_file(folder: Path, network: bytes) -> Path:
    path = folder / "network.onnx"
    path.write_bytes(network)
    return path


def test_the_process_is_the_shipped_one() -> None:
    assert "models.network_process" == PROCESS[-1]
