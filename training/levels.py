"""The decoder, level by level.

After the encoder (points.py), which is fixed from then on, the lowest level learns from pictures of 128 pixels, then
the second and the third from what the encoders say of whole pictures (encoded.py), the upper two in window.py.

The layout of a scene, which most of delta1 is, lives in the lowest levels, and a picture costs little there: no decoder
level above 32 x 32 or 64 x 64. Upper levels of a fresh network pass on what they are given
(`initial.pass_through`), so the next stage begins with the depth that was learned here.
"""

import torch
import torch.nn.functional as F
from transformers.models.depth_pro.modeling_depth_pro import reconstruct_feature_maps

from .network import PATCH_SIDE

TOKENS = PATCH_SIDE // 16  # per side of a crop


def open_head(model, features):
    """Canonical inverse depth before the head's last ReLU, so that what is below zero still learns."""
    for layer in model.head.layers[:-1]:
        features = layer(features)
    return features[:, 0]


def fuse(model, tokens, image):
    """The decoder's coarsest input (B, d, 16, 16) from maps (B, width, 8, 8) of the patch and of the image encoder."""
    neck = model.depth_pro.neck
    both = torch.cat((neck.feature_upsample.scaled_images[0](tokens), neck.feature_upsample.image_block(image)), 1)
    return neck.feature_projection.projections[0](neck.fuse_image_with_low_res(both))


def lowest_features(model, pixels, shared=False):
    """The decoder's coarsest input (B, d, 16, 16) from pictures of any size; shrinks them to 128.

    With `shared` the patch encoder's tokens are taken for the image encoder's.
    """
    encoder, small = model.depth_pro.encoder, pixels
    if pixels.shape[-1] != PATCH_SIDE:
        small = F.interpolate(pixels, (PATCH_SIDE, PATCH_SIDE), mode="bilinear")
    map_of = lambda vit: reconstruct_feature_maps(vit(small).last_hidden_state, len(small), 0, (TOKENS, TOKENS))
    tokens = map_of(encoder.patch_encoder.model)
    return fuse(model, tokens, tokens if shared else map_of(encoder.image_encoder.model))


def lowest_inverse_depth(model, pixels):
    """Canonical inverse depth (B, 64, 64), possibly below zero, of pictures (B, 3, 128, 128).

    The head behind the first decoder level. The patch encoder alone runs and stands for the image encoder too, which
    sees the same picture: after this stage `network.share_encoder` makes their weights the same.
    """
    return open_head(model, model.fusion_stage.intermediate[0](lowest_features(model, pixels, shared=True)))


def lower_levels(model, features, count):
    """What `count` decoder levels, one to three, make of the encoders' maps: (B, d, 16 * 2^count, same)."""
    image, lowest, *others = features
    up, project = model.depth_pro.neck.feature_upsample, model.depth_pro.neck.feature_projection.projections
    fused = model.fusion_stage.intermediate[0](fuse(model, lowest, image))
    for level in range(1, count):
        fused = model.fusion_stage.intermediate[level](
            fused, project[level](up.scaled_images[level](others[level - 1]))
        )
    return fused


def lower_inverse_depth(model, features, count):
    """Canonical inverse depth (B, 32 * 2^count, same), possibly below zero: the head behind `count` decoder levels."""
    return open_head(model, lower_levels(model, features, count))
