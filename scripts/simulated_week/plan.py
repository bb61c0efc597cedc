"""Draws a camera's week from a seed: what stands on the shelves at each count, and under what the camera looks.

The shop sells all day, restocks at seven and at three with most of the same goods, and some cameras stand in the dark at night.
A bit less than half of the rounds are undisturbed; the others go through a shuffled deck in which every kind and level has a
card.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from scripts.simulated_week.conditions import (
    LEAST_MOVE_PX,
    LEAST_TURN_DEG,
    MOST_NUDGE_DEG,
    MOST_NUDGE_PX,
    SEVERE_LEVEL,
    Condition,
    Severity,
)
from scripts.simulated_week.scene import Goods
from scripts.verdict_faults import FAULTS

Dice = np.random.Generator
HOURS = 24
OPENS, CLOSES = 7, 22
DARK_FROM, DARK_TO = 23, 6
RESTOCKS = (7, 15)
SOLD_AN_HOUR = (0, 4)
MOST_GONE = 0.45
"""Share of the places that may be empty at once."""
OTHER_GOODS = 0.08
"""Share of the restocked places that get goods of another photo."""
UNDISTURBED = 0.45
LEVELS = (4, SEVERE_LEVEL, 8)
WIDTHS = (0.2, 0.3, 0.45)
PASSES_BY = 0.6
"""Share of the disturbances that end while the product still tries, after these seconds."""
PASSES_AFTER_S = (3.0, 50.0)
DELIVERY = {"frozen": 3, "stale": 2, "stall": 2, "unplugged": 3, "garbage": 2, "half_jpegs": 2}
OTHERS = {"slow": 2, "clock_ahead": 1, "clock_back": 1, "network_fails": 2, "restless": 2}
TURNS = {"nudge": 8, "moved": 4, "turned": 2, "other_camera": 3, "replugged_as_other": 2}


@dataclass(frozen=True, slots=True)
class Moment:
    """One round of the product: the goods, those of the round before, and what the camera looks under, in its order."""

    number: int
    goods: Goods
    before: Goods
    conditions: tuple[Condition, ...]

    def at(self, since_s: float) -> Condition:
        """The condition so many seconds after the round began."""
        return next(each for each in self.conditions if since_s < each.until_s)


def moments_of(places: int, rounds: int, seed: int, *, dark_nights: bool) -> Iterator[Moment]:
    """`rounds` rounds, one an hour from midnight, of a fixture of so many places."""
    dice = np.random.default_rng(seed)
    goods, deck = Goods(), list[Condition]()
    for number in range(rounds):
        hour, before = number % HOURS, goods
        goods = _later(goods, places, hour, dice)
        after = _light(dice)
        if dark_nights and (hour >= DARK_FROM or hour < DARK_TO):
            drawn = Condition("night", Severity.SEVERE)
        elif dice.random() < UNDISTURBED:
            drawn = after
        else:
            deck = deck or _shuffled(dice)
            drawn = replace(deck.pop(), light=after.light, slope=after.slope, seed=int(dice.integers(2**31)))
            drawn = replace(drawn, until_s=_until(drawn, dice))
        yield Moment(number, goods, before, (drawn, after) if drawn.until_s < math.inf else (drawn,))


def _until(drawn: Condition, dice: Dice) -> float:
    lasting = drawn.severity is Severity.VALID or dice.random() > PASSES_BY
    return math.inf if lasting else float(dice.uniform(*PASSES_AFTER_S))


def _light(dice: Dice) -> Condition:
    """An undisturbed view: the light differs by up to 8 %, and by a slope of up to 4 %."""
    return Condition("clear", Severity.VALID, light=float(dice.uniform(0.92, 1.08)), slope=float(dice.uniform(-0.04, 0.04)))


def _later(goods: Goods, places: int, hour: int, dice: Dice) -> Goods:
    if hour in RESTOCKS:
        back = [place for place in sorted(goods.gone) if dice.random() < 0.9]
        others = [row for row in goods.others if dice.random() < 0.7]
        known = {row[0] for row in others}
        others += [(place, int(dice.integers(1, 1000)), int(dice.integers(1000))) for place in back
                   if place not in known and dice.random() < OTHER_GOODS]
        return Goods(goods.gone - frozenset(back), tuple(others))
    if not OPENS < hour < CLOSES or dice.random() < 0.4:
        return goods
    sold = dice.choice(places, size=int(dice.integers(*SOLD_AN_HOUR, endpoint=True)), replace=False)
    gone = goods.gone | {int(place) for place in sold}
    return Goods(gone, goods.others) if len(gone) <= MOST_GONE * places else goods


def _shuffled(dice: Dice) -> list[Condition]:
    deck = _deck(dice)
    dice.shuffle(deck)  # type: ignore[arg-type]
    return deck


def _deck(dice: Dice) -> list[Condition]:
    """Every kind and level of disturbance."""
    cards = [Condition(name, Severity.SEVERE if level >= SEVERE_LEVEL else Severity.MILD, fault=name, level=level)
             for name in FAULTS for level in LEVELS]
    cards += [Condition(kind, Severity.COVERED, cover=kind, wide=wide)
              for kind in ("person", "trolley", "carton", "arm") for wide in WIDTHS]
    cards += [Condition(kind, Severity.NO_PICTURE) for kind, times in DELIVERY.items() for _ in range(times)]
    cards += [_other(kind) for kind, times in OTHERS.items() for _ in range(times)]
    cards += [_turn(kind, dice) for kind, times in TURNS.items() for _ in range(times)]
    return cards


def _other(kind: str) -> Condition:
    if kind == "restless":
        return Condition(kind, Severity.SEVERE, cover="person", wide=0.25)
    return Condition(kind, Severity.SEVERE if kind == "network_fails" else Severity.VALID)


def _turn(kind: str, dice: Dice) -> Condition:
    if kind in ("other_camera", "replugged_as_other"):
        return Condition("other_camera" if kind == "other_camera" else kind, Severity.SEVERE, level=int(dice.integers(1, 1000)))
    way = dice.uniform(0, 2 * np.pi)
    turn, sign = dice.uniform(0, MOST_NUDGE_DEG), dice.choice([-1, 1])
    far = dice.uniform(2, MOST_NUDGE_PX)
    if kind == "moved":
        far = dice.uniform(LEAST_MOVE_PX, 80)
    if kind == "turned":
        turn = dice.uniform(LEAST_TURN_DEG, 6)
    severity = Severity.VALID if kind == "nudge" else Severity.SEVERE
    return Condition("nudge" if kind == "nudge" else "moved", severity,
                     shift_px=(float(far * np.cos(way)), float(far * np.sin(way))), turn_deg=float(turn * sign))
