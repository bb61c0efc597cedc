"""Which pictures a model was trained on, by the hashes in its card: such a picture flatters the figures.

A card's list is `<card>.training-pictures.sha256` beside the card, or beside a model file outside the manifest: one hash
per line, whatever follows it.
"""

from pathlib import Path

from edge.errors import UsageFault

SUFFIX = ".training-pictures.sha256"
HEX = frozenset("0123456789abcdef")


def list_beside(file: Path) -> Path:
    """Where the list of a card (`cards/detector.md`) or of a model file (`fold-a.onnx`) lies."""
    return file.with_name(file.stem + SUFFIX)


def read_hashes(file: Path) -> frozenset[str] | None:
    """The sha256 of every listed picture; None without a list. Raises UsageFault for a line that begins with no hash."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFault("{file} cannot be read: {why}", file=file, why=error) from error
    hashes = set()
    for number, line in enumerate(lines, 1):
        word = line.partition("#")[0].strip().lower().removeprefix("sha256:").partition(" ")[0]
        if not word:
            continue
        if len(word) != 64 or not set(word) <= HEX:
            raise UsageFault("{file}, line {number}: a training picture is listed by its sha256, found {found}",
                             file=file, number=number, found=word)
        hashes.add(word)
    return frozenset(hashes)
