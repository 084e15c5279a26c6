"""Fathom Mini: transformers' DepthProForDepthEstimation with small widths, nothing of the network written twice."""

import torch
from transformers import DepthProConfig, DepthProForDepthEstimation

from .initial import pass_through, scale_to_unit, start_large, start_with_frequencies
from .pixels import read_pixels

SIDE = 512  # pixels of the square the network sees
DECODER_LEVELS = 5
PATCH_SIDE = 128  # pixels of an encoder's crop: 8 x 8 tokens of 16 pixels


def config(width, layers, heads, decoder, hooks):
    """Depth Pro's geometry at a third: 25 + 9 + 1 crops of 128 pixels.

    `hooks` are block indices, deep to shallow; -1, which the shallow one must be, is what the first block begins with.
    """
    encoder = {
        "model_type": "dinov2",
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "mlp_ratio": 4,
        "patch_size": 16,
        "image_size": PATCH_SIDE,
        "use_mask_token": False,
        "drop_path_rate": 0.0,
    }
    return DepthProConfig(
        fusion_hidden_size=decoder,
        patch_size=PATCH_SIDE,
        intermediate_hook_ids=list(hooks),
        intermediate_feature_dims=[decoder, 2 * decoder],
        scaled_images_ratios=[0.25, 0.5, 1],
        scaled_images_overlap_ratios=[0.0, 0.5, 0.25],
        scaled_images_feature_dims=[2 * decoder] * 2 + [decoder],
        merge_padding_value=1,
        use_batch_norm_in_fusion_residual=False,
        use_bias_in_fusion_residual=True,
        use_fov_model=True,
        num_fov_head_layers=2,
        image_model_config=dict(encoder),
        patch_model_config=dict(encoder),
        fov_model_config=dict(encoder),
    )


def build(seed=0, **sizes):
    """A fresh network in float32 whose activations start near unit size and whose outputs start alive.

    transformers' initialisation lets the decoder grow to hundreds before any training; see `scale_to_unit`.
    """
    torch.manual_seed(seed)
    model = DepthProForDepthEstimation(config(**sizes))
    for vit in encoders(model).values():
        start_large(vit)
        start_with_frequencies(vit.embeddings)
    share_encoder(model)
    pass_through(model.fusion_stage)
    read_pixels(model)
    scale_to_unit(model)
    with torch.no_grad():
        model.head.layers[4].bias.fill_(0.3)
        model.fov_model.head.layers[4].bias.fill_(60.0)
    return model


def encoders(model):
    """The three vision transformers, by name."""
    return {
        "patch": model.depth_pro.encoder.patch_encoder.model,
        "image": model.depth_pro.encoder.image_encoder.model,
        "fov": model.fov_model.fov_encoder.model,
    }


def share_encoder(model):
    """Lets all three vision transformers begin with the weights of the first."""
    first, *others = encoders(model).values()
    for vit in others:
        vit.load_state_dict(first.state_dict())


def fov_parameters(model):
    """Names and parameters of the field-of-view network."""
    return [(n, p) for n, p in model.named_parameters() if n.startswith("fov_model.") and "mask_token" not in n]


def depth_parameters(model):
    """Names and parameters of everything but the field-of-view network and blocks that never run."""
    unused = ("fusion_stage.intermediate.0.residual_layer1.",)
    return [
        (n, p)
        for n, p in model.named_parameters()
        if not n.startswith(("fov_model.", *unused)) and "mask_token" not in n
    ]


FIXED = -1  # set by pixels.py, and trained by no stage
LEVEL_OF = {  # decoder level by the beginning of a parameter's name
    "depth_pro.neck.feature_upsample.image_block.": 0,
    "depth_pro.neck.fuse_image_with_low_res.": 0,
    **{f"depth_pro.neck.feature_upsample.scaled_images.{level}.": level for level in (0, 1, 2)},
    "depth_pro.neck.feature_upsample.intermediate.0.": 3,
    "depth_pro.neck.feature_upsample.intermediate.1.": FIXED,
    **{f"depth_pro.neck.feature_projection.projections.{level}.": level for level in range(5)},
    **{f"fusion_stage.intermediate.{level}.": level for level in range(4)},
    "fusion_stage.final.": 4,
}


def level_of(name):
    """The decoder level of a parameter, 0 for the lowest, or FIXED; None of the encoders and the head."""
    return next((level for start, level in LEVEL_OF.items() if name.startswith(start)), None)


def predict_inverse_depth(model, pixels):
    """Canonical inverse depth (B, S, S) of pixels (B, 3, S, S) in -1...1, without running the field-of-view network."""
    features = model.depth_pro(pixel_values=pixels, return_dict=True).features
    return model.head(model.fusion_stage(features)[-1])
