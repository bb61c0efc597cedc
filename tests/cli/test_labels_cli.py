"""`shelfcount labels import`: sound labels become one COCO file, and what was refused decides the exit code."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cli import commands
from edge.errors import ExitCode
from models.coco import read_coco


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def shop(lines: str) -> None:
    Path("shop").mkdir()
    cv2.imwrite("shop/a.png", np.full((100, 200, 3), 90, np.uint8))
    Path("shop/a.txt").write_text(lines, encoding="utf-8")
    Path("shop/classes.txt").write_text("cola\nvoid\n", encoding="utf-8")


def run(*words: str) -> int:
    return commands.run(["labels", "import", "shop", "--out", "out.json", "--lang", "en", *words])


def test_sound_labels_are_written_as_coco(capsys: pytest.CaptureFixture[str]) -> None:
    shop("0 .5 .5 .5 .5\n1 .1 .5 .1 .5\n")
    assert ExitCode.DONE == run("--format", "yolo")
    labels = read_coco(Path("out.json"))
    assert [("cola", (50, 25, 150, 75)), ("void", (10, 25, 30, 75))] == [(b.name, b.xyxy) for b in labels.images[0].boxes]
    assert "out.json: 1 pictures, 2 boxes, 2 names; 0 entries refused" in capsys.readouterr().out


def test_a_refused_line_is_said_in_the_shop_s_language_and_the_rest_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    shop("0 .5 .5 .5 .5\n9 .1 .5 .1 .5\n")
    assert ExitCode.UNREADABLE == run("--format", "yolo", "--lang", "zh")
    assert 1 == read_coco(Path("out.json")).boxes
    assert "a.txt 第 2 行：没有类别 9" in capsys.readouterr().err


def test_a_damaged_picture_is_said_and_an_empty_set_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    shop("")
    Path("shop/a.png").write_bytes(b"no picture")
    assert ExitCode.USAGE == run("--format", "yolo")
    said = capsys.readouterr().err
    assert "is not a picture" in said
    assert "nothing of shop can be used; out.json was not written" in said
    assert not Path("out.json").exists()


@pytest.mark.parametrize("form", ["voc", "coco", "counts"])
def test_a_folder_without_such_labels_says_so(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    shop("")
    assert ExitCode.USAGE == run("--format", form)
    assert "shop holds no" in capsys.readouterr().err


def test_a_written_file_is_imported_again_as_it_is() -> None:
    shop("0 .5 .5 .5 .5\n")
    run("--format", "yolo")
    first = json.loads(Path("out.json").read_text("utf-8"))
    Path("out.json").rename("shop/labels.json")
    assert ExitCode.DONE == run("--format", "coco")
    assert first["annotations"] == json.loads(Path("out.json").read_text("utf-8"))["annotations"]


def test_class_names_belong_to_yolo_alone(capsys: pytest.CaptureFixture[str]) -> None:
    shop("")
    assert ExitCode.USAGE == run("--format", "voc", "--classes", "shop/classes.txt")
    assert "--classes belongs to --format yolo" in capsys.readouterr().err
