"""Lower levels first: after the encoder (points.py) the lowest decoder level learns from pictures of 128 pixels, then
the lower two from 256.

The layout of a scene, which most of delta1 is, lives in these levels, and a picture costs little: one crop and ten
instead of 35, no decoder level above 32 x 32 and 64 x 64. Upper levels of a fresh network
pass on what they are given (`initial.pass_through`), so the next stage begins with the depth that was learned here.
"""

import torch
import torch.nn.functional as F
from transformers.models.depth_pro.modeling_depth_pro import reconstruct_feature_maps, split_to_patches

from .network import PATCH_SIDE

TOKENS = PATCH_SIDE // 16  # per side of a crop


def open_head(model, features):
    """Canonical inverse depth before the head's last ReLU, so that what is below zero still learns."""
    for layer in model.head.layers[:-1]:
        features = layer(features)
    return features[:, 0]


def lowest_inverse_depth(model, pixels):
    """Canonical inverse depth (B, 64, 64), possibly below zero, of pictures (B, 3, 128, 128).

    The head behind the first decoder level. The patch encoder alone runs and stands for the image encoder too, which
    sees the same picture: after this stage `network.share_encoder` makes their weights the same.
    """
    return open_head(model, model.fusion_stage.intermediate[0](lowest_features(model, pixels, shared=True)))


def coarse_inverse_depth(model, pixels, fixed=False):
    """Canonical inverse depth (B, 128, 128), possibly below zero, of pictures (B, 3, 256, 256).

    The head behind the second decoder level. Vision transformers that are `fixed` get no gradient, and half the time is
    saved.
    """
    lowest, middle = lower_features(model, pixels, fixed)
    first, second = model.fusion_stage.intermediate[:2]
    return open_head(model, second(first(lowest), middle))


def lower_features(model, pixels, fixed=False):
    """The decoder's first two inputs, (B, d, 16, 16) and (B, d, 32, 32), from pictures of the 256-pixel level."""
    encoder, neck = model.depth_pro.encoder, model.depth_pro.neck
    up, project = neck.feature_upsample, neck.feature_projection.projections
    small = F.interpolate(pixels, scale_factor=0.5, mode="bilinear")
    patches = torch.cat((split_to_patches(pixels, PATCH_SIDE, 0.5), small))
    with torch.set_grad_enabled(torch.is_grad_enabled() and not fixed):
        tokens = encoder.patch_encoder.model(patches).last_hidden_state
        image = encoder.image_encoder.model(small).last_hidden_state
    merge = lambda t, padding, side: reconstruct_feature_maps(t, len(pixels), padding, (side, side))
    middle = up.scaled_images[1](merge(tokens[: -len(pixels)], 2 * model.config.merge_padding_value, 2 * TOKENS))
    return fuse(model, tokens[-len(pixels) :], image), project[1](middle)


def fuse(model, tokens, image):
    """The decoder's coarsest input (B, d, 16, 16) from the patch and the image encoder's tokens of whole pictures."""
    neck = model.depth_pro.neck
    up, maps = (
        neck.feature_upsample,
        [reconstruct_feature_maps(t, len(t), 0, (TOKENS, TOKENS)) for t in (tokens, image)],
    )
    both = torch.cat((up.scaled_images[0](maps[0]), up.image_block(maps[1])), 1)
    return neck.feature_projection.projections[0](neck.fuse_image_with_low_res(both))


def lowest_features(model, pixels, shared=False):
    """The decoder's coarsest input (B, d, 16, 16) from pictures of any size; sees one 128-pixel crop of each.

    With `shared` the patch encoder's tokens are taken for the image encoder's.
    """
    encoder, small = model.depth_pro.encoder, pixels
    if pixels.shape[-1] != PATCH_SIDE:
        small = F.interpolate(pixels, (PATCH_SIDE, PATCH_SIDE), mode="bilinear")
    tokens = encoder.patch_encoder.model(small).last_hidden_state
    return fuse(model, tokens, tokens if shared else encoder.image_encoder.model(small).last_hidden_state)
