"""Pictures give way to the ledger when the disk runs full."""

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


@pytest.mark.parametrize(("db", "folder"), [
    ("shop.db", "shop.files"), ("sqlite:///data/shop.db", "data/shop.files"),
    ("postgresql://ann:secret@db/shop?host=%2Ftmp", "shop.files"), ("postgresql://db/../x", "x.files"),
])
def test_pictures_lie_beside_the_book_and_never_under_its_password(db: str, folder: str) -> None:
    assert Path(folder) == folder_of(db)
