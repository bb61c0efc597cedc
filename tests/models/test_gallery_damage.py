"""A gallery that was cut, edited or written while the power went: old, new, or refused; never half."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from inventory_core.ids import Sku
from models.errors import BadGallery
from models.gallery import Gallery, open_gallery
from tests.models.test_gallery import COLA, EYE, TEA, enrol

KILLS = 4
WRITER = """
import sys
from pathlib import Path
from tests.models.test_gallery import EYE, enrol
from models.gallery import open_gallery
gallery = open_gallery(Path(sys.argv[1]), EYE, create=True)
print("ready", flush=True)
for number in range(len(gallery), 100_000):
    enrol(gallery, f"p{number:06d}", number % 16)
    print(number, flush=True)
"""


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    made = open_gallery(tmp_path / "g", EYE, create=True)
    enrol(made, COLA, 0, 2)
    enrol(made, TEA, 1)
    return made


def opened(folder: Path) -> str:
    """The gallery's fingerprint, or why it was refused."""
    try:
        return open_gallery(folder, EYE).fingerprint
    except BadGallery as error:
        return str(error)


def test_three_hundred_mutations_of_the_files_are_refused_or_change_nothing(gallery: Gallery) -> None:
    dice = np.random.default_rng(1)
    files = [gallery.folder / "gallery.json", next(gallery.folder.glob("vectors-*.npy"))]
    good = {file: file.read_bytes() for file in files}
    fingerprint, refused = gallery.fingerprint, 0
    for turn in range(300):
        file = files[turn % 2]
        bad = bytearray(good[file])
        if turn % 3:
            bad[dice.integers(len(bad))] ^= 1 << int(dice.integers(8))
        else:
            del bad[int(dice.integers(len(bad))) :]
        file.write_bytes(bad)
        answer = opened(gallery.folder)
        assert answer == fingerprint or "restore the folder" in answer
        refused += answer != fingerprint
        file.write_bytes(good[file])

    assert refused > 270  # the others flipped a blank of the layout


def test_an_edited_name_is_found(gallery: Gallery) -> None:
    index = gallery.folder / "gallery.json"
    index.write_text(index.read_text(encoding="utf-8").replace('"tea"', '"gin"'), encoding="utf-8")

    with pytest.raises(BadGallery, match="was altered: its checksum"):
        open_gallery(gallery.folder, EYE)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"schema": "shelfcount.gallery/2"}', '"' + "[" * 9 + '"'])
def test_an_index_that_is_something_else_is_refused(gallery: Gallery, text: str) -> None:
    (gallery.folder / "gallery.json").write_text(text, encoding="utf-8")

    with pytest.raises(BadGallery, match="gallery"):
        open_gallery(gallery.folder, EYE)


def test_missing_vectors_are_named(gallery: Gallery) -> None:
    next(gallery.folder.glob("vectors-*.npy")).unlink()

    with pytest.raises(BadGallery, match=r"vectors-.*cannot be read"):
        open_gallery(gallery.folder, EYE)


def test_leavings_of_a_killed_writer_are_swept_by_the_next_one(gallery: Gallery) -> None:
    stray = gallery.folder / "vectors-0123456789abcdef.npy"
    stray.write_bytes(b"half")
    (gallery.folder / ".gallery.json.1.new").write_bytes(b"half")

    enrol(gallery, Sku("milk"), 2)

    assert not stray.exists()
    assert [] == list(gallery.folder.glob(".*.new"))


def test_other_peoples_files_are_never_touched(gallery: Gallery, tmp_path: Path) -> None:
    foreign = [gallery.folder / "photos" / "holiday.jpg", gallery.folder / "vectors-mine.npy", gallery.folder / "x.new"]
    for file in foreign:
        file.write_bytes(b"dear")

    enrol(gallery, Sku("milk"), 2)

    assert all(file.read_bytes() == b"dear" for file in foreign)


def test_a_folder_with_other_files_does_not_become_a_gallery(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"dear")

    with pytest.raises(BadGallery, match="holds other files and no gallery"):
        open_gallery(tmp_path, EYE, create=True)


def test_what_a_killed_first_enrolment_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / ".lock").touch()
    (tmp_path / ".gallery.json.77.new").write_bytes(b"half")

    enrol(open_gallery(tmp_path, EYE, create=True), COLA, 0)

    assert (COLA,) == open_gallery(tmp_path, EYE).names()


def test_the_index_is_readable_by_people(gallery: Gallery) -> None:
    document = json.loads((gallery.folder / "gallery.json").read_text(encoding="utf-8"))

    assert EYE == document["embedder"]
    assert [{"sku": "cola", "first": 0, "stop": 2}] == document["changes"][0]["enrolled"]
    assert "cola-0.jpg" == document["photos"][0]["source"]


def test_kill_9_in_the_middle_leaves_old_or_new_never_half(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    dice = np.random.default_rng(2)
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        ) as writer:  # fmt: skip
            assert writer.stdout is not None
            assert "ready\n" == writer.stdout.readline()
            said = [int(writer.stdout.readline()) for _ in range(dice.integers(1, 4))]
            time.sleep(float(dice.uniform(0, 0.02)))
            writer.send_signal(signal.SIGKILL)
            said += [int(line) for line in writer.stdout.read().split()]
        acknowledged = max(said)

        names = open_gallery(folder, EYE, create=True).names()

        assert [f"p{number:06d}" for number in range(len(names))] == list(names)
        assert acknowledged + 1 <= len(names) <= acknowledged + 2
