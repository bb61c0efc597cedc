"""`enrol` and `gallery` as a person types them."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cli.commands import run
from models.manifest import load_manifest


@pytest.fixture(autouse=True)
def away_from_any_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def pack(hue: int) -> np.ndarray:
    """A drawn carton, 80 x 160 px."""
    image = cv2.cvtColor(np.full((160, 80, 3), (hue, 200, 180), np.uint8), cv2.COLOR_HSV2BGR)
    image[50:120, 10:70] = 245
    for top in range(56, 112, 10):
        image[top : top + 5, 16 : 20 + (hue + top) % 44] = 30
    return image


def save(path: Path, image: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), image)
    return path


def shop(folder: Path, **changes: object) -> Path:
    """A labelled picture of four packs, `red` twice, `green`, and a doubtful one; returns the label file."""
    shelf = np.concatenate([pack(0), pack(60), pack(0), pack(120)], 1)
    save(folder / "shelf.png", shelf)
    names = ["red", "green", "__UNKNOWN"]
    labels = {
        "images": [{"id": 1, "file_name": "shelf.png", "width": 320, "height": 160}],
        "categories": [{"id": n, "name": name} for n, name in enumerate(names)],
        "annotations": [{"id": n, "image_id": 1, "category_id": category, "bbox": [80 * n, 0, 80, 160]}
                        for n, category in enumerate((0, 1, 0, 2))],
    } | changes  # fmt: skip
    path = folder / "labels.json"
    path.write_text(json.dumps(labels), encoding="utf-8")
    return path


def shelfcount(*arguments: object) -> int:
    return run(["--lang", "en", *(str(argument) for argument in arguments)])


def test_photos_are_enrolled_listed_renamed_removed_and_undone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    red, green = save(tmp_path / "red.png", pack(0)), save(tmp_path / "green.png", pack(60))
    at = ("--gallery", tmp_path / "g")

    assert 0 == shelfcount("enrol", "red", red, *at)
    assert "red.png: taken whole (80 x 160 px)" in capsys.readouterr().out
    assert 0 == shelfcount("enrol", "绿茶 500ml", green, *at)
    assert "绿茶 500ml: photos enrolled: 1" in capsys.readouterr().out
    assert 0 == shelfcount("gallery", "rename", "red", "cola", *at)
    assert 0 == shelfcount("gallery", "remove", "绿茶 500ml", *at)
    assert 0 == shelfcount("gallery", "undo", *at)
    assert "undone: removing 绿茶 500ml" in capsys.readouterr().out
    assert 0 == shelfcount("gallery", "list", *at)
    shown = capsys.readouterr().out
    assert "cola" in shown
    assert "绿茶 500ml" in shown
    for _ in range(3):
        assert 0 == shelfcount("gallery", "undo", *at)
    assert 0 == shelfcount("gallery", "undo", *at)
    assert "nothing to undo" in capsys.readouterr().out
    assert 0 == shelfcount("gallery", "list", *at)
    assert "knows no product yet" in capsys.readouterr().out


def test_renaming_onto_another_product_warns_that_they_are_one_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shelfcount("enrol", "--coco", shop(tmp_path), "--images", tmp_path, "--gallery", tmp_path / "g")

    assert 0 == shelfcount("gallery", "rename", "red", "green", "--gallery", tmp_path / "g")
    assert "green existed: it has the photos of both now" in capsys.readouterr().err


def test_a_labelled_set_is_enrolled_without_its_doubtful_boxes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == shelfcount("enrol", "--coco", shop(tmp_path), "--images", tmp_path, "--gallery", tmp_path / "g")

    said = capsys.readouterr().out
    assert "photos enrolled: 3, of products: 2" in said
    assert "1 boxes of categories that begin with __ left out" in said
    assert "Can the products be told apart?" in said


@pytest.mark.parametrize(("changes", "says"), [
    ({"annotations": [{"id": 1, "image_id": 1, "category_id": 0, "bbox": [0, 0, 80, 160]},
                      {"id": 2, "image_id": 5, "category_id": 0, "bbox": [0, 0, 80, 160]}]}, "points to picture 5"),
    ({"annotations": [{"id": 1, "image_id": 1, "category_id": 0, "bbox": [0, 0, 80, 160]},
                      {"id": 2, "image_id": 1, "category_id": 9, "bbox": [0, 0, 80, 160]}]}, "points to category 9"),
    ({"annotations": [{"id": 1, "image_id": 1, "category_id": 0, "bbox": [0, 0, 80, 160]},
                      {"id": 2, "image_id": 1, "category_id": 0, "bbox": [900, 0, 80, 160]}]}, "outside the picture"),
    ({"images": [{"id": 1, "file_name": "shelf.png", "width": 320, "height": 160},
                 {"id": 2, "file_name": "gone.png", "width": 9, "height": 9}]}, "gone.png does not exist"),
    ({"images": [{"id": 1, "file_name": "shelf.png", "width": 320, "height": 160},
                 {"id": 2, "file_name": "red.png", "width": 81, "height": 160}]}, "its labels are for 81 x 160"),
])  # fmt: skip
def test_what_cannot_be_used_is_said_and_the_rest_is_enrolled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, object], says: str
) -> None:
    save(tmp_path / "red.png", pack(0))
    labels = shop(tmp_path, **changes)

    assert 3 == shelfcount("enrol", "--coco", labels, "--images", tmp_path, "--gallery", tmp_path / "g")

    said = capsys.readouterr()
    assert says in said.err
    assert "red" in said.out


def test_a_label_file_that_is_none_is_an_input_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels.json").write_text("{}", encoding="utf-8")

    assert 3 == shelfcount("enrol", "--coco", tmp_path / "labels.json", "--images", tmp_path, "--gallery", tmp_path / "g")
    assert "not a COCO file" in capsys.readouterr().err


def test_a_photo_that_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    red = save(tmp_path / "red.png", pack(0))
    (tmp_path / "broken.png").write_bytes(red.read_bytes()[:200])

    assert 3 == shelfcount("enrol", "red", tmp_path / "broken.png", red, "--gallery", tmp_path / "g")

    said = capsys.readouterr()
    assert "red: photos enrolled: 1" in said.out
    assert "broken.png" in said.err


@pytest.mark.parametrize("arguments", [
    [], ["red"], ["--coco", "x.json"], ["red", "a.jpg", "--coco", "x.json", "--images", "."], ["--images", "."],
    ["--folders", ".", "--coco", "x.json", "--images", "."], ["red", "a.jpg", "--folders", "."],
])  # fmt: skip
def test_a_command_that_mixes_or_misses_its_parts_is_refused(arguments: list[str]) -> None:
    assert 2 == shelfcount("enrol", *arguments, "--gallery", "g")


def test_a_folder_of_folders_is_one_change_and_what_is_no_photo_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for sku, hue in (("red", 0), ("green", 60)):
        (tmp_path / "photos" / sku).mkdir(parents=True)
        save(tmp_path / "photos" / sku / "front.png", pack(hue))
    (tmp_path / "photos" / "red" / "notes.txt").write_text("from Monday")

    assert 3 == shelfcount("enrol", "--folders", tmp_path / "photos", "--gallery", tmp_path / "g")
    said = capsys.readouterr()
    assert "photos enrolled: 2, of products: 2" in said.out
    assert "notes.txt" in said.err
    assert 0 == shelfcount("gallery", "undo", "--gallery", tmp_path / "g")
    assert "undone: enrolling 2 photos of green, red" in capsys.readouterr().out


def test_folders_without_photos_are_told_how_they_must_lie(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == shelfcount("enrol", "--folders", tmp_path, "--gallery", tmp_path / "g")
    assert "each product needs a folder named by its SKU" in capsys.readouterr().err


def test_without_a_gallery_the_command_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == shelfcount("gallery", "list")
    assert "give --gallery DIR" in capsys.readouterr().err


def test_a_blank_sku_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == shelfcount("enrol", " ", save(tmp_path / "red.png", pack(0)), "--gallery", tmp_path / "g")
    assert "must not be blank" in capsys.readouterr().err


def test_a_gallery_of_another_embedder_is_refused_with_both_fingerprints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from models.gallery_file import read_state, write_state

    shelfcount("enrol", "red", save(tmp_path / "red.png", pack(0)), "--gallery", tmp_path / "g")
    state = read_state(tmp_path / "g")
    assert state is not None
    foreign = type(state)("sha256:" + "0" * 64, state.photos, state.changes, state.vectors.copy(), state.raw)
    write_state(tmp_path / "g", foreign)

    assert 2 == shelfcount("gallery", "list", "--gallery", tmp_path / "g")
    said = capsys.readouterr().err
    assert "sha256:" + "0" * 64 in said
    assert load_manifest().of("embedder").fingerprint in said


def test_an_altered_photo_is_named_when_listing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shelfcount("enrol", "red", save(tmp_path / "red.png", pack(0)), "--gallery", tmp_path / "g")
    next((tmp_path / "g" / "photos").glob("*.jpg")).write_bytes(b"")

    assert 0 == shelfcount("gallery", "list", "--gallery", tmp_path / "g")
    assert "is missing or was altered" in capsys.readouterr().err
