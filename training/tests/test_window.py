"""The upper decoder levels on a part of the picture."""

import copy

import pytest
import torch

from training.encoded import encode
from training.levels import open_head
from training.window import CELLS, PIXELS, REACH, WINDOW, Window, windowed_features


def test_windows_reach_every_pixel_often():
    seen = torch.zeros(128, 128)
    for place in torch.rand(500, 2, generator=torch.Generator().manual_seed(1)):
        window, cells = Window.at(place), torch.zeros(128, 128)
        rows, columns = (
            slice(first + REACH * (first > 0), first + WINDOW - REACH * (first < CELLS - WINDOW))
            for first in (window.top, window.left)
        )
        cells[rows, columns] = 1
        assert cells.sum() * 16 == window.cut(torch.ones(512, 512)).numel()
        seen += cells / 500
    assert seen.min() > 0.03 and seen.max() < 0.3  # corners and borders, and no place much more than others


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.999, 0.4), (0.3, 0.999)])
def test_a_window_is_computed_as_the_whole_is(small, place):
    """To rounding, with convolutions of unit gain, so that everything within reach of the border is heard."""
    generator = torch.Generator().manual_seed(6)
    model = copy.deepcopy(small).double()
    pixels = torch.randn(1, 3, 512, 512, generator=generator, dtype=torch.float64)
    window = Window.at(torch.tensor(place))
    with torch.no_grad():
        for module in model.fusion_stage.modules():
            if isinstance(module, torch.nn.Conv2d) and module.kernel_size == (3, 3):
                fan = module.weight[0].numel()
                module.weight.copy_(torch.randn(module.weight.shape, generator=generator) / fan**0.5)
        features = encode(model, pixels)
        part = open_head(model, windowed_features(model, features, window))
        whole = open_head(model, model.fusion_stage(model.depth_pro.neck(list(features)))[-1])
    assert (part - window.cells(whole, PIXELS)).abs().max() > 1e-3  # what is cut off
    part, whole = window.inner(part), window.cut(whole)
    assert part.shape == whole.shape and part.shape[1] >= 40 * 4
    assert torch.allclose(part, whole, rtol=0, atol=1e-9)
