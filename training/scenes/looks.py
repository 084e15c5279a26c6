"""Random materials by name: paint, wood, cloth, walls, floors, ground, foliage."""

import colorsys
from dataclasses import replace

import numpy as np

from .mesh import Material
from .textures import bank

BRICK = (0.07, 0.085)  # metres of a course with its joint


class Looks:
    """Draws materials from one random generator. All colours are linear RGB."""

    def __init__(self, rng):
        self.rng = rng

    def color(self, hue=None, saturation=(0.0, 0.7), value=(0.1, 0.9)):
        """A linear RGB triple; `hue` is (low, high) in turns."""
        r = self.rng
        h = r.random() if hue is None else r.uniform(*hue) % 1
        low, high = saturation
        muted = low + (high - low) * r.random() ** 1.8
        return np.array(colorsys.hsv_to_rgb(h, muted, r.uniform(*value))) ** 2.2

    def make(self, group, base, spread=0.5, tile=1.0, gloss=0.0, emission=0.0, accent=None):
        """Gradient around `base`: darker, itself, lighter (or `accent`)."""
        base = np.asarray(base)
        dark = base * (1 - spread)
        light = np.clip(base * (1 + spread * 0.6) + 0.02, 0, 1) if accent is None else np.asarray(accent)
        colors = tuple(tuple(float(x) for x in c) for c in (dark, base, light))
        return Material(colors, int(self.rng.choice(bank().groups[group])), float(tile), float(gloss), float(emission))

    def laid(self, group, base, spread=0.5, row=(0.1, 0.1), gloss=0.0):
        """Bricks, boards or tiles whose rows are `row` (least, largest) metres high."""
        material = self.make(group, base, spread, gloss=gloss)
        return replace(material, tile_metres=float(bank().rows[material.texture] * self.rng.uniform(*row)))

    def one_of(self, *groups):
        """A random texture group among `groups`."""
        return groups[self.rng.integers(len(groups))]

    def paint(self, gloss=None, **color):
        """Nearly plain surface."""
        gloss = self.rng.choice([0, 0, 0.03, 0.06]) if gloss is None else gloss
        return self.make("noise", self.color(**color), self.rng.uniform(0.03, 0.25), self.rng.uniform(0.5, 3), gloss)

    def wood(self):
        hue = (0.04, 0.11)
        base = self.color(hue, (0.25, 0.7), (0.2, 0.85))
        return self.make(
            self.one_of("wood", "wood", "planks"),
            base,
            self.rng.uniform(0.1, 0.5),
            self.rng.uniform(0.4, 1.5),
            self.rng.choice([0, 0.03, 0.06]),
        )

    def cloth(self):
        accent = self.color() if self.rng.random() < 0.3 else None
        group = self.one_of("cloth", "cloth", "noise", "stripes", "carpet", "leaves", "checker")
        return self.make(group, self.color(), self.rng.uniform(0.1, 0.6), self.rng.uniform(0.2, 1.0), accent=accent)

    def metal(self):
        base = self.color(saturation=(0, 0.15), value=(0.25, 0.8))
        return self.make("noise", base, 0.15, 0.5, self.rng.uniform(0.1, 0.5))

    def wall(self):
        r = self.rng
        kind = r.random()
        if kind < 0.6:
            return self.make(
                "noise", self.color(saturation=(0, 0.35), value=(0.45, 0.95)), r.uniform(0.02, 0.2), r.uniform(1, 4)
            )
        if kind < 0.72:
            return self.make(
                self.one_of("carpet", "stripes", "leaves"),
                self.color(saturation=(0, 0.5), value=(0.4, 0.9)),
                r.uniform(0.05, 0.4),
                r.uniform(0.4, 1.6),
            )
        if kind < 0.86:
            return self.laid("brick", self.color((-0.02, 0.1), (0.1, 0.6), (0.3, 0.85)), r.uniform(0.2, 0.6), BRICK)
        if kind < 0.94:
            base = self.color(saturation=(0, 0.5), value=(0.4, 0.95))
            return self.laid("tiles", base, r.uniform(0.1, 0.5), (0.1, 0.2), 0.04)
        return self.wood()

    def floor(self):
        r = self.rng
        kind = r.random()
        if kind < 0.45:
            base = self.color((0.04, 0.11), (0.2, 0.65), (0.25, 0.85))
            return self.laid("planks", base, r.uniform(0.15, 0.5), (0.09, 0.16), r.choice([0, 0.03, 0.08]))
        if kind < 0.7:
            base, group = self.color(saturation=(0, 0.4)), self.one_of("tiles", "checker")
            return self.laid(group, base, r.uniform(0.1, 0.6), (0.28, 0.45), r.choice([0, 0.04, 0.1]))
        if kind < 0.85:
            return self.make("noise", self.color(saturation=(0, 0.5)), r.uniform(0.1, 0.4), r.uniform(0.3, 2))
        return self.make(
            self.one_of("carpet", "cloth", "stripes"), self.color(), r.uniform(0.2, 0.6), r.uniform(0.5, 2)
        )

    def facade(self, painted):
        """Wall of a house seen from the street, with `painted` windows or without any."""
        r = self.rng
        base = (
            self.color((0.0, 0.15), (0.0, 0.5), (0.35, 0.95))
            if r.random() < 0.8
            else self.color(saturation=(0, 0.4), value=(0.3, 0.9))
        )
        if painted:
            glass = self.color((0.5, 0.65), (0.0, 0.4), (0.08, 0.4))
            colors = tuple(tuple(float(x) for x in c) for c in (glass, base * 0.8, base))
            return replace(self.laid("windows", base, row=(2.8, 3.4)), colors=colors)
        if r.random() < 0.45:
            return self.laid("brick", base, r.uniform(0.1, 0.5), BRICK)
        return self.make("noise", base, r.uniform(0.1, 0.5), r.uniform(1.0, 2.5))

    def glass(self):
        return self.make(
            "noise", self.color((0.5, 0.65), (0.0, 0.4), (0.05, 0.25)), 0.1, 2, self.rng.uniform(0.1, 0.35)
        )

    def road(self):
        grey = self.color(saturation=(0, 0.1), value=(0.2, 0.6))
        return self.make(
            "noise", grey, self.rng.uniform(0.1, 0.35), self.rng.uniform(0.5, 3), self.rng.choice([0, 0, 0.03])
        )

    def paving(self):
        grey = self.color((0.0, 0.15), (0, 0.25), (0.35, 0.8))
        group, spread = self.one_of("tiles", "brick", "stones", "noise"), self.rng.uniform(0.1, 0.4)
        if group in ("tiles", "brick"):
            return self.laid(group, grey, spread, (0.25, 0.5) if group == "tiles" else (0.08, 0.12))
        return self.make(group, grey, spread, self.rng.uniform(0.8, 1.6))

    def grass(self):
        base = self.color((0.12, 0.28), (0.25, 0.65), (0.2, 0.55))
        return self.make("grass", base, self.rng.uniform(0.3, 0.6), self.rng.uniform(0.6, 1.5))

    def soil(self):
        base = self.color((0.03, 0.14), (0.1, 0.5), (0.25, 0.8))
        return self.make(
            self.one_of("noise", "grass", "stones"), base, self.rng.uniform(0.2, 0.5), self.rng.uniform(0.8, 1.6)
        )

    def leaf(self):
        hue = (0.15, 0.3) if self.rng.random() < 0.85 else (0.0, 0.15)
        return self.make("noise", self.color(hue, (0.3, 0.75), (0.15, 0.5)), 0.5, 0.8)

    def bark(self):
        return self.make("bark", self.color((0.03, 0.12), (0.05, 0.4), (0.15, 0.55)), 0.5, self.rng.uniform(0.4, 1.0))

    def rock(self):
        return self.make("noise", self.color((0.0, 0.15), (0, 0.3), (0.3, 0.75)), 0.5, self.rng.uniform(0.6, 3))

    def water(self):
        return self.make("noise", self.color((0.4, 0.6), (0.2, 0.7), (0.05, 0.3)), 0.3, 4, 0.12)

    def picture(self):
        return self.make(
            self.one_of("pictures", "pictures", "carpet", "text", "noise"),
            self.color(),
            0.7,
            self.rng.uniform(0.4, 0.9),
            self.rng.choice([0, 0.05]),
            accent=self.color(),
        )

    def skin(self):
        return self.make("noise", self.color((0.03, 0.08), (0.25, 0.6), (0.3, 0.9)), 0.1, 0.5)
