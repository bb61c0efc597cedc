"""Networks are opened from bytes, with explicit threads; what is no network is refused with the file's name."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.errors import BadModelFile, ModelError
from models.session import Port, open_session
from tests.models.tiny_networks import FLOAT, network_answering

GOOD = network_answering(np.ones((1, 3), np.float32), (1, 4), dtype=FLOAT, metadata={"names": "{}"})


def test_a_network_tells_its_ports_metadata_and_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(GOOD)

    session = open_session(path, 1)

    assert (Port("input", "float", (1, 4)),) == session.inputs
    assert {"names": "{}"} == session.metadata
    assert open_session(GOOD, 1).fingerprint == session.fingerprint
    assert [[1, 1, 1]] == session.run(np.zeros((1, 4), np.float32)).tolist()


def test_a_truncated_network_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(GOOD[: len(GOOD) // 2])

    with pytest.raises(BadModelFile, match=r"net\.onnx is not a network that can be run"):
        open_session(path, 1)


@pytest.mark.parametrize("data", [b"", b"not a network", b"\x80\x04K\x01."])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(BadModelFile):
        open_session(data, 1, name="x.onnx")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile, match=r"none\.onnx cannot be read"):
        open_session(tmp_path / "none.onnx", 1)


@pytest.mark.parametrize("threads", [0, -1, 65])
def test_threads_are_explicit_and_sane(threads: int) -> None:
    with pytest.raises(ModelError, match="threads"):
        open_session(GOOD, threads)


def test_an_input_of_the_wrong_shape_is_an_error_of_ours() -> None:
    with pytest.raises(ModelError, match="failed on an input of shape"):
        open_session(GOOD, 1).run(np.zeros((2, 9), np.float32))


def test_numbers_that_are_not_finite_are_an_error() -> None:
    session = open_session(network_answering(np.array([[np.nan, 1]], np.float32), (1, 4), dtype=FLOAT), 1)

    with pytest.raises(ModelError, match="not finite"):
        session.run(np.zeros((1, 4), np.float32))


OPENS = "import sys\nfrom models.session import open_session\nopen_session(sys.stdin.buffer.read(), 1)"
SILENCED_BY = {"CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "GITHUB_ACTIONS"}


def test_the_runtime_writes_no_diary_for_its_maker(tmp_path: Path) -> None:
    ours = {name: value for name, value in os.environ.items() if name not in SILENCED_BY and not name.startswith("XDG_")}

    subprocess.run([sys.executable, "-c", OPENS], input=GOOD, env=ours | {"HOME": str(tmp_path)}, check=True, timeout=60,
                   cwd=Path(__file__).parents[2])

    assert [] == list(tmp_path.rglob("*"))
