"""What the uppermost level is told of the picture."""

import pytest
import torch
import torch.nn.functional as F

from training.augment import plain
from training.data import Pairs
from training.encoded import encode
from training.network import build, encoders
from training.pixels import cell_values, channel_count, finest_feature


def test_a_token_tells_what_its_pixels_are(small, scenes):
    pixels = torch.stack([plain(s)["picture"] for s in Pairs([scenes], 128)])
    with torch.no_grad():
        tokens = encoders(small)["patch"].embeddings(pixels)[:, 1:].transpose(1, 2).unflatten(2, (8, 8))
        told = small.depth_pro.neck.feature_upsample.intermediate[1](tokens)[:, : channel_count(small)]
    true = F.conv2d(pixels, cell_values()[: channel_count(small)].float(), stride=2)
    agreement = [torch.corrcoef(torch.stack((a, b)))[0, 1] for a, b in
                 zip(told.transpose(0, 1).flatten(1), true.transpose(0, 1).flatten(1))]  # fmt: skip
    assert agreement[0] > 0.95 and agreement[1] > 0.4, agreement  # of 64 numbers; 192 tell more


def test_the_uppermost_level_hears_the_picture_alone(small):
    hook = encode(small, torch.randn(1, 3, 512, 512, generator=torch.Generator().manual_seed(1)))[-1]
    neck = small.depth_pro.neck
    with torch.no_grad():
        whole = neck.feature_projection.projections[4](neck.feature_upsample.intermediate[1](hook))
        assert torch.allclose(finest_feature(small, hook), whole, atol=1e-5)
    assert 0.01 < whole.std() < 0.3


@pytest.mark.parametrize(("decoder", "maps"), [(8, 1), (20, 2), (64, 8), (96, 8)])
def test_any_decoder_gets_the_maps_it_has_room_for(decoder, maps):
    model = build(width=64, layers=2, heads=1, decoder=decoder, hooks=(1, -1))
    assert channel_count(model) == maps
    layers = model.depth_pro.neck.feature_upsample.intermediate[1].layers
    assert all(layer.weight.isfinite().all() and layer.weight.abs().max() < 200 for layer in layers)
    with torch.no_grad():
        out = layers[3](layers[2](layers[1](layers[0](torch.randn(1, 64, 2, 2)))))
    assert out[:, :maps].abs().amax((0, 2, 3)).min() > 0 and not out[:, maps:].any()


def test_a_block_has_no_pixels_to_read():
    with pytest.raises(ValueError, match="-1"):
        build(width=64, layers=4, heads=1, decoder=16, hooks=(2, 0))
    with pytest.raises(ValueError, match="no room"):
        build(width=64, layers=4, heads=1, decoder=4, hooks=(2, -1))
