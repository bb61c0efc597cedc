"""Every sentence for people has its Chinese, with the same fields."""

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from edge.messages import Lang, Translator
from inventory_core.messages import Told, tell

ROOT = Path(__file__).parents[2]
ROOMS = ("edge", "models", "calibration", "inventory_core")
PO = ROOT / "edge" / "web" / "locale" / "zh" / "shelfcount.po"
HAS_WORDS = re.compile(r"[A-Za-z]{2,}")


def subclasses(kind: type[Told]) -> Iterator[str]:
    for child in kind.__subclasses__():
        yield child.__name__
        yield from subclasses(child)


def callers() -> set[str]:
    """Names of everything that takes a template as its first argument."""
    for room in ROOMS:
        for module in pkgutil.walk_packages([str(ROOT / room)], f"{room}."):
            if ".training" not in module.name and not module.name.endswith("__main__") and ".migrations" not in module.name:
                importlib.import_module(module.name)
    return {"tell", "tr", "Message", *subclasses(Told)}


def templates_in(source: str, names: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        first = node.args[0]
        if name in names and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def spoken() -> set[str]:
    """Every template, those of fields and signs alone among them."""
    names = callers()
    found: set[str] = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            found |= set(templates_in(path.read_text(encoding="utf-8"), names))
        for path in (ROOT / room).rglob("*.html"):
            found |= set(re.findall(r"\btr\(\s*'((?:[^'\\]|\\.)*)'", path.read_text(encoding="utf-8")))
            found |= set(re.findall(r'\btr\(\s*"((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")))
    return found


def all_templates() -> set[str]:
    """Those with words, which need a Chinese."""
    return {template for template in spoken() if HAS_WORDS.search(re.sub(r"\{[^}]*\}", "", template))}


def fields(template: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    with PO.open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}


def test_every_template_has_its_chinese(chinese: dict[str, str]) -> None:
    assert sorted(template for template in all_templates() if not chinese.get(template)) == []


def test_a_translation_uses_only_fields_of_its_template(chinese: dict[str, str]) -> None:
    assert [t for t, zh in chinese.items() if not fields(zh) <= fields(t)] == []


def test_no_translation_is_left_without_its_template(chinese: dict[str, str]) -> None:
    assert sorted(set(chinese) - spoken()) == []


def test_a_message_inside_a_message_is_translated_too(chinese: dict[str, str]) -> None:
    assert Translator(Lang.EN)("a: {b}", b=tell("stopped")) == "a: stopped"
    assert Translator(Lang.ZH)("a: {b}", b=tell("stopped")) == f"a: {chinese['stopped']}"
