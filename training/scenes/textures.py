"""A bank of tileable grey textures in 0...1 with box-filtered levels, and the lookup used by the shader.

Things that people make have a true size, which tells a network how far they are: of bricks, boards, tiles and storeys
the bank knows how many rows a texture has.
"""

from functools import lru_cache

import numpy as np

SIDE = 256
LEVELS = 8  # 256 ... 2
ROWS = {
    "planks": (8, 12, 6, 16),
    "brick": (16, 20, 12),
    "tiles": (4, 6, 10, 8),
    "checker": (8, 8),
    "windows": (4, 4, 6, 6, 8),
}


def _unit(x):
    low, high = np.percentile(x, [1, 99])
    return np.clip((x - low) / max(high - low, 1e-9), 0, 1)


def fractal(rng, exponent, stretch=(1.0, 1.0)):
    """Tileable noise with amplitude spectrum f^-exponent, stretched along an axis."""
    fy = np.fft.fftfreq(SIDE)[:, None] * stretch[0]
    fx = np.fft.rfftfreq(SIDE)[None] * stretch[1]
    f = np.hypot(fx, fy)
    f[0, 0] = 1
    spectrum = np.fft.rfft2(rng.standard_normal((SIDE, SIDE))) * f**-exponent
    spectrum[0, 0] = 0
    return _unit(np.fft.irfft2(spectrum, (SIDE, SIDE)))


def _cells(rng, rows, columns, joint, offset, fade):
    """Bricks, tiles or planks: a random value per cell, dark joints; `offset` shifts odd rows."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    row = np.floor(y * rows).astype(int) % rows
    x = (x + (row % 2) * offset / columns) % 1
    column = np.floor(x * columns).astype(int) % columns
    value = 0.5 + fade * (rng.random((rows, columns))[row, column] - 0.5)
    edge = np.minimum(
        np.minimum(y * rows % 1, 1 - y * rows % 1) / rows, np.minimum(x * columns % 1, 1 - x * columns % 1) / columns
    )
    return np.where(edge < joint, 0.0, np.clip(value + 0.3 * (fractal(rng, 1.2) - 0.5), 0.05, 1))


def _stones(rng, count, joint):
    """Voronoi cells on a torus."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    nearest, second, index = np.full((SIDE, SIDE), 9.0), np.full((SIDE, SIDE), 9.0), np.zeros((SIDE, SIDE), int)
    for k, (cx, cy) in enumerate(rng.random((count, 2))):
        d = np.hypot((x - cx + 0.5) % 1 - 0.5, (y - cy + 0.5) % 1 - 0.5)
        second = np.minimum(second, np.maximum(d, nearest))
        index = np.where(d < nearest, k, index)
        nearest = np.minimum(d, nearest)
    value = 0.3 + 0.6 * rng.random(count)[index]
    return np.where(second - nearest < joint, 0.05, value)


def _blobs(rng, count, low, high, flat=False):
    """Random turned ellipses or rectangles laid over each other: leaves, paintings, camouflage, posters."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    image = np.full((SIDE, SIDE), rng.random())
    for _ in range(count):
        cx, cy, angle = rng.random(), rng.random(), rng.random() * 2 * np.pi
        a, b = rng.uniform(low, high, 2)
        dx, dy = (x - cx + 0.5) % 1 - 0.5, (y - cy + 0.5) % 1 - 0.5
        u, v = (dx * np.cos(angle) + dy * np.sin(angle)) / a, (dy * np.cos(angle) - dx * np.sin(angle)) / b
        inside = (np.maximum(np.abs(u), np.abs(v)) if flat else np.hypot(u, v)) < 1
        image[inside] = np.clip(rng.random() + (0.2 * v[inside] if not flat else 0), 0, 1)
    return image


def _stripes(rng, count, along):
    widths = rng.random(count) + 0.15
    edges = np.cumsum(widths) / widths.sum()
    value = rng.random(count)[np.minimum(np.searchsorted(edges, np.arange(SIDE) / SIDE, "right"), count - 1)]
    return np.repeat(value[None], SIDE, 0) if along else np.repeat(value[:, None], SIDE, 1)


def _windows(rng, rows, columns, height, width):
    """Facade: dark window panes of varying brightness with light frames."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    v, u = np.abs(y * rows % 1 - 0.5) / height * 2, np.abs(x * columns % 1 - 0.5) / width * 2
    pane = (
        0.35
        * rng.random((rows, columns))[
            np.floor(y * rows).astype(int) % rows, np.floor(x * columns).astype(int) % columns
        ]
    )
    wall = 0.75 + 0.15 * (fractal(rng, 1.0) - 0.5)
    frame = (np.maximum(u, v) > 0.86) | (np.abs(u) < 0.06)
    return np.where(np.maximum(u, v) < 1, np.where(frame, 1.0, pane), wall)


def _text(rng, lines):
    """Rows of word-like marks on a light ground."""
    image = np.full((SIDE, SIDE), 0.95)
    for k in range(lines):
        top, height, x = int((k + 0.25) * SIDE / lines), int(SIDE / lines * 0.5), int(SIDE * 0.06)
        while x < SIDE * rng.uniform(0.7, 0.95):
            width = int(rng.integers(2, 7) * SIDE / 60)
            word = image[top : top + height, x : x + width]
            word[:] = 0.1 + 0.4 * (rng.random(word.shape) > 0.6)
            x += width + SIDE // 40
    return image


def _ornament(rng):
    """Fourfold symmetric pattern of a carpet or wallpaper."""
    quarter = _blobs(rng, 40, 0.02, 0.12)[: SIDE // 2, : SIDE // 2]
    half = np.concatenate([quarter, quarter[::-1]])
    return np.concatenate([half, half[:, ::-1]], 1)


def _catalogue(rng):
    """Texture groups by name."""
    return {
        "noise": [fractal(rng, e) for e in (0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.2, 1.0)],
        "wood": [
            _unit(np.sin(k * 40 * fractal(rng, 1.6, (6, 1))) + fractal(rng, 0.8, (12, 1))) for k in (0.3, 0.6, 1.0)
        ],
        "planks": [
            np.clip(_cells(rng, r, c, 0.002, 0.5, 0.5) * (0.7 + 0.5 * fractal(rng, 1.0, (1, 14))), 0, 1)
            for r, c in zip(ROWS["planks"], (2, 3, 1, 4))
        ],
        "brick": [
            _cells(rng, r, c, j, 0.5, f)
            for r, c, j, f in zip(ROWS["brick"], (6, 8, 5), (0.004, 0.005, 0.008), (0.5, 0.8, 0.3))
        ],
        "tiles": [
            _cells(rng, n, n, j, 0, f)
            for n, j, f in zip(ROWS["tiles"], (0.006, 0.004, 0.006, 0.003), (0.1, 0.3, 0.5, 1.0))
        ],
        "checker": [
            np.indices((SIDE, SIDE)).sum(0) // 32 % 2 * 0.8 + 0.1 * fractal(rng, 1.0),
            (np.indices((SIDE, SIDE)) // 32 % 2).sum(0) * 0.4 + 0.1,
        ],
        "stones": [_stones(rng, n, j) for n, j in ((40, 0.015), (90, 0.01), (200, 0.006))],
        "cloth": [
            np.clip(0.5 + 0.3 * (np.indices((SIDE, SIDE)) % k < k / 2).sum(0) - 0.3 + 0.3 * fractal(rng, 0.6), 0, 1)
            for k in (4, 8, 16)
        ],
        "stripes": [_stripes(rng, n, along) for n, along in ((12, True), (24, True), (40, True), (10, False))],
        "leaves": [_blobs(rng, n, a, b) for n, a, b in ((300, 0.01, 0.06), (150, 0.02, 0.1), (600, 0.008, 0.03))],
        "pictures": [
            _blobs(rng, n, a, b, flat)
            for n, a, b, flat in (
                (14, 0.05, 0.4, False),
                (20, 0.04, 0.3, True),
                (8, 0.1, 0.5, False),
                (40, 0.02, 0.2, True),
            )
        ],
        "windows": [
            _windows(rng, r, c, h, w)
            for r, c, h, w in zip(
                ROWS["windows"], (4, 3, 6, 8, 7), (0.5, 0.6, 0.5, 0.6, 0.55), (0.5, 0.7, 0.4, 0.6, 0.8)
            )
        ],
        "text": [_text(rng, n) for n in (6, 12, 24)],
        "carpet": [_ornament(rng) for _ in range(3)],
        "bark": [fractal(rng, 0.9, (6, 1)), fractal(rng, 1.1, (4, 1))],
        "grass": [fractal(rng, 0.5, (2, 1)), fractal(rng, 0.8), fractal(rng, 0.35)],
        "clouds": [fractal(rng, 1.5, (2, 1)), fractal(rng, 1.7), fractal(rng, 1.3, (3, 1))],
    }


class TextureBank:
    """All textures in one flat array per level; `groups[name]` lists texture numbers, `rows` tells how many rows."""

    def __init__(self):
        self.groups, self.rows, images = {}, {}, []
        for name, members in _catalogue(np.random.default_rng(20240923)).items():
            self.groups[name] = list(range(len(images), len(images) + len(members)))
            self.rows |= dict(zip(self.groups[name], ROWS.get(name, ())))
            images += members
        level, flat, self.offsets = np.stack(images).astype(np.float32), [], []
        for _ in range(LEVELS):
            self.offsets.append(sum(x.size for x in flat))
            flat.append(level.ravel())
            level = (level[:, ::2, ::2] + level[:, 1::2, ::2] + level[:, ::2, 1::2] + level[:, 1::2, 1::2]) / 4
        self.flat = np.concatenate(flat)
        self.offsets = np.array(self.offsets, np.int32)

    def sample(self, texture, uv, footprint):
        """Bilinear value at `uv` (in tiles) from the level whose texel is about `footprint` tiles wide."""
        level = np.clip(np.rint(np.log2(np.maximum(footprint * SIDE, 1e-6))), 0, LEVELS - 1).astype(np.int32)
        side = (SIDE >> level).astype(np.int32)
        base = self.offsets[level] + texture.astype(np.int32) * side * side
        x, y = uv[:, 0] * side - 0.5, uv[:, 1] * side - 0.5
        xf, yf = np.floor(x), np.floor(y)
        tx, ty = x - xf, y - yf
        mask = side - 1
        x0, y0 = xf.astype(np.int32) & mask, yf.astype(np.int32) & mask
        x1, y1 = (x0 + 1) & mask, (y0 + 1) & mask
        f, top, bottom = self.flat, base + y0 * side, base + y1 * side
        return (f[top + x0] * (1 - tx) + f[top + x1] * tx) * (1 - ty) + (
            f[bottom + x0] * (1 - tx) + f[bottom + x1] * tx
        ) * ty


@lru_cache
def bank():
    """The process-wide bank (built once, about a second)."""
    return TextureBank()
