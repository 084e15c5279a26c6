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

    Horizontal field of view 20...100 degrees: most around that of telephones, a third spread evenly. Most pictures are
    wide: stretched to the square, a picture hides its aspect, and with it a third of the distance along the ground.
    """
    while True:
        fov = rng.normal(62, 11) if rng.random() < 0.67 else rng.uniform(20, 100)
        aspect = rng.choice([4 / 3, 1.5, 16 / 9, 3 / 4, 1.0], p=[0.5, 0.25, 0.1, 0.1, 0.05])
        focal = 0.5 / np.tan(np.radians(fov) / 2)  # in widths
        vertical = 2 * np.degrees(np.arctan(0.5 / (focal * aspect)))
        if 20 <= fov <= 100 and 14 <= vertical <= 105:
            return focal * side, focal * aspect * side, float(aspect)
