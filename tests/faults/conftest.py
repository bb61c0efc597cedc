"""What the tests of faults share: they hurt the writer in a process of its own, with the rig of scripts/fault_rig."""

from pathlib import Path

import pytest

from scripts.fault_rig import shim
from scripts.fault_rig.process import Place


@pytest.fixture
def tmp_path(disk_path: Path) -> Path:
    """The disk is what these tests are about."""
    return disk_path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.within(tmp_path / "place")


@pytest.fixture(scope="session")
def shimmed() -> None:
    """For tests that watch or break the disk under the writer."""
    if (why := shim.why_not()) is not None:
        pytest.skip(why)
