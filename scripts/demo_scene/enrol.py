"""Enrolment pictures: each product by itself, in other light and other company than the day's frames. Needs `bpy`."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

import bpy
import mathutils
import numpy as np
from PIL import Image

from . import sight, studio
from .bodies import MM, bag
from .develop import Sensor, develop
from .materials import plain, wood
from .packs import mesh_of, stock
from .room import slab
from .shop import PRODUCTS, Pack, Product

SAMPLES = 12
LONG_SIDE_PX = 190


@dataclass(frozen=True, slots=True)
class View:
    """One way to photograph a product: turns in degrees, ground, key light from the left (-1) or right (1), its share."""

    name: str
    yaw: float
    roll: float
    lift: float  # of the camera above the middle, m
    ground: str
    side: float
    key: float
    gain: float


VIEWS = (
    View("front", 2.0, 0.0, 0.05, "shelf", 0.1, 0.8, 1.0),
    View("left", -11.0, -1.5, 0.18, "table", -1.0, 1.0, 1.04),
    View("right", 9.0, 2.0, 0.10, "table", 1.0, 1.0, 0.95),
    View("dim", 5.0, 1.0, -0.04, "shelf", -0.4, 0.5, 0.82),
)


def _room(view: View) -> None:
    studio.empty_scene()
    studio.set_up(200, 200, SAMPLES)
    world = bpy.data.worlds.new("air")
    bpy.context.scene.world = world
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (
        (1.0, 0.97, 0.93, 1) if view.ground == "table" else (0.9, 0.94, 1.0, 1)
    )
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.55 if view.ground == "table" else 0.34
    if view.ground == "shelf":
        slab("board", (-900, -200, -22), (900, 400, 0), wood("oak", (150, 106, 62), (196, 152, 100), (1.5, 24, 24)))
        slab("back", (-900, 300, -200), (900, 310, 900), plain("back", (112, 100, 88), 0.7), 0)
        slab("roof", (-900, 0, 240), (900, 400, 262), plain("roof", (150, 110, 70), 0.6), 0)
    else:
        slab("table", (-2000, -900, -20), (2000, 900, 0), plain("table", (196, 192, 186), 0.6), 0)
        slab("back", (-3000, 900, -600), (3000, 910, 2000), plain("back", (170, 172, 172), 0.8), 0)
    for at, watts, size in (((view.side * 0.9, -1.2, 1.3), 13.0 * view.key, 0.5), ((-view.side * 1.2, -0.9, 0.7), 3.5, 0.4)):
        light = bpy.data.lights.new("lamp", "AREA")
        light.size, light.energy = size, watts
        lamp = bpy.data.objects.new("lamp", light)
        lamp.location = at
        lamp.rotation_euler = (mathutils.Vector((0, 0, 0.1)) - mathutils.Vector(at)).to_track_quat("-Z", "Y").to_euler()
        bpy.context.collection.objects.link(lamp)


def _product(product: Product, view: View, index: int, folder: Path) -> bpy.types.Object:
    shared = stock(product, folder)
    mesh = shared.meshes[0]
    if product.pack is Pack.BAG:
        mesh = mesh_of(
            f"{product.sku}-own",
            bag(product.width_mm, product.height_mm, product.depth_mm, product.item_number * 10 + 50 + index),
            list(mesh.materials),
        )
    thing = bpy.data.objects.new("product", mesh)
    thing.rotation_euler = (0, math.radians(view.roll), math.radians(view.yaw))
    bpy.context.collection.objects.link(thing)
    return thing


def _camera(product: Product, view: View) -> bpy.types.Object:
    scene = bpy.context.scene
    middle = mathutils.Vector((0, 0, product.height_mm / 2 * MM))
    at = mathutils.Vector((0, -1.7, middle.z + view.lift))
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location = at
    camera.rotation_mode = "QUATERNION"
    camera.rotation_quaternion = (middle - at).to_track_quat("-Z", "Y")
    camera.data.sensor_width = 36.0
    camera.data.lens = 36.0 * 1.7 / (max(product.width_mm, product.height_mm) * MM * 1.28)
    bpy.context.collection.objects.link(camera)
    scene.camera = camera
    side = int(LONG_SIDE_PX * 1.28)
    scene.render.resolution_x = scene.render.resolution_y = side
    bpy.context.view_layer.update()
    return camera


def portrait(product: Product, index: int, work: Path, out: Path) -> None:
    """One picture of a product, cropped to it."""
    view = VIEWS[index]
    chance = random.Random(f"{product.sku}/{view.name}")
    _room(view)
    thing = _product(product, view, index, work / "art")
    camera = _camera(product, view)
    side = bpy.context.scene.render.resolution_x
    clean = studio.shoot(work / "portrait.png", 7 + index)
    wide = np.array(sight.outline_px(thing, camera))
    scale = side / sight.WIDTH_PX  # the projection speaks of a 1280 x 720 picture
    centre = np.array([sight.WIDTH_PX / 2, sight.HEIGHT_PX / 2] * 2)
    box = (wide - centre) * scale + side / 2
    slack = np.array([chance.uniform(0.0, 0.03) for _ in range(4)]) * side * np.array([-1, -1, 1, 1]) * 0.7
    left, top, right, bottom = (int(v) for v in np.clip(box + slack, 0, side))
    picture = np.asarray(Image.fromarray(clean).crop((left, top, right, bottom)))
    out.mkdir(parents=True, exist_ok=True)
    sensor = Sensor(noise=1.2, tint=0.6, exposure=0.03, vignette=0.0, soft_px=0.5, gain=view.gain, quality=88)
    (out / f"{index + 1}-{view.name}.jpg").write_bytes(develop(picture, product.item_number * 10 + index, sensor))


def portraits(work: Path, out: Path) -> None:
    """All enrolment pictures; those that exist are kept."""
    for product in PRODUCTS:
        for index, view in enumerate(VIEWS):
            if not (out / product.sku / f"{index + 1}-{view.name}.jpg").exists():
                portrait(product, index, work, out / product.sku)
