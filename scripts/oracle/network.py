"""Random-weight Depth Pro networks of transformers whose every parameter matters and whose depth is not degenerate."""

from __future__ import annotations

import zlib

import numpy as np
import torch
from torch import nn
from transformers import DepthProConfig, DepthProForDepthEstimation

from cases import Case

FIELD_OF_VIEW_DEGREES = 50.0
CANONICAL_MAXIMUM = 4.0


def configuration(case: Case) -> DepthProConfig:
    """The transformers configuration of a case; its three encoders have the same widths."""
    widths, geometry = case.widths, case.geometry
    encoder = dict(
        model_type="dinov2",
        hidden_size=widths.hidden,
        num_hidden_layers=widths.layers,
        num_attention_heads=widths.heads,
        mlp_ratio=widths.mlp_ratio,
        patch_size=geometry.token_side,
        image_size=geometry.patch_side,
        use_mask_token=False,
    )
    return DepthProConfig(
        use_fov_model=True,
        patch_size=geometry.patch_side,
        merge_padding_value=geometry.merge_padding,
        fusion_hidden_size=widths.fusion,
        intermediate_hook_ids=list(case.hooks),
        intermediate_feature_dims=list(widths.intermediate),
        scaled_images_feature_dims=list(widths.scaled),
        image_model_config=dict(encoder),
        patch_model_config=dict(encoder),
        fov_model_config=dict(encoder),
    )


def build(case: Case) -> DepthProForDepthEstimation:
    """A float32 network in evaluation mode; its values are representable in the case's weight type."""
    model = DepthProForDepthEstimation(configuration(case)).eval()
    randomise(model, case.seed)
    round_parameters(model, case.weight_type)
    return model


@torch.no_grad()
def randomise(model: nn.Module, seed: int) -> None:
    """Overwrites every parameter, biases and norms too; the values depend on the seed and on the name only."""
    for module_name, module in model.named_modules():
        for name, parameter in module.named_parameters(recurse=False):
            full_name = f"{module_name}.{name}"
            random = np.random.Generator(np.random.PCG64([seed, zlib.crc32(full_name.encode())]))
            mean, deviation = _distribution(module, name)
            noise = random.standard_normal(tuple(parameter.shape))
            if isinstance(module, nn.ConvTranspose2d) and name == "weight":
                noise = _similar_taps(noise)
            parameter.copy_(torch.from_numpy(mean + deviation * noise))
    last_fov_layer = model.fov_model.head.layers[-1]
    last_fov_layer.weight.mul_(15.0)  # so that the image moves the angle by degrees
    last_fov_layer.bias.fill_(FIELD_OF_VIEW_DEGREES)


def _distribution(module: nn.Module, name: str) -> tuple[float, float]:
    """Mean and standard deviation for one parameter: weights keep the variance of what they multiply."""
    if isinstance(module, nn.LayerNorm):
        return (1.0, 0.1) if name == "weight" else (0.0, 0.1)
    if name == "lambda1":
        return 0.4, 0.1
    if name == "bias":
        return 0.0, 0.1
    if isinstance(module, nn.ConvTranspose2d):
        return 0.0, module.in_channels**-0.5  # kernel 2, stride 2: one tap reaches each output pixel
    if isinstance(module, nn.Conv2d | nn.Linear):
        return 0.0, module.weight[0].numel() ** -0.5
    return 0.0, 0.2  # class token and position embeddings: weak, so that the image decides


def _similar_taps(noise: np.ndarray) -> np.ndarray:
    """Makes the four taps of [inputs, outputs, 2, 2] mostly alike, so that maps are smooth and not a checkerboard."""
    return 0.9 * noise[:, :, :1, :1] + 0.3 * noise


@torch.no_grad()
def round_parameters(module: nn.Module, weight_type: str) -> None:
    """Rounds every parameter to `weight_type` and keeps the type it has."""
    for parameter in module.parameters():
        parameter.copy_(parameter.to(getattr(torch, weight_type)))


@torch.no_grad()
def calibrate_last_layer(model: DepthProForDepthEstimation, features: torch.Tensor, case: Case) -> None:
    """Scales the last 1x1 convolution so that the canonical inverse depth spreads over 0 to about 4.

    features: its input [1, 32, side, side]. A share `zero_fraction` of the outputs falls below 0, where the ReLU
    cuts it; with a share of 0 the smallest output is a fifth of the largest.
    """
    layer = model.head.layers[4]
    values = layer(features).flatten().sort().values
    top = values[-1]
    if case.zero_fraction > 0:
        base = values[int(case.zero_fraction * values.numel())]
    else:
        base = values[0] - 0.25 * (top - values[0])
    scale = CANONICAL_MAXIMUM / (top - base)
    layer.bias.copy_((layer.bias - base) * scale)
    layer.weight.mul_(scale)
    round_parameters(layer, "float32")
    round_parameters(layer, case.weight_type)
