"""What the product offers stands in its documents, and what the documents name exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from edge.api.book_tasks import TaskPolicy
from edge.cli.commands import whole
from edge.settings import Settings
from inventory_core.discrepancies import CauseKind
from inventory_core.tables import CATALOGUE, MOVEMENTS, PLANOGRAM, Template

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
ALL = "\n".join(path.read_text(encoding="utf-8") for path in [*PAGES, *DOCS])


def commands(tree: object, words: str = "") -> Iterator[str]:
    for name, command in getattr(tree, "commands", {}).items():
        if getattr(command, "commands", None):
            yield from commands(command, f"{words}{name} ")
        else:
            yield f"{words}{name}"


@pytest.mark.parametrize("command", sorted(commands(typer.main.get_command(whole()))))
def test_every_command_is_documented(command: str) -> None:
    family, _, verb = command.rpartition(" ")
    together = re.search(rf"`?(shelfcount )?{re.escape(family)} \{{?[a-z, |]*\b{verb}\b", ALL) if family else None
    assert f"shelfcount {command}" in ALL or together


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_environment_variable(setting: str) -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"| `{setting}` | `SHELFCOUNT_{setting.upper()}` |" in page


def test_every_event_of_the_log_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "edge").rglob("*.py"))
    told = set(re.findall(r"_log\.(?:info|warning|error|exception)\(\s*\"([a-z_]+)\"", code))
    assert 20 <= len(told)
    assert [event for event in sorted(told) if f"`{event}`" not in page] == []


def test_how_long_an_order_by_message_is_known_again_is_documented() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").partition("## Counts by MQTT")[2]
    assert f"for {TaskPolicy().replies_kept_s / 86400:.0f} days" in page.partition("## ")[0]


@pytest.mark.parametrize("cause", sorted(CauseKind))
def test_every_cause_is_documented(cause: CauseKind) -> None:
    assert cause.value in (ROOT / "docs" / "book.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("template", [CATALOGUE, PLANOGRAM, MOVEMENTS], ids=lambda t: t.name)
def test_a_template_file_has_the_columns_of_its_table(template: Template) -> None:
    header = (ROOT / "docs" / "templates" / template.name).read_text(encoding="utf-8-sig").splitlines()[0]
    assert ",".join(template.columns) == header


@pytest.mark.parametrize("page", [*PAGES, *DOCS], ids=lambda p: p.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_names_the_two_commands_first() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.index("make demo") < readme.index("make test") < readme.index("shelfcount count")
