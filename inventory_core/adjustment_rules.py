"""What an adjustment order is held for, and who counts for a person in it."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from inventory_core.access import Role
from inventory_core.errors import BadValue
from inventory_core.ids import Actor
from inventory_core.messages import Message, tell
from inventory_core.photos import PhotoVerdict


class ReasonCode(enum.StrEnum):
    """Reasons to offer to whoever writes an order; the book takes any other text as well."""

    DAMAGE = "damage"
    EXPIRED = "expired"
    MISCOUNT = "miscount"
    THEFT = "theft"
    SAMPLE = "sample"
    OWN_USE = "own_use"
    FOUND = "found"
    CORRECTION = "correction"


REASON_NAMES: Mapping[ReasonCode, Message] = {
    ReasonCode.DAMAGE: tell("broken or spoiled"),
    ReasonCode.EXPIRED: tell("past its date"),
    ReasonCode.MISCOUNT: tell("counted wrong before"),
    ReasonCode.THEFT: tell("stolen"),
    ReasonCode.SAMPLE: tell("given out to taste or to show"),
    ReasonCode.OWN_USE: tell("used in the shop"),
    ReasonCode.FOUND: tell("found again"),
    ReasonCode.CORRECTION: tell("a booking put right"),
}


class HeldReason(enum.StrEnum):
    """Why an order waits for somebody to look into it before anybody can approve it; in this order."""

    SERVICE_ACCOUNT_REQUEST = "service_account_request"
    ROUND_BULK = "round_bulk"
    PHOTO_NOT_LOOKED_AT = "photo_not_looked_at"
    PHOTO_WITHOUT_LABEL = "photo_without_label"
    PHOTO_WITHOUT_PRODUCT = "photo_without_product"


HELD_BECAUSE: Mapping[HeldReason, Message] = {
    HeldReason.SERVICE_ACCOUNT_REQUEST: tell("a service account asked for it, not a person"),
    HeldReason.ROUND_BULK: tell("the number of units is round, as if nobody had counted"),
    HeldReason.PHOTO_NOT_LOOKED_AT: tell("no photo could be looked at for the shelf label and the product"),
    HeldReason.PHOTO_WITHOUT_LABEL: tell("no shelf label is seen on the photos"),
    HeldReason.PHOTO_WITHOUT_PRODUCT: tell("no product is seen on the photos"),
}


@dataclass(frozen=True, slots=True)
class AdjustmentPolicy:
    """What is held, and whose hand does not count.

    `round_bulk_units`: a multiple of this is a round bulk; people count 47 or 53, while the field study found a job that added
    100 again and again. `service_accounts`: patterns of names that nobody sits at, case ignored, beside the roles till, bi and
    camera; an address such as li@shop is a person here, so that she may approve.
    """

    round_bulk_units: int = 50
    service_accounts: tuple[str, ...] = ("auto-*", "*-sync*", "svc-*")

    def __post_init__(self) -> None:
        if self.round_bulk_units < 1:
            raise BadValue("round_bulk_units is at least 1, got {n}", n=self.round_bulk_units)

    def is_round_bulk(self, units: int) -> bool:
        return units % self.round_bulk_units == 0

    def is_service(self, name: Actor, role: Role) -> bool:
        named = any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self.service_accounts)
        return role.is_service_account or named


def held_reasons(
    units: int, by: Actor, role: Role, looks: Iterable[PhotoVerdict], policy: AdjustmentPolicy
) -> tuple[HeldReason, ...]:
    """What holds an order for `units` that `by` hands in with these photos; empty: nothing does.

    The label may be on one photo and the product on another. Where neither was seen and a photo could not be looked at, it may
    be on that one: the order is held for a look, and the photo is not accused.
    """
    labels, products = set[bool | None](), set[bool | None]()
    for look in looks:
        labels.add(look.shows_label)
        products.add(look.shows_product)
    found = {
        HeldReason.SERVICE_ACCOUNT_REQUEST: policy.is_service(by, role),
        HeldReason.ROUND_BULK: policy.is_round_bulk(units),
        HeldReason.PHOTO_NOT_LOOKED_AT: any(True not in seen and None in seen for seen in (labels, products)),
        HeldReason.PHOTO_WITHOUT_LABEL: not labels & {True, None},
        HeldReason.PHOTO_WITHOUT_PRODUCT: not products & {True, None},
    }
    return tuple(reason for reason, is_so in found.items() if is_so)
