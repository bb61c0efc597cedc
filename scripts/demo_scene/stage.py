"""Puts the day's units on the shelves: each unit keeps its place and pose until it is sold. Needs `bpy`."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import bpy

from .bodies import MM
from .day import events, opening
from .packs import Stocked, stock
from .shop import BY_SKU, FLOOR_MM, PRODUCTS, SLOTS, Pack, Slot

FRONT_MM = 10.0  # from the front edge to the first unit
BEHIND_MM = 5.0  # between a unit and the next behind it


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit on the shelf: its column, its place counted from the front, and which delivery it came with."""

    sku: str
    column: int
    place: int
    delivery: int


def units_at(moment: datetime) -> dict[tuple[str, int], list[Unit]]:
    """The units of every column at a moment, deepest first."""
    stacks: dict[tuple[str, int], list[int]] = {
        (sku, column): [-1] * count for sku, columns in opening().items() for column, count in enumerate(columns)
    }
    for index, event in enumerate(events()):
        if event.at > moment:
            break
        for column, change in enumerate(event.columns):
            pile = stacks[(event.sku, column)]
            if change < 0:
                del pile[len(pile) + change :]
            pile.extend([index] * max(0, change))
    depth_of = {slot.sku: slot.depth for slot in SLOTS}
    return {
        (sku, column): [Unit(sku, column, depth_of[sku] - 1 - place, delivery) for place, delivery in enumerate(pile)]
        for (sku, column), pile in stacks.items()
    }


def pose(unit: Unit, slot: Slot) -> tuple[tuple[float, float, float], tuple[float, float, float], int]:
    """Where a unit stands (m), how it is turned (rad), and a number to choose its mesh by."""
    product = BY_SKU[unit.sku]
    chance = random.Random(f"{unit.sku}/{unit.column}/{unit.place}/{unit.delivery}")
    turn, lean = {Pack.BAG: (4.0, 2.0), Pack.BOX: (2.8, 0.0), Pack.CARTON: (3.6, 0.0), Pack.BOTTLE: (16.0, 0.0)}[product.pack]
    x = slot.column_x_mm(unit.column) + chance.uniform(-2.4, 2.4)
    y = FRONT_MM + product.depth_mm / 2 + unit.place * (product.depth_mm + BEHIND_MM) + chance.uniform(-4, 9)
    at = (x * MM, y * MM, (FLOOR_MM[slot.shelf] + 0.3) * MM)
    bend = (
        math.radians(chance.uniform(-lean, 0)),
        math.radians(chance.uniform(-lean, lean) * 0.6),
        math.radians(chance.uniform(-turn, turn)),
    )
    return at, bend, chance.randrange(1000)


class Stage:
    """The rack's stock as Blender objects."""

    def __init__(self, folder: Path) -> None:
        self._meshes: dict[str, Stocked] = {product.sku: stock(product, folder) for product in PRODUCTS}
        self._placed: dict[Unit, bpy.types.Object] = {}

    def show(self, moment: datetime) -> dict[tuple[str, int], bpy.types.Object]:
        """Makes the shelves hold what stood there then; returns the front unit of every column that is not empty."""
        wanted = units_at(moment)
        present = {unit for pile in wanted.values() for unit in pile}
        for unit in [unit for unit in self._placed if unit not in present]:
            bpy.data.objects.remove(self._placed.pop(unit))
        for slot in SLOTS:
            for column in range(slot.facings):
                for unit in wanted[(slot.sku, column)]:
                    if unit not in self._placed:
                        self._placed[unit] = self._put(unit, slot)
        bpy.context.view_layer.update()
        return {place: self._placed[pile[-1]] for place, pile in wanted.items() if pile}

    def _put(self, unit: Unit, slot: Slot) -> bpy.types.Object:
        at, bend, choice = pose(unit, slot)
        meshes = self._meshes[unit.sku].meshes
        thing = bpy.data.objects.new(f"{unit.sku}/{unit.column}/{unit.place}/{unit.delivery}", meshes[choice % len(meshes)])
        thing.location, thing.rotation_euler = at, bend
        bpy.context.collection.objects.link(thing)
        return thing
