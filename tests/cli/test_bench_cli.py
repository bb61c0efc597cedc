"""`shelfcount bench` on drawn sets: every figure is there, what has no meaning is null, faults are told one by one."""

import json
from pathlib import Path

import cv2
import pytest

from edge.bench.shelf_picture import draw_shelf
from edge.cli import commands
from edge.errors import ExitCode
from models.detector import open_detector
from models.policy import DetectorPolicy

WIDTH, HEIGHT, ROWS, COLUMNS = 640, 400, 2, 9


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def labels(name: str, *, product: str = "sku", shelf: bool = False, **info: object) -> Path:
    """Two drawn shelves labelled by what the shipped detector sees in them, each third facing named the same."""
    folder = Path(name)
    (folder / "images").mkdir(parents=True)
    detector = open_detector(threads=1, policy=DetectorPolicy(score=0.5))
    images, boxes = [], []
    for number in range(2):
        picture = draw_shelf(WIDTH, HEIGHT, ROWS, COLUMNS, seed=number)
        cv2.imwrite(str(folder / "images" / f"{number}.png"), picture)
        images.append({"id": number, "file_name": f"{number}.png", "width": WIDTH, "height": HEIGHT})
        for left, top, right, bottom in detector.detect(picture).of_class(0).xyxy.tolist():
            boxes.append({"id": len(boxes), "image_id": number, "category_id": len(boxes) % 3, "iscrowd": 0,
                          "bbox": [left, top, right - left, bottom - top]} | ({"shelf": "1"} if shelf else {}))
    names = ["product", "void", "product"] if product == "product" else ["A", "B", "__doubtful"]
    categories = [{"id": number, "name": text} for number, text in enumerate(names)]
    file = folder / "labels.json"
    file.write_text(json.dumps({"info": info, "images": images, "annotations": boxes, "categories": categories}), "utf-8")
    return file


def bench(*arguments: str) -> tuple[int, dict]:
    code = commands.run(["bench", "accuracy", *arguments, "--out", "out.json", "--lang", "en"])
    return code, json.loads(Path("out.json").read_text("utf-8")) if Path("out.json").exists() else {}


def test_the_document_holds_every_figure_that_is_promised(capsys):
    file = labels("shop", shelf=True)
    images = str(file.parent / "images")
    assert ExitCode.DONE == commands.run(["enrol", "--coco", str(file), "--images", images, "--gallery", "gallery"])
    code, told = bench("--coco", str(file), "--images", images, "--gallery", "gallery")
    assert ExitCode.DONE == code
    assert "shelfcount.accuracy/1" == told["schema"]
    assert {"name", "images", "facings", "synthetic", "trained_on"} <= told["set"].keys()
    assert ("shop", 2, False, 0, "labels", 2) == tuple(
        told["set"][key] for key in ("name", "images", "synthetic", "trained_on", "shelves", "in_gallery"))
    assert {"ap50", "ap75", "ap", "recall", "precision", "best_f1", "best_f1_score", "count_mae", "count_wape"} <= (
        told["detection"].keys())
    assert {"known", "top1", "top5", "unknown_auroc", "unknown_rejected_at_95_known"} <= told["identity"].keys()
    assert {"enrolled", "accuracy", "missed", "misnamed", "extra", "unknown_right", "exact_sku_shelf", "cacc", "mae",
            "wape", "abstained", "coverage_95", "width_mean"} <= told["facings"].keys()
    assert 1.0 == told["identity"]["top1"]  # measured on the very crops that are enrolled, and said so
    low, high = told["intervals"]["facings.accuracy"]
    assert low <= told["facings"]["accuracy"] <= high
    assert ["0.png", "1.png"] == [row["image"] for row in told["per_image"]]
    assert told["pedigree"]["detector"]["in_manifest"]
    said = capsys.readouterr().out
    assert "facing accuracy" in said
    assert "the gallery was enrolled from 2 of these pictures" in said
    assert "doubtful name" in said


def test_a_picture_left_out_is_not_named_by_its_own_crops():
    file = labels("shop")
    images = str(file.parent / "images")
    commands.run(["enrol", "--coco", str(file), "--images", images, "--gallery", "gallery"])
    _, told = bench("--coco", str(file), "--images", images, "--gallery", "gallery", "--leave-one-out")
    assert (0, "rows") == (told["set"]["in_gallery"], told["set"]["shelves"])
    assert told["identity"]["top1"] < 1.0


def test_without_a_gallery_names_and_facings_have_no_meaning():
    file = labels("shop")
    code, told = bench("--coco", str(file), "--images", str(file.parent / "images"))
    assert ExitCode.DONE == code
    assert {None} == {*told["identity"].values(), *told["facings"].values()}
    assert told["detection"]["recall"] > 0.9


def test_a_set_of_products_and_gaps_is_measured_on_boxes_only():
    file = labels("shop", product="product", synthetic=True)
    images = str(file.parent / "images")
    commands.run(["enrol", "--coco", str(labels("other")), "--images", "other/images", "--gallery", "gallery"])
    _, told = bench("--coco", str(file), "--images", images, "--gallery", "gallery")
    assert {None} == {*told["identity"].values(), *told["facings"].values()}
    assert told["set"]["synthetic"]
    voids = sum(box["category_id"] == 1 for box in json.loads(file.read_text("utf-8"))["annotations"])
    assert told["set"]["facings"] <= ROWS * COLUMNS * 2 - voids


def test_a_picture_that_a_model_was_trained_on_is_marked(capsys):
    file = labels("shop")
    images = str(file.parent / "images")
    _, before = bench("--coco", str(file), "--images", images)
    detector = Path("fold.onnx")
    detector.write_bytes((Path(__file__).parents[2] / "models/weights/detector.onnx").read_bytes())
    Path("fold.training-pictures.sha256").write_text(before["per_image"][1]["sha256"] + "\n", "utf-8")
    _, told = bench("--coco", str(file), "--images", images, "--detector", str(detector))
    assert (1, [False, True]) == (told["set"]["trained_on"], [row["trained_on"] for row in told["per_image"]])
    assert "1 of these pictures (*) were used to train" in capsys.readouterr().out


def test_a_missing_picture_is_told_and_the_rest_is_measured(capsys):
    file = labels("shop")
    (file.parent / "images" / "0.png").unlink()
    code, told = bench("--coco", str(file), "--images", str(file.parent / "images"))
    assert (ExitCode.UNREADABLE, 1) == (code, told["set"]["images"])
    assert "0.png does not exist" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "no json", '{"images": 3}'])
def test_labels_that_are_no_coco_file_are_told_apart(text, capsys):
    Path("labels.json").write_text(text, "utf-8")
    assert ExitCode.UNREADABLE == bench("--coco", "labels.json", "--images", ".")[0]
    assert "labels.json" in capsys.readouterr().err


def test_labels_with_wrong_ids_are_told_and_the_rest_is_measured(capsys):
    file = labels("shop")
    told = json.loads(file.read_text("utf-8"))
    told["annotations"][0]["image_id"], told["annotations"][1]["category_id"] = 99, 99
    file.write_text(json.dumps(told), "utf-8")
    code, measured = bench("--coco", str(file), "--images", str(file.parent / "images"))
    assert (ExitCode.UNREADABLE, 2) == (code, measured["set"]["images"])
    assert 2 == capsys.readouterr().err.count("99")


def test_a_folder_without_the_pictures_is_told(capsys):
    file = labels("shop")
    assert ExitCode.UNREADABLE == bench("--coco", str(file), "--images", "elsewhere")[0]
    assert "none of the set's pictures" in capsys.readouterr().err


def test_leaving_one_out_needs_a_gallery(capsys):
    assert ExitCode.USAGE == bench("--coco", "x", "--images", "y", "--leave-one-out")[0]
    assert "--gallery" in capsys.readouterr().err


def test_a_detector_compared_with_itself_shows_no_difference(capsys):
    file = labels("shop")
    bench("--coco", str(file), "--images", str(file.parent / "images"))
    assert ExitCode.DONE == commands.run(
        ["bench", "compare", "out.json", "--against", "out.json", "--out", "compared.json", "--lang", "zh"])
    told = json.loads(Path("compared.json").read_text("utf-8"))
    assert {"no clear difference"} == {row["verdict"] for row in told["figures"].values()}
    assert [0.0, 0.0] == told["figures"]["ap50"]["difference_95"]
    assert "out" in capsys.readouterr().out


@pytest.mark.slow
def test_speed_without_peers_leaves_named_empty_rows(monkeypatch, capsys):
    monkeypatch.setenv("SHELFCOUNT_PEERS_PYTHON", str(Path("absent").resolve()))
    assert ExitCode.DONE == commands.run(["bench", "speed", "--rounds", "1", "--out", "speed.json", "--lang", "en"])
    told = json.loads(Path("speed.json").read_text("utf-8"))
    assert "shelfcount.speed/1" == told["schema"]
    assert "make peers" in " ".join(capsys.readouterr().out.replace("│", " ").split())  # wherever the column wraps


def test_a_set_enrolled_in_memory_is_counted_in_bursts_and_its_list_adds_up(capsys):
    file = labels("shop")
    words = ["--coco", str(file), "--images", str(file.parent / "images"), "--enrol", str(file), "--leave-one-out"]
    _, told = bench(*words, "--burst", "2")
    assert "bursts of 2 frames against each of these frames alone" in capsys.readouterr().out
    assert (2, told["facings"]["enrolled"]) == (told["bursts"]["frames"], told["bursts"]["burst"]["enrolled"])
    fates = [one["fate"] for row in told["per_image"] for one in row["outcomes"]]
    assert told["facings"]["missed"] == fates.count("missed")
    assert told["facings"]["misnamed"] == fates.count("misnamed") + fates.count("refused")
    assert told["facings"]["extra"] == fates.count("invented") + fates.count("taken_for")
    assert ExitCode.DONE == commands.run(["bench", "pool", "out.json", "--out", "all.json", "--lang", "en"])
    pooled = json.loads(Path("all.json").read_text("utf-8"))
    assert (told["facings"], told["identity"], told["bursts"]) == (pooled["facings"], pooled["identity"], pooled["bursts"])


def test_a_gallery_and_a_set_to_enrol_are_one_too_many(capsys):
    file = labels("shop")
    words = ["--coco", str(file), "--images", str(file.parent / "images")]
    assert ExitCode.USAGE == commands.run(["bench", "accuracy", *words, "--gallery", "g", "--enrol", str(file), "--lang", "en"])
    assert ExitCode.USAGE == commands.run(["bench", "accuracy", *words, "--burst", "3", "--lang", "en"])
    said = capsys.readouterr().err
    assert "--gallery or --enrol, not both" in said
    assert "--burst need --gallery or --enrol" in said


def test_ultralytics_that_is_not_installed_is_said(monkeypatch, capsys):
    file = labels("shop")
    monkeypatch.setenv("SHELFCOUNT_PEERS_PYTHON", "nowhere/python")
    words = ["--coco", str(file), "--images", str(file.parent / "images"), "--by-ultralytics"]
    assert ExitCode.CHECK_FAILED == commands.run(["bench", "accuracy", *words, "--lang", "en"])
    assert "Ultralytics cannot be asked: not installed; run `make peers`" in capsys.readouterr().err


def test_names_alone_have_no_figure_of_boxes(capsys):
    file = labels("shop")
    words = ["--coco", str(file), "--images", str(file.parent / "images"), "--enrol", str(file)]
    _, told = bench(*words, "--names-only")
    assert 1.0 == told["identity"]["top1"]
    assert {None} == {value for key, value in told["detection"].items() if key != "score"}
    assert {None} == set(told["facings"].values())
