"""The upper decoder levels on a part of the picture.

A whole picture of 512 pixels costs seconds on a processor, nearly all of it in the two upper levels and the head, whose
neighbouring pixels teach much the same. They run on a window of their maps here: what the window's border lacks of its
surroundings reaches REACH cells into it and is not heard; all else is exactly as on the whole.
"""

from dataclasses import dataclass

import torch

from .levels import lower_levels
from .pixels import finest_feature

CELLS = 128  # per side of the last but one level
REACH = 8  # cells: five convolutions at this level, five at the next and one at the head's
PIXELS = 4  # per side of a cell
TOKEN = 4  # cells per side of a token of the finest crops; windows begin and end with one


@dataclass(frozen=True)
class Window:
    """`side` x `side` cells from a first one on; of those less than `reach` cells from the border nothing is heard."""

    top: int
    left: int
    side: int
    reach: int = REACH

    @classmethod
    def at(cls, place, side, reach=REACH):
        """The window at a place (2) of 0...1 in y and x.

        A share of the places is at each border, without which the border's pixels would be in no window but the last.
        """
        room = (CELLS - side) // TOKEN
        return cls(*(TOKEN * min(max(int((2 * v - 0.5) * (room + 1)), 0), room) for v in place.tolist()), side, reach)

    def cells(self, map, scale=1):
        """The window of maps (..., S, S) that have `scale` pixels per side of a cell."""
        rows, columns = (slice(scale * first, scale * (first + self.side)) for first in (self.top, self.left))
        return map[..., rows, columns]

    def pixels(self, map):
        """The window of maps (..., 512, 512)."""
        return self.cells(map, PIXELS)

    def tokens(self, map):
        """The window of maps (..., 32, 32) of tokens."""
        rows, columns = (slice(first // TOKEN, (first + self.side) // TOKEN) for first in (self.top, self.left))
        return map[..., rows, columns]

    def heard(self, map):
        """Which pixels of a window of a map (512, 512) its border does not reach; the picture's border is none."""
        heard = torch.zeros_like(map, dtype=torch.bool)
        rows, columns = (
            slice(
                PIXELS * (first + (self.reach if first > 0 else 0)),
                PIXELS * (first + self.side - (self.reach if first + self.side < CELLS else 0)),
            )
            for first in (self.top, self.left)
        )
        heard[rows, columns] = True
        return self.pixels(heard)


def cut_out(windows, part, maps):
    """Of each map (B, ...) the part of its own window, as one of the functions of `Window` gives it."""
    return torch.stack([part(window, map) for window, map in zip(windows, maps, strict=True)])


def windowed_features(model, features, windows):
    """What the head needs (B, d, 2 side, 2 side) for a window of each picture, from the encoder's features."""
    neck, fusion = model.depth_pro.neck, model.fusion_stage
    deep, shallow = (cut_out(windows, Window.tokens, hook) for hook in features[-2:])
    lower = cut_out(windows, Window.cells, lower_levels(model, features, 3))
    skip = neck.feature_projection.projections[3](neck.feature_upsample.intermediate[0](deep))
    return fusion.final(fusion.intermediate[3](lower, skip), finest_feature(model, shallow))
