"""What logs, boards, checks and guards answer stands in the documents, field by field and code by code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from edge.api.schemas.inputs import InputReply, InterceptionReply
from edge.api.schemas.insight import HealthDocument, SpotDocument, VarianceDocument
from edge.api.schemas.logs import EventsLog, MovementsLog
from inventory_core.events import STOCK_ACTIONS, Action
from inventory_core.guards.inspection import RULES
from inventory_core.guards.reasons import ReasonCode
from inventory_core.health_parts import HealthPart
from inventory_core.variance import Stage

DOCS = Path(__file__).parents[2] / "docs"
INSIGHT, GUARDS, API = ((DOCS / name).read_text(encoding="utf-8") for name in ("insight.md", "guards.md", "api.md"))


def fields(schema: type[BaseModel]) -> Iterator[str]:
    described = schema.model_json_schema()
    for part in (described, *described.get("$defs", {}).values()):
        yield from part["properties"]


@pytest.mark.parametrize(
    "schema", [VarianceDocument, HealthDocument, SpotDocument, MovementsLog, EventsLog, InputReply, InterceptionReply])
def test_every_field_of_an_answer_is_in_the_docs(schema: type[BaseModel]) -> None:
    known = INSIGHT + API
    assert [name for name in fields(schema) if f"`{name}`" not in known and f'"{name}"' not in known] == []


def test_every_reason_to_hold_a_field_is_in_the_docs_once() -> None:
    reasons = GUARDS.partition("## The reasons")[2]
    assert sorted(ReasonCode) == sorted(re.findall(r"^\| `(\w+)` \| [a-z]", reasons, re.MULTILINE))


def test_every_guarded_field_has_its_rule_in_the_docs() -> None:
    rules = GUARDS.partition("## The rules")[2].partition("## The reasons")[0]
    assert list(RULES) == re.findall(r"^\| `(\w+)` \|", rules, re.MULTILINE)


@pytest.mark.parametrize("word", [*Action, *Stage, *HealthPart])
def test_every_action_stage_and_part_of_the_score_is_in_the_docs(word: str) -> None:
    assert f"`{word}`" in INSIGHT


def test_the_docs_say_which_kinds_each_action_posts() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \|$", INSIGHT, re.MULTILINE)
    assert {action.value: {kind.value for kind in kinds} for action, kinds in STOCK_ACTIONS.items()} == {
        action: set(re.findall(r"`(\w+)`", kinds)) for action, kinds in rows}
