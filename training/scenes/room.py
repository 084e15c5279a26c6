"""Rooms, corridors and halls with openings, furniture, clutter and people."""

import numpy as np

from . import figures, furniture, outdoor
from .camera import eye_height
from .lighting import indoor
from .mesh import Soup, cylinder


def wall_with_openings(rng, looks, soup, wall, length, height, at, yaw, outside):
    """A wall along local x from 0 to `length`, inside towards -y, with doors and windows cut out.

    Returns the spans (from, to) of wall between them.
    """
    s, thick, x, spans = Soup(), 0.15, 0.0, []
    frame = looks.paint(value=(0.5, 0.95))
    while x < length:
        span = min(rng.uniform(0.4, 2.2), length - x)
        s.box(wall, (span, thick, height), (x + span / 2, thick / 2, 0))
        if spans and spans[-1][1] == x:
            spans[-1] = (spans[-1][0], x + span)
        else:
            spans.append((x, x + span))
        x += span
        width = rng.uniform(0.8, 2.2)
        if x + width + 0.3 > length or rng.random() < 0.35:
            continue
        door = rng.random() < 0.35
        low, high = (
            (0.0, min(2.05, height - 0.1))
            if door
            else (rng.uniform(0.3, 1.0), rng.uniform(0.82, 0.95) * min(height, 3))
        )
        width = rng.uniform(0.8, 1.0) if door else width
        c = x + width / 2
        if low > 0:
            s.box(wall, (width, thick, low), (c, thick / 2, 0)).box(frame, (width + 0.1, 0.3, 0.04), (c, 0, low))
        s.box(wall, (width, thick, height - high), (c, thick / 2, high))
        for dx in (-1, 1):
            s.box(frame, (0.06, 0.2, high - low), (c + dx * width / 2, 0.06, low))
        s.box(frame, (width + 0.12, 0.2, 0.07), (c, 0.06, high - 0.03))
        if door and not (outside and rng.random() < 0.25):
            s.box(looks.wood() if rng.random() < 0.5 else frame, (width, 0.05, high), (c, 0.08, 0))
            s.box(looks.metal(), (0.12, 0.06, 0.02), (c + width * 0.38, 0.02, 1.0))
        elif not door:
            for k in range(1, rng.integers(1, 4)):
                s.box(frame, (0.05, 0.06, high - low), (x + k * width / 3, 0.08, low))
            if not outside:
                s.box(
                    looks.make("noise", looks.color(saturation=(0, 0.2), value=(0.8, 1)), 0.1, 2, emission=2.0),
                    (width, 0.02, high - low),
                    (c, 0.1, low),
                )
            if rng.random() < 0.4:
                cloth = looks.cloth()
                for dx in (-1, 1):
                    for k in range(5):
                        s.add(
                            cylinder(8),
                            cloth,
                            (0.12, 0.08, high + 0.1),
                            (c + dx * (width / 2 + 0.05 + 0.08 * k), -0.06, 0.05),
                        )
        x += width
    soup.place(s, at, yaw)
    return spans


def across(soup):
    """Width of a soup along x in metres, and the middle of it."""
    x = [corners[..., 0] for corners, *_ in soup.parts]
    low, high = min(v.min() for v in x), max(v.max() for v in x)
    return float(high - low), float(high + low) / 2


def along_wall(rng, looks):
    """Something that stands with its back to a wall: the soup and its depth."""
    kind = rng.choice(
        ["shelf", "cabinet", "sofa", "table", "lamp", "plant", "bed", "person", "chair"],
        p=[0.2, 0.22, 0.12, 0.13, 0.07, 0.1, 0.05, 0.03, 0.08],
    )
    if kind == "table":
        s, (w, d, h) = furniture.table(rng, looks)
        for _ in range(rng.integers(0, 5)):
            s.place(
                furniture.trinket(rng, looks),
                (rng.uniform(-0.4, 0.4) * w, rng.uniform(-0.3, 0.3) * d, h),
                rng.uniform(0, 6),
            )
        return s, d
    make = {
        "shelf": furniture.shelf,
        "cabinet": furniture.cabinet,
        "sofa": furniture.sofa,
        "lamp": furniture.lamp,
        "plant": furniture.potted_plant,
        "bed": furniture.bed,
        "person": figures.person,
        "chair": furniture.chair,
    }[kind]
    return make(rng, looks), {
        "shelf": 0.4,
        "cabinet": 0.65,
        "sofa": 1.0,
        "lamp": 0.4,
        "plant": 0.8,
        "bed": 2.1,
        "person": 0.5,
        "chair": 0.5,
    }[kind]


def _standing(rng, looks, width, depth):
    """Furniture in the middle of the floor."""
    s = Soup()
    for _ in range(rng.integers(0, 1 + max(1, int(width * depth / 9)))):
        at, yaw, kind = (
            (rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * depth, 0),
            rng.choice([0, np.pi / 2, np.pi, rng.uniform(0, 6)]),
            rng.random(),
        )
        if kind < 0.5:
            group, (w, d, h) = furniture.table(rng, looks)
            for _ in range(rng.integers(0, 7)):
                group.place(
                    furniture.trinket(rng, looks),
                    (rng.uniform(-0.4, 0.4) * w, rng.uniform(-0.4, 0.4) * d, h),
                    rng.uniform(0, 6),
                )
            for side in (0, np.pi):
                for x in np.arange(-w / 2 + 0.3, w / 2 - 0.2, 0.65):
                    if rng.random() < 0.6:
                        y = (d / 2 + rng.uniform(0, 0.3)) * (1 if side == 0 else -1)
                        group.place(furniture.chair(rng, looks), (x, y, 0), side + rng.normal(0, 0.25))
            s.place(group, at, yaw)
        elif kind < 0.62:
            s.place(furniture.sofa(rng, looks), at, yaw)
        elif kind < 0.74:
            s.place(figures.person(rng, looks), at, yaw)
        elif kind < 0.8:
            s.place(figures.animal(rng, looks, ("cat", "dog")), at, yaw)
        else:
            s.place(
                rng.choice([furniture.chair, furniture.potted_plant, furniture.lamp, furniture.cabinet])(rng, looks),
                at,
                yaw,
            )
    if rng.random() < 0.5:
        s.box(
            looks.cloth(),
            (rng.uniform(1, 3), rng.uniform(1, 2), 0.012),
            (width / 2, depth / 2, 0),
            yaw=rng.choice([0, 0.3]),
        )
    return s


def room(rng, looks):
    """Soup, light and a proposal of camera position, yaw, pitch, roll."""
    kind = rng.random()
    width, depth = rng.uniform(2.6, 6.5, 2)
    height = rng.uniform(2.3, 3.2)
    if kind < 0.12:
        width, depth = rng.uniform(1.4, 2.4), rng.uniform(6, 14)
    elif kind < 0.18:
        width, depth, height = rng.uniform(7, 14), rng.uniform(7, 18), rng.uniform(3, 5)
    s, wall = Soup(), looks.wall()
    s.box(looks.floor(), (width + 0.4, depth + 0.4, 0.1), (width / 2, depth / 2, -0.1))
    s.box(
        looks.paint(0, saturation=(0, 0.15), value=(0.6, 0.97)),
        (width + 0.4, depth + 0.4, 0.1),
        (width / 2, depth / 2, height),
    )
    outside = rng.random() < 0.3
    sides = [
        ((0, depth, 0), 0.0, width),
        ((width, 0, 0), np.pi, width),
        ((0, 0, 0), np.pi / 2, depth),
        ((width, depth, 0), -np.pi / 2, depth),
    ]
    skirting = looks.paint(value=(0.5, 0.95))
    for at, yaw, length in sides:
        own = wall if rng.random() < 0.8 else looks.wall()
        spans = wall_with_openings(rng, looks, s, own, length, height, at, yaw, outside)
        deco = Soup()
        if rng.random() < 0.6:
            deco.box(skirting, (length, 0.02, 0.1), (length / 2, -0.01, 0))
        for _ in range(rng.integers(0, 4)):
            low, high = spans[rng.integers(len(spans))]
            w, h, z = rng.uniform(0.25, 1.1), rng.uniform(0.25, 1.0), rng.uniform(1.1, 1.6)
            if high - low < w + 0.1 or z + h > height - 0.1:
                continue
            x = rng.uniform(low + w / 2, high - w / 2)
            deco.box(skirting, (w + 0.06, 0.03, h + 0.06), (x, -0.015, z - 0.03)).box(
                looks.picture(), (w, 0.04, h), (x, -0.018, z)
            )
        x, reach = rng.uniform(0.3, 1), (depth if length == width else width) / 2 - 0.4
        while x < length - 0.5:
            thing, d = along_wall(rng, looks)
            w, middle = across(thing)
            if x + w < length - 0.1 and d < reach:
                deco.place(thing, (x + w / 2 - middle, -d / 2 - 0.05, 0), rng.normal(0, 0.03))
                x += w
            x += rng.choice([rng.uniform(0.05, 0.3), rng.uniform(0.3, 1.5)])
        s.place(deco, at, yaw)
    s.place(_standing(rng, looks, width, depth))
    if max(width, depth) > 9:
        column = looks.wall()
        for x in np.arange(3, width - 2, rng.uniform(3, 6)):
            for y in np.arange(3, depth - 2, rng.uniform(3, 8)):
                s.box(column, (0.4, 0.4, height), (x, y, 0))
    lawn = rng.uniform(-8, -0.3)
    s.box(looks.grass(), (300, 300, 0.1), (0, 0, lawn))
    for _ in range(8 if outside else 0):
        a, r = rng.uniform(0, 2 * np.pi), rng.uniform(12, 60)
        s.place(outdoor.tree(rng, looks, detail=0.4), (r * np.cos(a), r * np.sin(a), lawn))
    lamps = []
    for _ in range(rng.integers(1, 4)):
        p = np.array([rng.uniform(0.25, 0.75) * width, rng.uniform(0.25, 0.75) * depth, height])
        drop = rng.choice([0.05, rng.uniform(0.3, 0.9)])
        s.rod(skirting, p, p - [0, 0, drop], 0.02)
        s.add(
            cylinder(),
            looks.make("noise", (0.9, 0.85, 0.75), 0.05, 1, emission=2.0),
            (0.35, 0.35, 0.05),
            p - [0, 0, drop],
        )
        lamps.append(p - [0, 0, drop + 0.12])

    def propose():
        corner = rng.choice([0.0, 1.0], 2)  # one stands in a quarter of the room and looks across it
        at = (
            abs(corner[0] - rng.uniform(0.06, 0.3)) * width,
            abs(corner[1] - rng.uniform(0.06, 0.3)) * depth,
            eye_height(rng),
        )
        target = (abs(corner[0] - rng.uniform(0.4, 0.95)) * width, abs(corner[1] - rng.uniform(0.4, 0.95)) * depth)
        yaw = np.arctan2(-(target[0] - at[0]), target[1] - at[1])
        return at, yaw, np.radians(rng.normal(-7, 6)), np.radians(rng.normal(0, 1.5))

    return s, indoor(rng, lamps), propose
