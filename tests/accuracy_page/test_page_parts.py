"""One page as Markdown and as a single HTML file: the same figures, and pictures in HTML alone."""

from pathlib import Path

from scripts.bench_runner import Runner
from scripts.page_parts import Commands, Crops, Picture, Section, Table, Words, as_html, as_markdown

PAGE = [Section("Boxes", (
    Words("Two <b>folds</b> & `one` set."),
    Words("Only beside pictures.", only_html=True),
    Table(("", "AP50"), (("ours | B", "98.9 %"), ("**both**", "95.2 %"))),
    Commands((("ours", "shelfcount bench accuracy --out <FILE>"),)),
    Picture(b"jpeg", 'p1.jpg, "worst"'),
    Crops((Picture(b"crop", "1 missed"),)),
))]


def test_markdown_names_the_pictures_and_holds_none() -> None:
    text = as_markdown("Accuracy", PAGE)
    assert text.startswith("# Accuracy\n\n## Boxes\n")
    assert "| ours \\| B | 98.9 % |" in text
    assert "- ours: `shelfcount bench accuracy --out <FILE>`" in text
    assert "Only beside pictures" not in text
    assert "jpeg" not in text


def test_html_holds_everything_and_asks_for_nothing() -> None:
    text = as_html("Accuracy", PAGE)
    assert "Two &lt;b&gt;folds&lt;/b&gt; &amp; <code>one</code> set." in text
    assert "<b>both</b>" in text
    assert "--out &lt;FILE&gt;" in text
    assert 'alt="p1.jpg, &quot;worst&quot;" src="data:image/jpeg;base64,anBlZw=="' in text
    assert 2 == text.count("data:image/jpeg")
    assert "http" not in text
    assert "<script" not in text


def test_folders_are_called_by_their_names_the_longest_first(tmp_path: Path) -> None:
    runner = Runner(tmp_path / "work", {"$DATA": tmp_path, "$PEER": tmp_path / "peer.onnx"})
    words = ["bench", str(tmp_path / "peer.onnx"), str(tmp_path / "shop"), str(tmp_path / "work" / "a.json")]
    assert "bench $PEER $DATA/shop $WORK/a.json" == runner.shown(words)
