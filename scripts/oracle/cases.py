"""The fixture cases: which small Depth Pro networks are made, and from which seeds."""

from __future__ import annotations

from dataclasses import dataclass, replace

HEAD_WIDTH = 64
"""Width of an attention head; a reader of Apple's checkpoint infers the number of heads from it."""

APPLE_HOOKS = (11, 5)


@dataclass(frozen=True)
class Geometry:
    """Sides in pixels. The network input is `4 * patch_side` on a side, a token covers `token_side` pixels."""

    patch_side: int = 384
    token_side: int = 16
    merge_padding: int = 3

    @property
    def input_side(self) -> int:
        return 4 * self.patch_side


@dataclass(frozen=True)
class Widths:
    """Channel counts. `scaled` is in the order of transformers: lowest resolution first (Apple's upsample2, 1, 0)."""

    hidden: int
    layers: int
    mlp_ratio: int
    fusion: int
    intermediate: tuple[int, int]
    scaled: tuple[int, int, int]

    @property
    def heads(self) -> int:
        return self.hidden // HEAD_WIDTH


@dataclass(frozen=True)
class Case:
    """One fixture folder.

    zero_fraction: share of the canonical inverse depth that the last ReLU cuts to exactly 0; with 0 the map is
    positive everywhere, so that metric depth is well conditioned at every pixel.
    weight_type: type of the stored weights; the reference is computed from the weights after rounding to it.
    hooks: blocks of the patch encoder that the decoder reads, deep to shallow; -1 is what the first begins with.
    Apple's layout knows one pair only, so other cases are not stored in it.
    """

    name: str
    seed: int
    widths: Widths
    geometry: Geometry = Geometry()
    photo_size: tuple[int, int] = (300, 500)
    zero_fraction: float = 0.0
    weight_type: str = "float32"
    max_shard_size: str = "5GB"
    stores_stages: bool = True
    hooks: tuple[int, int] = APPLE_HOOKS


NARROW = Widths(hidden=64, layers=12, mlp_ratio=4, fusion=16, intermediate=(16, 16), scaled=(64, 64, 32))
WIDE = Widths(hidden=192, layers=12, mlp_ratio=4, fusion=32, intermediate=(24, 32), scaled=(96, 80, 48))
MINI = Widths(hidden=64, layers=14, mlp_ratio=2, fusion=16, intermediate=(16, 16), scaled=(64, 48, 32))
MINI_GEOMETRY = Geometry(patch_side=128, merge_padding=1)

_MINI = Case("mini", seed=41, widths=MINI, geometry=MINI_GEOMETRY, photo_size=(431, 613), zero_fraction=0.05)

CASES: tuple[Case, ...] = (
    Case("narrow-11", seed=11, widths=NARROW),
    Case("narrow-12", seed=12, widths=NARROW, zero_fraction=0.02),
    Case("narrow-13", seed=13, widths=NARROW, stores_stages=False),
    Case("wide-21", seed=21, widths=WIDE),
    _MINI,
    replace(_MINI, name="mini-bf16", weight_type="bfloat16", stores_stages=False),
    replace(_MINI, name="mini-f16", weight_type="float16", stores_stages=False),
    replace(_MINI, name="mini-sharded", max_shard_size="2MB", stores_stages=False),
    replace(_MINI, name="mini-embedded", hooks=(5, -1), stores_stages=False),
)
