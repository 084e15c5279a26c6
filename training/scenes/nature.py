"""Hills, forests, meadows, shores and mountains under the sky; also heaps of floating shapes."""

import numpy as np

from . import figures, furniture, outdoor
from .camera import eye_height
from .lighting import daylight
from .mesh import Soup, box, cone, cylinder, sphere
from .textures import fractal


def heightfield(z, x, y):
    """Soup shape of a grid: heights `z` (n, m) at coordinates `y` (n) and `x` (m), smooth normals."""
    gy, gx = np.gradient(z, y, x)
    n = np.stack([-gx, -gy, np.ones_like(z)], -1)
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    p = np.stack(np.broadcast_arrays(x[None, :], y[:, None], z), -1)

    def triangles(a):
        a, b, c, d = a[:-1, :-1], a[:-1, 1:], a[1:, 1:], a[1:, :-1]
        return np.concatenate(
            [np.stack([a, b, c], 2).reshape(-1, 3, 3), np.stack([a, c, d], 2).reshape(-1, 3, 3)]
        ).astype(np.float32)

    return triangles(p), triangles(n)


class Ground:
    """Terrain around the origin: fine near, coarse far; `height(x, y)` in metres."""

    def __init__(self, rng, amplitude, wave):
        self.map, self.amplitude, self.wave = fractal(rng, rng.uniform(1.6, 2.3)), amplitude, wave
        self.start = self._raw(np.zeros(1), np.zeros(1))[0]

    def _raw(self, x, y):
        u, v = x / self.wave * 256, y / self.wave * 256
        x0, y0 = np.floor(u).astype(int), np.floor(v).astype(int)
        tx, ty = u - x0, v - y0
        tx, ty = tx * tx * (3 - 2 * tx), ty * ty * (3 - 2 * ty)
        m = self.map
        a, b = m[y0 % 256, x0 % 256], m[y0 % 256, (x0 + 1) % 256]
        c, d = m[(y0 + 1) % 256, x0 % 256], m[(y0 + 1) % 256, (x0 + 1) % 256]
        return self.amplitude * ((a * (1 - tx) + b * tx) * (1 - ty) + (c * (1 - tx) + d * tx) * ty)

    def height(self, x, y):
        return self._raw(np.atleast_1d(x), np.atleast_1d(y)) - self.start

    def shape(self, reach, count=150):
        line = np.sign(t := np.linspace(-1, 1, count)) * np.abs(t) ** 2.2 * reach
        xx, yy = np.meshgrid(line, line)
        return heightfield(self.height(xx.ravel(), yy.ravel()).reshape(xx.shape), line, line)


def nature(rng, looks):
    """Soup, light and a camera proposal."""
    s = Soup()
    hills = rng.choice([0.3, rng.uniform(0.5, 3), rng.uniform(3, 20)], p=[0.6, 0.3, 0.1])
    ground = Ground(rng, hills, rng.uniform(60, 400))
    s.add(ground.shape(rng.uniform(200, 900)), looks.grass() if rng.random() < 0.65 else looks.soil())
    if rng.random() < 0.55:
        peaks, reach = Ground(rng, rng.uniform(80, 1200), rng.uniform(3000, 9000)), 8000.0
        line = np.linspace(-reach, reach, 120)
        xx, yy = np.meshgrid(line, line)
        far = np.clip((np.hypot(xx, yy) - 900) / 3000, 0, 1)
        z = peaks.height(xx.ravel(), yy.ravel()).reshape(xx.shape) * far - 15
        s.add(
            heightfield(np.where(far > 0, np.abs(z), -15), line, line),
            looks.rock() if rng.random() < 0.5 else looks.grass(),
        )
    else:
        s.box(looks.grass(), (16000, 16000, 1), (0, 0, -8))
    if rng.random() < 0.3:
        s.box(looks.water(), (16000, 16000, 1), (0, 0, ground.height(0, 0)[0] - 1 - rng.uniform(0.4, 3)))
    models = [outdoor.tree(rng, looks) for _ in range(3)] + [outdoor.bush(rng, looks)]
    density, clearing = rng.choice([4, 15, 40, 90]), rng.uniform(2, 10)
    for _ in range(density):
        a, r = rng.uniform(0, 2 * np.pi), clearing + rng.exponential(rng.choice([12, 40]))
        x, y = r * np.cos(a), r * np.sin(a)
        s.place(
            models[rng.choice(4, p=[0.35, 0.25, 0.2, 0.2])],
            (x, y, ground.height(x, y)[0] - 0.1),
            rng.uniform(0, 6),
            rng.uniform(0.6, 1.5),
        )
    for _ in range(rng.integers(0, 16)):
        x, y = rng.normal(0, 12, 2)
        kind = rng.choice(
            ["rock", "rock", "person", "animal", "bush", "fence", "pole", "house"],
            p=[0.3, 0.2, 0.14, 0.1, 0.1, 0.06, 0.05, 0.05],
        )
        z = ground.height(x, y)[0]
        if kind == "house":
            x, y = x * 3 + 25, y * 3
            s.place(
                outdoor.house(rng, looks, rng.uniform(5, 12), 7, rng.uniform(3, 6)),
                (x, y, ground.height(x, y)[0] - 0.5),
                rng.uniform(0, 6),
            )
        elif kind == "fence":
            s.place(outdoor.fence(rng, looks, rng.uniform(5, 15)), (x, y, z), rng.uniform(0, 6))
        else:
            make = {
                "rock": outdoor.rock,
                "person": figures.person,
                "animal": figures.animal,
                "bush": outdoor.bush,
                "pole": outdoor.pole,
            }[kind]
            s.place(make(rng, looks), (x, y, z), rng.uniform(0, 6))
    if rng.random() < 0.5:
        tuft = outdoor.blades(
            rng, looks, np.zeros(3), rng.uniform(1.5, 4), rng.integers(500, 4000), rng.uniform(0.08, 0.6)
        )
        s.place(tuft, (0, rng.uniform(1, 3), 0))
    if rng.random() < 0.4:
        path = looks.soil()
        for y in np.arange(-5, 80, 1.5):
            x = 2 * np.sin(y / 11)
            s.box(path, (1.8, 1.7, 0.05), (x, y, ground.height(x, y)[0]))

    def propose():
        x, y = rng.normal(0, 2, 2)
        return (
            (x, y, ground.height(x, y)[0] + eye_height(rng)),
            rng.uniform(-np.pi, np.pi),
            np.radians(rng.normal(-3, 5)),
            np.radians(rng.normal(0, 1.5)),
        )

    return s, daylight(rng, (400, 20000)), propose


def heap(rng, looks):
    """Random solids and rods in a lit void or over a ground: shapes without names."""
    s, size = Soup(), float(np.exp(rng.uniform(np.log(0.5), np.log(8))))
    if rng.random() < 0.8:
        s.box(looks.floor(), (60 * size, 60 * size, 0.1), (0, 0, -0.1))
    for _ in range(rng.integers(10, 60)):
        at, turn = (
            rng.normal(0, [1.5, 1.5, 0.6]) * size + [0, 0, 0.5 * size],
            rng.uniform(-3, 3, 3) * (rng.random() < 0.6),
        )
        material = looks.make(
            looks.one_of("noise", "pictures", "checker", "tiles", "cloth", "stripes", "leaves", "text"),
            looks.color(),
            0.5,
            size * rng.uniform(0.2, 1),
            accent=looks.color(),
        )
        kind = rng.random()
        if kind < 0.2:
            s.rod(material, at, at + rng.normal(0, 1, 3) * size, size * rng.uniform(0.005, 0.05))
        elif kind < 0.25:
            s.place(furniture.chair(rng, looks), at, rng.uniform(0, 6), size)
        else:
            shape = (box, sphere, cylinder, cone)[rng.integers(4)]()
            s.add(shape, material, size * rng.uniform(0.1, 0.9, 3), at, yaw=turn[0], pitch=turn[1], roll=turn[2])

    def propose():
        a, r = rng.uniform(0, 2 * np.pi), rng.uniform(1.5, 4.5) * size
        return (
            (r * np.sin(a), -r * np.cos(a), size * rng.uniform(0.3, 1.5)),
            a + rng.normal(0, 0.2),
            np.radians(rng.normal(-8, 8)),
            np.radians(rng.normal(0, 4)),
        )

    light = daylight(rng, (1e5, 2e5))
    light.occlusion_metres = size
    return s, light, propose
