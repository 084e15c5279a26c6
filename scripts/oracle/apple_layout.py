"""Writes a transformers state dict under the names of Apple's `depth_pro.pt` (DepthPro in apple/ml-depth-pro).

Apple's vision transformers are timm's, with one fused `qkv` product; Apple numbers features from high to low
resolution, transformers from low to high.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping

import torch

TRANSFORMERS = {
    "depth_pro.encoder.patch_encoder.model.": "encoder.patch_encoder.",
    "depth_pro.encoder.image_encoder.model.": "encoder.image_encoder.",
    "fov_model.fov_encoder.model.": "fov.encoder.0.",
}

_TRANSFORMER_RULES = (
    (r"embeddings\.cls_token", "cls_token"),
    (r"embeddings\.position_embeddings", "pos_embed"),
    (r"embeddings\.patch_embeddings\.projection\.(\w+)", r"patch_embed.proj.\1"),
    (r"layernorm\.(\w+)", r"norm.\1"),
    (r"encoder\.layer\.(\d+)\.norm([12])\.(\w+)", r"blocks.\1.norm\2.\3"),
    (r"encoder\.layer\.(\d+)\.attention\.q_proj\.(\w+)", r"blocks.\1.attn.qkv.\2"),
    (r"encoder\.layer\.(\d+)\.attention\.o_proj\.(\w+)", r"blocks.\1.attn.proj.\2"),
    (r"encoder\.layer\.(\d+)\.layer_scale([12])\.lambda1", r"blocks.\1.ls\2.gamma"),
    (r"encoder\.layer\.(\d+)\.mlp\.fc([12])\.(\w+)", r"blocks.\1.mlp.fc\2.\3"),
)

_NECK = r"depth_pro\.neck\.feature_upsample\."
_RULES = (
    (
        _NECK + r"intermediate\.([01])\.layers\.(\d)\.(\w+)",
        lambda m: f"encoder.upsample_latent{1 - int(m[1])}.{m[2]}.{m[3]}",
    ),
    (
        _NECK + r"scaled_images\.([012])\.layers\.(\d)\.(\w+)",
        lambda m: f"encoder.upsample{2 - int(m[1])}.{m[2]}.{m[3]}",
    ),
    (_NECK + r"image_block\.layers\.0\.(\w+)", r"encoder.upsample_lowres.\1"),
    (r"depth_pro\.neck\.fuse_image_with_low_res\.(\w+)", r"encoder.fuse_lowres.\1"),
    (
        r"depth_pro\.neck\.feature_projection\.projections\.(\d)\.(\w+)",
        lambda m: f"decoder.convs.{4 - int(m[1])}.{m[2]}",
    ),
    (r"fusion_stage\.intermediate\.(\d)\.(.+)", lambda m: f"decoder.fusions.{4 - int(m[1])}.{_fusion_part(m[2])}"),
    (r"fusion_stage\.final\.(.+)", lambda m: f"decoder.fusions.0.{_fusion_part(m[1])}"),
    (r"head\.layers\.(\d)\.(\w+)", r"head.\1.\2"),
    (r"fov_model\.fov_encoder\.neck\.(\w+)", r"fov.encoder.1.\1"),
    (r"fov_model\.conv\.(\w+)", r"fov.downsample.0.\1"),
    (r"fov_model\.head\.layers\.(\d)\.(\w+)", r"fov.head.\1.\2"),
)


def _fusion_part(part: str) -> str:
    """A name inside one fusion block: residual_layer1.convolution2.bias -> resnet1.residual.3.bias."""
    part = part.replace("projection.", "out_conv.")
    return re.sub(
        r"residual_layer([12])\.convolution([12])", lambda m: f"resnet{m[1]}.residual.{2 * int(m[2]) - 1}", part
    )


def apple_name(name: str) -> str:
    """Apple's name of a parameter that transformers calls `name` in memory; a q_proj stands for the fused qkv."""
    for prefix, apple_prefix in TRANSFORMERS.items():
        if name.startswith(prefix):
            return apple_prefix + _rename(name.removeprefix(prefix), _TRANSFORMER_RULES)
    return _rename(name, _RULES)


def _rename(name: str, rules: tuple) -> str:
    for pattern, replacement in rules:
        if match := re.fullmatch(pattern, name):
            return replacement(match) if callable(replacement) else match.expand(replacement)
    raise KeyError(f"no Apple name for the parameter {name}")


def apple_state(state: Mapping[str, torch.Tensor]) -> OrderedDict[str, torch.Tensor]:
    """The same weights in Apple's layout; query, key and value are stacked along the output axis."""
    result: OrderedDict[str, torch.Tensor] = OrderedDict()
    for name, value in state.items():
        if ".k_proj." in name or ".v_proj." in name:
            continue
        if ".q_proj." in name:
            value = torch.cat([state[name.replace("q_proj", part)] for part in ("q_proj", "k_proj", "v_proj")])
        result[apple_name(name)] = value.detach().clone().contiguous()
    return result
