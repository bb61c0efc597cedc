"""The back office's own terms, as words for people."""

from collections.abc import Mapping

from inventory_core.discrepancies import CauseKind, Certainty, DiscrepancyKind, DiscrepancyState, Owner
from inventory_core.kept_shifts import KeptAs
from inventory_core.ledger import MovementKind
from inventory_core.messages import Message, tell

KINDS: Mapping[DiscrepancyKind, Message] = {
    DiscrepancyKind.SHORTAGE: tell("shortage"),
    DiscrepancyKind.SURPLUS: tell("surplus"),
    DiscrepancyKind.UNKNOWN_SKU: tell("unknown product"),
    DiscrepancyKind.MISPLACED: tell("misplaced"),
}
STATES: Mapping[DiscrepancyState, Message] = {
    DiscrepancyState.OPEN: tell("open"),
    DiscrepancyState.RECOUNT: tell("recount"),
    DiscrepancyState.EXPLAINED: tell("explained"),
    DiscrepancyState.ADJUSTED: tell("adjusted"),
    DiscrepancyState.DISMISSED: tell("dismissed"),
}
CAUSES: Mapping[CauseKind, Message] = {
    CauseKind.LATE_POSTING: tell("late posting"),
    CauseKind.LOOK_ALIKE_SWAP: tell("look-alike swap"),
    CauseKind.GHOST: tell("ghost"),
    CauseKind.GIFT_WITHOUT_ORDER: tell("gift without order"),
    CauseKind.UNBOOKED_RECEIPT: tell("receipt never booked"),
}
CERTAINTIES: Mapping[Certainty, Message] = {
    Certainty.STRONG: tell("strong evidence"),
    Certainty.LIKELY: tell("likely"),
    Certainty.WEAK: tell("possible"),
}
OWNERS: Mapping[Owner, Message] = {
    Owner.SHIFT_LEADER: tell("shift leader"),
    Owner.STOCK_KEEPER: tell("stock keeper"),
    Owner.ADMINISTRATOR: tell("administrator"),
}
MOVEMENT_KINDS: Mapping[MovementKind, Message] = {
    MovementKind.OPENING: tell("opening stock"),
    MovementKind.RECEIPT: tell("receipt"),
    MovementKind.SALE: tell("sale"),
    MovementKind.GIFT: tell("gift"),
    MovementKind.RETURN: tell("return"),
    MovementKind.TRANSFER: tell("transfer"),
    MovementKind.ADJUSTMENT: tell("adjustment"),
}
KEPT_AS: Mapping[KeptAs, Message] = {
    KeptAs.PREVIEW: tell("preview"),
    KeptAs.CLOSE: tell("close"),
    KeptAs.RESTATED: tell("restated report"),
}
SHIFTS: Mapping[str, Message] = {
    "early": tell("early shift"),
    "late": tell("late shift"),
    "closed": tell("closed hours"),
}
"""Names of shifts that the program itself gives; others are the shop's own words."""
