"""The image's own steps, run in a plain folder: what it holds is enough to serve, and nothing of training is in it."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import edge_image

ROOT = Path(__file__).parents[2]
STAGES = edge_image.stages(ROOT / "Dockerfile.edge")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("image")
    return folder, edge_image.play(STAGES[-1], folder, Path(sys.executable))


def test_the_image_runs_as_an_ordinary_user_and_installs_by_hash() -> None:
    verbs = [(step.verb, step.rest) for step in STAGES[-1]]
    assert ("USER", "shelfcount") in verbs
    assert any("--require-hashes" in step.rest for step in STAGES[0])


def test_the_image_holds_the_library_of_mqtt() -> None:
    assert "\npaho-mqtt==" in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_the_folder_of_the_image_holds_no_training_code(image: tuple[Path, dict[str, str]]) -> None:
    folder, _ = image
    assert not (folder / "app" / "models" / "training").exists()
    assert (folder / "app" / "models" / "weights" / "detector.onnx").exists()


def test_the_copied_folders_run_on_their_own(image: tuple[Path, dict[str, str]]) -> None:
    folder, env = image
    done = subprocess.run(
        [sys.executable, "-m", "edge", "ledger", "balance"],
        cwd=folder / "app", env=env, capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "data" / "shelfcount.db").exists()


def test_every_file_that_the_image_copies_passes_the_docker_ignore_list() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        word
        for stage in STAGES
        for step in stage
        if step.verb == "COPY" and not step.rest.startswith("--from")
        for word in step.rest.split()[:-1]
    }
    assert copied <= allowed
