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


FLAT = 0.05  # of C: a cell further than this from a plane straddles an edge, and no normal is its own


def normals(inverse, focal):
    """Unit normals towards the camera (B, 3, S/4, S/4) of maps of canonical inverse depth (B, S, S).

    Zero in the sky and at edges. `focal` (B, 2) holds the focal lengths over width and height. C is linear on a plane's
    picture, so that the halves of each 4 x 4 cell give its normal. Neighbours alone would not: of depth in half
    precision, those of a crop of a quarter are off by 20 degrees. Of a crop off the middle, normals are as if it were
    a picture by itself, which is nearly as seen along its own direction.
    """
    side = inverse.shape[-1]
    cells = inverse.unflatten(2, (side // 4, 4)).unflatten(1, (side // 4, 4))  # (B, rows, 4, columns, 4)
    mean = lambda part: part.mean((2, 4))
    right = (mean(cells[..., 2:]) - mean(cells[..., :2])) * side / 2  # per side of the picture
    down = (mean(cells[:, :, 2:]) - mean(cells[:, :, :2])) * side / 2
    at = (torch.arange(side // 4, device=inverse.device) * 4 + 2) / side - 0.5
    ahead = mean(cells) - at * right - at[:, None] * down
    x, y = (focal[:, i, None, None] for i in (0, 1))
    normal = -torch.stack((x * right, y * down, ahead), 1)
    offset = (torch.arange(4, device=inverse.device) - 1.5) / side
    plane = mean(cells)[:, :, None, :, None] + right[:, :, None, :, None] * offset
    plane = plane + down[:, :, None, :, None] * offset[:, None, None]
    seen = ((cells - plane).abs() < FLAT * mean(cells)[:, :, None, :, None]).all(4).all(2)  # never where C is zero
    return F.normalize(normal, dim=1) * seen[:, None]
