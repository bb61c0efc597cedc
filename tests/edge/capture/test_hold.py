"""A camera is read by one program at a time."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from edge.capture.hold import hold
from edge.errors import UnreadableInput

ADDRESS = "http://who:Geheim7@127.0.0.1:9/live"
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("first", "second"), [
    (ADDRESS, "http://127.0.0.1:9/live"), ("7", "/dev/video7"), ("/dev/null", "/dev/../dev/null"),
], ids=["an address with and without a password", "an index and its path", "two paths"])
def test_whoever_comes_second_to_a_camera_is_told_who_reads_it_and_may_once_that_one_is_done(first: str, second: str) -> None:
    with hold([first]), pytest.raises(UnreadableInput) as refused, hold([second]):
        pass
    assert ("camera_busy", True) == (refused.value.code, f"process {os.getpid()}:" in str(refused.value))
    assert "Geheim7" not in str(refused.value)
    with hold([second, first]):
        pass


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no memory to write in under /dev")
def test_a_camera_that_is_plugged_in_only_later_or_comes_back_as_another_device_is_held_all_the_same() -> None:
    with TemporaryDirectory(dir="/dev/shm") as folder:
        socket, node = Path(folder) / "by-path", Path(folder) / "video0"
        with hold([str(socket)]):
            socket.symlink_to(node)
            with pytest.raises(UnreadableInput, match="is being read"), hold([str(socket)]):
                pass
        with hold([str(socket)]), pytest.raises(UnreadableInput, match="is being read"), hold([str(node)]):
            pass


def test_files_and_other_cameras_are_in_nobodys_way() -> None:
    with hold(["a.mp4", "7"]), hold(["a.mp4", "8"]):
        pass


def test_a_program_that_is_killed_lets_its_camera_go() -> None:
    code = "import sys\nfrom edge.capture.hold import hold\nwith hold(['4711']):\n print('held', flush=True)\n sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=os.environ | {"PYTHONPATH": str(ROOT)}) as other:
        assert other.stdout is not None
        assert "held\n" == other.stdout.readline()
        with pytest.raises(UnreadableInput, match=f"process {other.pid}:"), hold(["4711"]):
            pass
        other.kill()
        other.wait()
    with hold(["4711"]):
        pass
