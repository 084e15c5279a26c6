"""Pinhole camera with its own horizontal and vertical focal length, as a photograph stretched to a square has."""

from dataclasses import dataclass

import numpy as np

from .mesh import rotation


@dataclass
class Camera:
    """`position` in metres, `yaw` from +y towards -x, `pitch` upwards, `roll`, in radians; focal lengths in pixels."""

    position: tuple
    yaw: float
    pitch: float
    roll: float
    focal_x: float
    focal_y: float
    side: int

    def directions(self, x, y):
        """World directions through pixel coordinates, of length one along the optical axis: t is z-depth."""
        centre = self.side / 2
        right, down = (x - centre) / self.focal_x, (y - centre) / self.focal_y
        local = np.stack([right, np.ones_like(right), -down], -1).astype(np.float32)
        return local @ rotation(self.yaw, self.pitch, self.roll).T

    def grid(self, step=1, jitter=(0.5, 0.5)):
        """Origins and directions of every `step`-th pixel, row by row."""
        y, x = np.mgrid[0 : self.side : step, 0 : self.side : step].astype(np.float32) + np.float32(0.5) * (step - 1)
        d = self.directions(x.ravel() + jitter[0], y.ravel() + jitter[1])
        return np.broadcast_to(np.float32(self.position), d.shape).copy(), d


def eye_height(rng):
    """Metres above the ground at which people hold a camera."""
    return float(np.clip(rng.normal(1.55, 0.08), 1.3, 1.8))


def lens(rng, side):
    """Focal lengths in pixels (x, y) of a random photograph stretched to `side` x `side`, and its aspect ratio.

    Horizontal field of view 20...100 degrees. That of the longer side is around that of telephones in most pictures and
    spread evenly in a third. Stretched to the square, a picture hides its aspect, and with it how far the ground is.
    """
    while True:
        longer = rng.normal(64, 9) if rng.random() < 0.67 else rng.uniform(20, 100)
        aspect = rng.choice([4 / 3, 1.5, 16 / 9, 3 / 4, 1.0], p=[0.45, 0.2, 0.1, 0.2, 0.05])
        focal = 0.5 / np.tan(np.radians(longer) / 2) * max(1, 1 / aspect)  # in widths
        fov, vertical = (2 * np.degrees(np.arctan(0.5 / (focal * x))) for x in (1, aspect))
        if 20 <= fov <= 100 and 14 <= vertical <= 105:
            return focal * side, focal * aspect * side, float(aspect)
