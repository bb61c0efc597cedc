"""The shop's trading day: opening stock, captures, and every unit that came or went, column by column.

Pure and deterministic. Times are Asia/Shanghai as spoken, UTC as stored. A sale takes the front unit of a column and leaves
the rest where it stands; a restock puts units in front of what a column still holds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Final

from .shop import SLOT_OF

SHANGHAI: Final = timezone(timedelta(hours=8))
MIDNIGHT: Final = datetime(2026, 11, 20, tzinfo=SHANGHAI)
SEED: Final = 20261120
QUIET_S: Final = 60  # nothing moves this close to a capture
NUDGED_FROM: Final = "15:45"

# "HH:MM -n" a sale, "+n" a restock, "gn" units that leave in one go as a gift; "c" clears whole columns, "r" from the right
SCRIPT: Final[dict[str, str]] = {
    "HG-TOAST-MILK": "08:53 -2c, 09:12 -2c, 11:33 +4, 13:07 g4c, 15:07 +4, 16:54 -2c, 17:14 -2c, 19:53 +3",
    "HG-TOAST-CHOC": "09:54 -1, 11:06 -1, 12:34 +2, 14:47 -1, 18:07 -1",
    "HG-CROISSANT": "08:44 -1, 11:13 +1, 13:46 g4c, 15:33 +4, 18:16 -3c",
    "HG-RAISIN-BUN": "10:27 -3c, 13:13 +3",
    "HG-EGG-TART": "09:33 -3c, 10:53 +3, 12:46 -1c, 14:27 -2, 17:25 +3",
    "HG-ROLL-CREAM": "10:07 -2c, 10:24 -2c, 12:27 +4, 14:54 g4c, 16:26 +4, 18:33 -2c, 18:54 -2c",
    "HG-ROLL-MATCHA": "09:03 -1, 11:24 -1, 13:53 +2, 16:07 -1, 20:24 -1",
    "HG-CHEESECAKE": "08:57 -1, 11:26 -4r, 14:13 +5, 18:26 -1",
    "HG-COOKIE-BUTTER": "08:27 -2, 10:43 +2, 14:33 g4c, 17:13 +4, 18:46 -2, 19:03 -2",
    "HG-COOKIE-BERRY": "10:14 -3, 11:47 +3, 15:13 -1, 17:48 +1",
    "HG-OAT-BISCUIT": "09:47 -6c, 12:16 -1, 14:48 +7, 17:34 -1, 19:14 -1",
    "HG-SESAME-CRISP": "09:23 -1, 12:53 g4c, 17:07 +5, 19:33 -1",
    "HG-MILK-FRESH": "09:34 -2c, 09:52 -3c, 11:53 +5, 15:27 g5c, 17:42 +5, 19:16 -3c, 19:36 -2c",
    "HG-MILK-LIGHT": "10:46 -1, 13:26 -1, 14:07 +2, 20:06 -1",
    "HG-SOY-MILK": "10:33 g6c, 11:54 -2, 12:23 -1, 15:14 +9, 16:47 -1, 18:03 -1, 20:13 -1",
    "HG-ORANGE-JUICE": "08:23 -1, 09:56 -1, 11:17 -4c, 13:33 -1, 16:13 +7, 17:56 -1, 19:24 -1",
}

SPECIAL: Final[dict[str, str]] = {"11:30": "shopper", "18:10": "shopper", "21:20": "lights_off"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something physical: signed units per column of one slot."""

    at: datetime
    sku: str
    what: str  # sale, restock or gift
    columns: tuple[int, ...]  # one signed number per column

    @property
    def units(self) -> int:
        """Signed units of the whole event."""
        return sum(self.columns)


@dataclass(frozen=True, slots=True)
class Capture:
    """One picture of the day."""

    index: int
    at: datetime
    condition: str  # normal, shopper, lights_off or nudged
    nudged: bool

    @property
    def file(self) -> str:
        """The picture's file name."""
        return f"{self.index:02d}-{self.at.astimezone(SHANGHAI):%H%M}.jpg"


def clock(text: str) -> datetime:
    """A time of the trading day, "HH:MM"."""
    hour, minute = text.split(":")
    return MIDNIGHT + timedelta(hours=int(hour), minutes=int(minute))


def utc(at: datetime) -> str:
    """ISO text in UTC with Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def captures() -> tuple[Capture, ...]:
    """Every 20 minutes from 08:00 to 21:00, the shopper's two, and one after the lights went off."""
    moments = {clock("08:00") + timedelta(minutes=20 * step): "normal" for step in range(40)}
    moments.update({clock(at): condition for at, condition in SPECIAL.items()})
    made: list[Capture] = []
    for index, at in enumerate(sorted(moments)):
        nudged = at >= clock(NUDGED_FROM)
        condition = moments[at]
        made.append(Capture(index, at, "nudged" if nudged and condition == "normal" else condition, nudged))
    return tuple(made)


def opening() -> dict[str, tuple[int, ...]]:
    """Units per column at the start: every column full."""
    return {sku: (slot.depth,) * slot.facings for sku, slot in SLOT_OF.items()}


def _clear(stock: list[int], units: int, from_right: bool) -> list[int]:
    """Takes whole columns: from the right, or the fullest first and among equals the left one."""
    change = [0] * len(stock)
    for column in sorted(range(len(stock)), key=lambda c: -c if from_right else -stock[c]):
        taken = min(stock[column], units)
        change[column] -= taken
        units -= taken
    return change


def _scatter(stock: list[int], units: int, chance: random.Random) -> list[int]:
    """Takes front units of chosen columns."""
    change = [0] * len(stock)
    for _ in range(units):
        column = chance.choice([c for c in range(len(stock)) if stock[c] + change[c] > 0])
        change[column] -= 1
    return change


def _fill(stock: list[int], units: int) -> list[int]:
    """Fills the emptiest columns first."""
    change = [0] * len(stock)
    for _ in range(units):
        change[min(range(len(stock)), key=lambda c: stock[c] + change[c])] += 1
    return change


@cache
def events() -> tuple[Event, ...]:
    """Plays the script; columns and seconds are drawn from a fixed seed."""
    made: list[Event] = []
    for sku, line in SCRIPT.items():
        chance = random.Random(f"{SEED}-{sku}")
        stock = list(opening()[sku])
        for entry in line.split(", "):
            when, act = entry.split(" ")
            units = int(act.strip("+-gcr"))
            if act.startswith("+"):
                what, change = "restock", _fill(stock, units)
            else:
                what = "gift" if act.startswith("g") else "sale"
                change = _scatter(stock, units, chance) if act[-1].isdigit() else _clear(stock, units, act.endswith("r"))
            stock = [have + delta for have, delta in zip(stock, change, strict=True)]
            if min(stock) < 0 or max(stock) > SLOT_OF[sku].depth or abs(sum(change)) != units:
                raise ValueError(f"{sku} {entry}: columns become {stock}")
            made.append(Event(clock(when) + timedelta(seconds=chance.randint(2, 46)), sku, what, tuple(change)))
    ordered = tuple(sorted(made, key=lambda event: event.at))
    for event in ordered:
        if any(abs((event.at - capture.at).total_seconds()) < QUIET_S for capture in captures()):
            raise ValueError(f"{event.sku} {event.at}: too close to a capture")
    return ordered


def stock_at(moment: datetime) -> dict[str, tuple[int, ...]]:
    """Units per column of every slot: the fold of all events up to a moment."""
    stock = opening()
    for event in events():
        if event.at <= moment:
            stock[event.sku] = tuple(a + b for a, b in zip(stock[event.sku], event.columns, strict=True))
    return stock
