"""Model files are pinned: what was altered is never loaded."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from models.errors import BadManifest, BadModelFile
from models.manifest import MANIFEST, Manifest, load_manifest

WEIGHTS = 40_000_000


@pytest.fixture
def copy(tmp_path: Path) -> Manifest:
    """The shipped manifest with a small file in place of each network: hashing does not care what is inside."""
    text = MANIFEST.read_text(encoding="utf-8")
    (tmp_path / "weights").mkdir()
    for file in load_manifest().files:
        data = file.path.read_bytes()[:4096]
        (tmp_path / file.path.relative_to(MANIFEST.parent)).write_bytes(data)
        text = text.replace(file.sha256, hashlib.sha256(data).hexdigest())
        text = text.replace(f"bytes = {file.size_bytes}", f"bytes = {len(data)}")
    (tmp_path / "manifest.toml").write_text(text, encoding="utf-8")
    return load_manifest(tmp_path / "manifest.toml")


@pytest.mark.parametrize("role", ["detector", "embedder", "label_finder", "person_finder"])
def test_the_shipped_files_are_the_pinned_ones(role: str) -> None:
    found = load_manifest().verified(role)

    assert found.file.fingerprint == "sha256:" + found.file.sha256
    assert found.file.size_bytes == len(found.data)


def test_all_weights_together_stay_small() -> None:
    assert sum(file.size_bytes for file in load_manifest().files) <= WEIGHTS


def test_every_file_has_a_card_that_names_its_hash() -> None:
    for file in load_manifest().files:
        assert file.sha256 in file.card.read_text(encoding="utf-8"), file.card.name


@pytest.mark.parametrize("mutations", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_every_mutation_of_a_model_file_is_refused(copy: Manifest, mutations: int) -> None:
    dice = np.random.default_rng(0)
    path = copy.of("detector").path
    good = path.read_bytes()
    refused = 0
    for _ in range(mutations):
        bad = bytearray(good)
        match dice.integers(4):
            case 0:
                bad[dice.integers(len(bad))] ^= 1 << int(dice.integers(8))
            case 1:
                del bad[int(dice.integers(len(bad))) :]
            case 2:
                bad += dice.bytes(int(dice.integers(1, 9)))
            case _:
                start = int(dice.integers(len(bad) - 8))
                bad[start : start + 8] = dice.bytes(8)
        path.write_bytes(bad)
        with pytest.raises(BadModelFile, match=r"found sha256:.*expected sha256:.*restore"):
            copy.verified("detector")
        refused += 1
    path.write_bytes(good)

    assert mutations == refused
    assert good == copy.verified("detector").data


def test_a_missing_file_is_named_with_the_mend(copy: Manifest) -> None:
    path = copy.of("embedder").path
    path.unlink()

    with pytest.raises(BadModelFile, match=r"embedder\.onnx cannot be read.*restore it from the release"):
        copy.verified("embedder")


@pytest.mark.parametrize(("old", "new", "says"), [
    ("format = 1", "format = 2", "format 2, this version reads 1"),
    ('role = "detector"', 'role = "oracle"', "role should be detector, embedder, label_finder or person_finder, found oracle"),
    ('role = "embedder"', 'role = "detector"', "names a role twice"),
    ('path = "weights/', 'path = "../weights/', "below the manifest"),
    ("score = 0.", "score = 7.", "score must be above 0"),
    ("iou = ", "iuo = ", "DetectorPolicy"),
    ('licence = "A', 'license = "A', "license"),
    ("[[file]]", "[[file]", "not valid TOML"),
])  # fmt: skip
def test_a_wrong_manifest_is_explained(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = MANIFEST.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "manifest.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BadManifest, match=says):
        load_manifest(path)


def test_a_manifest_without_a_role_says_so(tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text("format = 1\n", encoding="utf-8")

    with pytest.raises(BadManifest, match="names no detector"):
        load_manifest(path).of("detector")
