"""Renders the day's clean pictures, and notes what each shows. Needs `bpy`. Planes: shop m -> cam px."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import figure, room, sight, studio
from .bodies import MM
from .day import SHANGHAI, Capture, captures
from .overlay import lay
from .patches import Patch, changed
from .shop import BAY_WIDTH_MM, TOP_MM
from .stage import Stage, units_at

FULL_SAMPLES, PATCH_SAMPLES = 20, 14


def _counts(capture: Capture) -> dict[tuple[str, int], int]:
    return {place: len(pile) for place, pile in units_at(capture.at).items()}


def _box_px(patch: Patch, camera: bpy.types.Object) -> tuple[int, int, int, int]:
    spots = sight.cam_px_from_shop(patch.corners_mm() * MM, camera)
    low, high = np.floor(spots.min(axis=0)), np.ceil(spots.max(axis=0))
    return (int(max(0, low[0])), int(max(0, low[1])), int(min(sight.WIDTH_PX, high[0])), int(min(sight.HEIGHT_PX, high[1])))


def _patch(old: NDArray[np.uint8], patch: Patch, camera: bpy.types.Object, spool: Path, seed: int) -> NDArray[np.uint8]:
    """Renders one region and lays it over the picture before."""
    render = bpy.context.scene.render
    box = _box_px(patch, camera)
    render.use_border, render.use_crop_to_border = True, False
    render.border_min_x, render.border_max_x = box[0] / sight.WIDTH_PX, box[2] / sight.WIDTH_PX
    render.border_min_y, render.border_max_y = 1 - box[3] / sight.HEIGHT_PX, 1 - box[1] / sight.HEIGHT_PX
    bpy.context.scene.cycles.samples = PATCH_SAMPLES
    new = studio.shoot(spool, seed)
    render.use_border = False
    bpy.context.scene.cycles.samples = FULL_SAMPLES
    return lay(old, new, box)


def film(work: Path, render: bool = True, part: str = "all") -> None:
    """The day's pictures into `work`/clean and what they show into `work`/sight; pictures that exist are kept.

    The parts "home" and "nudged" (before and after the camera moved) do not need each other and may run side by side.
    """
    clean, notes = work / "clean", work / "sight"
    clean.mkdir(parents=True, exist_ok=True)
    notes.mkdir(parents=True, exist_ok=True)
    studio.empty_scene()
    studio.set_up(sight.WIDTH_PX, sight.HEIGHT_PX, FULL_SAMPLES)
    room.build_rack(work / "art")
    room.light_room()
    stage = Stage(work / "art")
    before: Capture | None = None
    for capture in captures():
        if part != "all" and capture.nudged != (part == "nudged"):
            continue
        path = clean / f"{capture.index:02d}.png"
        camera = room.place_camera(capture.nudged)
        fronts = stage.show(capture.at)
        shopper = figure.SHOPPERS.get(f"{capture.at.astimezone(SHANGHAI):%H:%M}") if capture.condition == "shopper" else None
        things = figure.stand(shopper) if shopper else []
        bpy.context.view_layer.update()
        seen = sight.look(fronts, camera)
        note = [
            {"sku": sku, "column": column, "xyxy_px": list(see.xyxy_px), "visible": see.visible}
            for (sku, column), see in seen.items()
        ]
        (notes / f"{capture.index:02d}.json").write_text(json.dumps(note))
        if render and not path.exists():
            _render(path, capture, before, clean, camera, work)
        if things:
            figure.leave(things)
        if capture.condition in ("normal", "nudged"):
            before = capture


def _render(path: Path, capture: Capture, before: Capture | None, clean: Path, camera: bpy.types.Object, work: Path) -> None:
    """A whole picture, or the one before with its changed regions rendered anew."""
    if capture.condition == "shopper" or before is None or before.nudged != capture.nudged:
        studio.shoot(path, capture.index * 100)
        return
    picture = np.asarray(Image.open(clean / f"{before.index:02d}.png").convert("RGB"))
    for order, patch in enumerate(changed(_counts(before), _counts(capture))):
        picture = _patch(picture, patch, camera, work / f"patch-{capture.index}.png", capture.index * 100 + order + 1)
    Image.fromarray(picture).save(path)


def survey(nudged: bool) -> dict[str, list[float]]:
    """Where the camera sees the four corners of the bay's front plane (cam px)."""
    studio.empty_scene()
    studio.set_up(sight.WIDTH_PX, sight.HEIGHT_PX, FULL_SAMPLES)
    camera = room.place_camera(nudged)
    bpy.context.view_layer.update()
    half, top = BAY_WIDTH_MM / 2, TOP_MM
    corners = {"top_left": (-half, top), "top_right": (half, top), "bottom_right": (half, 0.0), "bottom_left": (-half, 0.0)}
    points = np.array([(x, 0.0, z) for x, z in corners.values()]) * MM
    spots = sight.cam_px_from_shop(points, camera)
    return {name: [round(float(v), 2) for v in spot] for name, spot in zip(corners, spots, strict=True)}
