import sys
from pathlib import Path

import pytest

from edge.bench.peers import Absent, Peer, Peers
from edge.errors import CheckFailed

WORKER = """
import json, sys
for line in sys.stdin:
    order = json.loads(line)
    if order.get("kind") == "dies":
        sys.exit(1)
    ok = order.get("kind") != "broken" and order.get("repeats") != 13
    print(json.dumps({"ok": ok, "why": "no module named it", "note": "peer 1.0", "cpu_ms": 2.5, "wall_ms": 3.5,
                      "boxes": [[1, 2, 3, 4, 0.5], [5, 6, 7, 8, 0.75]]}), flush=True)
"""


@pytest.fixture
def worker(tmp_path) -> Path:
    file = tmp_path / "worker.py"
    file.write_text(WORKER, encoding="utf-8")
    return file


def test_a_peer_is_prepared_and_run(worker):
    with Peers(Path(sys.executable), worker) as peers:
        assert "peer 1.0" == peers.versions()
        peer = peers.prepare("one", "works", {})
        assert isinstance(peer, Peer)
        assert 2.5 == peer.run(4).cpu_ms


def test_a_peer_that_cannot_be_loaded_is_absent_with_its_reason(worker):
    with Peers(Path(sys.executable), worker) as peers:
        assert Absent("no module named it") == peers.prepare("one", "broken", {})


def test_a_worker_that_dies_leaves_absent_peers_behind(worker):
    with Peers(Path(sys.executable), worker) as peers:
        for kind in ("dies", "works"):
            absent = peers.prepare("one", kind, {})
            assert isinstance(absent, Absent)
            assert "the peers' process ended" == str(absent.why)


def test_a_peer_that_fails_in_the_race_is_an_error(worker):
    with Peers(Path(sys.executable), worker) as peers:
        peer = peers.prepare("one", "works", {})
        assert isinstance(peer, Peer)
        with pytest.raises(CheckFailed, match="one failed in the race"):
            peer.run(13)


def test_without_the_peers_environment_every_peer_is_absent(tmp_path):
    with Peers(tmp_path / "python", tmp_path / "worker.py") as peers:
        absent = peers.prepare("one", "works", {})
        assert isinstance(absent, Absent)
        assert "make peers" in str(absent.why)
        assert "" == peers.versions()


def test_the_boxes_of_a_peer_come_best_first(worker):
    with Peers(Path(sys.executable), worker) as peers:
        peer = peers.prepare("one", "works", {})
        assert isinstance(peer, Peer)
        found = peer.boxes(Path("shelf.jpg"), 0.01)
    assert [[5, 6, 7, 8], [1, 2, 3, 4]] == found.xyxy.tolist()
    assert [0.75, 0.5] == found.score.tolist()
