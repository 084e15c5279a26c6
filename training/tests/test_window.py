"""The upper decoder levels on a part of the picture."""

import copy

import pytest
import torch

from training.curriculum import STAGES
from training.encoded import encode
from training.levels import open_head
from training.window import PIXELS, Window, windowed_features


@pytest.mark.parametrize("size", {stage.window for stage in STAGES.values()})
def test_windows_reach_every_pixel_often(size):
    seen = torch.zeros(512, 512)
    places = torch.rand(4000, 2, generator=torch.Generator().manual_seed(1))
    for place in places:
        window = Window.at(place, *size)
        window.pixels(seen).add_(window.heard(seen))
    # corners and borders too, and no place much more than others
    share = ((size[0] - 2 * size[1]) / 128) ** 2
    assert seen.min() > 0.1 * share * len(places) and seen.max() < 6 * share * len(places)


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.999, 0.4), (0.3, 0.999)])
def test_a_window_is_computed_as_the_whole_is(small, place):
    """To rounding, with convolutions of unit gain, so that everything within reach of the border is heard."""
    generator = torch.Generator().manual_seed(6)
    model = copy.deepcopy(small).double()
    pixels = torch.randn(2, 3, 512, 512, generator=generator, dtype=torch.float64)
    windows = [Window.at(torch.tensor(place), 56), Window.at(torch.tensor([0.5, 0.5]), 56)]
    with torch.no_grad():
        for module in model.fusion_stage.modules():
            if isinstance(module, torch.nn.Conv2d) and module.kernel_size == (3, 3):
                fan = module.weight[0].numel()
                module.weight.copy_(torch.randn(module.weight.shape, generator=generator) / fan**0.5)
        features = encode(model, pixels)
        parts = open_head(model, windowed_features(model, features, windows))
        wholes = open_head(model, model.fusion_stage(model.depth_pro.neck(list(features)))[-1])
    for window, part, whole in zip(windows, parts, wholes, strict=True):
        heard, whole = window.heard(whole), window.pixels(whole)
        assert (part - whole).abs().max() > 1e-3  # what is not heard
        assert heard.sum() >= (40 * PIXELS) ** 2 and torch.allclose(part[heard], whole[heard], rtol=0, atol=1e-9)
