"""Pack bodies as vertices, faces and texture coordinates, in metres: origin at the bottom centre, front towards -y.

Pure geometry (no `bpy`), so that the outline that the truth boxes come from can be tested.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

MM = 0.001
LABEL_SHARE = 0.5  # of a bottle's height
Point = tuple[float, float, float]


@dataclass(slots=True)
class Body:
    """A mesh under construction; `uv` runs along the faces' corners, `paint` holds one material slot per face."""

    points: list[Point] = field(default_factory=list)
    faces: list[tuple[int, ...]] = field(default_factory=list)
    uv: list[tuple[float, float]] = field(default_factory=list)
    paint: list[int] = field(default_factory=list)
    smooth: bool = True

    def add(self, corners: list[Point], uv: list[tuple[float, float]], paint: int = 0) -> None:
        """One face with corners of its own."""
        start = len(self.points)
        self.points.extend(corners)
        self.faces.append(tuple(range(start, start + len(corners))))
        self.uv.extend(uv)
        self.paint.append(paint)


def _thickness(s: float, t: float) -> float:
    """Share of the full half thickness of a filled bag at s (-1..1 across) and t (0..1 up)."""
    side = max(0.0, 1 - abs(s) ** 3.2) ** 0.55
    top = 1.0 if t < 0.55 else max(0.0, 1 - ((t - 0.55) / 0.34) ** 2.2) ** 0.75 if t < 0.89 else 0.0
    return side * top * (0.86 + 0.14 * math.sin(math.pi * min(1.0, t / 0.6)))


def bag(width_mm: float, height_mm: float, depth_mm: float, seed: int) -> Body:
    """A filled film bag that stands on its bottom, with a flat seal on top and wrinkles of its own."""
    rng = np.random.default_rng(seed)
    waves = [(rng.uniform(2, 9), rng.uniform(2, 8), rng.uniform(0, 6.3), rng.uniform(0.4, 1.0)) for _ in range(7)]
    pleats = [(rng.uniform(12, 30), rng.uniform(0, 6.3)) for _ in range(3)]
    lean, sag = rng.uniform(-2.5, 2.5), rng.uniform(0.0, 4.0)
    across, up = 34, 44
    made = Body()

    def at(s: float, t: float, side: float) -> Point:
        share = _thickness(s, t)
        ripple = sum(size * math.sin(a * s + b * t * 3 + shift + side) for a, b, shift, size in waves) * 0.9
        gather = math.exp(-(((t - 0.9) / 0.13) ** 2)) if t < 0.9 else 0.6
        fold = sum(math.sin(rate * s + shift) for rate, shift in pleats) * 1.5 * gather
        y = side * (share * depth_mm / 2 + ripple * share**0.5) + fold * (1 - 0.4 * share)
        tuck = 1 - 0.07 * math.sin(math.pi * min(1.0, t / 0.86)) if t < 0.86 else 1 - 0.02 * (1 - t)
        x = s * width_mm / 2 * tuck + lean * max(0.0, t - 0.5)
        z = t * (height_mm - sag) + (1.6 * math.sin(5 * s + waves[0][2]) * t**3)
        return (x * MM, y * MM, z * MM)

    for side in (-1.0, 1.0):
        start = len(made.points)
        rows = [-1 + 2 * i / across for i in range(across + 1)]
        for j in range(up + 1):
            made.points.extend(at(s, j / up, side) for s in rows)
        for j in range(up):
            for i in range(across):
                a = start + j * (across + 1) + i
                ring = (a, a + 1, a + across + 2, a + across + 1)
                spots = [
                    (i / across, j / up),
                    ((i + 1) / across, j / up),
                    ((i + 1) / across, (j + 1) / up),
                    (i / across, (j + 1) / up),
                ]
                if side > 0:
                    ring, spots = ring[::-1], [(1 - u, v) for u, v in spots[::-1]]
                made.faces.append(ring)
                made.uv.extend(spots)
                made.paint.append(0)
    return made


def box(width_mm: float, height_mm: float, depth_mm: float) -> Body:
    """A folding box; its texture is an atlas: front, side right of it, top above it."""
    w, h, d = width_mm / 2 * MM, height_mm * MM, depth_mm / 2 * MM
    u, v = width_mm / (width_mm + depth_mm), height_mm / (height_mm + depth_mm)
    front, side, top = [(0, 0), (u, 0), (u, v), (0, v)], [(u, 0), (1, 0), (1, v), (u, v)], [(0, v), (u, v), (u, 1), (0, 1)]
    made = Body(smooth=False)
    made.add([(-w, -d, 0), (w, -d, 0), (w, -d, h), (-w, -d, h)], front)
    made.add([(w, -d, 0), (w, d, 0), (w, d, h), (w, -d, h)], side)
    made.add([(w, d, 0), (-w, d, 0), (-w, d, h), (w, d, h)], front)
    made.add([(-w, d, 0), (-w, -d, 0), (-w, -d, h), (-w, d, h)], side)
    made.add([(-w, -d, h), (w, -d, h), (w, d, h), (-w, d, h)], top)
    made.add([(-w, d, 0), (w, d, 0), (w, -d, 0), (-w, -d, 0)], top)
    return made


def carton(width_mm: float, height_mm: float, depth_mm: float) -> Body:
    """A gable-top carton with a screw cap on the front slope; texture as for `box`, paint 1 is the cap."""
    made = Body(smooth=False)
    w, d, h = width_mm / 2 * MM, depth_mm / 2 * MM, height_mm * MM
    eave, ridge, fin = 0.79 * h, 0.93 * h, 0.002
    u, v = width_mm / (width_mm + depth_mm), height_mm / (height_mm + depth_mm)

    def panel(z_low: float, z_high: float, side: bool) -> list[tuple[float, float]]:
        left, right = (u, 1.0) if side else (0.0, u)
        return [(left, z_low / h * v), (right, z_low / h * v), (right, z_high / h * v), (left, z_high / h * v)]

    for sign in (1, -1):
        made.add(
            [(-w * sign, -d * sign, 0), (w * sign, -d * sign, 0), (w * sign, -d * sign, eave), (-w * sign, -d * sign, eave)],
            panel(0, eave, False),
        )
        made.add(
            [(w * sign, -d * sign, 0), (w * sign, d * sign, 0), (w * sign, d * sign, eave), (w * sign, -d * sign, eave)],
            panel(0, eave, True),
        )
        slope = [
            (-w * sign, -d * sign, eave),
            (w * sign, -d * sign, eave),
            (w * sign, -fin * sign, ridge),
            (-w * sign, -fin * sign, ridge),
        ]
        made.add(slope, panel(eave, ridge, False))
        crest = [
            (-w * sign, -fin * sign, ridge),
            (w * sign, -fin * sign, ridge),
            (w * sign, -fin * sign, h),
            (-w * sign, -fin * sign, h),
        ]
        made.add(crest, panel(ridge, h, False))
        gable = [(w * sign, -d, eave), (w * sign, d, eave), (w * sign * 0.94, 0, ridge)]
        made.add(gable if sign > 0 else gable[::-1], panel(eave, ridge, True)[:3])
        made.add(
            [(w * sign, -fin, ridge), (w * sign, fin, ridge), (w * sign, fin, h), (w * sign, -fin, h)], panel(ridge, h, True)
        )
    made.add([(-w, -fin, h), (w, -fin, h), (w, fin, h), (-w, fin, h)], panel(0.99 * h, h, False))
    tilt = math.atan2(ridge - eave, d - fin)
    middle = (0.0, -(d + fin) / 2, (eave + ridge) / 2)
    normal = (0.0, -math.sin(tilt), math.cos(tilt))
    slant = (0.0, math.cos(tilt), math.sin(tilt))
    rings: list[list[Point]] = []
    for radius, lift in ((0.0135, -0.001), (0.0135, 0.011), (0.012, 0.0125)):
        turns = [index * math.pi / 10 for index in range(20)]
        rings.append([_around(middle, normal, slant, radius, lift, turn) for turn in turns])
    for low, high in pairwise(rings):
        for index in range(20):
            after = (index + 1) % 20
            made.add([low[index], low[after], high[after], high[index]], [(0, 0)] * 4, 1)
    made.add(rings[-1], [(0, 0)] * 20, 1)
    return made


def _around(middle: Point, normal: Point, slant: Point, radius: float, lift: float, turn: float) -> Point:
    """A point on a ring about `normal`, whose other axes are x and `slant`."""
    cos, sin = math.cos(turn) * radius, math.sin(turn) * radius
    return (
        middle[0] + cos + normal[0] * lift + slant[0] * sin,
        middle[1] + normal[1] * lift + slant[1] * sin,
        middle[2] + normal[2] * lift + slant[2] * sin,
    )


def bottle(width_mm: float, height_mm: float, label_share: float, waist: float) -> Body:
    """A turned bottle; paint 0 body, 1 label (once around, front in the middle), 2 cap. `waist` 0..1 narrows the grip."""
    r, h = width_mm / 2, height_mm
    low, high = 0.13 * h, (0.13 + label_share) * h
    profile = [
        (0, 0, 0),
        (0.80 * r, 0, 0),
        (0.93 * r, 0.008 * h, 0),
        (r, 0.03 * h, 0),
        (r, 0.11 * h, 0),
        (0.985 * r, low, 1),
        *(((0.985 - waist * 0.06 * math.sin(math.pi * k / 6)) * r, low + (high - low) * k / 6, 1) for k in range(1, 6)),
        (0.985 * r, high, 0),
        (r, high + 0.01 * h, 0),
        (0.98 * r, high + 0.05 * h, 0),
        (0.86 * r, high + 0.11 * h, 0),
        (0.66 * r, high + 0.165 * h, 0),
        (0.45 * r, high + 0.2 * h, 0),
        (0.38 * r, high + 0.225 * h, 0),
        (0.46 * r, high + 0.228 * h, 2),
        (0.46 * r, 0.985 * h, 2),
        (0.42 * r, h, 2),
        (0, h, 2),
    ]  # (radius, z, paint of the band above)
    made = Body()
    sides = 40
    turns = [-math.pi / 2 + math.pi + 2 * math.pi * i / sides for i in range(sides + 1)]  # the seam is at the back
    for radius, z, _ in profile:
        made.points.extend((radius * math.cos(turn) * MM, radius * math.sin(turn) * MM, z * MM) for turn in turns)
    for row, (_, z, paint) in enumerate(profile[:-1]):
        v0, v1 = ((zz - low) / (high - low) for zz in (z, profile[row + 1][1]))
        for i in range(sides):
            a = row * (sides + 1) + i
            made.faces.append((a, a + 1, a + sides + 2, a + sides + 1))
            made.uv.extend([(i / sides, v0), ((i + 1) / sides, v0), ((i + 1) / sides, v1), (i / sides, v1)])
            made.paint.append(paint)
    return made
