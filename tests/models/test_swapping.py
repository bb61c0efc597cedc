"""Taking a model file into use: looked at first, on disk second, in use last; one that was changed since is never loaded."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.card_file import read_card
from models.choice import chosen_files, read_choice
from models.detector import open_detector
from models.embedder import open_embedder
from models.errors import BadModelCard, BadModelChoice, BadModelFile, GoldenFailed
from models.label_finder import open_label_finder
from models.manifest import MANIFEST, Manifest, Role, load_manifest
from models.policy import DetectorPolicy
from models.swapping import Taken, go_back, take_into_use
from tests.models.golden_networks import card, copy_of, file, knowing, put_in_use
from tests.models.tiny_networks import network_answering

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SHIPPED = load_manifest()


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """The device's folder of chosen files."""
    return tmp_path / "device"


def use(shelf: Path, path: Path, role: Role | None = None) -> Taken:
    return take_into_use(shelf, path, at=NOW, role=role, threads=1)


def in_use(shelf: Path, role: Role = "detector") -> str:
    return chosen_files(shelf).of(role).name


def contents(shelf: Path) -> list[str]:
    return sorted(path.name for path in shelf.iterdir() if path.name != ".lock")


class TestTaking:
    def test_a_detector_that_sees_is_used_from_now_on(self, tmp_path: Path, shelf: Path) -> None:
        taken = use(shelf, file(tmp_path, "better", knowing()))
        detector = open_detector(threads=1, files=chosen_files(shelf))
        assert ("better", "shelfcount-detector", True) == (taken.file.name, taken.before.name, taken.verdict.holds)
        assert (taken.file.fingerprint, False) == (detector.fingerprint, detector.in_manifest)
        assert "Apache-2.0" == chosen_files(shelf).of("detector").licence

    @pytest.mark.parametrize("role", ["embedder", "label_finder"])
    def test_its_role_is_found_out(self, tmp_path: Path, shelf: Path, role: Role) -> None:
        taken = use(shelf, file(tmp_path, "copy", copy_of(role)))
        files = chosen_files(shelf)
        opened = open_embedder(threads=1, files=files) if role == "embedder" else open_label_finder(threads=1, files=files)
        assert (role, taken.file.fingerprint) == (taken.file.role, opened.fingerprint)

    def test_the_file_that_was_given_may_go(self, tmp_path: Path, shelf: Path) -> None:
        given = file(tmp_path, "better", knowing())
        use(shelf, given)
        given.unlink()
        given.with_suffix(".md").unlink()
        assert open_detector(threads=1, files=chosen_files(shelf)).fingerprint == chosen_files(shelf).of("detector").fingerprint

    def test_a_detector_brings_its_operating_point_or_takes_the_shipped_one(self, tmp_path: Path, shelf: Path) -> None:
        own = use(shelf, file(tmp_path, "own", knowing(policy='{"score": 0.5, "long_side_px": 640}')))
        plain = use(shelf, file(tmp_path, "plain", knowing(maker="me")))
        assert DetectorPolicy(score=0.5, long_side_px=640) == own.file.policy
        assert SHIPPED.of("detector").policy == plain.file.policy

    def test_taking_the_same_file_again_changes_nothing(self, tmp_path: Path, shelf: Path) -> None:
        given = file(tmp_path, "better", knowing())
        use(shelf, given)
        assert use(shelf, given).was_in_use
        assert 1 == len(read_choice(shelf).changes)

    def test_a_copy_that_was_damaged_is_mended_by_taking_the_file_again(self, tmp_path: Path, shelf: Path) -> None:
        given = file(tmp_path, "better", knowing())
        taken = use(shelf, given)
        taken.file.path.write_bytes(b"rotten")
        use(shelf, given)
        assert given.read_bytes() == chosen_files(shelf).verified("detector").data

    def test_files_that_cannot_be_gone_back_to_any_more_leave_the_folder(self, tmp_path: Path, shelf: Path) -> None:
        for number in range(8):
            use(shelf, file(tmp_path, f"net{number}", knowing(maker=str(number))))
        kept = read_choice(shelf).kept()
        assert [f"net{number}" for number in range(3, 8)] == [used.name for used in kept]
        assert 6 == len([name for name in contents(shelf) if name.endswith(".onnx")])  # one more, for the swap before


class TestRefusing:
    """Whatever is refused, the choice and the folder are as they were."""

    @pytest.fixture(autouse=True)
    def before_and_after(self, tmp_path: Path, shelf: Path) -> object:
        use(shelf, file(tmp_path, "before", knowing()))
        held = contents(shelf)
        yield
        assert ("before", held) == (in_use(shelf), contents(shelf))
        open_detector(threads=1, files=chosen_files(shelf))

    def test_a_network_that_does_not_see(self, tmp_path: Path, shelf: Path) -> None:
        with pytest.raises(GoldenFailed, match=r"blind\.onnx fails the golden set: 1 of 37 facings found .* in use stays"):
            use(shelf, file(tmp_path, "blind", knowing(missed=36)))

    def test_a_label_finder_that_sees_tags_everywhere(self, tmp_path: Path, shelf: Path) -> None:
        sure = network_answering(np.full((1, 1, 4, 4), 9, np.float32), (1, "h", "w", 3))
        with pytest.raises(GoldenFailed, match="on 5 of 5 without"):
            use(shelf, file(tmp_path, "sure", sure))

    def test_a_network_of_another_role_than_was_said(self, tmp_path: Path, shelf: Path) -> None:
        with pytest.raises(BadModelFile, match="not an embedder's input; expected uint8"):
            use(shelf, file(tmp_path, "detector", knowing(maker="me")), "embedder")

    def test_a_network_of_no_role(self, tmp_path: Path, shelf: Path) -> None:
        other = network_answering(np.ones((1, 3), np.float32), (1, 4), dtype=1)
        with pytest.raises(BadModelFile, match=r"input float \(1, 4\)\) is no detector, embedder, label finder or"):
            use(shelf, file(tmp_path, "other", other))

    @pytest.mark.parametrize("data", [b"", b"not a network", knowing()[:900]])
    def test_what_is_no_network(self, tmp_path: Path, shelf: Path, data: bytes) -> None:
        with pytest.raises(BadModelFile, match=r"half\.onnx is not a network that can be run"):
            use(shelf, file(tmp_path, "half", data))

    def test_an_operating_point_that_is_none(self, tmp_path: Path, shelf: Path) -> None:
        with pytest.raises(BadModelFile, match="carries a `policy` that cannot be read"):
            use(shelf, file(tmp_path, "odd", knowing(policy='{"score": 7}')), "detector")

    def test_a_file_without_a_card(self, tmp_path: Path, shelf: Path) -> None:
        with pytest.raises(BadModelCard, match=r"bare\.onnx has no model card: give one with --card FILE, or put bare\.md"):
            use(shelf, file(tmp_path, "bare", knowing(maker="x"), with_card=False))

    @pytest.mark.parametrize(("line", "missing"), [
        ("| sha256", "the sha256 of the file"), ("| licence", "its licence"), ("## Trained", "what it was trained on"),
        ("## Figures", "its figures per data set")])
    def test_a_card_that_leaves_something_out(self, tmp_path: Path, shelf: Path, line: str, missing: str) -> None:
        given = file(tmp_path, "net", knowing(maker="x"))
        lines = card(given.read_bytes()).splitlines()
        given.with_suffix(".md").write_text("\n".join(text for text in lines if not text.startswith(line)), encoding="utf-8")
        with pytest.raises(BadModelCard, match=f"leaves out {missing}"):
            use(shelf, given)

    def test_a_card_of_another_file(self, tmp_path: Path, shelf: Path) -> None:
        given = file(tmp_path, "net", knowing(maker="x"))
        given.with_suffix(".md").write_text(card(b"another file"), encoding="utf-8")
        with pytest.raises(BadModelCard, match="the sha256 of the file"):
            use(shelf, given)


@pytest.mark.parametrize("role", ["detector", "embedder", "label_finder"])
def test_the_shipped_cards_are_whole(role: Role) -> None:
    shipped = SHIPPED.of(role)
    assert read_card(shipped.card, shipped.sha256).licence.startswith(shipped.licence)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "device").write_bytes(b"a file")
    with pytest.raises(BadModelChoice, match=r"cannot be made: .* setting `models`"):
        use(tmp_path / "device", file(tmp_path, "net", knowing()))


class TestGoingBack:
    def test_step_by_step_to_the_release(self, tmp_path: Path, shelf: Path) -> None:
        for name in ("first", "second"):
            use(shelf, file(tmp_path, name, knowing(maker=name)))
        names = [go_back(shelf, at=NOW, threads=1).file.name for _ in range(2)]
        assert ["first", "shelfcount-detector"] == names
        with pytest.raises(BadModelChoice, match="nothing to go back to"):
            go_back(shelf, at=NOW)

    def test_past_a_damaged_file_to_the_release(self, tmp_path: Path, shelf: Path) -> None:
        first = use(shelf, file(tmp_path, "first", knowing(maker="1"))).file
        use(shelf, file(tmp_path, "second", knowing(maker="2")))
        first.path.write_bytes(b"rotten")
        with pytest.raises(BadModelFile, match="`shelfcount model rollback --role detector --shipped`"):
            go_back(shelf, at=NOW)
        assert "second" == in_use(shelf)
        assert "shelfcount-detector" == go_back(shelf, at=NOW, to_shipped=True, threads=1).file.name

    def test_although_the_file_in_use_is_damaged(self, tmp_path: Path, shelf: Path) -> None:
        use(shelf, file(tmp_path, "first", knowing())).file.path.unlink()
        with pytest.raises(BadModelFile, match=r"cannot be read: .* --shipped"):
            open_detector(threads=1, files=chosen_files(shelf))
        go_back(shelf, at=NOW, threads=1)
        assert "shelfcount-detector" == in_use(shelf)


    def test_a_file_that_does_not_see_is_put_back_and_that_is_told(self, tmp_path: Path, shelf: Path) -> None:
        put_in_use(shelf, "detector", knowing(missed=36))
        use(shelf, file(tmp_path, "better", knowing()))
        back = go_back(shelf, at=NOW, threads=1)
        assert ("unseen", "better", False) == (back.file.name, back.before.name, back.verdict.holds)
        assert "unseen" == in_use(shelf)


def mutated(good: bytes, dice: np.random.Generator) -> bytes:
    """A bit flipped, a tail cut off, bytes added, or eight bytes replaced."""
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
    return bytes(bad)


@pytest.mark.parametrize("mutations", [200, pytest.param(10_000, marks=pytest.mark.slow)])
def test_every_mutation_of_a_file_that_was_taken_into_use_is_refused(tmp_path: Path, shelf: Path, mutations: int) -> None:
    use(shelf, file(tmp_path, "net", knowing()))
    files, dice, refused = chosen_files(shelf), np.random.default_rng(0), list[str]()
    path = files.of("detector").path
    good = path.read_bytes()
    for _ in range(mutations):
        path.write_bytes(mutated(good, dice))
        try:
            open_detector(threads=1, files=files)
        except BadModelFile as error:
            refused.append(str(error))
    assert mutations == len(refused)
    assert [] == [why for why in refused if "is not the one that was pinned: found sha256:" not in why]
    path.write_bytes(good)
    open_detector(threads=1, files=files)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["detector", "embedder", "label_finder"])
def test_no_mutation_of_a_shipped_network_is_loaded_at_work(tmp_path: Path, role: Role) -> None:
    """The opening itself, on the whole shipped files: 10,000 mutations over the three of them."""
    shipped = load_manifest()
    copy = tmp_path / "network.onnx"
    files = Manifest(MANIFEST, tuple(replace(one, path=copy) if one.role == role else one for one in shipped.files))
    opens = {"detector": open_detector, "embedder": open_embedder, "label_finder": open_label_finder}[role]
    good, dice, refused = shipped.verified(role).data, np.random.default_rng(1), 0
    for _ in range(3_334):
        copy.write_bytes(mutated(good, dice))
        try:
            opens(threads=1, files=files)
        except BadModelFile:
            refused += 1
    assert 3_334 == refused
