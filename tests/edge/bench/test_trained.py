from pathlib import Path

import pytest

from edge.bench.trained import list_beside, read_hashes
from edge.errors import UsageFault

HASH = "ab" * 32


def test_the_list_lies_beside_the_card_or_the_model_file():
    assert Path("cards/detector.training-pictures.sha256") == list_beside(Path("cards/detector.md"))
    assert Path("fold-a.training-pictures.sha256") == list_beside(Path("fold-a.onnx"))


def test_hashes_are_read_with_or_without_names_and_remarks(tmp_path):
    file = tmp_path / "list"
    file.write_text(f"# shelves\n{HASH}\n\n{'CD' * 32}  s0001.jpg\nsha256:{'ef' * 32}\n", encoding="utf-8")
    assert {HASH, "cd" * 32, "ef" * 32} == read_hashes(file)


def test_what_a_model_without_a_list_was_trained_on_is_not_known(tmp_path):
    assert read_hashes(tmp_path / "absent") is None


def test_a_line_that_is_no_hash_is_refused_with_its_number(tmp_path):
    file = tmp_path / "list"
    file.write_text(f"{HASH}\nphoto.jpg\n", encoding="utf-8")
    with pytest.raises(UsageFault, match=r"line 2.*photo\.jpg"):
        read_hashes(file)
