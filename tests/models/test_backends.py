"""Back ends by name, what a pedigree says of them, and the int8 files of the release."""

import hashlib
import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from edge.bench.shelf_picture import draw_shelf
from edge.bench.tuning import TunePolicy, differs
from models.backends import BACKENDS, PLAIN, Backend, Engine, Precision
from models.detections import PRODUCT
from models.detector import open_backend, open_network
from models.errors import BadBackend, BadModelFile
from models.manifest import Int8File, ModelFile, load_manifest
from models.policy import DetectorPolicy
from tests.models.tiny_networks import boxes, network_answering

ORT_INT8 = Backend(Engine.ONNXRUNTIME, Precision.INT8)
FLOAT_ONLY = "sha256:" + "0" * 64


@pytest.mark.parametrize("backend", BACKENDS, ids=str)
def test_a_back_end_is_found_again_by_its_name(backend: Backend) -> None:
    assert backend == Backend.of(str(backend))


@pytest.mark.parametrize("text", ["", "onnxruntime", "onnxruntime-bf16", "tensorrt-fp16"])
def test_an_unknown_back_end_is_refused_with_those_that_are_known(text: str) -> None:
    with pytest.raises(BadBackend, match="onnxruntime-fp32, onnxruntime-int8"):
        Backend.of(text)


def test_onnxruntime_is_always_there() -> None:
    assert all(backend.is_installed for backend in BACKENDS if backend.engine is Engine.ONNXRUNTIME)


@pytest.mark.skipif(importlib.util.find_spec("openvino") is not None, reason="OpenVINO is installed here")
def test_a_back_end_that_is_not_installed_says_how_to_get_it() -> None:
    with pytest.raises(BadBackend, match=r"pip install 'shelfcount\[openvino\]'"):
        open_network(load_manifest().of("detector"), Backend(Engine.OPENVINO, Precision.FP32), 1)


def test_a_pedigree_says_what_was_not_fp32_by_onnxruntime() -> None:
    assert FLOAT_ONLY == PLAIN.mark(FLOAT_ONLY)
    assert FLOAT_ONLY + "+openvino-int8-bf16" == Backend.of("openvino-int8-bf16").mark(FLOAT_ONLY)


def test_the_detector_says_which_file_it_runs_and_how() -> None:
    pinned = load_manifest().of("detector")
    small = pinned.int8_for(Engine.ONNXRUNTIME)
    assert small is not None
    detector = open_backend(ORT_INT8, threads=1)
    assert small.fingerprint + "+onnxruntime-int8" == detector.fingerprint
    assert detector.in_manifest


def test_every_int8_file_of_the_release_was_made_from_its_detector() -> None:
    pinned = load_manifest().of("detector")
    assert {Engine.ONNXRUNTIME, Engine.OPENVINO} == {small.engine for small in pinned.int8}
    for engine in Engine:  # OpenVINO's form is a plain ONNX file too: onnxruntime reads what it says of itself
        small = pinned.int8_for(engine)
        assert small is not None
        said = open_network(replace(pinned, int8=(as_int8(small, Engine.ONNXRUNTIME),)), ORT_INT8, 1).metadata
        assert (pinned.fingerprint, engine.value) == (said["made_from"], said["made_for"])


def test_int8_sees_on_a_shelf_what_fp32_sees() -> None:
    shelf, policy = draw_shelf(960, 540, 3, 15), DetectorPolicy(long_side_px=448, second_side_px=0)
    wanted, found = (
        open_backend(backend, threads=1, policy=policy).detect(shelf).of_class(PRODUCT) for backend in (PLAIN, ORT_INT8))
    assert len(wanted) > 30
    assert differs(wanted, found, TunePolicy()) is None


def test_an_int8_file_of_another_detector_is_not_run(tmp_path: Path) -> None:
    pinned = pinned_with_int8(tmp_path, {"made_from": FLOAT_ONLY})
    with pytest.raises(BadModelFile, match="was made from another detector"):
        open_network(pinned, ORT_INT8, 1)


def test_a_detector_without_int8_files_says_how_to_make_one() -> None:
    with pytest.raises(BadBackend, match=r"scripts\.quantise"):
        open_network(replace(load_manifest().of("detector"), int8=()), ORT_INT8, 1)


def test_an_altered_int8_file_is_refused_before_it_is_looked_into(tmp_path: Path) -> None:
    pinned = pinned_with_int8(tmp_path, {})
    path = pinned.int8[0].path
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(BadModelFile, match=r"found sha256:.*expected sha256:"):
        open_network(pinned, ORT_INT8, 1)


def as_int8(file: ModelFile, engine: Engine) -> Int8File:
    return Int8File(engine, file.path, file.sha256, file.size_bytes)


def pinned_with_int8(folder: Path, metadata: dict[str, str]) -> ModelFile:
    """The release's detector with a tiny network as its int8 file."""
    data = network_answering(boxes((20, 30, 10, 20, 0.9, 0.0)), (1, "h", "w", 3), metadata=metadata)
    (folder / "small.onnx").write_bytes(data)
    small = Int8File(Engine.ONNXRUNTIME, folder / "small.onnx", hashlib.sha256(data).hexdigest(), len(data))
    return replace(load_manifest().of("detector"), int8=(small,))



@pytest.mark.parametrize(
    ("of_detector", "of_embedder"),
    [("onnxruntime-fp32", "onnxruntime-fp32"), ("onnxruntime-int8", "onnxruntime-fp32"), ("openvino-int8", "onnxruntime-fp32"),
     ("openvino-bf16", "openvino-bf16"), ("openvino-int8-bf16", "openvino-bf16")],
)  # fmt: skip
def test_vectors_are_made_in_floats_whatever_the_detector_runs_by(of_detector: str, of_embedder: str) -> None:
    assert of_embedder == str(Backend.of(of_detector).for_vectors)
