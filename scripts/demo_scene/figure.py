"""A shopper in front of the rack, a little out of time: lofted coat, head, arm and basket, blurred by motion. Needs `bpy`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy
import mathutils

from .bodies import Body
from .materials import cloth, plain
from .packs import mesh_of
from .relief import Colour

Ring = tuple[float, float, float, float, float]  # z, middle x, middle y, half width, half thickness (m)


@dataclass(frozen=True, slots=True)
class Shopper:
    """Where somebody stands (shop m) and what they wear."""

    x: float
    y: float
    coat: Colour
    hair: Colour
    reach_to: tuple[float, float, float]
    basket: Colour
    step_m: float  # how far they move while the shutter is open
    scale: float = 1.0


SHOPPERS: dict[str, Shopper] = {
    "11:30": Shopper(-0.16, -0.85, (46, 66, 104), (28, 22, 20), (0.30, -0.06, 0.68), (176, 34, 30), 0.05, 1.08),
    "18:10": Shopper(0.34, -0.95, (128, 116, 96), (50, 32, 22), (-0.06, -0.08, 0.46), (36, 96, 60), -0.06, 1.04),
}


def _loft(name: str, rings: list[Ring], surface: bpy.types.Material, ripple: float = 0.0) -> bpy.types.Object:
    sides = 36
    body = Body()
    for row, (z, x, y, wide, thick) in enumerate(rings):
        for k in range(sides):
            turn = 2 * math.pi * k / sides
            wave = 1 + ripple * math.sin(5 * turn + row * 0.7) + ripple * math.sin(11 * turn - row * 0.4) * 0.6
            body.points.append((x + wide * math.cos(turn) * wave, y + thick * math.sin(turn) * wave, z))
    for row in range(len(rings) - 1):
        for k in range(sides):
            a, b = row * sides + k, row * sides + (k + 1) % sides
            body.faces.append((a, b, b + sides, a + sides))
            body.uv.extend([(0.0, 0.0)] * 4)
            body.paint.append(0)
    for start, order in ((0, -1), ((len(rings) - 1) * sides, 1)):
        body.faces.append(tuple(range(start, start + sides))[::order])
        body.uv.extend([(0.0, 0.0)] * sides)
        body.paint.append(0)
    thing = bpy.data.objects.new(name, mesh_of(name, body, [surface]))
    bpy.context.collection.objects.link(thing)
    smooth = thing.modifiers.new("round", "SUBSURF")
    smooth.levels = smooth.render_levels = 1
    return thing


def _limb(
    name: str,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    thick: tuple[float, float],
    surface: bpy.types.Material,
) -> bpy.types.Object:
    a, b = mathutils.Vector(start), mathutils.Vector(end)
    length = (b - a).length
    rings: list[Ring] = [
        (t * length, 0, 0, r, r)
        for t, r in (
            (-0.06, thick[0] * 0.5),
            (0.0, thick[0]),
            (0.3, thick[0] * 0.97),
            (0.7, thick[1] * 1.08),
            (1.0, thick[1]),
            (1.04, thick[1] * 0.5),
        )
    ]
    limb = _loft(name, rings, surface, 0.02)
    limb.location = a
    limb.rotation_mode = "QUATERNION"
    limb.rotation_quaternion = (b - a).to_track_quat("Z", "Y")
    return limb


def stand(shopper: Shopper) -> list[bpy.types.Object]:
    """Places a shopper, moving; returns the objects, to be removed after the picture."""
    scene = bpy.context.scene
    x, y, k = shopper.x, shopper.y, shopper.scale
    coat, hair = cloth("coat", shopper.coat), plain("hair", shopper.hair, 0.5, 0.2)
    skin, red = plain("skin", (214, 164, 136), 0.55), plain("basket", shopper.basket, 0.4)
    jeans = cloth("jeans", (38, 44, 58))
    trunk: list[Ring] = [
        (0.20, x, y, 0.262 * k, 0.185 * k),
        (0.21, x, y, 0.266 * k, 0.19 * k),
        (0.30, x, y, 0.25 * k, 0.175 * k),
        (0.48, x, y, 0.23 * k, 0.155 * k),
        (0.70, x, y, 0.25 * k, 0.16 * k),
        (0.84, x, y, 0.255 * k, 0.14 * k),
        (0.91, x, y, 0.20 * k, 0.11 * k),
        (0.955, x, y, 0.10 * k, 0.09 * k),
        (1.0, x, y, 0.065, 0.07),
    ]
    legs: list[Ring] = [(-0.4, x, y, 0.19 * k, 0.14 * k), (0.0, x, y, 0.21 * k, 0.15 * k), (0.3, x, y, 0.2 * k, 0.14 * k)]
    head: list[Ring] = [
        (0.96, x, y, 0.055, 0.06),
        (1.01, x, y, 0.075, 0.085),
        (1.06, x, y, 0.098, 0.11),
        (1.13, x, y, 0.104, 0.118),
        (1.2, x, y, 0.085, 0.1),
        (1.24, x, y, 0.04, 0.05),
    ]
    leather = plain("leather", (88, 52, 30), 0.45, 0.2)
    side = 1 if shopper.reach_to[0] > x else -1
    shoulder = (x + side * 0.225 * k, y + 0.02, 0.84)
    elbow = (x + side * 0.34 * k, y + 0.24, 0.62)
    wrist = tuple(e + (r - e) * 0.8 for e, r in zip(elbow, shopper.reach_to, strict=True))
    hip_x, hip_y = x - side * 0.235 * k, y - 0.15
    bag: list[Ring] = [
        (0.21, hip_x, hip_y, 0.10, 0.045),
        (0.23, hip_x, hip_y, 0.115, 0.055),
        (0.38, hip_x, hip_y, 0.11, 0.05),
        (0.40, hip_x, hip_y, 0.095, 0.03),
    ]
    hang = (x - side * 0.30 * k, y - 0.04, 0.46)
    things = [
        _loft("trunk", trunk, coat, 0.02),
        _loft("legs", legs, jeans, 0.03),
        _limb("collar", (x - 0.07, y - 0.07, 0.965), (x + 0.07, y - 0.07, 0.965), (0.035, 0.035), coat),
        _limb("strap", (x + side * 0.17 * k, y - 0.15, 0.86), (x - side * 0.2 * k, y - 0.2, 0.40), (0.013, 0.013), leather),
        _loft("bag", bag, leather, 0.01),
        _loft("head", head, hair),
        _limb("upper", shoulder, elbow, (0.068 * k, 0.058 * k), coat),
        _limb("fore", elbow, wrist, (0.056 * k, 0.042 * k), coat),  # type: ignore[arg-type]
        _limb("hand", wrist, shopper.reach_to, (0.032, 0.036), skin),  # type: ignore[arg-type]
        _limb("other", (x - side * 0.225 * k, y, 0.84), hang, (0.068 * k, 0.052 * k), coat),
        _loft(
            "basket",
            [
                (0.12, hang[0] - side * 0.1, hang[1] - 0.12, 0.19, 0.13),
                (0.14, hang[0] - side * 0.1, hang[1] - 0.12, 0.2, 0.14),
                (0.33, hang[0] - side * 0.1, hang[1] - 0.12, 0.235, 0.165),
                (0.35, hang[0] - side * 0.1, hang[1] - 0.12, 0.24, 0.17),
            ],
            red,
        ),
    ]
    for thing in things:
        home = thing.location.copy()
        for frame, share in ((0, -0.5), (2, 0.5)):
            thing.location = home + mathutils.Vector((shopper.step_m * share * 2, 0, 0.006 * share))
            thing.keyframe_insert("location", frame=frame)
    scene.frame_set(1)
    scene.render.use_motion_blur = True
    scene.render.motion_blur_shutter = 1.0
    return things


def leave(things: list[bpy.types.Object]) -> None:
    """Takes a shopper away again."""
    for thing in things:
        bpy.data.objects.remove(thing)
    bpy.context.scene.render.use_motion_blur = False
