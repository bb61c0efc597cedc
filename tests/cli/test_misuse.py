"""A wrong command line is explained in the user's language, with the help that belongs to it."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge.cli import commands
from edge.errors import ExitCode
from edge.messages import Lang, Translator
from inventory_core.messages import tell

WRONG = (
    (("bogus",), "没有命令 bogus（见 `shelfcount --help`）", "there is no command bogus (see `shelfcount --help`)"),
    (("catalogue", "import"), "缺少 file（见 `shelfcount catalogue import --help`）",
     "file is missing (see `shelfcount catalogue import --help`)"),
    (("count", "--json=3"), "--json 不带值（见 `shelfcount count --help`）",
     "--json takes no value (see `shelfcount count --help`)"),
    (("token", "create", "--name"), "--name 需要一个值（见 `shelfcount token create --help`）",
     "--name needs a value (see `shelfcount token create --help`)"),
    (("serve", "--port", "99999"), "--port 的值不对：不得大于 65535（见 `shelfcount serve --help`）",
     "--port does not take that: it must be at most 65535 (see `shelfcount serve --help`)"),
    (("token", "create", "--name", "x", "--role", "king"),
     "--role 的值不对：'king' 不在 'admin', 'staff', 'till', 'bi', 'camera' 之中（见 `shelfcount token create --help`）",
     "--role does not take that: 'king' is none of 'admin', 'staff', 'till', 'bi', 'camera' "
     "(see `shelfcount token create --help`)"),
)


@pytest.mark.parametrize(("words", "chinese", "english"), WRONG)
def test_a_wrong_call_names_what_is_wrong_and_its_help(
        words: tuple[str, ...], chinese: str, english: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.USAGE == commands.run(["--lang", "zh", *words])
    assert chinese == capsys.readouterr().err.replace("\n", "")
    assert ExitCode.USAGE == commands.run(["--lang", "en", *words])
    assert english == capsys.readouterr().err.replace("\n", "")


def test_an_option_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.USAGE == commands.run(["--lang", "zh", "count", "--nope"])
    assert capsys.readouterr().err.startswith("没有选项 --nope")


def test_the_operating_systems_reasons_are_told_in_chinese_too() -> None:
    assert "无法读取 a：没有这个文件或文件夹" == Translator(Lang.ZH).say(
        tell("无法读取 {file}：{why}", file="a", why=os.strerror(errno.ENOENT)))


def test_a_camera_that_is_not_there_is_told_in_one_line_of_chinese() -> None:
    call = [sys.executable, "-m", "edge", "--lang", "zh", "count", "--camera", "http://127.0.0.1:1/x", "--json"]
    done = subprocess.run(call, cwd=Path(__file__).parents[2], capture_output=True, timeout=60, check=False)
    assert ExitCode.UNREADABLE == done.returncode
    assert ["摄像头 http://127.0.0.1:1/x 打不开"] == [line.partition("；")[0] for line in done.stderr.decode().splitlines()]


def test_a_folder_for_annotated_copies_that_cannot_be_made_is_a_wrong_call(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("a file stands here", encoding="utf-8")
    assert ExitCode.USAGE == commands.run(["--lang", "zh", "count", "a.jpg", "--annotate", str(tmp_path / "taken" / "in")])
    assert "路径中有一段不是文件夹" in capsys.readouterr().err.replace("\n", "")
