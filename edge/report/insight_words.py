"""Stages, actions, outcomes and guarded fields, as words for people."""

from collections.abc import Mapping

from inventory_core.events import Action, Outcome
from inventory_core.messages import Message, tell
from inventory_core.variance import ShareBasis, Stage

STAGES: Mapping[Stage, Message] = {
    Stage.INBOUND: tell("inbound"),
    Stage.SALE: tell("sale"),
    Stage.OUTBOUND: tell("given away"),
    Stage.TRANSFER: tell("transfer"),
    Stage.RETURN: tell("return"),
    Stage.ADJUST: tell("adjustment itself"),
}
ACTIONS: Mapping[Action, Message] = {
    Action.ORDER_CONFIRM: tell("order confirmed"),
    Action.STOCK_ADJUST: tell("stock adjusted"),
    Action.STOCK_IN: tell("stock taken in"),
    Action.STOCK_MOVE: tell("stock moved"),
    Action.ADJUSTMENT_DECIDED: tell("adjustment decided"),
    Action.RESERVATION_MADE: tell("reservation made"),
    Action.RESERVATION_RESOLVED: tell("reservation ended"),
    Action.BURST: tell("burst"),
    Action.INTERCEPTION: tell("interception"),
    Action.CLOCK_JUMP: tell("clock set"),
    Action.SHIFT_CLOSED: tell("shift closed"),
    Action.SPOT_CHECKED: tell("spot check settled"),
    Action.KEY_CREATED: tell("key made"),
    Action.KEY_REVOKED: tell("key revoked"),
    Action.BACKED_UP: tell("backed up"),
    Action.SURVEYED: tell("surveyed a bay"),
    Action.RESTORED: tell("restored"),
    Action.DAMAGED: tell("damage found"),
}
OUTCOMES: Mapping[Outcome, Message] = {
    Outcome.DONE: tell("done"),
    Outcome.REFUSED: tell("refused"),
    Outcome.HELD: tell("held"),
    Outcome.FLAGGED: tell("flagged"),
}
INPUT_FIELDS: Mapping[str, Message] = {
    "address": tell("address"),
    "amount": tell("amount"),
    "tax_rate": tell("tax rate"),
    "quantity": tell("quantity"),
}
BASES: Mapping[ShareBasis, Message] = {
    ShareBasis.GROSS: tell("all adjusted units"),
    ShareBasis.NET: tell("net per product"),
}
