"""Outdoor things in metres: trees, bushes, grass, rocks, cars, poles, signs, fences, houses."""

import numpy as np

from .mesh import Soup, box, cylinder, lathe, prism, sphere


def leaves(rng, count, size, centre, radii, inward=0.6):
    """Positions and normals of `count` small triangles in an ellipsoid; normals blend towards outward."""
    out = rng.standard_normal((count, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    place = out * (inward + (1 - inward) * rng.random((count, 1))) * radii + centre
    corners = place[:, None] + rng.standard_normal((count, 3, 3)) * size
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)
    flat *= np.sign((flat * out).sum(1, keepdims=True) + 1e-9)
    normal = flat * 0.5 + out
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return corners.astype(np.float32), np.repeat(normal[:, None], 3, 1).astype(np.float32)


def tree(rng, looks, height=None, detail=1.0):
    """Broadleaf, conifer, palm-like or bare."""
    s, h, bark, leaf = Soup(), height or rng.uniform(3, 14), looks.bark(), looks.leaf()
    kind, trunk = rng.random(), rng.uniform(0.02, 0.05)
    if kind < 0.25:
        s.rod(bark, (0, 0, 0), (0, 0, h * 0.95), h * trunk)
        layers = 7
        for k in range(layers):
            z, r = h * (0.15 + 0.8 * k / layers), h * 0.22 * (1 - k / layers) + 0.05
            s.add(leaves(rng, int(420 * detail), h * 0.011, (0, 0, z + 0.06 * h), (r, r, h * 0.09), 0.2), leaf)
            s.add(lathe(((0.5, 0), (0, 1)), 9), leaf, (r * 1.5, r * 1.5, h * 0.2), (0, 0, z))
        return s
    fork = h * rng.uniform(0.2, 0.45)
    lean = rng.normal(0, 0.05, 2) * h
    s.rod(bark, (0, 0, -0.3), (lean[0], lean[1], fork), h * trunk)
    blobs = rng.integers(3, 8)
    for _ in range(blobs):
        a, r = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.28) * h
        end = np.array([lean[0] + r * np.cos(a), lean[1] + r * np.sin(a), rng.uniform(0.5, 0.85) * h])
        s.rod(bark, (lean[0], lean[1], fork * 0.95), end, h * trunk * 0.45, 6)
        if kind > 0.9:
            for _ in range(6):
                s.rod(bark, end, end + rng.normal(0, 0.09, 3) * h, h * trunk * 0.15, 4)
            continue
        radii = rng.uniform(0.12, 0.22) * h * np.array([1, 1, 0.8])
        s.add(leaves(rng, int(1100 * detail), min(h * rng.uniform(0.006, 0.013), 0.09), end, radii, 0.55), leaf)
        s.add(sphere(8), leaf, radii * 1.15, end - [0, 0, radii[2] * 0.57])
    return s


def bush(rng, looks, height=None):
    s, h, leaf = Soup(), height or rng.uniform(0.4, 2.0), looks.leaf()
    for _ in range(rng.integers(1, 5)):
        centre, radii = (
            np.array([*rng.uniform(-0.5, 0.5, 2) * h, h * 0.5]),
            np.array([0.5, 0.5, 0.45]) * h * rng.uniform(0.7, 1.3),
        )
        s.add(leaves(rng, 700, min(h * 0.02, 0.03), centre, radii, 0.6), leaf).add(
            sphere(8), leaf, radii * 1.4, centre - [0, 0, radii[2] * 0.7]
        )
    return s


def blades(rng, looks, centre, radius, count, height):
    """Grass or reed blades around `centre` on z = 0; thin triangles."""
    place = np.concatenate([rng.uniform(-radius, radius, (count, 2)), np.zeros((count, 1))], 1) + centre
    tip = place + np.concatenate(
        [rng.normal(0, 0.3, (count, 2)) * height, height * rng.uniform(0.5, 1.1, (count, 1))], 1
    )
    side = np.concatenate([rng.normal(0, 1, (count, 2)), np.zeros((count, 1))], 1)
    side *= height * 0.03 / np.linalg.norm(side, axis=1, keepdims=True)
    p = np.stack([place - side, place + side, tip], 1).astype(np.float32)
    n = np.tile(np.float32([0, 0, 1]), (count, 3, 1))
    return Soup().add((p, n), looks.grass())


def rock(rng, looks, size=None):
    size = size or rng.lognormal(-0.5, 0.7)
    p, n = sphere(14)
    bumps = rng.normal(0, 1, (6, 3))
    stretch = 1 + 0.12 * sum(np.sin((p - [0, 0, 0.5]) @ b * 4 + k) for k, b in enumerate(bumps))[..., None]
    q = ((p - [0, 0, 0.5]) * stretch).astype(np.float32)
    flat = np.cross(q[:, 1] - q[:, 0], q[:, 2] - q[:, 0])
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)
    return Soup().add(
        (q, (0.4 * n + flat[:, None]).astype(np.float32)),
        looks.rock(),
        size * rng.uniform(0.6, 1.3, 3),
        (0, 0, size * 0.25),
        yaw=rng.uniform(0, 6),
    )


CAR_PROFILES = (
    (
        (-2.1, 0.25),
        (2.1, 0.25),
        (2.1, 0.75),
        (1.9, 0.85),
        (1.0, 0.95),
        (0.35, 1.42),
        (-1.1, 1.45),
        (-1.75, 1.0),
        (-2.1, 0.92),
    ),
    ((-2.2, 0.3), (2.2, 0.3), (2.2, 0.9), (1.2, 1.05), (0.7, 1.75), (-2.0, 1.8), (-2.2, 1.0)),
    ((-2.6, 0.35), (2.6, 0.35), (2.6, 1.1), (2.2, 1.3), (1.9, 2.2), (-2.6, 2.3)),
    ((-1.8, 0.25), (1.8, 0.25), (1.8, 0.8), (1.2, 0.95), (0.6, 1.45), (-1.3, 1.5), (-1.75, 0.95)),
)


def car(rng, looks):
    """Saloon, estate, van or small car, along x."""
    s, paint, glass, tyre = (
        Soup(),
        looks.paint(0.07, saturation=(0, 0.9), value=(0.05, 0.95)),
        looks.glass(),
        looks.paint(0, saturation=(0, 0.05), value=(0.08, 0.2)),
    )
    outline = CAR_PROFILES[rng.choice(4, p=[0.4, 0.25, 0.15, 0.2])]
    width, top, half = rng.uniform(1.65, 1.95), max(z for _, z in outline), max(x for x, _ in outline)
    s.add(prism(outline), paint, (1, width, 1))
    belt = [(x * 0.9 - 0.02, max(z, top * 0.68) - 0.06) for x, z in outline if z > top * 0.6]
    if len(belt) >= 3:
        s.add(prism(tuple(belt)), glass, (1, width + 0.02, 1))
        low = min(z for _, z in belt)
        s.box(glass, (0.05, width * 0.8, (top - low) * 0.7), (max(x for x, _ in belt) + 0.12, 0, low), roll=-0.5)
    for x in (-0.62, 0.62):
        for y in (-1, 1):
            s.add(
                cylinder(), tyre, (0.64, 0.64, 0.22), (x * half, y * (width / 2 - 0.08) + 0.11, 0.32), pitch=np.pi / 2
            )
            s.add(
                cylinder(),
                looks.metal(),
                (0.36, 0.36, 0.24),
                (x * half, y * (width / 2 - 0.08) + 0.12, 0.32),
                pitch=np.pi / 2,
            )
    for x, hue in ((half, (0.12, 0.16)), (-half, (0, 0.01))):
        for y in (-0.7, 0.7):
            s.box(
                looks.paint(0.1, hue=hue, saturation=(0.2, 0.9), value=(0.6, 1)),
                (0.05, 0.3, 0.14),
                (x, y * width / 2, 0.62),
            )
    return s


def pole(rng, looks):
    """Street lamp, sign or bare pole; thin."""
    s, metal, h = Soup(), looks.metal() if rng.random() < 0.7 else looks.wood(), rng.uniform(2.2, 9)
    thick = rng.uniform(0.05, 0.18)
    s.rod(metal, (0, 0, 0), (0, 0, h), thick)
    if h > 4.5:
        s.rod(metal, (0, 0, h - 0.1), (0, -rng.uniform(0.8, 2), h + 0.2), thick * 0.6).box(
            metal, (0.25, 0.6, 0.12), (0, -1.2, h)
        )
    elif rng.random() < 0.8:
        sign = looks.make(
            looks.one_of("text", "pictures", "noise"),
            looks.color(saturation=(0.3, 1)),
            0.6,
            0.8,
            accent=(0.9, 0.9, 0.9),
        )
        shape = cylinder() if rng.random() < 0.5 else box()
        s.add(
            shape,
            sign,
            (rng.uniform(0.5, 0.9), rng.uniform(0.5, 0.9), 0.03),
            (0, -thick / 2 - 0.03, h - 0.4),
            pitch=np.pi / 2,
        )
    return s


def fence(rng, looks, length):
    """Pickets or bars with rails along x."""
    s, m, h = Soup(), looks.wood() if rng.random() < 0.5 else looks.metal(), rng.uniform(0.8, 1.8)
    thick, gap = rng.uniform(0.02, 0.1), rng.uniform(0.1, 0.3)
    for x in np.arange(-length / 2, length / 2, gap + thick):
        s.box(m, (thick, 0.025, h), (x, 0, 0))
    for z in (0.2, 0.85):
        s.box(m, (length, 0.05, 0.06), (0, 0.03, z * h))
    return s


def house(rng, looks, width, depth, height):
    """Building with front towards -y: facade, windows in relief or painted, door, roof."""
    s, painted = Soup(), rng.random() < 0.3 or height > 20 or width > 25  # of large ones, relief would be thousands
    wall = looks.facade(painted)
    s.box(wall, (width, depth, height), (0, 0, 0))
    if rng.random() < 0.5:
        s.add(
            prism(((-0.55, 0), (0.55, 0), (0, rng.uniform(0.2, 0.6)))),
            looks.make("brick", looks.color((0, 0.08), (0.1, 0.6), (0.2, 0.6)), 0.4, 1.5),
            (depth, width * 1.02, depth * 0.6),
            (0, 0, height),
            yaw=np.pi / 2,
        )
    else:
        s.box(looks.paint(0), (width + 0.3, depth + 0.3, 0.3), (0, 0, height))
    frame, glass = looks.paint(0, saturation=(0, 0.2), value=(0.5, 0.95)), looks.glass()
    storey, bay = rng.uniform(2.8, 3.6), rng.uniform(1.8, 3.5)
    balcony = rng.random() < 0.3
    for k in range(0 if painted else int(height / storey)):
        for x in np.arange(-width / 2 + bay / 2, width / 2 - bay / 3, bay):
            z = k * storey + (0.9 if k or rng.random() < 0.6 else 0.1)
            s.box(frame, (1.2, 0.16, 1.6), (x, -depth / 2, z)).box(glass, (1.04, 0.2, 1.44), (x, -depth / 2, z + 0.08))
            if balcony and k and rng.random() < 0.7:
                s.box(frame, (1.8, 1.0, 0.12), (x, -depth / 2 - 0.5, z - 0.8)).box(
                    looks.metal(), (1.8, 0.04, 0.9), (x, -depth / 2 - 1.0, z - 0.7)
                )
    s.box(looks.paint(), (1.1, 0.14, 2.1), (rng.uniform(-0.3, 0.3) * width, -depth / 2, 0))
    return s
