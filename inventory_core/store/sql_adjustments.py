"""Adjustment orders in SQL."""

import json
from datetime import datetime

from inventory_core.adjustment_rules import HeldReason
from inventory_core.adjustments import AdjustmentOrder, OrderId, OrderPhoto, OrderState
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.instants import sortable_text
from inventory_core.photos import PhotoVerdict
from inventory_core.store.over import OverConnection
from inventory_core.store.statements import Values

_COLUMNS = ("id, sku, location, units, reason, ref_id, actor, device, trace, created_at, state, held, photos, decided_by, "
            "decided_at, overridden_by, override_reason, overridden_at, movement")


class AdjustmentReads(OverConnection):
    """Questions about adjustment orders."""

    def adjustment(self, order: OrderId) -> AdjustmentOrder | None:
        row = self.do.row(f"SELECT {_COLUMNS} FROM adjustment WHERE id = ?", order)
        return None if row is None else order_of(row)

    def adjustments(self, *, state: OrderState | None = None) -> tuple[AdjustmentOrder, ...]:
        where, values = ("WHERE state = ?", list[Values]([state.value])) if state is not None else ("", list[Values]())
        rows = self.do.rows(f"SELECT {_COLUMNS} FROM adjustment {where} ORDER BY created_at, id", *values)
        return tuple(order_of(row) for row in rows)


class AdjustmentWrites(AdjustmentReads):
    """Keeping of adjustment orders."""

    def put_adjustment(self, order: AdjustmentOrder) -> None:
        o = order
        photos = [{"evidence": p.evidence, "sha256": p.sha256, "shows_label": p.verdict.shows_label,
                   "label_confidence": p.verdict.label_confidence, "shows_product": p.verdict.shows_product,
                   "product_confidence": p.verdict.product_confidence, "looked_by": p.verdict.looked_by} for p in o.photos]
        self.do.run(
            f"INSERT INTO adjustment ({_COLUMNS}) VALUES ({', '.join('?' * 19)}) ON CONFLICT (id) DO UPDATE SET "
            "state = excluded.state, held = excluded.held, decided_by = excluded.decided_by, decided_at = excluded.decided_at, "
            "overridden_by = excluded.overridden_by, override_reason = excluded.override_reason, "
            "overridden_at = excluded.overridden_at, movement = excluded.movement",
            o.id, o.sku, o.location, o.units, o.reason, o.ref_id, o.actor, o.device, o.trace, sortable_text(o.created_at),
            o.state.value, json.dumps(o.reasons), json.dumps(photos), o.decided_by, _text(o.decided_at), o.overridden_by,
            o.override_reason, _text(o.overridden_at), o.movement,
        )


def order_of(row: tuple[object, ...]) -> AdjustmentOrder:
    """An order from its columns."""
    (id, sku, location, units, reason, ref_id, actor, device, trace, created_at, state, held, photos, decided_by, decided_at,
     overridden_by, override_reason, overridden_at, movement) = row
    return AdjustmentOrder(
        OrderId(str(id)), Sku(str(sku)), LocationId(str(location)), int(str(units)), str(reason), str(ref_id),
        Actor(str(actor)), str(device), str(trace), datetime.fromisoformat(str(created_at)), OrderState(str(state)),
        tuple(HeldReason(code) for code in json.loads(str(held))), tuple(_photo_of(photo) for photo in json.loads(str(photos))),
        None if decided_by is None else Actor(str(decided_by)), _moment(decided_at),
        None if overridden_by is None else Actor(str(overridden_by)),
        None if override_reason is None else str(override_reason), _moment(overridden_at),
        None if movement is None else MovementId(str(movement)),
    )


def _photo_of(held: dict[str, object]) -> OrderPhoto:
    verdict = {name: value for name, value in held.items() if name not in ("evidence", "sha256")}
    return OrderPhoto(str(held["evidence"]), str(held["sha256"]), PhotoVerdict(**verdict))  # type: ignore[arg-type]


def _text(at: datetime | None) -> str | None:
    return None if at is None else sortable_text(at)


def _moment(text: object) -> datetime | None:
    return None if text is None else datetime.fromisoformat(str(text))
