"""Pictures give way to the ledger when the disk runs full."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from edge.counting.evidence import Evidence, folder_of
from edge.counting.masking import NobodyThere
from inventory_core.errors import DiskFull

PICTURE = np.full((40, 60, 3), 90, np.uint8)


def test_a_picture_is_kept_and_dropped_by_its_name(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "evidence", NobodyThere())
    name = evidence.keep(PICTURE)
    assert (evidence.read(name) or b"").startswith(b"\xff\xd8")
    evidence.drop("../shop.db")
    evidence.drop(name)
    assert None is evidence.read(name)


def test_without_room_a_count_goes_without_its_picture_and_an_order_is_refused(tmp_path: Path) -> None:
    full = Evidence(tmp_path / "evidence", NobodyThere(), least_free=1.01)
    assert None is full.keep_if_room(PICTURE)
    with pytest.raises(DiskFull, match="no room left for pictures"):
        full.keep(PICTURE)
    assert [] == list((tmp_path / "evidence").iterdir())


@contextmanager
def little_room() -> Iterator[None]:
    """No file grows beyond 1000 bytes, nor does the file into which somebody leads these tests' own output."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_while_it_writes_keeps_no_half_of_a_picture(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "evidence", NobodyThere())
    noise = np.random.default_rng(1).integers(0, 255, (40, 60, 3), np.uint8)
    with little_room():
        assert None is evidence.keep_if_room(noise)
    assert ([], 1, ()) == (list((tmp_path / "evidence").iterdir()), evidence.not_kept["disk_full"], evidence.sizes_bytes)


def test_what_pictures_take_is_known_without_a_look_at_the_disk(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "evidence", NobodyThere())
    names = [evidence.keep(PICTURE) for _ in range(3)]
    evidence.drop(names[0])
    sizes = [sum(file.stat().st_size for file in evidence.folder.glob(f"{Path(name).stem}.*")) for name in names[1:]]
    assert sizes == list(evidence.sizes_bytes)
    (evidence.folder / names[1]).unlink()
    assert 2 == len(evidence.sizes_bytes)
    evidence.kept()
    assert sizes[1:] == list(evidence.sizes_bytes)


@pytest.mark.parametrize(("db", "folder"), [
    ("shop.db", "shop.files"), ("sqlite:///data/shop.db", "data/shop.files"),
    ("postgresql://ann:secret@db/shop?host=%2Ftmp", "shop.files"), ("postgresql://db/../x", "x.files"),
])
def test_pictures_lie_beside_the_book_and_never_under_its_password(db: str, folder: str) -> None:
    assert Path(folder) == folder_of(db)
