"""Variance, health and spot checks as documents: JSON of schemas `shelfcount.variance/1`, `shelfcount.health/1` and
`shelfcount.spot_check/1`, times in UTC with Z, money as text, shares from 0 up."""

from collections.abc import Callable, Iterable, Mapping

from inventory_core.catalogue import Product
from inventory_core.health_score import HealthPolicy, PartScore
from inventory_core.ids import MovementId, Sku
from inventory_core.insight import Health, MonthlyVariance
from inventory_core.instants import utc_text
from inventory_core.ledger import Movement
from inventory_core.lookback import Lookback
from inventory_core.messages import Message
from inventory_core.spot_check import SpotCheck, SpotItem, SpotState
from inventory_core.variance import Variance, VarianceShare
from inventory_core.variance_board import VarianceBoard

Say = Callable[[Message], str]
"""Puts a message into the reader's language."""
Document = dict[str, object]


def variance_document(
    board: VarianceBoard, months: Iterable[MonthlyVariance], products: Mapping[Sku, Product]
) -> Document:
    """The board, with the names of the ranked `products`, and the monthly shares beside it."""
    policy = board.policy
    return {
        "schema": "shelfcount.variance/1",
        **_time(board.lookback), "days": policy.days, "more_than_units": policy.more_than_units,
        "monthly_target": float(policy.monthly_target),
        "total": _variance(board.total),
        "top": [{"sku": row.sku, "name": products[row.sku].name if row.sku in products else None, **_variance(row.variance)}
                for row in board.top],
        "by_stage": [{"stage": stage.value, **_variance(row.adjusted), "moved_units": row.moved_units, "refused": row.refused}
                     for stage, row in board.by_stage.items()],
        "by_operator": [{"operator": actor, **_variance(variance)} for actor, variance in board.by_operator.items()],
        "wrong_actions": [{"code": row.code, "operator": row.operator, "times": row.times, "last_at": utc_text(row.last_at)}
                          for row in board.wrong_actions],
        "shares": [_share(share) for share in board.shares.values()],
        "months": [{"month": f"{it.month:%Y-%m}", "since": utc_text(it.since), "until": utc_text(it.until), "over": it.over,
                    "shares": [_share(share) for share in it.shares.values()]} for it in months],
    }


def health_document(health: Health, say: Say = str) -> Document:
    """The score and its five parts; a part that was not measured has null for its points."""
    score = health.score
    return {
        "schema": "shelfcount.health/1",
        **_time(health.lookback), "days": health.policy.days,
        "score": None if score.score is None else float(score.score), "band": score.band.value,
        "band_shown": say(score.band.shown), "points": float(score.points), "out_of": score.out_of,
        "parts": [_part(part, health.policy, say) for part in score.parts],
        "worst": None if score.worst is None else score.worst.part.value,
    }


def spot_document(
    check: SpotCheck, movements: Mapping[MovementId, Movement], photo_at: Callable[[MovementId], str]
) -> Document:
    """The check with what the book says of each movement drawn; `photo_at` is where the photo of a settled one is."""
    return {
        "schema": "shelfcount.spot_check/1", "business_date": check.business_date.isoformat(),
        "open": len(check.in_state(SpotState.OPEN)),
        "items": [spot_item(item, movements[item.movement], photo_at) for item in check.items],
    }


def spot_item(item: SpotItem, movement: Movement, photo_at: Callable[[MovementId], str]) -> Document:
    return {
        "movement": item.movement, "state": item.state.value, "sku": movement.sku, "location": movement.location,
        "units": movement.units, "kind": movement.kind.value, "effective_at": utc_text(movement.effective_at),
        "recorded_at": utc_text(movement.recorded_at), "ref_id": movement.ref_id, "cites": movement.cites,
        "trace": movement.trace, "posted_by": item.posted_by, "checked_by": item.by,
        "checked_at": None if item.at is None else utc_text(item.at), "note": item.note,
        "photo": None if item.photo is None else photo_at(item.movement),
    }


def _time(lookback: Lookback) -> Document:
    return {"since": utc_text(lookback.since), "until": utc_text(lookback.until), "known_at": utc_text(lookback.known_at)}


def _variance(variance: Variance) -> Document:
    return {
        "units": variance.units, "absolute_units": variance.absolute_units, "count": variance.count,
        "value": None if variance.value is None else format(variance.value, "f"), "unpriced_units": variance.unpriced_units,
    }


def _share(share: VarianceShare) -> Document:
    return {
        "basis": share.basis.value, "adjusted_units": share.adjusted_units, "moved_units": share.moved_units,
        "share": None if share.share is None else float(share.share), "target": float(share.target), "within": share.within,
    }


def _part(part: PartScore, policy: HealthPolicy, say: Say) -> Document:
    return {
        "part": part.part.value, "title": say(part.part.words.title),
        "points": None if part.points is None else float(part.points), "most": policy.part_points,
        "good": None if part.share is None else part.share.good, "of": None if part.share is None else part.share.of,
        "message": say(part.message), "next_action": None if part.next_action is None else say(part.next_action),
    }
