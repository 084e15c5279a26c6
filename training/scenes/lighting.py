"""Daylight and lamp light for the scene families."""

import numpy as np

from .render import Light
from .textures import bank


def daylight(rng, haze=(300, 8000)):
    """Sun from noon to dusk, clear to overcast."""
    elevation, azimuth = np.radians(rng.uniform(8, 75)), rng.uniform(0, 2 * np.pi)
    direction = (np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation))
    overcast = rng.random() < 0.3
    warm = np.array([1.0, 0.95, 0.88]) if elevation > 0.4 else np.array([1.0, 0.75, 0.5])
    strength = rng.uniform(0.0, 0.25) if overcast else rng.uniform(0.9, 2.0)
    grey = np.array([0.8, 0.83, 0.87])
    blue = np.array([0.22, 0.42, 0.85]) * rng.uniform(0.5, 1.1)
    top = grey * rng.uniform(0.6, 1) if overcast else blue
    horizon = grey if overcast else np.array([0.75, 0.82, 0.9]) * (0.5 + 0.5 * warm)
    return Light(
        tuple(direction),
        tuple(warm * strength),
        [],
        tuple((0.45 + 0.35 * overcast) * (0.4 * top + 0.6 * horizon)),
        tuple(top),
        tuple(horizon),
        float(rng.uniform(0, 1.0)),
        int(rng.choice(bank().groups["clouds"])),
        float(np.exp(rng.uniform(*np.log(haze)))),
        float(rng.uniform(3, 12)),
    )


def indoor(rng, lamps):
    """Lamps plus daylight that enters through openings; `lamps` are positions."""
    light = daylight(rng, (1e6, 2e6))
    warm = np.array([1.0, rng.uniform(0.75, 1.0), rng.uniform(0.5, 1.0)])
    power = rng.uniform(0.6, 3.0) / max(len(lamps), 1)
    light.lamps = [
        (tuple(p), tuple(warm * power * rng.uniform(0.6, 1.4)), float(rng.uniform(0.01, 0.04))) for p in lamps
    ]
    light.ambient = tuple(np.array([0.35, 0.35, 0.35]) * rng.uniform(0.4, 1.6) * (0.5 + 0.5 * warm))
    light.occlusion_metres = float(rng.uniform(0.6, 2.4))
    light.sky_top, light.sky_horizon = tuple(np.array(light.sky_top) * 1.6), tuple(np.array(light.sky_horizon) * 1.6)
    return light
