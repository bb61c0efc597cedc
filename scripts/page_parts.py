"""A page of figures as values: sections of paragraphs, tables, commands and pictures, drawn as Markdown or as one HTML file.

The HTML file holds its pictures itself and asks for nothing else; Markdown names them.
"""

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

STYLE = """
:root{color-scheme:light dark;--line:#c9c5bb;--ink:#1d1d1b;--soft:#5f5b52;--paper:#fffdf8;--mark:#efe9db}
@media(prefers-color-scheme:dark){:root{--line:#4a463e;--ink:#eae6dc;--soft:#aaa497;--paper:#191815;--mark:#2a2822}}
*{box-sizing:border-box}body{margin:0 auto;max-width:1180px;padding:1rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.7rem}h2{font-size:1.25rem;margin-top:2.2rem;border-top:1px solid var(--line);padding-top:1rem}
p,li{max-width:75ch}.wide{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;font-size:.86rem;overflow-wrap:normal}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top;white-space:nowrap}
th{background:var(--mark);white-space:normal;vertical-align:bottom}td.words,th.words{text-align:left;white-space:normal;min-width:11rem}
th:first-child,td:first-child{text-align:left;white-space:normal;min-width:8rem;max-width:17rem;position:sticky;left:0;
background:var(--paper)}th:first-child{background:var(--mark)}td small{display:block;color:var(--soft);font-size:.74rem}
code{font-size:.8rem;background:var(--mark);padding:.05rem .25rem}
figure{margin:1.2rem 0}figure img{max-width:100%;height:auto;display:block}figcaption{color:var(--soft);font-size:.86rem}
.crops{display:flex;flex-wrap:wrap;gap:.6rem}.crops figure{margin:0;width:150px;font-size:.8rem}
"""


@dataclass(frozen=True, slots=True)
class Table:
    """`words` are the columns that hold words, not figures."""

    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    words: frozenset[int] = frozenset()

    def markdown(self) -> str:
        rows = [self.head, ("---",) * len(self.head), *self.lines]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows) + "\n"

    def html(self) -> str:
        head = "".join(f"<th{self._kind(n)}>{_inline(cell)}</th>" for n, cell in enumerate(self.head))
        lines = "".join(f"<tr>{''.join(self._cell(n, cell) for n, cell in enumerate(line))}</tr>" for line in self.lines)
        return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'

    def _cell(self, number: int, text: str) -> str:
        value, _, interval = text.partition(" (") if text.endswith(")") and " .. " in text else (text, "", "")
        small = f"<small>{_inline(interval[:-1])}</small>" if interval else ""
        return f"<td{self._kind(number)}>{_inline(value)}{small}</td>"

    def _kind(self, number: int) -> str:
        return " class=words" if number in self.words else ""


@dataclass(frozen=True, slots=True)
class Commands:
    """One line per run: what it is, and the command."""

    lines: tuple[tuple[str, str], ...]

    def markdown(self) -> str:
        return "".join(f"- {title}: `{command}`\n" for title, command in self.lines)

    def html(self) -> str:
        lines = "".join(f"<li>{_inline(title)}: <code>{html.escape(command)}</code></li>" for title, command in self.lines)
        return f"<ul>{lines}</ul>"


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A JPEG with what it shows; in HTML alone, because pictures of the sets are not ours to publish."""

    jpeg: bytes
    caption: str

    def markdown(self) -> str:
        return ""

    def html(self) -> str:
        data = base64.b64encode(self.jpeg).decode("ascii")
        text = _inline(self.caption)
        return f'<figure><img alt="{html.escape(self.caption, quote=True)}" src="data:image/jpeg;base64,{data}">' + (
            f"<figcaption>{text}</figcaption></figure>")


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """Small pictures side by side."""

    pictures: tuple[Picture, ...]

    def markdown(self) -> str:
        return ""

    def html(self) -> str:
        return f'<div class="crops">{"".join(picture.html() for picture in self.pictures)}</div>'


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs; `only_html` where Markdown has nothing to show beside them."""

    text: str
    only_html: bool = False

    def markdown(self) -> str:
        return "" if self.only_html else self.text.strip() + "\n"

    def html(self) -> str:
        return "".join(f"<p>{_inline(' '.join(part.split()))}</p>" for part in self.text.strip().split("\n\n"))


Part = Table | Commands | Picture | Crops | Words


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A heading with its parts."""

    title: str
    parts: tuple[Part, ...]


def as_markdown(title: str, sections: Sequence[Section]) -> str:
    text = [f"# {title}\n"]
    for section in sections:
        text += [f"## {section.title}\n"] if section.title else []
        text += [drawn for part in section.parts if (drawn := part.markdown())]
    return "\n".join(text)


def as_html(title: str, sections: Sequence[Section]) -> str:
    body = "".join(
        (f"<h2>{html.escape(section.title)}</h2>" if section.title else "") + "".join(part.html() for part in section.parts)
        for section in sections
    )
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(title)}</title><style>{STYLE}</style><h1>{html.escape(title)}</h1>{body}</html>\n")


def _inline(text: str) -> str:
    """**bold** and `code` as HTML, the rest escaped; a link keeps its words."""
    parts = html.escape(re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text), quote=False).split("**")
    marked = "".join(f"<b>{part}</b>" if number % 2 else part for number, part in enumerate(parts))
    pieces = marked.split("`")
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))
