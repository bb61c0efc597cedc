"""What the camera can see of each front unit: projected boxes and visible shares. Needs `bpy`. Planes: shop m -> cam px."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import mathutils
import numpy as np
from numpy.typing import NDArray

GRID_PX = 3
WIDTH_PX, HEIGHT_PX = 1280, 720
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """One facing: its box in cam px and how much of its outline is visible, 0..1."""

    xyxy_px: tuple[float, float, float, float]
    visible: float


def cam_px_from_shop(points_m: Floats, camera: bpy.types.Object) -> Floats:
    """Pinhole projection of (n, 3) points to (n, 2) pixels."""
    world = np.array(camera.matrix_world.inverted())  # (4, 4)
    local = points_m @ world[:3, :3].T + world[:3, 3]
    focal_px = camera.data.lens / camera.data.sensor_width * WIDTH_PX
    return np.stack(
        [WIDTH_PX / 2 - focal_px * local[:, 0] / local[:, 2], HEIGHT_PX / 2 + focal_px * local[:, 1] / local[:, 2]], axis=1
    )


def outline_px(thing: bpy.types.Object, camera: bpy.types.Object) -> tuple[float, float, float, float]:
    """The upright box around a mesh, not clipped."""
    flat = np.empty(len(thing.data.vertices) * 3)
    thing.data.vertices.foreach_get("co", flat)
    place = np.array(thing.matrix_world)
    spots = cam_px_from_shop(flat.reshape(-1, 3) @ place[:3, :3].T + place[:3, 3], camera)
    (left, top), (right, bottom) = spots.min(axis=0), spots.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def look(fronts: dict[tuple[str, int], bpy.types.Object], camera: bpy.types.Object) -> dict[tuple[str, int], Seen]:
    """Casts a ray every few pixels, through the whole scene and through each unit alone."""
    scene = bpy.context.scene
    graph = bpy.context.evaluated_depsgraph_get()
    origin = camera.matrix_world.translation
    turn = camera.matrix_world.to_3x3()
    focal_px = camera.data.lens / camera.data.sensor_width * WIDTH_PX
    seen: dict[tuple[str, int], Seen] = {}
    for key, thing in fronts.items():
        box = outline_px(thing, camera)
        back = thing.matrix_world.inverted()
        start, own, hits = back @ origin, 0, 0
        for y in np.arange(box[1], box[3], GRID_PX):
            for x in np.arange(box[0], box[2], GRID_PX):
                ray = turn @ mathutils.Vector((x - WIDTH_PX / 2, HEIGHT_PX / 2 - y, -focal_px))
                if thing.ray_cast(start, back.to_3x3() @ ray)[0]:
                    own += 1
                    hit = scene.ray_cast(graph, origin, ray.normalized())
                    hits += hit[0] and hit[4].name == thing.name
        seen[key] = Seen(box, hits / max(1, own))
    return seen
