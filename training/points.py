"""What the patch encoder learns first, by itself: depth and surface normals at 4 x 4 points of every token.

A linear head that is thrown away gives both; without decoder convolutions a picture costs five eighths of what it costs
in stage `lowest`. Normals tell floor from wall where depth alone changes little.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

POINTS = 4  # per side of a token


class PointHead(nn.Linear):
    """ln(C + FLOOR) and a normal (x right, y down, z away) at POINTS x POINTS places of each token; begins at zero."""

    def __init__(self, width):
        super().__init__(width, 4 * POINTS**2)
        with torch.no_grad():
            self.weight.zero_()
            self.bias.zero_()
            self.bias[: POINTS**2] = math.log(0.2)

    def forward(self, tokens):
        """ln(C + FLOOR) (B, S, S) and normals (B, 3, S, S) of tokens (B, 1 + N, width)."""
        side = math.isqrt(tokens.shape[1] - 1)
        cells = super().forward(tokens[:, 1:]).transpose(1, 2).unflatten(2, (side, side))
        points = F.pixel_shuffle(cells, POINTS)
        return points[:, 0], points[:, 1:]


def normals(inverse, focal):
    """Unit normals towards the camera (B, 3, S/2, S/2) of maps of canonical inverse depth (B, S, S); zero in the sky.

    `focal` (B, 2) holds the focal lengths over width and height. C is linear on a plane's picture, so that differences
    of neighbours within each 2 x 2 cell give its normal; cells that straddle an edge get one of no meaning.
    """
    side = inverse.shape[-1]
    a, b, c = inverse[:, ::2, ::2], inverse[:, ::2, 1::2], inverse[:, 1::2, ::2]
    right, down = (b - a) * side, (c - a) * side
    at = (torch.arange(side // 2, device=inverse.device) * 2 + 0.5) / side - 0.5
    ahead = a - at * right - at[:, None] * down
    x, y = (focal[:, i, None, None] for i in (0, 1))
    normal = -torch.stack((x * right, y * down, ahead), 1)
    seen = (a > 0) & (b > 0) & (c > 0)
    return F.normalize(normal, dim=1) * seen[:, None]
