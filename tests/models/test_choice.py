"""Which model file is in use on a device: the fold of what was taken into use and rolled back; a damaged record is refused."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.choice import KEPT, ModelChoice, chosen_files, read_choice
from models.choice_file import INDEX, sweep, write_changes
from models.errors import BadModelChoice
from models.manifest import ModelFile, Role, load_manifest
from models.policy import DetectorPolicy

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ROLES: tuple[Role, ...] = ("detector", "embedder", "label_finder")
ROOT = Path(__file__).parents[2]
KILLS = 3
WRITER = """
import sys
from datetime import timedelta
from pathlib import Path
from models.choice import read_choice
from models.choice_file import sweep, write_changes
from models.durable import one_writer, write_atomically
from tests.models.test_choice import NOW, chosen
folder = Path(sys.argv[1])
print("ready", flush=True)
for number in range(100_000):
    with one_writer(folder / ".lock"):
        choice = read_choice(folder)
        kept = choice.kept()
        if number % 5 == 4:
            choice = choice.with_rollback("detector", NOW, to_shipped=False)
        else:
            file = chosen(folder, "detector", number)
            write_atomically(file.path, str(number).encode())
            choice = choice.with_used(file, NOW)
        write_changes(folder, choice.changes)
        sweep(folder, (*kept, *choice.kept()))
    print(number, flush=True)
"""


def chosen(folder: Path, role: Role, number: int) -> ModelFile:
    digest = f"{number:064x}"
    policy = DetectorPolicy(score=0.4) if role == "detector" else None
    return ModelFile(role, f"{role}-{number}", folder / f"{digest}.onnx", digest, 1000 + number, "uint8 (1, ?, ?, 3)", (),
                     "MIT", folder / f"{digest[::-1]}.md", policy, is_shipped=False)


def kept_at(folder: Path, *numbers: int) -> ModelChoice:
    choice = read_choice(folder)
    for number in numbers:
        choice = choice.with_used(chosen(folder, "detector", number), NOW + timedelta(minutes=number))
    write_changes(folder, choice.changes)
    return choice


def test_without_a_folder_the_release_is_in_use(tmp_path: Path) -> None:
    assert load_manifest().files == chosen_files(tmp_path / "none").files


def test_what_was_taken_into_use_is_read_again_as_it_was(tmp_path: Path) -> None:
    choice = kept_at(tmp_path, 1, 2).with_rollback("detector", NOW, to_shipped=False)
    write_changes(tmp_path, choice.changes)
    assert choice == read_choice(tmp_path)
    assert chosen(tmp_path, "detector", 1) == chosen_files(tmp_path).of("detector")
    assert load_manifest().of("embedder") == chosen_files(tmp_path).of("embedder")


def test_rolling_back_ends_at_the_release(tmp_path: Path) -> None:
    choice = kept_at(tmp_path, 1, 2)
    names = []
    for _ in range(2):
        choice = choice.with_rollback(choice.last_switched(), NOW, to_shipped=False)
        names.append(choice.files().of("detector").name)
    assert ["detector-1", "shelfcount-detector"] == names
    with pytest.raises(BadModelChoice, match="every role is filled by the release's file"):
        choice.last_switched()
    with pytest.raises(BadModelChoice, match="the detector in use is the release's"):
        choice.with_rollback("detector", NOW, to_shipped=False)


def test_all_the_way_back_is_one_step(tmp_path: Path) -> None:
    choice = kept_at(tmp_path, 1, 2, 3).with_rollback("detector", NOW, to_shipped=True)
    assert ((), load_manifest().files) == (choice.stack("detector"), choice.files().files)


@given(st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(["use", "back", "shipped"])), max_size=30))
def test_a_role_goes_back_through_what_filled_it_and_never_touches_another(steps: list[tuple[Role, str]]) -> None:
    folder, choice = Path("/nowhere"), ModelChoice(Path("/nowhere"), load_manifest())
    expected: dict[Role, list[ModelFile]] = {role: [] for role in ROLES}
    for number, (role, step) in enumerate(steps):
        if step == "use":
            choice = choice.with_used(chosen(folder, role, number), NOW)
            expected[role] = [*expected[role], chosen(folder, role, number)][-KEPT:]
        elif expected[role]:
            choice = choice.with_rollback(role, NOW, to_shipped=step == "shipped")
            expected[role] = [] if step == "shipped" else expected[role][:-1]
    shipped = load_manifest()
    assert [(expected[role] or [shipped.of(role)])[-1] for role in ROLES] == [choice.files().of(role) for role in ROLES]
    assert [file for role in ROLES for file in expected[role]] == list(choice.kept())


def test_every_mutation_of_the_record_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    choice, index, dice = kept_at(tmp_path, 1, 2), tmp_path / INDEX, np.random.default_rng(3)
    good, refused = index.read_bytes(), list[str]()
    for turn in range(300):
        bad = bytearray(good)
        if turn % 3:
            bad[dice.integers(len(bad))] ^= 1 << int(dice.integers(8))
        else:
            del bad[int(dice.integers(len(bad))) :]
        index.write_bytes(bad)
        try:
            assert choice == read_choice(tmp_path)
        except BadModelChoice as error:
            refused.append(str(error))
    assert len(refused) > 250  # the others flipped a blank of the layout, or cut its last line end
    assert [] == [why for why in refused if "move it away to use the release's files" not in why]


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"schema": "shelfcount.model-choice/9", "changes": []}'])
def test_a_record_that_is_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / INDEX).write_text(text, encoding="utf-8")
    with pytest.raises(BadModelChoice, match="says which model files are in use, is damaged"):
        read_choice(tmp_path)


def test_the_record_can_be_read_by_people(tmp_path: Path) -> None:
    kept_at(tmp_path, 1)
    used = json.loads((tmp_path / INDEX).read_text(encoding="utf-8"))["changes"][0]
    assert ("2026-11-20T09:31:00Z", "detector", "MIT", 0.4) == (
        used["at"], used["used"]["role"], used["used"]["licence"], used["used"]["policy"]["score"])


def test_only_our_own_leavings_are_swept(tmp_path: Path) -> None:
    kept = kept_at(tmp_path, 1).kept()
    ours = [tmp_path / f"{7:064x}.onnx", tmp_path / f"{7:064x}.md", tmp_path / ".chosen.json.77.new"]
    dear = [tmp_path / "mine.onnx", tmp_path / "notes.md", kept[0].path, kept[0].card]
    for path in (*ours, *dear):
        path.write_bytes(b"x")
    sweep(tmp_path, kept)
    assert ([False] * 3, [True] * 4) == ([path.exists() for path in ours], [path.exists() for path in dear])


def test_kill_9_in_the_middle_of_a_swap_leaves_the_old_or_the_new_choice_and_its_file(tmp_path: Path) -> None:
    dice = np.random.default_rng(4)
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as writer:  # fmt: skip
            assert writer.stdout is not None
            assert "ready\n" == writer.stdout.readline()
            said = [int(writer.stdout.readline()) for _ in range(dice.integers(1, 9))]
            time.sleep(float(dice.uniform(0, 0.02)))
            writer.send_signal(signal.SIGKILL)
            said += [int(line) for line in writer.stdout.read().split()]

        stack = [used.file for used in read_choice(tmp_path).stack("detector")]

        assert {file.path.read_bytes() for file in stack} == {str(int(file.sha256, 16)).encode() for file in stack}
        newest = int(stack[-1].sha256, 16)
        assert max(said) - 5 <= newest <= max(said) + 1
