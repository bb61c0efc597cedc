"""The class names of a YOLO set: `data.yaml` (its `names`, nothing else of YAML) or `classes.txt`, a name per line."""

import re
from pathlib import Path

from inventory_core.messages import Message
from models.errors import BadLabels
from models.labels.making import read_text

FILES = ("data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names")
SIGNS = ("&", "*", "!", "|", ">", "[", "{", "@", "`", "%")
"""YAML that is more than a plain word."""
_QUOTED = re.compile(r"""'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)"|([^,'"\[\]{}]+)""")
_KEYED = re.compile(r"\s*['\"]?(\d+)['\"]?\s*:\s*(.+)$")


def find_names(root: Path, given: Path | None = None) -> list[str]:
    """The names by class number. Raises BadLabels when no file says them, or one says them in a way that is not read."""
    file = given or next((root / name for name in FILES if (root / name).is_file()), None)
    if file is None:
        raise BadLabels("{folder} has no data.yaml and no classes.txt, so nobody knows the class names; put one there, or give "
                        "--classes FILE", folder=root)
    text = read_text(file, str(file))
    if isinstance(text, Message):
        raise BadLabels("{text}", text=text)
    names = _from_yaml(text, file) if file.suffix.lower() in (".yaml", ".yml") else _plain(text)
    if not names:
        raise BadLabels("{file} names no class; write one name per line, or `names:` in data.yaml", file=file)
    return names


def _plain(text: str) -> list[str]:
    """A line is a class; only empty lines at the end are none."""
    return [line.strip() for line in text.rstrip().splitlines()]


def _from_yaml(text: str, file: Path) -> list[str]:
    lines = [line.rstrip() for line in text.splitlines()]
    at = next((number for number, line in enumerate(lines) if re.match(r"names\s*:", line)), None)
    if at is None:
        return []
    rest = _bare(lines[at].partition(":")[2])
    if rest:
        flow = rest
        while flow.count("[") > flow.count("]") or flow.count("{") > flow.count("}"):
            at += 1
            if at == len(lines):
                raise _not_read(file, rest)
            flow += " " + _bare(lines[at])
        return _flow(flow, file)
    block = []
    for line in lines[at + 1 :]:
        if not _bare(line):
            continue
        if not line.startswith((" ", "\t", "-")):
            break
        block.append(_bare(line))
    if all(entry.startswith("-") for entry in block):
        return [_value(entry[1:], file) for entry in block]
    return _numbered(block, file)


def _flow(text: str, file: Path) -> list[str]:
    inside = text.strip()[1:-1]
    if text.startswith("[") and text.endswith("]"):
        return [_word(found).strip() for found in _QUOTED.finditer(inside) if _word(found).strip()]
    if text.startswith("{") and text.endswith("}"):
        return _numbered([part for part in re.split(r",\s*(?=['\"]?\d+['\"]?\s*:)", inside) if part.strip()], file)
    raise _not_read(file, text)


def _numbered(entries: list[str], file: Path) -> list[str]:
    """`0: name` for every class; a number left out would shift all that follow."""
    names: dict[int, str] = {}
    for entry in entries:
        found = _KEYED.match(entry)
        if found is None or int(found[1]) in names:
            raise _not_read(file, entry)
        names[int(found[1])] = _value(found[2], file)
    if sorted(names) != list(range(len(names))):
        raise BadLabels("{file}: the class numbers {numbers} are not 0 to {last} without a gap; number them so", file=file,
                        numbers=sorted(names)[:20], last=len(names) - 1)
    return [names[number] for number in range(len(names))]


def _value(text: str, file: Path) -> str:
    text = text.strip()
    if text.startswith(("'", '"')):
        found = _QUOTED.fullmatch(text)
        if found is None:
            raise _not_read(file, text)
        return _word(found).strip()
    if text.startswith(SIGNS):
        raise _not_read(file, text)
    return text


def _word(found: re.Match[str]) -> str:
    if found[1] is not None:
        return found[1].replace("''", "'")
    if found[2] is not None:
        return re.sub(r"\\(.)", r"\1", found[2])
    return found[3]


def _bare(line: str) -> str:
    """Without a comment; a # inside a word or quotes is none."""
    return re.sub(r"(^|\s)#(?=[^'\"]*$).*$", "", line).strip()


def _not_read(file: Path, what: str) -> BadLabels:
    return BadLabels("{file}: the names cannot be read at {what}; write them as a list, one `- name` per line", file=file,
                     what=what.strip()[:60])
