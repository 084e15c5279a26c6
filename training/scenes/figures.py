"""People and animals of true size from ellipsoids and rods."""

import numpy as np

from .mesh import Soup, sphere


def person(rng, looks, sitting=None):
    """Adult or child, standing, walking or sitting, facing -y."""
    h = rng.normal(1.7, 0.09) if rng.random() < 0.95 else rng.uniform(1.0, 1.5)
    s, skin, shirt, trousers, hair = (
        Soup(),
        looks.skin(),
        looks.cloth(),
        looks.cloth(),
        looks.paint(0, saturation=(0, 0.6), value=(0.05, 0.6)),
    )
    sitting = rng.random() < 0.2 if sitting is None else sitting
    hip = h * (0.27 if sitting else 0.5)
    stride, lean = rng.uniform(0, 0.25) * h, rng.normal(0, 0.05)
    for side in (-1, 1):
        x = side * 0.055 * h
        if sitting:
            knee, foot = np.array([x, -0.25 * h, hip]), np.array([x, -0.25 * h, 0.03])
        else:
            foot = np.array([x, side * stride / 2, 0.03])
            knee = (np.array([x, 0, hip]) + foot) / 2 + [0, -0.02 * h, 0]
        s.rod(trousers, (x, 0, hip), knee, 0.1 * h).rod(trousers, knee, foot, 0.07 * h)
        s.add(sphere(8), looks.paint(), (0.06 * h, 0.15 * h, 0.05 * h), (foot[0], foot[1] - 0.04 * h, 0))
        elbow = np.array([side * rng.uniform(0.13, 0.2) * h, rng.uniform(-0.1, 0.1) * h, hip + 0.14 * h])
        hand = (
            elbow + np.array([side * rng.uniform(-0.08, 0.05), rng.uniform(-0.16, 0.02), rng.uniform(-0.13, 0.12)]) * h
        )
        shoulder = (side * 0.11 * h, lean * h, hip + 0.3 * h)
        s.rod(shirt, shoulder, elbow, 0.055 * h).rod(shirt if rng.random() < 0.5 else skin, elbow, hand, 0.045 * h)
        s.add(sphere(8), skin, (0.05 * h,) * 3, hand - [0, 0, 0.025 * h])
    s.add(sphere(), shirt, (0.25 * h, 0.15 * h, 0.38 * h), (0, lean * h / 2, hip - 0.03 * h))
    s.add(sphere(), shirt, (0.26 * h, 0.13 * h, 0.12 * h), (0, lean * h, hip + 0.23 * h))
    s.rod(skin, (0, lean * h, hip + 0.3 * h), (0, lean * h, hip + 0.37 * h), 0.06 * h)
    s.add(sphere(), skin, (0.1 * h, 0.12 * h, 0.15 * h), (0, lean * h, hip + 0.35 * h))
    s.add(sphere(), hair, (0.115 * h, 0.12 * h, 0.12 * h), (0, lean * h + 0.015 * h, hip + 0.4 * h))
    if rng.random() < 0.25:
        s.add(sphere(8), hair, (0.12 * h, 0.07 * h, 0.3 * h), (0, lean * h + 0.06 * h, hip + 0.2 * h))
    return s


ANIMALS = {  # length of the body in metres; legs and thickness as shares of it
    "cat": ((0.42, 0.5), (0.3, 0.36), (0.26, 0.32)),
    "dog": ((0.65, 1.0), (0.42, 0.52), (0.25, 0.32)),
    "horse": ((2.1, 2.4), (0.5, 0.56), (0.27, 0.32)),
}


def animal(rng, looks, kinds=tuple(ANIMALS)):
    """One of `kinds`, facing -y."""
    length, legs, thickness = (rng.uniform(*sizes) for sizes in ANIMALS[rng.choice(kinds)])
    s, fur = (
        Soup(),
        looks.make(
            looks.one_of("noise", "leaves", "grass"), looks.color((0.03, 0.13), (0, 0.6), (0.08, 0.9)), 0.4, length
        ),
    )
    leg, thick = length * legs, length * thickness
    s.add(sphere(), fur, (thick, length * 0.8, thick * 1.1), (0, 0, leg * 0.9))
    for x in (-1, 1):
        for y in (-1, 1):
            s.rod(
                fur,
                (x * thick * 0.25, y * length * 0.27, leg * 1.15),
                (x * thick * 0.25, y * length * 0.27 + rng.uniform(-0.1, 0.1) * length, 0),
                thick * 0.22,
            )
    neck = np.array([0, -length * 0.5, leg + thick * rng.uniform(0.9, 1.6)])
    s.rod(fur, (0, -length * 0.3, leg + thick * 0.6), neck, thick * 0.4)
    s.add(sphere(), fur, (thick * 0.45, thick * 0.8, thick * 0.5), neck - [0, thick * 0.2, thick * 0.2])
    for x in (-1, 1):
        s.add(sphere(6), fur, (thick * 0.12, thick * 0.06, thick * 0.3), neck + [x * thick * 0.15, 0, thick * 0.2])
    return s.rod(
        fur, (0, length * 0.37, leg + thick * 0.7), (0, length * 0.6, leg + thick * rng.uniform(0, 1)), thick * 0.12
    )
