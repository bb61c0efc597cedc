"""A command line loads the modules of its own command, so that a small command starts quickly."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from edge.cli.commands import MODULES, whole

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "cv2", "onnxruntime", "openpyxl", "fastapi")


def modules_of(command: object) -> Iterator[str]:
    """The modules of all functions at and below a command."""
    if (callback := getattr(command, "callback", None)) is not None:
        yield callback.__module__.removeprefix("edge.cli.")
    for below in getattr(command, "commands", {}).values():
        yield from modules_of(below)


def test_every_command_is_loaded_by_its_first_word() -> None:
    tree = typer.main.get_command(whole())
    found = {word: set(modules_of(command)) for word, command in getattr(tree, "commands", {}).items()}
    assert found == {word: set(modules) for word, modules in MODULES.items()}


def test_a_command_on_the_book_alone_waits_for_no_library_of_pictures_networks_or_servers(tmp_path: Path) -> None:
    words = ["token", "list", "--db", str(tmp_path / "shop.db"), "--lang", "en"]
    code = f"import sys; from edge.cli.commands import run; run({words}); print(*sorted({{*{HEAVY}}} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert "" == done.stdout.splitlines()[-1]
