"""Variance, data health and spot checks as tables for a terminal, in the reader's language."""

from collections.abc import Mapping
from decimal import Decimal

from rich.table import Table

from edge.cli.book_tables import name_of
from edge.cli.log_tables import table_of
from edge.messages import Translator
from edge.report.insight_words import STAGES
from edge.report.words import MOVEMENT_KINDS
from inventory_core.catalogue import Product
from inventory_core.health_score import HealthPolicy, HealthScore
from inventory_core.ids import MovementId, Sku
from inventory_core.ledger import Movement
from inventory_core.messages import tell
from inventory_core.spot_check import SpotCheck
from inventory_core.variance import Variance
from inventory_core.variance_board import VarianceBoard

_SUMS = ((tell("units"), True), (tell("absolute units"), True), (tell("adjustments"), True), (tell("money"), True))


def top_table(board: VarianceBoard, products: Mapping[Sku, Product], tr: Translator) -> Table:
    """The ranked products."""
    table = table_of(tr, (tell("rank"), True), (tell("SKU"), False), (tell("name"), False), *_SUMS)
    for rank, row in enumerate(board.top, 1):
        table.add_row(str(rank), row.sku, name_of(products.get(row.sku), tr), *_sums(row.variance))
    return table


def stage_table(board: VarianceBoard, tr: Translator) -> Table:
    """All six stages."""
    table = table_of(tr, (tell("stage"), False), *_SUMS, (tell("units moved"), True), (tell("refused"), True))
    for stage, row in board.by_stage.items():
        table.add_row(tr.say(STAGES[stage]), *_sums(row.adjusted), str(row.moved_units), str(row.refused))
    return table


def operator_table(board: VarianceBoard, tr: Translator) -> Table:
    """Who asked for adjustments, the most units first."""
    table = table_of(tr, (tell("who"), False), *_SUMS)
    for actor, variance in board.by_operator.items():
        table.add_row(actor, *_sums(variance))
    return table


def wrong_table(board: VarianceBoard, tr: Translator) -> Table:
    """What was refused or flagged, the most frequent first; codes as the API answers them."""
    table = table_of(tr, (tell("code"), False), (tell("who"), False), (tell("times"), True), (tell("last at"), False))
    for row in board.wrong_actions:
        table.add_row(row.code, row.operator, str(row.times), f"{row.last_at.astimezone(tr.zone):%Y-%m-%d %H:%M}")
    return table


def health_table(score: HealthScore, policy: HealthPolicy, tr: Translator) -> Table:
    """The five parts, what was counted, and the mend."""
    table = table_of(tr, (tell("part"), False), (tell("points"), True), (tell("what was counted"), False),
                   (tell("next action"), False))
    for part in score.parts:
        points = "-" if part.points is None else f"{part.points} / {policy.part_points}"
        mend = "" if part.next_action is None else tr.say(part.next_action)
        table.add_row(tr.say(part.part.words.title), points, tr.say(part.message), mend)
    return table


def spot_table(
    check: SpotCheck, movements: Mapping[MovementId, Movement], products: Mapping[Sku, Product], tr: Translator
) -> Table:
    """The movements drawn, and what became of each."""
    table = table_of(tr, (tell("movement"), False), (tell("SKU"), False), (tell("name"), False), (tell("location"), False),
                   (tell("kind"), False), (tell("units"), True), (tell("happened at"), False), (tell("posted by"), False),
                   (tell("reference"), False), (tell("state"), False), (tell("checked by"), False), (tell("note"), False))
    for item in check.items:
        m = movements[item.movement]
        table.add_row(m.id, m.sku, name_of(products.get(m.sku), tr), m.location, tr.say(MOVEMENT_KINDS[m.kind]),
                      f"{m.units:+d}", f"{m.effective_at.astimezone(tr.zone):%Y-%m-%d %H:%M}", item.posted_by, m.ref_id,
                      tr.say(item.state.shown), item.by or "", item.note)
    return table


def percent(share: Decimal | None) -> str:
    return "-" if share is None else f"{share:.2%}"


def _sums(variance: Variance) -> tuple[str, str, str, str]:
    value = "" if variance.value is None else format(variance.value, "+f")
    return f"{variance.units:+d}", str(variance.absolute_units), str(variance.count), value
