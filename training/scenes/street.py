"""Streets and squares: houses, parked cars, trees, poles, wires, people, fences."""

import numpy as np

from . import figures, outdoor
from .camera import eye_height
from .lighting import daylight
from .mesh import Soup


def _side(rng, looks, s, sign, road, walk, length, dense):
    """Everything on one side of the street (`sign` -1 left, 1 right)."""
    edge, y = road + walk, -25.0
    gap, setback = rng.uniform(0, 8) * (rng.random() < 0.5), rng.choice([0.0, rng.uniform(1, 10)])
    tall = rng.choice([rng.uniform(3, 9), rng.uniform(9, 30)])
    while y < length and dense:
        width, depth, height = rng.uniform(6, 22), rng.uniform(8, 14), max(3, tall * rng.uniform(0.6, 1.4))
        house = outdoor.house(rng, looks, width, depth, height)
        s.place(house, (sign * (edge + setback + depth / 2), y + width / 2, 0), np.pi / 2 * -sign)
        y += width + gap * rng.random()
    for y in np.arange(-6, min(length, 60), rng.uniform(4, 12)):
        x, kind = sign * (road + rng.uniform(0.3, walk)), rng.random()
        if kind < 0.3:
            s.place(outdoor.tree(rng, looks, rng.uniform(3, 9), 0.7), (x, y, 0), rng.uniform(0, 6))
        elif kind < 0.55:
            s.place(outdoor.pole(rng, looks), (sign * (road + 0.4), y, 0), -np.pi / 2 * sign)
        elif kind < 0.62:
            s.place(outdoor.bush(rng, looks), (sign * (edge - 0.3), y, 0))
        elif kind < 0.7:
            s.place(outdoor.fence(rng, looks, rng.uniform(3, 9)), (sign * edge, y, 0), np.pi / 2)
        elif kind < 0.9:
            s.place(figures.person(rng, looks, False), (x, y, 0.12), rng.choice([0, np.pi]) + rng.normal(0, 0.4))
    for y in np.arange(-8, min(length, 70), rng.uniform(5.5, 16)):
        if road > 3 and rng.random() < 0.6:
            s.place(
                outdoor.car(rng, looks),
                (sign * (road - rng.uniform(1.1, 1.5)), y, 0.01),
                np.pi / 2 + np.pi * (sign < 0) + rng.normal(0, 0.02),
            )


def street(rng, looks):
    """Soup, light and a camera proposal; the street runs along +y."""
    s, length = Soup(), rng.uniform(40, 160)
    road, walk = rng.uniform(2.2, 7), rng.uniform(1.2, 5)
    s.box(looks.grass() if rng.random() < 0.4 else looks.soil(), (2000, 2000, 1), (0, 500, -1.03))
    s.box(looks.road() if rng.random() < 0.85 else looks.paving(), (2 * road, 400, 0.04), (0, 150, -0.04))
    for sign in (-1, 1):
        s.box(looks.paving(), (walk, 400, 0.14), (sign * (road + walk / 2), 150, -0.02))
        _side(rng, looks, s, sign, road, walk, length, rng.random() < 0.85)
    if rng.random() < 0.6:
        mark, step = looks.paint(0, saturation=(0, 0.1), value=(0.8, 1)), rng.choice([4.0, 7.0])
        for y in np.arange(-10, 120, step):
            s.box(mark, (0.14, step * rng.choice([0.5, 1.0]), 0.012), (0, y, 0))
    if rng.random() < 0.3:
        mark, y = looks.paint(0, saturation=(0, 0.05), value=(0.8, 1)), rng.uniform(4, 20)
        for x in np.arange(-road + 0.4, road, 1.0):
            s.box(mark, (0.5, 3, 0.013), (x, y, 0))
    if rng.random() < 0.5:
        for _ in range(rng.integers(1, 7)):
            z, x0, x1 = rng.uniform(5, 9), -road - walk, road + walk
            y0, y1 = rng.uniform(0, 40, 2)
            s.rod(looks.paint(0, value=(0.02, 0.1)), (x0, y0, z), (x1, y1, z - rng.uniform(0, 1)), 0.03, 5)
    free = max(road - 2.6 if road > 3 else road - 0.5, 0.5)  # beside the parked cars
    for y in np.arange(3, 36, 6.0)[rng.random(6) < 0.45]:
        kind, at = rng.random(), (rng.uniform(-free, free), y, 0.01)
        if kind < 0.5:
            s.place(figures.person(rng, looks, False), at, rng.uniform(0, 6))
        elif kind < 0.9 and free > 1:
            s.place(outdoor.car(rng, looks), at, rng.choice([np.pi / 2, -np.pi / 2]) + rng.normal(0, 0.05))
        else:
            s.place(figures.animal(rng, looks, ("cat", "dog")), at, rng.uniform(0, 6))
    if rng.random() < 0.7:
        if rng.random() < 0.6:
            s.place(
                outdoor.house(rng, looks, rng.uniform(15, 50), 12, rng.uniform(5, 35)),
                (rng.uniform(-6, 6), length + 12, 0),
            )
        for _ in range(12):
            s.place(
                outdoor.tree(rng, looks, rng.uniform(6, 16), 0.4),
                (rng.uniform(-50, 50), length + rng.uniform(0, 40), 0),
            )

    def propose():
        along = rng.normal(0, 0.2) if rng.random() < 0.92 else rng.uniform(-np.pi, np.pi)
        at = (rng.uniform(-1, 1) * (road + walk * 0.6), rng.uniform(-4, 12), eye_height(rng))
        return at, along, np.radians(rng.normal(-1, 5)), np.radians(rng.normal(0, 1.5))

    return s, daylight(rng, (300, 5000)), propose
