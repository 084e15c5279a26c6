"""Small things on a table, seen from near."""

import numpy as np

from . import figures, furniture
from .lighting import indoor
from .mesh import Soup
from .room import along_wall, room


def tabletop(rng, looks):
    """Small things on a table, seen from near, in a plain or furnished surrounding."""
    width, depth, height = rng.uniform(0.8, 2), rng.uniform(0.6, 1.2), rng.choice([0.45, 0.75, 0.75, 0.9])
    if rng.random() < 0.5:
        s, light, _ = room(rng, looks)
        base = np.array([rng.uniform(1, 2), rng.uniform(1, 2), 0.0])
    else:
        s, light, base = Soup(), indoor(rng, []), np.zeros(3)
        s.box(looks.floor(), (12, 12, 0.1), (0, 0, -0.1))
        for k in range(4):
            s.box(
                looks.wall(),
                (12, 0.1, 3),
                5 * np.array([np.sin(k * np.pi / 2), np.cos(k * np.pi / 2), 0]),
                yaw=-k * np.pi / 2,
            )
        for _ in range(6):
            thing, _ = along_wall(rng, looks)
            a, r = rng.uniform(0, 2 * np.pi), rng.uniform(1.8, 4.5)
            s.place(thing, (r * np.cos(a), r * np.sin(a), 0), rng.uniform(0, 6))
        light.lamps = [
            (
                (*rng.uniform(-1.5, 1.5, 2), rng.uniform(1.8, 2.8)),
                tuple(rng.uniform(1, 2.5) * np.array([1, 0.93, 0.85])),
                0.05,
            )
            for _ in range(rng.integers(1, 3))
        ]
    s.place(furniture.table(rng, looks, width, depth, height)[0], base)
    for _ in range(rng.integers(2, 14)):
        at = base + [rng.uniform(-0.45, 0.45) * width, rng.uniform(-0.45, 0.45) * depth, height]
        thing = (
            furniture.trinket(rng, looks, 0.35)
            if rng.random() < 0.9
            else furniture.potted_plant(rng, looks, rng.uniform(0.2, 0.5))
        )
        s.place(thing, at, rng.uniform(0, 6))
    if rng.random() < 0.25:
        s.place(figures.person(rng, looks, True), base + [0, depth / 2 + 0.3, 0])

    def propose():
        a, r, pitch = rng.uniform(0, 2 * np.pi), rng.uniform(0.45, 1.0), np.radians(rng.uniform(-45, -15))
        target = base + [
            rng.uniform(-0.2, 0.2) * width,
            rng.uniform(-0.2, 0.2) * depth,
            height + rng.uniform(0.02, 0.15),
        ]
        at = target + r * np.array([np.cos(pitch) * np.sin(a), -np.cos(pitch) * np.cos(a), -np.sin(pitch)])
        return tuple(at), a + rng.normal(0, 0.1), pitch + rng.normal(0, 0.07), np.radians(rng.normal(0, 3))

    light.occlusion_metres = rng.uniform(0.2, 0.8)
    return s, light, propose
