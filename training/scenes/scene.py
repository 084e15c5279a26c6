"""One scene per index: family, content, light, lens and a camera that sees something."""

import numpy as np

from .camera import Camera, lens
from .looks import Looks
from .nature import heap, nature
from .photo import develop, render
from .render import MISS, World
from .room import room
from .street import street
from .tabletop import tabletop

FAMILIES = {
    "room": (room, 0.45),
    "street": (street, 0.26),
    "nature": (nature, 0.21),
    "tabletop": (tabletop, 0.06),
    "heap": (heap, 0.02),
}


def _sees_something(world, camera, family):
    """Rejects views from inside things, blocked by something near, or of nearly nothing but sky."""
    origins, directions = camera.grid(camera.side // 32)
    t, *_ = world.trace(origins, directions)
    unseen = t >= MISS
    if unseen.mean() > 0.7:
        return False
    near = np.quantile(t, [0.0, 0.02, 0.25])
    least = {"tabletop": 0.12, "room": 0.3, "heap": 0.2}.get(family, 0.5)
    if near[0] < least * 0.5 or near[1] < least or near[2] < least * (2 if family in ("tabletop", "heap") else 3):
        return False
    finite = np.log(t[~unseen])
    return finite.std() > {"tabletop": 0.06, "room": 0.15}.get(family, 0.3)


def family_of(index):
    """Name of the family that scene `index` belongs to."""
    names = list(FAMILIES)
    return names[np.random.default_rng([104729, index]).choice(len(names), p=[p for _, p in FAMILIES.values()])]


def make_views(index, side=512, views=1, family=None):
    """`views` photographs of scene `index`: (picture (side, side, 3) uint8, z-depth (side, side) float32, intrinsics).

    Depth is metres along the optical axis at pixel centres, infinite where the sky is.
    """
    rng = np.random.default_rng([7919, index])
    family, found = family or family_of(index), []
    while True:
        soup, light, propose = FAMILIES[family][0](rng, Looks(rng))
        world = World(soup, light)
        for _ in range(30 * views):
            focal_x, focal_y, aspect = lens(rng, side)
            position, yaw, pitch, roll = propose()
            camera = Camera(
                tuple(float(x) for x in position), float(yaw), float(pitch), float(roll), focal_x, focal_y, side
            )
            if not _sees_something(world, camera, family):
                continue
            color, depth = render(world, camera, rng)
            about = {
                "scene": int(index),
                "family": family,
                "metric": family != "heap",
                "width": side,
                "height": side,
                "fx": float(focal_x),
                "fy": float(focal_y),
                "fov_degrees": float(2 * np.degrees(np.arctan(side / 2 / focal_x))),
                "aspect": aspect,
                "triangles": int(len(world.material)),
            }
            found.append((develop(color, rng), depth, about))
            if len(found) == views:
                return found
