"""The upper decoder levels on a part of the picture.

A whole picture of 512 pixels costs seconds on a processor, nearly all of it in the two upper levels and the head, whose
neighbouring pixels teach much the same. They run on a window of their maps here, as exactly as on the whole: what
the window's border lacks of its surroundings reaches REACH cells into it and is cut off.
"""

from dataclasses import dataclass

from .levels import lower_levels

CELLS = 128  # per side of the last but one level
WINDOW = 56  # cells per side that are computed
REACH = 8  # cells: five convolutions at this level, five at the next and one at the head's
PIXELS = 4  # per side of a cell
TOKEN = 4  # cells per side of a token of the finest crops; windows begin and end with one


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
        room = (CELLS - WINDOW) // TOKEN
        return cls(*(TOKEN * min(max(int((2 * v - 0.5) * (room + 1)), 0), room) for v in place.tolist()))

    def cells(self, map, scale=1):
        """The window of maps (..., S, S) that have `scale` pixels per side of a cell."""
        rows, columns = (slice(scale * first, scale * (first + WINDOW)) for first in (self.top, self.left))
        return map[..., rows, columns]

    def tokens(self, map):
        """The window of maps (B, width, 32, 32) of tokens."""
        rows, columns = (slice(first // TOKEN, (first + WINDOW) // TOKEN) for first in (self.top, self.left))
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
    up, project = model.depth_pro.neck.feature_upsample, model.depth_pro.neck.feature_projection.projections
    deep, shallow = (block(window.tokens(hook)) for block, hook in zip(up.intermediate, features[-2:]))
    lower = window.cells(lower_levels(model, features, 3))
    return model.fusion_stage.final(model.fusion_stage.intermediate[3](lower, project[3](deep)), project[4](shallow))
