"""A mistake in the settings is told in words, with the key that was meant and the table that it is in."""

from pathlib import Path

import pytest

from edge.errors import UsageFault
from edge.messages import Lang, Translator
from edge.settings import load_settings

HERE = "in shelfcount.toml or the environment is wrong"
CAMERA = '[[camera]]\nname = "shelf"\nspec = "0"\n'


@pytest.mark.parametrize(("written", "told"), [
    ('galery = "g"\n', f"setting galery {HERE}: there is no such setting; is gallery meant?"),
    (CAMERA + 'gallery = "g"\n', f"setting [[camera]] 1: gallery {HERE}: there is no such setting; one of the whole shop "
                                 "stands above the first [[camera]]"),
    (CAMERA + '[[camera]]\nname = "right"\n', f"setting [[camera]] 2: spec {HERE}: it is missing"),
    (CAMERA.replace('"shelf"', "5"), f"setting [[camera]] 1: name {HERE}: it must be text in quotes"),
    (CAMERA.replace('"shelf"', '""'), "it must not be empty"),
    (CAMERA.replace("[[camera]]", "[camera]"), "begins with two brackets on each side, [[camera]]"),
    (CAMERA + 'fourcc = "MJPEG"\n', "it is not of the form that it must have"),
    ('log = "xml"\n', "it must be one of 'text', 'json'"),
    ("db = 5\n", "it must be text in quotes"),
    ("site = 5\n", "it must be text in quotes"),
    ('threads = "many"\n', "it must be a whole number"),
    ('picture_days = "long"\n', "it must be a number"),
    ("threads = 0\n", "it must be 1 or more"),
    ("picture_days = 0\n", "it must be more than 0"),
    ("threads = 65\n", "it must be 64 or less"),
])
def test_a_mistake_names_its_key_and_its_mend_in_both_languages(
    written: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shelfcount.toml").write_text(written, encoding="utf-8")
    with pytest.raises(UsageFault) as refused:
        load_settings()
    assert told in str(refused.value)
    assert not [word for word in ("it must", "it is", "there is") if word in Translator(Lang.ZH).say(refused.value)]
