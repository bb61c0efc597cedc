"""No part of the shop floor opens a network past the device's choice: every opening names the files in use."""

import ast
from collections.abc import Iterator
from pathlib import Path

EDGE = Path(__file__).parents[2] / "edge"
OPENINGS = {"open_backend", "open_detector", "open_embedder", "open_label_finder", "open_person_finder"}
THE_RELEASE = {"contestant.py"}
"""May fall back to the release's manifest: a bench that is called without a device's settings."""


def calls(names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    for path in EDGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
                yield f"{path.name}:{node.lineno}", node


def test_every_opening_of_a_network_is_told_which_files_are_in_use() -> None:
    found = list(calls(OPENINGS))
    assert len(found) > 5
    assert [place for place, call in found if not any(word.arg == "files" for word in call.keywords)] == []


def test_nothing_reads_the_releases_manifest_past_the_choice() -> None:
    assert [place for place, _ in calls({"load_manifest"}) if place.partition(":")[0] not in THE_RELEASE] == []
