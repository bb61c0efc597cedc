"""The house stays small: short modules, plain names, no word of the tools that made it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("edge", "models", "calibration", "inventory_core", "scripts")
LONG = 250
MOST_LONG_MODULES = 2


def modules() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_at_most_two_modules_are_long_and_each_says_why() -> None:
    long = [path for path in modules() if len(path.read_text(encoding="utf-8").splitlines()) > LONG]
    assert len(long) <= MOST_LONG_MODULES, long
    silent = [p for p in long if "long because" not in (ast.get_docstring(ast.parse(p.read_text(encoding="utf-8"))) or "")]
    assert silent == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty = {"models.py", "utils.py", "helpers.py", "common.py", "types.py"}
    assert [path for path in modules() if path.name in empty] == []


def test_runtime_rooms_import_no_training_library() -> None:
    guilty = []
    for path in modules():
        relative = path.relative_to(ROOT)
        if relative.parts[0] == "scripts" or relative.parts[:2] == ("models", "training"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            if any(name.split(".")[0] in ("torch", "ultralytics", "torchvision") for name in names):
                guilty.append(str(relative))
    assert guilty == []
