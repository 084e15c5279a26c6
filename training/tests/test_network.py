"""The network before any training, and its parts that run by themselves."""

import torch

from training import train
from training.augment import plain
from training.data import Pairs
from training.encoded import encode
from training.levels import lower_inverse_depth, lower_levels, lowest_features, lowest_inverse_depth
from training.network import build, encoders, predict_inverse_depth, share_encoder


def test_fresh_tokens_tell_frequencies_apart(scenes, small):
    """Whitened: no coefficient drowns the others, as the mean colour does behind random weights."""
    embed = encoders(small)["patch"].embeddings
    pixels = torch.stack([plain(s)["picture"] for s in Pairs([scenes], 128)])
    with torch.no_grad():
        size = embed.patch_embeddings(pixels).flatten(0, 1).std(0)
    assert size.max() < 20 * size.median() and size.max() < 5
    places = embed.position_embeddings[0, 1:]
    distance = torch.cdist(places, places)
    assert (distance + 99 * torch.eye(64)).min() > 0.1 and distance[0, 1] < distance[0, 63]


def test_fresh_outputs_are_of_the_right_size(small):
    with torch.no_grad():
        out = small(pixel_values=torch.randn(1, 3, 512, 512, generator=torch.Generator().manual_seed(1)))
    assert 0.1 < out.predicted_depth.mean() < 1 and out.predicted_depth.std() < 0.3
    assert 40 < float(out.field_of_view) < 80


def test_a_fresh_network_begins_with_its_coarse_depth(small):
    """Upper levels pass on what they get: where a picture is even, coarse and whole depth agree up to what they add."""
    pixels = torch.full((1, 3, 512, 512), 0.3)
    with torch.no_grad():
        whole = predict_inverse_depth(small, pixels)[0, 64:448:4, 64:448:4]
        coarse = lower_inverse_depth(small, encode(small, pixels), 2)[0, 16:112, 16:112]
    assert (whole - coarse).abs().mean() < 0.5 * coarse.std() + 0.02


def test_plain_attention_changes_no_result(small):
    pixels = torch.randn(1, 3, 512, 512, generator=torch.Generator().manual_seed(2))
    other = build(width=64, layers=4, heads=1, decoder=16, hooks=(2, -1)).eval()
    train.plain_attention(other)
    with torch.no_grad():
        assert torch.allclose(small(pixels).predicted_depth, other(pixels).predicted_depth, atol=1e-4)


def test_prediction_is_that_of_transformers(small):
    pixels = torch.randn(2, 3, 512, 512, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        out, depth = small(pixel_values=pixels), predict_inverse_depth(small, pixels)
        features = small.depth_pro(pixel_values=pixels).features
        assert torch.equal(out.predicted_depth, depth)
        assert torch.allclose(lowest_features(small, pixels), features[0], atol=1e-5)
        fused = small.fusion_stage(features)
        for count in (1, 2, 3):
            assert torch.allclose(lower_levels(small, encode(small, pixels), count), fused[count - 1], atol=1e-5)


def test_the_lowest_level_is_that_of_the_network_where_encoders_are_one(small):
    pixels = torch.randn(2, 3, 128, 128, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        assert torch.equal(lowest_features(small, pixels, shared=True), lowest_features(small, pixels))
        other = build(seed=4, width=64, layers=4, heads=1, decoder=16, hooks=(2, -1))
        for parameter in encoders(other)["patch"].parameters():
            parameter.mul_(1.1)
        assert not torch.allclose(lowest_features(other, pixels, shared=True), lowest_features(other, pixels))
        share_encoder(other)
        assert torch.equal(lowest_features(other, pixels, shared=True), lowest_features(other, pixels))
        assert lowest_inverse_depth(other, pixels).shape == (2, 64, 64)
