"""The rack, wall, lamps, price tags and the fixed camera. Needs `bpy`; metres, from the shop's millimetres."""

from __future__ import annotations

import math
import random
from pathlib import Path

import bpy
import mathutils
from PIL import Image, ImageDraw

from .bodies import MM, Body
from .lettering import fit
from .materials import plain, printed, wood
from .packs import mesh_of
from .shop import BAY_WIDTH_MM, BOARD_MM, BY_SKU, FLOOR_MM, RAIL_DROP_MM, RAIL_LIP_MM, SHELF_DEPTH_MM, SLOTS, TOP_MM

CAMERA_AT_M = (0.10, -4.2, 0.60)
CAMERA_ON_M = (0.0, 0.0, 0.538)
VIEW_WIDTH_M = 1.92
SIDE_MM = 34.0
WARM = (1.0, 0.93, 0.84)


def slab(
    name: str,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    surface: bpy.types.Material,
    bevel_mm: float = 1.5,
) -> bpy.types.Object:
    """A block between two corners (shop mm)."""
    size = [(b - a) * MM for a, b in zip(low, high, strict=True)]
    bpy.ops.mesh.primitive_cube_add(size=1, location=[(a + b) / 2 * MM for a, b in zip(low, high, strict=True)])
    block = bpy.context.object
    block.name = name
    block.scale = size
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    if bevel_mm:
        rounding = block.modifiers.new("edge", "BEVEL")
        rounding.width, rounding.segments = bevel_mm * MM, 2
    block.data.materials.append(surface)
    return block


def build_rack(folder: Path) -> None:
    """Boards with rails, back panel, sides, canopy, plinth and the wall behind."""
    half = BAY_WIDTH_MM / 2
    oak = wood("oak", (150, 106, 62), (196, 152, 100), (1.5, 24, 24))
    upright = wood("oak-upright", (142, 100, 58), (188, 144, 94), (24, 24, 1.5))
    rail = plain("rail", (84, 80, 76), 0.45)
    slab("wall", (-3000, 480, -800), (3000, 500, 3000), plain("wall", (206, 200, 190), 0.85), 0)
    _back(folder)
    for sign in (-1, 1):
        inner, outer = sorted((sign * half, sign * (half + SIDE_MM)))
        slab(f"side{sign}", (inner, -6, -40), (outer, SHELF_DEPTH_MM + 12, TOP_MM + 90), upright)
    for shelf, floor in FLOOR_MM.items():
        slab(f"board{shelf}", (-half, 4, floor - BOARD_MM), (half, SHELF_DEPTH_MM, floor), oak)
        slab(f"rail{shelf}", (-half, -4, floor - RAIL_DROP_MM), (half, 4, floor + RAIL_LIP_MM), rail, 1.0)
    slab("canopy", (-half, -4, TOP_MM), (half, SHELF_DEPTH_MM, TOP_MM + 90), oak)
    slab("plinth", (-half, 8, -60), (half, 20, FLOOR_MM["4"] - BOARD_MM), upright, 0)
    slab("floor", (-3000, -6000, -420), (3000, 500, -400), plain("floor", (150, 140, 128), 0.5), 0)
    _tags(folder)


def _back(folder: Path) -> None:
    """A perforated back panel, as gondolas have: one hole every 25 mm."""
    pitch, px = 25, 4  # mm, px a mm
    panel = Image.new("RGB", (pitch * px * 8, pitch * px * 8), (172, 163, 150))
    pen = ImageDraw.Draw(panel)
    for column in range(8):
        for row in range(8):
            x, y = (column + 0.5) * pitch * px, (row + 0.5) * pitch * px
            pen.ellipse((x - 3.2 * px, y - 3.2 * px, x + 3.2 * px, y + 3.2 * px), fill=(34, 30, 27))
    surface = printed("pegboard", panel, folder, 0.6, 0.0, 0.0)
    surface.node_tree.nodes["Image Texture"].extension = "REPEAT"
    half, top, y = BAY_WIDTH_MM / 2, TOP_MM + 40, SHELF_DEPTH_MM * MM
    wide, high = BAY_WIDTH_MM / (pitch * 8), top / (pitch * 8)
    body = Body(smooth=False)
    body.add(
        [(-half * MM, y, 0), (half * MM, y, 0), (half * MM, y, top * MM), (-half * MM, y, top * MM)],
        [(0, 0), (wide, 0), (wide, high), (0, high)],
    )
    bpy.context.collection.objects.link(bpy.data.objects.new("back", mesh_of("back", body, [surface])))


def tag_picture(sku: str) -> Image.Image:
    """A paper price label, 8 px a millimetre, 54 x 28 mm."""
    product = BY_SKU[sku]
    paper = Image.new("RGB", (432, 224), (250, 248, 240))
    ImageDraw.Draw(paper).rectangle((0, 0, 432, 62), fill=(214, 160, 60))
    fit(paper, product.name, (216, 30), 380, 46, (60, 34, 10))
    fit(paper, f"¥{product.price_cny}", (250, 124), 300, 96, (190, 24, 20))
    fit(paper, f"{product.gtin}", (216, 196), 360, 34, (60, 60, 60), "plain")
    return paper


def _tags(folder: Path) -> None:
    for slot in SLOTS:
        chance = random.Random(slot.sku)
        x = ((slot.column_x_mm(0) + slot.column_x_mm(slot.facings - 1)) / 2 + chance.uniform(-25, 25)) * MM
        z = (FLOOR_MM[slot.shelf] - 16) * MM
        slant = chance.uniform(-0.7, 0.7) * MM
        paper = printed(f"tag-{slot.sku}", tag_picture(slot.sku), folder, 0.6, 0.0, 0.0)
        w, h, y = 29 * MM, 14.5 * MM, -5.2 * MM
        body = Body(smooth=False)
        body.add(
            [(x - w, y, z - h - slant), (x + w, y, z - h + slant), (x + w, y, z + h + slant), (x - w, y, z + h - slant)],
            [(0, 0), (1, 0), (1, 1), (0, 1)],
        )
        bpy.context.collection.objects.link(bpy.data.objects.new(f"tag-{slot.sku}", mesh_of(f"tag-{slot.sku}", body, [paper])))


def _lamp(
    name: str,
    at: tuple[float, float, float],
    size: tuple[float, float],
    watts: float,
    tilt: tuple[float, float, float],
    colour: tuple[float, float, float] = WARM,
) -> None:
    light = bpy.data.lights.new(name, "AREA")
    light.shape = "RECTANGLE"
    light.size, light.size_y = size
    light.energy = watts
    light.color = colour
    holder = bpy.data.objects.new(name, light)
    holder.location, holder.rotation_euler = at, tilt
    bpy.context.collection.objects.link(holder)


def light_room() -> None:
    """Ceiling panels in front of the rack, LED strips under each board, a little ambience."""
    world = bpy.data.worlds.new("air")
    bpy.context.scene.world = world
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.9, 0.94, 1.0, 1)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.25
    for x, watts in ((-1.3, 44.0), (0.1, 34.0), (1.45, 27.0)):
        _lamp(f"ceiling{x}", (x, -1.5, 2.35), (1.1, 0.35), watts, (math.radians(38), 0, 0))
    ceilings = {shelf: floor - RAIL_DROP_MM for shelf, floor in FLOOR_MM.items()}
    tops = [TOP_MM, *list(ceilings.values())[:-1]]
    for shelf, top in zip(FLOOR_MM, tops, strict=True):
        strip = (BAY_WIDTH_MM * 0.98 * MM, 0.016)
        _lamp(
            f"strip{shelf}",
            (0, 0.012, (top + (RAIL_DROP_MM - BOARD_MM if shelf != "1" else 0) - 3) * MM),
            strip,
            3.4,
            (math.radians(16), 0, 0),
            (1.0, 0.9, 0.78),
        )


def place_camera(nudged: bool) -> bpy.types.Object:
    """The fixed camera; after the nudge it looks about 10 px aside and is turned by half a degree."""
    scene = bpy.context.scene
    if scene.camera is None:
        scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        bpy.context.collection.objects.link(scene.camera)
    camera = scene.camera
    at, on = mathutils.Vector(CAMERA_AT_M), mathutils.Vector(CAMERA_ON_M)
    camera.data.sensor_width = 36.0
    camera.data.lens = 36.0 * (on - at).length / VIEW_WIDTH_M
    camera.location = at
    turn = (on - at).to_track_quat("-Z", "Y")
    if nudged:
        px_rad = VIEW_WIDTH_M / 1280 / (on - at).length
        turn = turn @ mathutils.Euler((-4 * px_rad, 9 * px_rad, math.radians(0.5))).to_quaternion()
    camera.rotation_mode = "QUATERNION"
    camera.rotation_quaternion = turn
    return camera
