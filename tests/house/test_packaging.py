"""The four generic room names must be ours: where they were imported from, who owns them, what a wheel carries."""

import importlib
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("edge", "models", "calibration", "inventory_core")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_imported_from_this_repository(room: str) -> None:
    assert Path(str(importlib.import_module(room).__file__)).parent == ROOT / room


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_distribution_owns_a_room_name(room: str) -> None:
    assert set(packages_distributions().get(room, [])) <= {"shelfcount"}


def test_a_wheel_carries_code_weights_messages_migrations_and_the_demo_day(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel; `make test` installs it")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True,
    )
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    wanted = (
        "edge/__main__.py",
        "edge/web/locale/zh/shelfcount.po",
        "edge/web/templates/start.html",
        "edge/web/templates/key.html",
        "edge/web/templates/page.html",
        "edge/web/templates/survey.html",
        "edge/web/static/pages.css",
        "edge/web/static/survey.js",
        "edge/web/static/survey_views.js",
        "edge/web/static/api.js",
        "edge/web/static/count.js",
        "edge/web/templates/count.html",
        "edge/demo/day/catalogue.csv",
        "models/manifest.toml",
        "models/golden_set/golden.json",
        "models/golden_set/shelf.jpg",
        "models/weights/detector.onnx",
        "models/weights/embedder.onnx",
        "models/weights/label-finder.onnx",
        "models/weights/person-finder.onnx",
        "models/cards/person-finder.md",
        "inventory_core/store/migrations/env.py",
        "inventory_core/store/migrations/versions/0004_counted_frame.py",
    )
    assert [name for name in wanted if name not in names] == []
    assert {name.split("/")[0] for name in names} == {*ROOMS, "shelfcount-0.1.0.dist-info"}


def test_the_package_can_not_be_uploaded_by_accident() -> None:
    assert '"Private :: Do Not Upload"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_all_shipped_weights_together_stay_under_40_mb() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "models" / "weights").glob("*")) <= 40_000_000


def test_the_demo_day_stays_under_15_mb() -> None:
    assert sum(p.stat().st_size for p in (ROOT / "edge" / "demo" / "day").rglob("*") if p.is_file()) <= 15_000_000
