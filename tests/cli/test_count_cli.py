"""`shelfcount count` on every input: good ones are counted, bad ones are told apart, and the rest of the batch goes on."""

import json
import resource
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.capture.hold import hold
from edge.capture.rig import RigCamera, replayed
from edge.cli import commands
from edge.counting.evidence import Evidence
from edge.counting.masking import NobodyThere
from edge.errors import ExitCode
from inventory_core.ids import Sku
from inventory_core.store.sql_book import open_book
from models.gallery import Photo, open_gallery
from models.golden import load_golden_set
from tests.edge.capture.pictures_made import CMYK_JPEG, encoded, exif, jpeg_with_exif, png_bomb
from tests.edge.capture.test_quality import shelf
from tests.edge.counting.test_last_clear import site_file


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHELFCOUNT_THREADS", "1")


def write(name: str, data: bytes) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(data)
    return name


def counted(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict, str]:  # type: ignore[type-arg]
    code = commands.run(["count", *arguments, "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def test_a_batch_with_every_bad_file_is_finished_and_each_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    good = encoded(".jpg", shelf())
    bad = {
        "batch/a-empty.jpg": (b"", "empty"),
        "batch/b-text.jpg": (b"not a picture", "not_a_picture"),
        "batch/c-cut.jpg": (good[:4000], "truncated"),
        "batch/d-bomb.png": (png_bomb(30_000, 30_000), "too_large"),
        "batch/e-dot.png": (encoded(".png", np.zeros((1, 1, 3), np.uint8)), "too_small"),
        "batch/notes.txt": (b"remember the milk", "not_a_picture"),
        "batch/broken.mp4": (b"no video", "not_a_video"),
    }
    for name, (data, _) in bad.items():
        write(name, data)
    write("batch/z-good.jpg", good)
    write("batch/y-cmyk.jpg", CMYK_JPEG)
    write("batch/x-deep.png", encoded(".png", shelf().astype(np.uint16) * 257))
    write("batch/w-sideways.jpg", jpeg_with_exif(exif(6), shelf()))
    code, document, said = counted(capsys, "batch", "gone.jpg")
    entries = {entry["source"]: entry for entry in document["images"]}
    assert ExitCode.UNREADABLE == code
    good_ones = {"batch/z-good.jpg", "batch/y-cmyk.jpg", "batch/x-deep.png", "batch/w-sideways.jpg"}
    assert {*bad, "gone.jpg", *good_ones} == set(entries)
    for name, (_, reason) in bad.items():
        assert ("cannot_see", [reason], [], []) == tuple(entries[name][k] for k in ("status", "reasons", "shelves", "boxes"))
        assert name in said
    assert ["missing"] == entries["gone.jpg"]["reasons"]
    assert (640, 480) == (entries["batch/x-deep.png"]["width_px"], entries["batch/x-deep.png"]["height_px"])
    assert (480, 640) == (entries["batch/w-sideways.jpg"]["width_px"], entries["batch/w-sideways.jpg"]["height_px"])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_500_000


def test_a_dark_picture_is_an_answer_and_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    code, document, _ = counted(capsys, write("dark.png", encoded(".png", shelf() // 30)))
    assert ExitCode.DONE == code
    assert ("cannot_see", ["dark"]) == (document["images"][0]["status"], document["images"][0]["reasons"])


def test_an_empty_folder_is_said_to_be_empty(capsys: pytest.CaptureFixture[str]) -> None:
    Path("nothing").mkdir()
    code, document, said = counted(capsys, "nothing")
    assert (ExitCode.UNREADABLE, ["empty"]) == (code, document["images"][0]["reasons"])
    assert "nothing" in said


def test_a_video_gives_one_entry_per_settled_scene_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    writer = cv2.VideoWriter("day.avi", cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (640, 480))
    dice = np.random.default_rng(2)
    for scene in (1, 2):
        for _ in range(25):
            writer.write(np.clip(shelf(scene) + dice.normal(0, 2, (480, 640, 3)), 0, 255).astype(np.uint8))
    writer.release()
    code, document, _ = counted(capsys, "day.avi", "--starts-at", "2026-11-20T09:30:00+08:00")
    assert ExitCode.DONE == code
    assert 2 == len(document["images"])
    assert ["2026-11-20T01:30:0"] * 2 == [entry["captured_at"][:18] for entry in document["images"]]
    assert document["images"][0]["at_s"] < 2.5 < document["images"][1]["at_s"]


@pytest.mark.parametrize("arguments", [
    [], ["x.png", "--site", "gone.toml"], ["x.png", "--gallery", "gone"], ["x.png", "--starts-at", "half past nine"],
    ["x.png", "--starts-at", "2026-11-20T09:30:00"], ["x.png", "--nonsense"], ["x.png", "--db", "b.db", "--location", "roof"],
])
def test_a_wrong_call_ends_with_code_2_and_a_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    write("x.png", encoded(".png", shelf()))
    assert ExitCode.USAGE == commands.run(["count", *arguments])
    said = capsys.readouterr()
    assert "" == said.out
    assert 1 <= len(said.err.strip().splitlines()) <= 2


def test_a_camera_that_is_not_there_is_an_unreadable_input(capfd: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.UNREADABLE == commands.run(["count", "--camera", "/dev/no-such-camera", "--json"])
    document = json.loads(capfd.readouterr().out)
    assert ["no_camera"] == document["images"][0]["reasons"]
    assert "/dev/no-such-camera" in document["images"][0]["detail"]


def test_counts_are_stored_and_a_picture_without_a_time_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    timed = write("timed.jpg", jpeg_with_exif(exif(1, "2026:11:20 09:30:00", "+08:00"), shelf() // 30))
    code = commands.run(["count", timed, write("untimed.png", encoded(".png", shelf() // 30)), "gone.png", "--db", "book.db"])
    said = capsys.readouterr().err
    store = open_book("book.db")
    with store.read() as book:
        captures = book.captures()
    store.close()
    assert ExitCode.UNREADABLE == code
    assert ["2026-11-20T01:30:00+00:00"] == [c.captured_at.isoformat() for c in captures][:1]
    assert 2 == len(captures)
    assert "untimed.png" in said
    assert "timed.jpg does not say" not in said.replace("untimed.png", "")


def test_a_second_count_of_a_camera_that_is_being_counted_is_refused_and_stores_nothing(
    capsys: pytest.CaptureFixture[str]
) -> None:
    address = "http://127.0.0.1:9/live"
    Path("shelfcount.toml").write_text(f'[[camera]]\nname = "door"\nspec = "{address}"\n', encoding="utf-8")
    for given in (address, "door"):
        with hold([address]):
            assert ExitCode.UNREADABLE == commands.run(["count", "--camera", given, "--db", "book.db", "--lang", "en"])
        assert f"camera {address} is being read by another shelfcount, process " in capsys.readouterr().err
    assert not Path("book.db").exists()


@pytest.mark.parametrize("given", ["till", "http://127.0.0.1:9/live"], ids=["by name", "by address"])
def test_a_camera_of_the_settings_is_counted_by_its_own_site_for_its_own_location(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = f"site = '{site_file(Path.cwd())}'\n[[camera]]\nname = 'till'\nspec = 'http://127.0.0.1:9/live'\n"
    Path("shelfcount.toml").write_text(own + "location = 'till'\nsite = 'till.toml'\n", encoding="utf-8")
    words = ["count", "--camera", given, "--db", "book.db", "--lang", "en"]
    assert ExitCode.USAGE == commands.run(words)
    assert "site file till.toml cannot be read" in capsys.readouterr().err
    assert ExitCode.USAGE == commands.run([*words, "--site", "other.toml"])
    assert "site file other.toml cannot be read" in capsys.readouterr().err
    Path("shelfcount.toml").write_text(own + "location = 'till'\n", encoding="utf-8")
    for options, location in (([], "till"), (["--location", "yard"], "yard")):
        assert ExitCode.USAGE == commands.run([*words, *options])
        assert f"location {location}" in capsys.readouterr().err
    assert ExitCode.USAGE == commands.run(["count", "a.jpg", *words[1:]])
    assert "has a place of its own in the settings" in capsys.readouterr().err


def test_the_password_of_a_camera_is_kept_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    Path("shown").mkdir()
    write("shown/a.png", encoded(".png", np.asarray(load_golden_set().image, np.uint8)))
    with RigCamera(replayed(Path("shown"), noise=2.0), fps=10) as rig:
        assert ExitCode.DONE == commands.run([
            "count", "--camera", rig.url.replace("http://", "http://owner:Geheim7@"), "--db", "book.db", "--json"])
    assert [] == [str(path) for path in Path().rglob("*") if path.is_file() and b"Geheim7" in path.read_bytes()]
    told = capsys.readouterr()
    assert "Geheim7" not in told.out + told.err
    assert [rig.url] == [json.loads(path.read_text())["source"] for path in Path().rglob("e-*.json")]


def test_the_picture_of_a_count_with_a_site_is_kept_with_the_shelves_of_that_site(tmp_path: Path) -> None:
    picture = write("x.png", encoded(".png", shelf()))
    assert ExitCode.DONE == commands.run(["count", picture, "--db", "book.db", "--site", str(site_file(tmp_path))])
    evidence = Evidence.of_book("book.db", NobodyThere())
    kept, = evidence.kept()
    told = (evidence.read_document(kept.name) or {})["shelves"]
    assert isinstance(told, list)
    assert [("0", 640.0), ("1", 640.0), ("2", 640.0), ("3", 640.0)] == [(each["shelf"], each["width_mm"]) for each in told]


def test_annotated_copies_are_put_aside_and_never_over_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = write("a/shelf.png", encoded(".png", shelf())), write("b/shelf.png", encoded(".png", shelf(2) // 30))
    before = Path(one).read_bytes()
    assert ExitCode.DONE == commands.run(["count", one, two, "--annotate", "a"])
    assert {"shelf.png", "shelf.counted.jpg", "shelf-2.counted.jpg"} == {path.name for path in Path("a").iterdir()}
    assert before == Path(one).read_bytes()
    capsys.readouterr()
    _, document, _ = counted(capsys, "a")
    assert ["a/shelf.png"] == [entry["source"] for entry in document["images"]]


def test_a_gallery_of_another_embedder_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    gallery = open_gallery(Path("gallery"), "sha256:another", create=True)
    gallery.enrol(Sku("cola"), np.ones((1, 8), np.float32) / 8**0.5, [Photo(shelf()[:60, :40], "x.jpg")],
                  at=datetime(2026, 11, 20, tzinfo=UTC))
    write("x.png", encoded(".png", shelf()))
    assert ExitCode.USAGE == commands.run(["count", "x.png", "--gallery", "gallery", "--lang", "en"])
    assert "embedder" in capsys.readouterr().err


def test_a_camera_of_the_settings_is_counted_at_its_own_place(capsys: pytest.CaptureFixture[str]) -> None:
    entry = '[[camera]]\nname = "right"\nspec = "http://127.0.0.1:9/live"\nlocation = "right-bay"\n'
    Path("shelfcount.toml").write_text(entry, encoding="utf-8")
    assert ExitCode.USAGE == commands.run(["count", "--camera", "right", "--db", "shop.db", "--lang", "en"])
    assert "right-bay" in capsys.readouterr().err
    Path("shelfcount.toml").write_text('site = "left.toml"\n' + entry + 'site = "right.toml"\n', encoding="utf-8")
    for camera in ("right", "http://127.0.0.1:9/live"):
        commands.run(["count", "--camera", camera, "--lang", "en"])
        assert "site file right.toml cannot be read" in capsys.readouterr().err
    commands.run(["count", "--camera", "right", "--site", "other.toml", "--lang", "en"])
    assert "site file other.toml cannot be read" in capsys.readouterr().err
