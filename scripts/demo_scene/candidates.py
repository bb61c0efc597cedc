"""Which errors a ledger of this day could carry so that the pictures prove them: the playwright's choices.

A camera that sees F facings of a slot `depth` deep knows the units to lie in [F, F * depth]. An error shows at a capture when
the wrong ledger lies outside. Only readable captures (normal or nudged) count. Pure; reads and writes plain JSON values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from .shop import LOOK_ALIKES, SLOT_OF

READABLE = ("normal", "nudged")
STEADY = 3  # an error must show on this many readable captures running
LATE = timedelta(minutes=40)
SWAP_UNITS = 4
SWAP_SPAN = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Look:
    """What one readable capture shows of one SKU."""

    index: int
    at: datetime
    units: int
    facings: int
    depth: int

    def gap(self, shift: int) -> int:
        """Signed distance of a ledger that is `shift` units off to the seen interval."""
        ledger, high = self.units + shift, self.facings * self.depth
        return ledger - self.facings if ledger < self.facings else max(0, ledger - high)


def moment(text: str) -> datetime:
    """An ISO time with Z."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def looks(truth: dict[str, Any], sku: str) -> list[Look]:
    """All readable captures of a SKU, in time order."""
    depth = SLOT_OF[sku].depth
    return [
        Look(index, moment(frame["captured_at"]), frame["state"][sku]["units"], frame["state"][sku]["facings"], depth)
        for index, frame in enumerate(truth["frames"])
        if frame["condition"] in READABLE
    ]


def _run(shown: list[bool]) -> int:
    """Length of the run of true values at the start."""
    return next((place for place, shows in enumerate(shown) if not shows), len(shown))


def _span(after: list[Look], shown: list[bool]) -> dict[str, int] | None:
    """First and last capture of the run that begins at once, if it is long enough."""
    length = _run(shown)
    if length < STEADY:
        return None
    return {"first_capture": after[0].index, "last_capture": after[length - 1].index}


def _single(truth: dict[str, Any], what: str, side: int) -> list[dict[str, Any]]:
    """Restocks (side -1) or gifts (side +1) that show if the ledger never hears of them."""
    found: list[dict[str, Any]] = []
    for place, event in enumerate(truth["events"]):
        if event["what"] != what:
            continue
        units, after = abs(event["units"]), [look for look in looks(truth, event["sku"]) if look.at > moment(event["t"])]
        span = _span(after, [look.gap(side * units) * side > 0 for look in after])
        if span is not None and units >= (3 if side < 0 else 4):
            lowest = _lowest(truth, event["sku"], event["t"], side * units)
            found.append({"sku": event["sku"], "event": place, "units": units, **span, "ledger_min": lowest})
    return found


def _lowest(truth: dict[str, Any], sku: str, since: str, shift: int) -> int:
    """The lowest balance of a ledger that is `shift` units off from `since` on."""
    units = truth["opening"][sku]
    low = None
    for event in truth["events"]:
        if event["sku"] == sku:
            units += event["units"]
            if event["t"] >= since:
                low = units + shift if low is None else min(low, units + shift)
    return units + shift if low is None else low


def _at(truth: dict[str, Any], sku: str, since: str) -> int:
    return int(truth["opening"][sku]) + sum(e["units"] for e in truth["events"] if e["sku"] == sku and e["t"] <= since)


def swaps(truth: dict[str, Any]) -> list[dict[str, Any]]:
    """Runs of sales of A that, booked as its look-alike B, show on both."""
    found: list[dict[str, Any]] = []
    for a, b in (*LOOK_ALIKES, *((b, a) for a, b in LOOK_ALIKES)):
        sales = [(place, event) for place, event in enumerate(truth["events"]) if event["sku"] == a and event["what"] == "sale"]
        for first, last in pairwise(sales):
            units = -first[1]["units"] - last[1]["units"]
            if units < SWAP_UNITS or moment(last[1]["t"]) - moment(first[1]["t"]) > SWAP_SPAN:
                continue
            since = last[1]["t"]
            after_a = [look for look in looks(truth, a) if look.at > moment(since)]
            after_b = [look for look in looks(truth, b) if look.at > moment(since)]
            shown = [over.gap(units) > 0 > under.gap(-units) for over, under in zip(after_a, after_b, strict=True)]
            span = _span(after_a, shown)
            if span is not None:
                lowest = min(_at(truth, b, since) - units, _lowest(truth, b, since, -units))
                found.append({"a": a, "b": b, "events": [first[0], last[0]], "units": units, **span, "ledger_min": lowest})
    return found


def late(truth: dict[str, Any]) -> list[dict[str, Any]]:
    """Sales that show on one or two captures while their posting is 40 minutes late."""
    found: list[dict[str, Any]] = []
    for place, event in enumerate(truth["events"]):
        if event["what"] != "sale" or event["units"] > -3:
            continue
        sold = moment(event["t"])
        waiting = [look for look in looks(truth, event["sku"]) if sold < look.at < sold + LATE]
        if waiting and all(look.gap(-event["units"]) > 0 for look in waiting):
            span = {"first_capture": waiting[0].index, "last_capture": waiting[-1].index}
            found.append({"sku": event["sku"], "event": place, "units": -event["units"], **span})
    return found


def candidates(truth: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """All choices by kind of error. `ledger_min` is the lowest balance that the wrong ledger would reach."""
    return {
        "unbooked_receipt": _single(truth, "restock", -1),
        "gift": _single(truth, "gift", 1),
        "swap": swaps(truth),
        "late": late(truth),
    }
