"""From adjustment orders to wire shapes."""

from edge.api.schemas.replies import AdjustmentReply, DecisionReply, PhotoReply, ReasonReply
from edge.messages import Translator
from inventory_core.adjustment_rules import HELD_BECAUSE
from inventory_core.adjustments import AdjustmentOrder
from inventory_core.instants import utc_text
from inventory_core.service import Posted


def adjustment_reply(order: AdjustmentOrder, tr: Translator) -> AdjustmentReply:
    o = order
    return AdjustmentReply.model_validate({
        "id": o.id, "state": o.state.value, "sku": o.sku, "location": o.location, "units": o.units, "reason": o.reason,
        "ref_id": o.ref_id, "actor": o.actor, "created_at": utc_text(o.created_at),
        "reasons": [ReasonReply(code=r.value, message=tr.say(HELD_BECAUSE[r])) for r in o.reasons],
        "photos": [PhotoReply(
            href=f"/v2/adjustments/{o.id}/photos/{n}", shows_label=p.verdict.shows_label,
            label_confidence=p.verdict.label_confidence, shows_product=p.verdict.shows_product,
            product_confidence=p.verdict.product_confidence) for n, p in enumerate(o.photos, 1)],
        "decided_by": o.decided_by, "decided_at": None if o.decided_at is None else utc_text(o.decided_at),
        "overridden_by": o.overridden_by, "override_reason": o.override_reason, "movement": o.movement, "trace": o.trace,
    })


def decision_reply(order: AdjustmentOrder, posted: Posted | None = None) -> DecisionReply:
    return DecisionReply.model_validate({
        "id": order.id, "state": order.state.value, "movement": order.movement,
        "balance": None if posted is None else posted.balance})
