"""Triangle soups: shapes placed in metres, each triangle with normals, texture coordinates and a material.

World axes: x right, y forward, z up. A soup is a list of parts; nothing is shared between triangles.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np


@dataclass(frozen=True)
class Material:
    """Surface look. `colors` is a 3-stop gradient (3, 3) in linear RGB, indexed by the texture value in 0...1."""

    colors: tuple
    texture: int
    tile_metres: float = 1.0
    gloss: float = 0.0  # mirror share at normal incidence, 0...1
    emission: float = 0.0


def _soup(vertices, faces, smooth=False):
    """Corner positions and normals (F, 3, 3) of an indexed mesh."""
    p = np.asarray(vertices, np.float32)[np.asarray(faces)]
    if smooth:
        n = p / np.maximum(np.linalg.norm(p, axis=-1, keepdims=True), 1e-9)
    else:
        n = np.repeat(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])[:, None], 3, 1)
        n /= np.maximum(np.linalg.norm(n, axis=-1, keepdims=True), 1e-12)
    return p, n.astype(np.float32)


@lru_cache
def box():
    """Unit cube standing on z = 0, centred in x and y."""
    v = [(x - 0.5, y - 0.5, z) for z in (0, 1) for y in (0, 1) for x in (0, 1)]
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    return _soup(v, [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])


@lru_cache
def lathe(profile, segments=16):
    """Surface of revolution around z; `profile` is a tuple of (radius, z), from bottom to top. Smooth around."""
    angle = np.linspace(0, 2 * np.pi, segments + 1)
    radius, height = np.array(profile, np.float32).T
    p = np.stack(
        [np.outer(radius, np.cos(angle)), np.outer(radius, np.sin(angle)), np.repeat(height[:, None], segments + 1, 1)],
        -1,
    )
    dr, dz = np.diff(radius), np.diff(height)
    length = np.maximum(np.hypot(dr, dz), 1e-9)
    ring = np.stack(
        [
            np.outer(dz / length, np.cos(angle)),
            np.outer(dz / length, np.sin(angle)),
            np.repeat((-dr / length)[:, None], segments + 1, 1),
        ],
        -1,
    )
    a, b, c, d = p[:-1, :-1], p[:-1, 1:], p[1:, 1:], p[1:, :-1]
    na, nb = ring[:, :-1], ring[:, 1:]
    tris = np.concatenate([np.stack([a, b, c], 2).reshape(-1, 3, 3), np.stack([a, c, d], 2).reshape(-1, 3, 3)])
    normals = np.concatenate([np.stack([na, nb, nb], 2).reshape(-1, 3, 3), np.stack([na, nb, na], 2).reshape(-1, 3, 3)])
    keep = np.linalg.norm(np.cross(tris[:, 1] - tris[:, 0], tris[:, 2] - tris[:, 0]), axis=1) > 1e-10
    return tris[keep].astype(np.float32), normals[keep].astype(np.float32)


def cylinder(segments=14):
    """Unit-diameter closed cylinder, z in 0...1."""
    return lathe(((0, 0), (0.5, 0), (0.5, 1), (0, 1)), segments)


def cone(segments=14):
    """Unit-diameter cone, z in 0...1."""
    return lathe(((0, 0), (0.5, 0), (0, 1)), segments)


@lru_cache
def sphere(segments=14):
    """Unit-diameter sphere standing on z = 0."""
    t = np.linspace(-np.pi / 2, np.pi / 2, segments // 2 + 1)
    p, _ = lathe(tuple(zip(0.5 * np.cos(t), 0.5 * np.sin(t))), segments)
    n = p / np.linalg.norm(p, axis=-1, keepdims=True)
    return p + np.float32([0, 0, 0.5]), n


@lru_cache
def prism(outline):
    """Extrusion along y in -0.5...0.5 of a star-shaped polygon of (x, z), counter-clockwise seen from -y."""
    outline = np.array(outline, np.float32)
    centre, following = outline.mean(0), np.roll(outline, -1, 0)
    tris = []
    for (x0, z0), (x1, z1) in zip(outline, following):
        a, b, c, d = (x0, -0.5, z0), (x1, -0.5, z1), (x1, 0.5, z1), (x0, 0.5, z0)
        tris += [(a, c, b), (a, d, c), ((centre[0], -0.5, centre[1]), a, b), ((centre[0], 0.5, centre[1]), c, d)]
    tris = np.array(tris, np.float32)
    return _soup(tris.reshape(-1, 3), np.arange(len(tris) * 3).reshape(-1, 3))


def rotation(yaw=0.0, pitch=0.0, roll=0.0):
    """Matrix that rolls around y, pitches around x, then yaws around z (radians)."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    rz = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    rx = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    ry = np.array([[cr, 0, sr], [0, 1, 0], [-sr, 0, cr]])
    return (rz @ rx @ ry).astype(np.float32)


def texture_coordinates(p):
    """Planar coordinates (F, 3, 2) in metres along the dominant axis of each triangle of `p` (F, 3, 3)."""
    a, b = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    n = np.abs(a[:, [1, 2, 0]] * b[:, [2, 0, 1]] - a[:, [2, 0, 1]] * b[:, [1, 2, 0]])
    planes = np.array([[1, 2], [0, 2], [0, 1]])[n.argmax(1)]
    return p[np.arange(len(p))[:, None, None], np.arange(3)[None, :, None], planes[:, None, :]]


class Soup:
    """A growing list of (positions, normals, texture coordinates, material), triangles in metres."""

    def __init__(self):
        self.parts = []

    def add(self, shape, material, size=(1, 1, 1), at=(0, 0, 0), yaw=0.0, pitch=0.0, roll=0.0, uv=None):
        """Places a unit shape: scaled by `size`, rotated, moved to `at`."""
        p, n = shape
        size = np.asarray(size, np.float32)
        p = p * size
        uv = texture_coordinates(p) if uv is None else uv
        n = n / np.maximum(size, 1e-6)
        n = n / np.maximum(np.linalg.norm(n, axis=-1, keepdims=True), 1e-12)
        if yaw or pitch or roll:
            r = rotation(yaw, pitch, roll).T
            p, n = p @ r, n @ r
        self.parts.append((p + np.asarray(at, np.float32), n, uv, material))
        return self

    def box(self, material, size, at, **turn):
        return self.add(box(), material, size, at, **turn)

    def rod(self, material, start, end, thickness, segments=8):
        """Cylinder between two points."""
        start, end = np.asarray(start, np.float32), np.asarray(end, np.float32)
        axis = end - start
        length = float(np.linalg.norm(axis))
        yaw = np.arctan2(axis[1], axis[0]) - np.pi / 2
        pitch = np.arctan2(axis[2], np.hypot(axis[0], axis[1])) - np.pi / 2
        return self.add(cylinder(segments), material, (thickness, thickness, length), start, yaw=yaw, pitch=pitch)

    def place(self, other, at=(0, 0, 0), yaw=0.0, scale=1.0):
        """Adds a copy of another soup, scaled, turned around z and moved."""
        r, at = rotation(yaw).T * np.float32(scale), np.asarray(at, np.float32)
        turn = rotation(yaw).T
        self.parts += [(p @ r + at, n @ turn, uv * scale, m) for p, n, uv, m in other.parts]
        return self
