"""Furniture and small things in metres, each standing on z = 0 with its front towards -y."""

import numpy as np

from .mesh import Soup, box, cylinder, lathe, sphere


def legs(soup, material, width, depth, height, thick, inset=0.03):
    for x in (-1, 1):
        for y in (-1, 1):
            soup.add(
                cylinder(8) if thick < 0.05 else box(),
                material,
                (thick, thick, height),
                (x * (width / 2 - inset - thick / 2), y * (depth / 2 - inset - thick / 2), 0),
            )


def table(rng, looks, width=None, depth=None, height=None):
    """A table; returns the soup and the size of its top (width, depth, height)."""
    width, depth = width or rng.uniform(0.6, 2.2), depth or rng.uniform(0.5, 1.1)
    height = height or rng.choice([rng.uniform(0.38, 0.5), rng.uniform(0.7, 0.78), rng.uniform(0.7, 0.78)])
    s, top = Soup(), looks.wood() if rng.random() < 0.6 else looks.paint()
    s.box(top, (width, depth, 0.03), (0, 0, height - 0.03))
    if rng.random() < 0.75:
        legs(s, top if rng.random() < 0.5 else looks.metal(), width, depth, height - 0.03, rng.uniform(0.025, 0.08))
    else:
        s.add(cylinder(), top, (0.08, 0.08, height), (0, 0, 0)).add(cylinder(), top, (0.5, 0.5, 0.03))
    return s, (width, depth, height)


def chair(rng, looks):
    s, frame, seat = Soup(), looks.wood() if rng.random() < 0.6 else looks.metal(), looks.cloth()
    w, h, back = rng.uniform(0.38, 0.5), rng.uniform(0.42, 0.48), rng.uniform(0.35, 0.6)
    s.box(seat if rng.random() < 0.6 else frame, (w, w, rng.uniform(0.02, 0.08)), (0, 0, h))
    if rng.random() < 0.8:
        legs(s, frame, w, w, h, rng.uniform(0.02, 0.045), 0.0)
    else:
        s.rod(frame, (0, 0, 0.06), (0, 0, h), 0.06)
        for k in range(5):
            a = k * 2 * np.pi / 5
            s.rod(frame, (0, 0, 0.08), (0.28 * np.cos(a), 0.28 * np.sin(a), 0.03), 0.04)
    if rng.random() < 0.5:
        s.box(seat, (w, 0.04, back), (0, w / 2 - 0.02, h + 0.05), pitch=-0.12)
    else:
        for x in np.linspace(-w / 2 + 0.02, w / 2 - 0.02, rng.integers(2, 6)):
            s.box(frame, (0.025, 0.025, back), (x, w / 2 - 0.02, h))
        s.box(frame, (w, 0.025, 0.07), (0, w / 2 - 0.02, h + back - 0.05))
    return s


def sofa(rng, looks):
    s, cloth, w, d = Soup(), looks.cloth(), rng.uniform(0.8, 2.6), rng.uniform(0.75, 1.0)
    seat, back = rng.uniform(0.38, 0.45), rng.uniform(0.7, 0.95)
    s.box(cloth, (w, d, seat - 0.1), (0, 0, 0.08)).box(cloth, (w, 0.2, back - 0.1), (0, d / 2 - 0.1, 0.1))
    for x in (-1, 1):
        s.box(cloth, (0.18, d, seat + 0.15), (x * (w / 2 - 0.09), 0, 0.05))
    for x in np.linspace(-w / 2 + 0.2, w / 2 - 0.2, max(2, int(w / 0.6)) + 1)[:-1]:
        step = (w - 0.4) / max(2, int(w / 0.6))
        s.box(cloth, (step - 0.02, d - 0.22, 0.14), (x + step / 2, -0.1, seat - 0.06))
    for _ in range(rng.integers(0, 4)):
        s.add(
            sphere(),
            looks.cloth(),
            (0.42, 0.16, 0.4),
            (rng.uniform(-w / 2 + 0.35, w / 2 - 0.35), d / 2 - 0.3, seat + 0.02),
            pitch=-0.3,
        )
    return s


def bed(rng, looks):
    s, w, d, h = Soup(), rng.uniform(0.9, 1.9), rng.uniform(1.9, 2.1), rng.uniform(0.35, 0.6)
    frame, cover = looks.wood(), looks.cloth()
    s.box(frame, (w, d, h * 0.5), (0, 0, 0.1)).box(
        looks.paint(value=(0.7, 0.95)), (w * 0.98, d * 0.98, h * 0.5), (0, 0, h * 0.5)
    )
    s.box(cover, (w + 0.04, d * rng.uniform(0.5, 0.75), h * 0.4), (0, -d * 0.15, h * 0.65))
    s.box(frame, (w + 0.06, 0.06, rng.uniform(0.7, 1.2)), (0, d / 2, 0))
    for x in (-0.25, 0.25) if w > 1.3 else (0,):
        s.add(sphere(), looks.cloth(), (0.6, 0.4, 0.2), (x * w, d / 2 - 0.3, h))
    return s


def shelf(rng, looks):
    """Bookcase or open shelf, filled."""
    s, wood = Soup(), looks.wood() if rng.random() < 0.7 else looks.paint()
    w, d, h = rng.uniform(0.5, 2.0), rng.uniform(0.22, 0.4), rng.uniform(0.8, 2.3)
    rows = round(h / rng.uniform(0.28, 0.4))
    for x in (-1, 1):
        s.box(wood, (0.025, d, h), (x * w / 2, 0, 0))
    if rng.random() < 0.7:
        s.box(wood, (w, 0.015, h), (0, d / 2, 0))
    for k in range(rows + 1):
        z = 0.05 + k * (h - 0.08) / rows
        s.box(wood, (w, d, 0.025), (0, 0, z))
        if k == rows or rng.random() < 0.15:
            continue
        room = (h - 0.08) / rows - 0.04
        x = -w / 2 + 0.03
        if rng.random() < 0.6:
            while x < w / 2 - 0.08:
                thick, tall = rng.uniform(0.015, 0.06), min(0.97 * room, rng.uniform(0.18, 0.3))
                s.box(looks.paint(), (thick, d * rng.uniform(0.5, 0.8), tall), (x + thick / 2, -0.02, z + 0.025))
                x += thick + (rng.uniform(0.02, 0.2) if rng.random() < 0.12 else 0.001)
        else:
            while x < w / 2 - 0.15:
                s.place(
                    trinket(rng, looks, min(room, 0.35)),
                    (x + 0.1, rng.uniform(-0.05, 0.03), z + 0.025),
                    rng.uniform(0, 6),
                )
                x += rng.uniform(0.15, 0.4)
    return s


def cabinet(rng, looks):
    """Box with doors or drawers and handles: cupboard, dresser, fridge, oven."""
    s, body, knob = Soup(), looks.wood() if rng.random() < 0.5 else looks.paint(), looks.metal()
    w, d = rng.uniform(0.4, 1.8), rng.uniform(0.35, 0.65)
    h = rng.choice([rng.uniform(0.45, 0.95), rng.uniform(1.6, 2.2)])
    s.box(body, (w, d, h), (0, 0, 0))
    rows, columns = rng.integers(1, 5), max(1, int(w / rng.uniform(0.4, 0.8)))
    for i in range(rows):
        for j in range(columns):
            x, z = -w / 2 + (j + 0.5) * w / columns, 0.06 + i * (h - 0.08) / rows
            s.box(body, (w / columns - 0.02, 0.02, (h - 0.08) / rows - 0.02), (x, -d / 2, z))
            s.box(knob, (0.1, 0.02, 0.015), (x, -d / 2 - 0.02, z + (h - 0.08) / rows * 0.7))
    return s


def lamp(rng, looks):
    s, metal = Soup(), looks.metal()
    h = rng.uniform(1.3, 1.8)
    s.add(cylinder(), metal, (0.28, 0.28, 0.03)).rod(metal, (0, 0, 0), (0, 0, h), rng.uniform(0.012, 0.03))
    shade = looks.make(
        "cloth", looks.color((0.08, 0.15), (0.05, 0.3), (0.8, 1)), 0.1, 0.3, emission=rng.choice([0, 1.0])
    )
    return s.add(lathe(((0.5, 0), (0.32, 1))), shade, (0.4, 0.4, 0.28), (0, 0, h - 0.1))


def vase(rng, skin, s, h):
    z = np.linspace(0, 1, 9)
    r = 0.5 * np.clip(0.4 + 0.4 * np.sin(z * rng.uniform(2, 6) + rng.uniform(0, 6)), 0.12, 1)
    s.add(lathe(((0.0, 0.0),) + tuple(zip(r, z))), skin, (h * 0.6, h * 0.6, h))


def bottle(rng, skin, s, h):
    outline = ((0, 0), (0.5, 0), (0.5, 0.55), (0.42, 0.65), (0.18, 0.75), (0.16, 1), (0, 1))
    s.add(lathe(outline), skin, (h * 0.28, h * 0.28, h))


def bowl(rng, skin, s, h):
    outline = ((0, 0), (0.2, 0), (0.4, 0.4), (0.5, 1), (0.47, 1), (0.36, 0.42), (0.0, 0.08))
    s.add(lathe(outline), skin, (h * 2.5, h * 2.5, h))


def cup(rng, skin, s, h):
    s.add(lathe(((0, 0), (0.42, 0), (0.5, 1), (0.46, 1), (0.4, 0.1), (0, 0.1))), skin, (h * 0.85, h * 0.85, h))
    grip = (h * 0.65, 0, h * 0.5)
    s.rod(skin, (h * 0.4, 0, h * 0.2), grip, h * 0.1).rod(skin, grip, (h * 0.42, 0, h * 0.8), h * 0.1)


def ball(rng, skin, s, h):
    s.add(sphere(), skin, (h,) * 3)


def carton(rng, skin, s, h):
    s.box(skin, (h * rng.uniform(0.3, 1), h * rng.uniform(0.2, 0.9), h), (0, 0, 0))


def tin(rng, skin, s, h):
    s.add(cylinder(), skin, (h * rng.uniform(0.6, 0.8),) * 2 + (h,))


TRINKETS = (  # and their heights in metres
    (vase, (0.18, 0.35)),
    (bottle, (0.22, 0.33)),
    (bowl, (0.055, 0.085)),
    (cup, (0.08, 0.11)),
    (ball, (0.065, 0.085)),  # an apple, a tennis ball
    (ball, (0.2, 0.24)),  # a football
    (carton, (0.15, 0.3)),
    (tin, (0.1, 0.13)),
)


def books(rng, looks, s):
    """A stack of lying books."""
    z = 0.0
    for _ in range(rng.integers(1, 6)):
        t, size = rng.uniform(0.012, 0.045), (rng.uniform(0.13, 0.2), rng.uniform(0.19, 0.27))
        s.box(looks.paint(), (*size, t), (0, 0, z), yaw=rng.normal(0, 0.2))
        z += t


def trinket(rng, looks, limit=0.35):
    """A small object of at most `limit` metres: vase, bottle, bowl, cup, ball, carton, tin, stack of books."""
    s, fitting = Soup(), [t for t in TRINKETS if t[1][0] < limit]
    if rng.random() < 0.15 or not fitting:
        books(rng, looks, s)
        return s
    shape, (low, high) = fitting[rng.integers(len(fitting))]
    skin = looks.paint(rng.choice([0.0, 0.04, 0.08])) if rng.random() < 0.7 else looks.picture()
    shape(rng, skin, s, rng.uniform(low, min(high, limit)))
    return s


def potted_plant(rng, looks, height=None):
    """Pot with thin stems and leaf blades."""
    s, h = Soup(), height or rng.uniform(0.3, 1.8)
    pot, leaf = looks.paint(), looks.leaf()
    p = h * rng.uniform(0.2, 0.35)
    s.add(lathe(((0, 0), (0.36, 0), (0.5, 1), (0.42, 1), (0, 0.9))), pot, (p, p, p))
    for _ in range(rng.integers(5, 22)):
        a, reach, top = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.45) * h, rng.uniform(0.5, 1.0) * h
        tip = np.array([reach * np.cos(a), reach * np.sin(a), top])
        s.rod(leaf, (0, 0, p * 0.9), tip, 0.008, 5)
        s.add(
            sphere(8),
            leaf,
            (h * 0.09, h * 0.02, h * 0.22),
            tip - [0, 0, h * 0.08],
            yaw=a + np.pi / 2,
            pitch=rng.uniform(-1.2, 0.6),
        )
    return s
