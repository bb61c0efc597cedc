"""The measured choice on disk: kept whole, used on its own machine and for its own files only."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.backends import PLAIN, Backend
from models.detector import open_detector
from models.errors import BadTuning
from models.manifest import load_manifest
from models.tuning import RECORD, Host, Tuning, forget_tuning, read_tuning, usable_tuning, write_tuning

HERE = Host("Some CPU 9 (0a1b2c3d)", 4, {"onnxruntime": "1.32.0", "openvino": ""})
DETECTOR = load_manifest().of("detector")


def tuning(backend: str = "onnxruntime-int8", threads: int = 2) -> Tuning:
    chosen = Backend.of(backend)
    file = DETECTOR.int8_for(chosen.engine) if chosen.precision.wants_int8_file else DETECTOR
    assert file is not None
    return Tuning(HERE, DETECTOR.fingerprint, file.fingerprint, chosen, threads, datetime(2026, 11, 26, 4, tzinfo=UTC),
                  {"onnxruntime-fp32": 50.0, backend: 22.5})


def test_nothing_was_chosen_on_a_new_machine(tmp_path: Path) -> None:
    assert read_tuning(tmp_path) is None
    assert usable_tuning(tmp_path, HERE) is None
    assert not forget_tuning(tmp_path)


def test_a_choice_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_tuning(tmp_path / "new", tuning())
    assert tuning() == read_tuning(tmp_path / "new")
    assert tuning() == usable_tuning(tmp_path / "new", HERE)


def test_a_later_choice_takes_the_place_of_the_one_before_and_can_be_forgotten(tmp_path: Path) -> None:
    write_tuning(tmp_path, tuning())
    write_tuning(tmp_path, tuning("openvino-bf16"))
    assert tuning("openvino-bf16") == read_tuning(tmp_path)
    assert forget_tuning(tmp_path)
    assert read_tuning(tmp_path) is None


@pytest.mark.parametrize("elsewhere", [
    replace(HERE, cpu="Another CPU (0a1b2c3d)"), replace(HERE, cores=2),
    replace(HERE, engines={"onnxruntime": "1.33.0", "openvino": ""}),
    replace(HERE, engines={"onnxruntime": "1.32.0", "openvino": "2026.4.1"}),
])  # fmt: skip
def test_a_choice_is_not_used_on_another_machine_or_with_other_versions(tmp_path: Path, elsewhere: Host) -> None:
    write_tuning(tmp_path, tuning())
    assert usable_tuning(tmp_path, elsewhere) is None


@pytest.mark.parametrize(("old", "new"), [
    ('"threads": 2', '"threads": 3'), ("shelfcount.tuning/1", "shelfcount.tuning/9"), ('"backend"', '"back"'), ("{", "["),
])  # fmt: skip
def test_a_damaged_or_edited_record_is_explained_and_not_used(tmp_path: Path, old: str, new: str) -> None:
    write_tuning(tmp_path, tuning())
    path = tmp_path / RECORD
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(BadTuning, match="measure again with `shelfcount model tune`"):
        read_tuning(tmp_path)
    assert usable_tuning(tmp_path, HERE) is None


def test_a_record_of_an_unknown_back_end_is_not_used(tmp_path: Path) -> None:
    write_tuning(tmp_path, tuning())
    document = json.loads((tmp_path / RECORD).read_text("utf-8"))
    assert "onnxruntime-int8" == document["backend"]
    for key in ("backend", "checksum"):
        broken = {**document, key: "tpu-int4"}
        (tmp_path / RECORD).write_text(json.dumps(broken), "utf-8")
        assert usable_tuning(tmp_path, HERE) is None


@pytest.mark.parametrize("threads", [0, 65])
def test_threads_without_sense_are_refused(threads: int) -> None:
    with pytest.raises(BadTuning, match="1 to 64 threads"):
        tuning(threads=threads)


def test_the_detector_is_opened_as_it_was_chosen_and_never_with_more_threads_than_allowed() -> None:
    assert Backend.of("onnxruntime-int8") == open_detector(threads=1, tuning=tuning()).backend


@pytest.mark.parametrize("stale", [
    replace(tuning(), detector="sha256:" + "1" * 64), replace(tuning(), file="sha256:" + "1" * 64)])
def test_a_choice_about_another_file_leaves_the_detector_in_fp32(stale: Tuning) -> None:
    assert not stale.fits(DETECTOR)
    detector = open_detector(threads=1, tuning=stale)
    assert (PLAIN, DETECTOR.fingerprint) == (detector.backend, detector.fingerprint)


def test_a_machine_is_known_by_its_processor_and_instructions(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("model name : Some CPU 9\nflags : avx2 vnni\nmodel name : Some CPU 9\nflags : avx2 vnni\n", "utf-8")
    first = Host.here(cpuinfo)
    cpuinfo.write_text("model name : Some CPU 9\nflags : avx2\n", "utf-8")
    assert first.cpu.startswith("Some CPU 9 (")
    assert first.cpu != Host.here(cpuinfo).cpu
    assert first.engines["onnxruntime"]
    assert Host.here(tmp_path / "absent").cpu
