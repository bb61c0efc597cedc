"""Surfaces for Cycles: printed film, board, plastic, wood, paint. Needs `bpy`."""

from __future__ import annotations

from pathlib import Path

import bpy
from PIL import Image

from .relief import Colour


def linear(colour: Colour) -> tuple[float, float, float, float]:
    """sRGB 0..255 to linear RGBA, as shaders want it."""
    channels = [c / 255 for c in colour]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return (red, green, blue, 1.0)


def _new(name: str) -> tuple[bpy.types.Material, bpy.types.NodeTree, bpy.types.Node]:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    return material, tree, tree.nodes["Principled BSDF"]


def _bump(
    tree: bpy.types.NodeTree, surface: bpy.types.Node, scale: float, strength: float, reach_m: float, detail: float = 3.0
) -> None:
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = scale
    noise.inputs["Detail"].default_value = detail
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    chance = tree.nodes.new("ShaderNodeObjectInfo")
    shift = tree.nodes.new("ShaderNodeVectorMath")
    shift.operation = "ADD"
    tree.links.new(coordinates.outputs["Object"], shift.inputs[0])
    tree.links.new(chance.outputs["Location"], shift.inputs[1])
    tree.links.new(shift.outputs[0], noise.inputs["Vector"])
    bump = tree.nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value = strength
    bump.inputs["Distance"].default_value = reach_m
    tree.links.new(noise.outputs["Fac"], bump.inputs["Height"])
    tree.links.new(bump.outputs["Normal"], surface.inputs["Normal"])


def printed(name: str, picture: Image.Image, folder: Path, roughness: float, coat: float, crumple: float) -> bpy.types.Material:
    """A printed surface; `crumple` 0..1 is how wrinkled the film is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    picture.save(path)
    material, tree, surface = _new(name)
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.load(str(path))
    texture.extension = "EXTEND"
    tree.links.new(texture.outputs["Color"], surface.inputs["Base Color"])
    surface.inputs["Roughness"].default_value = roughness
    surface.inputs["Coat Weight"].default_value = coat
    surface.inputs["Coat Roughness"].default_value = 0.12
    if crumple > 0:
        _bump(tree, surface, 38.0, crumple, 0.004)
    return material


def plain(name: str, colour: Colour, roughness: float, coat: float = 0.0, metallic: float = 0.0) -> bpy.types.Material:
    """One colour."""
    material, _, surface = _new(name)
    surface.inputs["Base Color"].default_value = linear(colour)
    surface.inputs["Roughness"].default_value = roughness
    surface.inputs["Coat Weight"].default_value = coat
    surface.inputs["Metallic"].default_value = metallic
    return material


def cloth(name: str, colour: Colour) -> bpy.types.Material:
    """Woollen cloth with folds."""
    material, tree, surface = _new(name)
    surface.inputs["Base Color"].default_value = linear(colour)
    surface.inputs["Roughness"].default_value = 0.95
    surface.inputs["Sheen Weight"].default_value = 0.3
    _bump(tree, surface, 6.0, 0.55, 0.04, detail=1.0)
    return material


def wood(name: str, dark: Colour, light: Colour, along: tuple[float, float, float]) -> bpy.types.Material:
    """Oiled wood; `along` are noise cells per metre on the three axes (few along the fibre)."""
    material, tree, surface = _new(name)
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    mapping = tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Scale"].default_value = along
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = 1.0
    noise.inputs["Detail"].default_value = 6.0
    noise.inputs["Roughness"].default_value = 0.65
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[0].color = 0.3, linear(dark)
    ramp.color_ramp.elements[1].position, ramp.color_ramp.elements[1].color = 0.7, linear(light)
    tree.links.new(coordinates.outputs["Object"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs["Vector"], noise.inputs["Vector"])
    tree.links.new(noise.outputs["Fac"], ramp.inputs["Fac"])
    tree.links.new(ramp.outputs["Color"], surface.inputs["Base Color"])
    surface.inputs["Roughness"].default_value = 0.5
    return material
