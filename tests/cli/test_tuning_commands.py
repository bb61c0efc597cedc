"""`shelfcount model tune`: what is kept is shown, and can be taken away."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.cli import commands
from edge.errors import ExitCode
from models.backends import Backend
from models.manifest import load_manifest
from models.tuning import RECORD, Host, Tuning, read_tuning, write_tuning

FOLDER = Path("shelfcount.models")


@pytest.fixture(autouse=True)
def in_a_shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def kept(host: Host | None = None) -> Tuning:
    detector = load_manifest().of("detector")
    small = detector.int8_for(Backend.of("onnxruntime-int8").engine)
    assert small is not None
    return Tuning(host or Host.here(), detector.fingerprint, small.fingerprint, Backend.of("onnxruntime-int8"), 1,
                  datetime(2026, 11, 26, 4, tzinfo=UTC), {"onnxruntime-fp32": 50.0, "onnxruntime-int8": 22.5})


def said(capsys, *words: str) -> tuple[int, str]:
    code = commands.run(["model", "tune", *words, "--lang", "en"])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_before_anything_was_measured_fp32_is_used(capsys):
    assert (ExitCode.DONE, "nothing was chosen; the detector is run in fp32 by onnxruntime\n") == said(capsys, "--show")
    assert (ExitCode.DONE, "nothing was chosen; the detector is run in fp32 by onnxruntime\n") == said(capsys, "--forget")


def test_a_choice_is_shown_and_taken_away(capsys):
    write_tuning(FOLDER, kept())
    code, told = said(capsys, "--show")
    assert (ExitCode.DONE, 1) == (code, told.count("\n"))
    assert "onnxruntime-int8, threads 1; 22.5 ms of CPU a frame where onnxruntime-fp32 takes 50.0" in told
    assert ExitCode.DONE == said(capsys, "--forget")[0]
    assert read_tuning(FOLDER) is None


def test_a_choice_from_elsewhere_says_that_it_is_not_used(capsys):
    write_tuning(FOLDER, kept(replace(Host.here(), cpu="Another CPU")))
    assert "measured on another machine" in said(capsys, "--show")[1]


def test_a_choice_about_another_detector_says_that_it_is_not_used(capsys):
    write_tuning(FOLDER, replace(kept(), detector="sha256:" + "1" * 64))
    assert "about another detector" in said(capsys, "--show")[1]


def test_a_damaged_choice_is_explained_with_the_mend(capsys):
    FOLDER.mkdir()
    (FOLDER / RECORD).write_text("{}", "utf-8")
    code, told = said(capsys, "--show")
    assert ExitCode.USAGE == code
    assert "measure again with `shelfcount model tune`" in told


def test_showing_and_forgetting_at_once_is_refused(capsys):
    assert ExitCode.USAGE == said(capsys, "--show", "--forget")[0]


@pytest.mark.slow
def test_measuring_keeps_a_choice_that_the_detector_is_opened_by(capsys):
    code, told = said(capsys, "--rounds", "3")
    tuning = read_tuning(FOLDER)
    assert ExitCode.DONE == code
    assert "onnxruntime-fp32" in told
    assert tuning is not None
    assert (Host.here(), True) == (tuning.host, tuning.fits(load_manifest().of("detector")))
