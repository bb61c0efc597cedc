"""Products as Blender meshes with their printed surfaces. Needs `bpy`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import bpy
from PIL import Image

from . import bodies
from .bag_art import bag_art
from .bottle_art import bottle_art
from .box_art import Panels, box_art
from .materials import plain, printed
from .shop import Pack, Product

BAG_VARIANTS = 5


@dataclass(frozen=True, slots=True)
class Stocked:
    """The meshes of one SKU that units share."""

    product: Product
    meshes: tuple[bpy.types.Mesh, ...]


def mesh_of(name: str, body: bodies.Body, surfaces: list[bpy.types.Material]) -> bpy.types.Mesh:
    """A Blender mesh of a body."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(body.points, [], body.faces)
    layer = mesh.uv_layers.new(name="print")
    for corner, spot in enumerate(body.uv):
        layer.data[corner].uv = spot
    for surface in surfaces:
        mesh.materials.append(surface)
    for face, paint in zip(mesh.polygons, body.paint, strict=True):
        face.material_index = paint
        face.use_smooth = body.smooth
    mesh.update()
    return mesh


def _atlas(panels: Panels) -> Image.Image:
    """Front, side right of it, top above it."""
    front, side, top = panels.front, panels.side, panels.top
    sheet = Image.new("RGB", (front.width + side.width, front.height + top.height))
    sheet.paste(top, (0, 0))
    sheet.paste(front, (0, top.height))
    sheet.paste(side, (front.width, top.height))
    return sheet


def stock(product: Product, folder: Path) -> Stocked:
    """Builds a product's meshes; bags come in several crumpled variants."""
    width, height, depth = product.width_mm, product.height_mm, product.depth_mm
    name = product.sku
    match product.pack:
        case Pack.BAG:
            film = [printed(name, bag_art(product), folder, 0.34, 0.35, 0.35)]
            made = [
                mesh_of(f"{name}-{i}", bodies.bag(width, height, depth, product.item_number * 10 + i), film)
                for i in range(BAG_VARIANTS)
            ]
        case Pack.BOX:
            board = [printed(name, _atlas(box_art(product)), folder, 0.42, 0.2, 0.0)]
            made = [mesh_of(name, bodies.box(width, height, depth), board)]
        case Pack.CARTON:
            board = [
                printed(name, _atlas(box_art(product)), folder, 0.38, 0.25, 0.0),
                plain(f"{name}-cap", (240, 240, 240), 0.35),
            ]
            made = [mesh_of(name, bodies.carton(width, height, depth), board)]
        case Pack.BOTTLE:
            art = bottle_art(product)
            surfaces = [
                plain(f"{name}-body", art.body, 0.16, 0.7),
                printed(name, art.label, folder, 0.3, 0.35, 0.0),
                plain(f"{name}-cap", art.cap, 0.35),
            ]
            made = [mesh_of(name, bodies.bottle(width, height, bodies.LABEL_SHARE, 0.6 if "JUICE" in name else 0.0), surfaces)]
    return Stocked(product, tuple(made))
