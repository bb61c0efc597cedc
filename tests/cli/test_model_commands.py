"""`model list|verify|use|rollback` as a person types them, and what a swapped embedder means for a gallery."""

import json
from pathlib import Path
from typing import Any

import pytest

from edge.cli.commands import run
from models.gallery_file import read_state
from models.manifest import load_manifest
from tests.cli.test_gallery_commands import pack, save
from tests.models.golden_networks import card, copy_of, file, knowing

SHIPPED = load_manifest()
Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def away_from_any_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def shelfcount(*arguments: object) -> int:
    return run(["--lang", "en", *(str(argument) for argument in arguments)])


def shown(capsys: Said, *arguments: object) -> str:
    capsys.readouterr()
    shelfcount(*arguments)
    return capsys.readouterr().out


def document(capsys: Said, *arguments: object) -> Any:
    return json.loads(shown(capsys, *arguments, "--json"))


def test_the_shipped_files_are_listed_with_their_cards(capsys: Said) -> None:
    listed = shown(capsys, "model", "list")
    assert all(file.fingerprint in listed and f"models/cards/{file.card.name}" in listed for file in SHIPPED.files)
    assert 4 == listed.count("of this release, in use")


def test_a_file_is_swapped_listed_verified_and_rolled_back(tmp_path: Path, capsys: Said) -> None:
    given = file(tmp_path, "better", knowing())
    assert 0 == shelfcount("model", "use", given)
    said = capsys.readouterr().out
    assert "detector, golden set: 37 of 37 facings found" in said
    assert "better is the detector now, in place of shelfcount-detector; `shelfcount model rollback` goes back" in said
    assert "a server that is running does after a restart" in said
    assert 0 == shelfcount("model", "use", given)
    assert "better is the detector in use already" in capsys.readouterr().out
    detectors = [line for line in shown(capsys, "model", "list").splitlines() if line.startswith("detector: ")]
    assert [True, True] == ["better, in use since" in detectors[0], "shelfcount-detector, of this release, not" in detectors[1]]
    assert 0 == shelfcount("model", "verify")
    said = capsys.readouterr().out
    pinned = sum(1 + len(file.int8) for file in SHIPPED.files)
    assert (pinned, 1, 4) == tuple(map(said.count, ("as in the manifest", "as it was taken into use", "golden set: ")))
    assert 0 == shelfcount("model", "rollback")
    assert "shelfcount-detector is the detector again, in place of better" in capsys.readouterr().out
    assert 2 == shelfcount("model", "rollback")
    assert "nothing to go back to" in capsys.readouterr().err


def test_altered_files_and_cards_are_found_and_told_in_json(tmp_path: Path, capsys: Said) -> None:
    for name in ("first", "second"):
        shelfcount("model", "use", file(tmp_path, name, knowing(maker=name)))
    second, first = document(capsys, "model", "list")["models"][:2]
    Path(first["card"]).write_text("all is fine", encoding="utf-8")
    Path(second["file"]).write_bytes(b"rotten")
    listed, verified = document(capsys, "model", "list"), document(capsys, "model", "verify")
    assert ("shelfcount.model-list/1", "shelfcount.model-verify/1", False) == (
        listed["schema"], verified["schema"], verified["good"])
    assert [("second", "device", True), ("first", "device", False), ("shelfcount-detector", "release", False)] == [
        (row["name"], row["from"], row["in_use"]) for row in listed["models"][:3]]
    assert [True, True, True, "is missing or was altered; take its file", "is not the one that was pinned"] == [
        row["good"] or next(part for part in ("is missing or was altered; take its file", "is not the one that was pinned")
                            if part in row["why"]) for row in verified["files"][-5:]]
    assert {"detector": False, "embedder": True, "label_finder": True, "person_finder": True} == {
        row["role"]: row["good"] for row in verified["golden"]}


def test_a_changed_byte_is_refused_by_every_command_that_looks(tmp_path: Path, capsys: Said) -> None:
    shelfcount("model", "use", file(tmp_path, "better", knowing()))
    (path,) = (tmp_path / "shelfcount.models").glob("*.onnx")
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    picture = save(tmp_path / "shelf.png", pack(0))
    for code, *command in ((2, "count", picture), (1, "check"), (2, "enrol", "red", picture, "--gallery", "g")):
        assert code == shelfcount(*command)
        said = capsys.readouterr()
        assert "is not the one that was pinned" in said.err + said.out
    assert 0 == shelfcount("model", "rollback", "--role", "detector", "--shipped")
    assert 0 == shelfcount("count", picture)


def test_a_file_that_does_not_see_is_refused_by_the_golden_set(tmp_path: Path, capsys: Said) -> None:
    assert 1 == shelfcount("model", "use", file(tmp_path, "blind", knowing(missed=30)))
    said = capsys.readouterr()
    assert "blind.onnx fails the golden set: 7 of 37 facings found" in said.err
    assert "of this release, in use" in shown(capsys, "model", "list")


def test_a_card_can_lie_elsewhere_and_a_wrong_role_is_refused(tmp_path: Path, capsys: Said) -> None:
    given = file(tmp_path, "better", knowing(), with_card=False)
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "mine.md").write_text(card(given.read_bytes(), "MIT"), encoding="utf-8")
    assert 2 == shelfcount("model", "use", given)
    assert "has no model card" in capsys.readouterr().err
    assert 2 == shelfcount("model", "use", given, "--card", "cards/mine.md", "--role", "oracle")
    assert "--role takes detector, embedder, label_finder or person_finder, got oracle" in capsys.readouterr().err
    assert 0 == shelfcount("model", "use", given, "--card", "cards/mine.md", "--role", "detector")
    assert "MIT" in shown(capsys, "model", "list")


def test_the_folder_of_chosen_files_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELFCOUNT_MODELS", str(tmp_path / "elsewhere"))
    assert 0 == shelfcount("model", "use", file(tmp_path, "better", knowing()))
    assert (tmp_path / "elsewhere" / "chosen.json").exists()


def test_a_gallery_of_the_embedder_before_is_noticed_and_made_again(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "shelfcount.toml").write_text('gallery = "g"\n', encoding="utf-8")
    shelfcount("enrol", "red", save(tmp_path / "red.png", pack(0)))
    shelfcount("enrol", "green", save(tmp_path / "green.png", pack(60)))
    capsys.readouterr()
    assert 0 == shelfcount("model", "use", file(tmp_path, "copy", copy_of("embedder")))
    assert "gallery g was made with another embedder and names nothing until" in capsys.readouterr().err
    assert 2 == shelfcount("gallery", "list")
    assert "`shelfcount gallery reembed --gallery g`" in capsys.readouterr().err
    before = read_state(tmp_path / "g")
    assert 0 == shelfcount("gallery", "reembed")
    assert "gallery g: 2 photos looked at again" in capsys.readouterr().out
    after = read_state(tmp_path / "g")
    assert before is not None
    assert after is not None
    assert before.embedder == SHIPPED.of("embedder").fingerprint != after.embedder
    assert (before.vectors * after.vectors).sum(1).min() > 0.9  # the copy sees the same; the photos are JPEGs now
    assert 0 == shelfcount("gallery", "reembed")
    assert "is of the embedder in use already" in capsys.readouterr().out
