"""The upper decoder levels on a part of the picture.

A whole picture of 512 pixels costs seconds on a processor, nearly all of it in the two upper levels and the head, whose
neighbouring pixels teach much the same. They run on a window of their maps here, as exactly as on the whole: what
the window's border lacks of its surroundings reaches REACH cells into it and is cut off.
"""

from dataclasses import dataclass

import torch

CELLS = 128  # per side of the last but one level
WINDOW = 72  # cells per side that are computed
REACH = 8  # cells: five convolutions at this level, five at the next and one at the head's
PIXELS = 4  # per side of a cell


@dataclass(frozen=True)
class Window:
    """The first cell of WINDOW x WINDOW."""

    top: int
    left: int

    @classmethod
    def at(cls, place):
        """The window at a place (2) of 0...1 in y and x.

        A quarter of the places is at each border, without which the border's pixels would be in no window but the last.
        """
        room = CELLS - WINDOW
        return cls(*(min(max(int((2 * v - 0.5) * (room + 1)), 0), room) for v in place.tolist()))

    def cells(self, map, scale=1):
        """The window of maps (B, d, S, S) that have `scale` pixels per side of a cell."""
        rows, columns = (slice(scale * first, scale * (first + WINDOW)) for first in (self.top, self.left))
        return map[..., rows, columns]

    def inner(self, map):
        """Of a window's pixels (B, S, S), those that its border does not reach; the picture's border is none."""
        sides = [
            slice(0 if first == 0 else PIXELS * REACH, None if first == CELLS - WINDOW else -PIXELS * REACH)
            for first in (self.top, self.left)
        ]
        return map[..., *sides]

    def cut(self, map):
        """The same pixels of maps of whole pictures (B, 512, 512)."""
        return self.inner(self.cells(map, PIXELS))


def windowed_features(model, features, window):
    """What the head needs (B, d, 2 WINDOW, 2 WINDOW) for a window, from the encoder's features."""
    neck, stages = model.depth_pro.neck, model.fusion_stage
    image, lowest, *others = neck.feature_upsample(list(features))
    project = neck.feature_projection.projections
    fused = stages.intermediate[0](project[0](neck.fuse_image_with_low_res(torch.cat((lowest, image), 1))))
    for level in (1, 2):
        fused = stages.intermediate[level](fused, project[level](others[level - 1]))
    fused = stages.intermediate[3](window.cells(fused), project[3](window.cells(others[2])))
    return stages.final(fused, project[4](window.cells(others[3], 2)))
