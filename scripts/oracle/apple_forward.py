"""Depth Pro written a second time from Apple's parameter names, to check the layout and the stage order.

It shares no code with transformers: attention is spelled out from the fused `qkv`, maps are merged by index and
features run from high to low resolution, as in apple/ml-depth-pro (encoder.py, decoder.py, fov.py, depth_pro.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F

from cases import HEAD_WIDTH

State = Mapping[str, torch.Tensor]


def vision_transformer(
    state: State, prefix: str, crops: torch.Tensor, hooks: tuple[int, ...] = ()
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """timm's VisionTransformer. crops: [crops, 3, side, side] -> normalised tokens, block outputs at `hooks`."""
    weight = state[prefix + "patch_embed.proj.weight"]
    x = F.conv2d(crops, weight, state[prefix + "patch_embed.proj.bias"], stride=weight.shape[-1])
    x = x.flatten(2).transpose(1, 2)
    x = torch.cat([state[prefix + "cls_token"].expand(len(x), -1, -1), x], dim=1) + state[prefix + "pos_embed"]
    hooked, index = [], 0
    while f"{prefix}blocks.{index}.norm1.weight" in state:
        x = _block(state, f"{prefix}blocks.{index}.", x)
        if index in hooks:
            hooked.append(x)
        index += 1
    return _layer_norm(state, prefix + "norm", x), hooked


def _block(state: State, prefix: str, x: torch.Tensor) -> torch.Tensor:
    x = x + state[prefix + "ls1.gamma"] * _attention(state, prefix + "attn.", _layer_norm(state, prefix + "norm1", x))
    hidden = F.gelu(_linear(state, prefix + "mlp.fc1", _layer_norm(state, prefix + "norm2", x)))
    return x + state[prefix + "ls2.gamma"] * _linear(state, prefix + "mlp.fc2", hidden)


def _attention(state: State, prefix: str, x: torch.Tensor) -> torch.Tensor:
    crops, tokens, width = x.shape
    qkv = _linear(state, prefix + "qkv", x).reshape(crops, tokens, 3, width // HEAD_WIDTH, HEAD_WIDTH)
    query, key, value = qkv.permute(2, 0, 3, 1, 4)
    scores = torch.softmax(query @ key.transpose(-1, -2) / HEAD_WIDTH**0.5, dim=-1)
    return _linear(state, prefix + "proj", (scores @ value).transpose(1, 2).reshape(crops, tokens, width))


def _linear(state: State, name: str, x: torch.Tensor) -> torch.Tensor:
    return F.linear(x, state[name + ".weight"], state[name + ".bias"])


def _layer_norm(state: State, name: str, x: torch.Tensor) -> torch.Tensor:
    return F.layer_norm(x, x.shape[-1:], state[name + ".weight"], state[name + ".bias"], eps=1e-6)


def split(image: torch.Tensor, side: int, steps: int) -> torch.Tensor:
    """Overlapping squares in row-major order: [1, 3, n, n] -> [steps * steps, 3, side, side]."""
    stride = (image.shape[-1] - side) // max(steps - 1, 1)
    return torch.cat(
        [
            image[..., stride * row :, stride * column :][..., :side, :side]
            for row in range(steps)
            for column in range(steps)
        ]
    )


def merge(tokens: torch.Tensor, steps: int, padding: int) -> torch.Tensor:
    """Class token dropped and overlaps trimmed by index: [steps * steps, 1 + n * n, width] -> [1, width, m, m]."""
    side = int((tokens.shape[1] - 1) ** 0.5)
    kept = side - 2 * padding
    total = kept * steps + 2 * padding
    index = torch.arange(total)
    crop = ((index - padding) // kept).clamp(0, steps - 1)
    inside = index - kept * crop
    grid = tokens[:, 1:].reshape(steps, steps, side, side, -1)
    merged = grid[crop[:, None], crop[None, :], inside[:, None], inside[None, :]]
    return merged.permute(2, 0, 1).unsqueeze(0)


def _conv(state: State, name: str, x: torch.Tensor, stride: int = 1, padding: int | None = None) -> torch.Tensor:
    weight = state[name + ".weight"]
    padding = weight.shape[-1] // 2 if padding is None else padding
    return F.conv2d(x, weight, state.get(name + ".bias"), stride=stride, padding=padding)


def _upsample(state: State, name: str, x: torch.Tensor) -> torch.Tensor:
    return F.conv_transpose2d(x, state[name + ".weight"], state.get(name + ".bias"), stride=2)


def _upsample_block(state: State, name: str, x: torch.Tensor) -> torch.Tensor:
    x, index = _conv(state, name + ".0", x), 1
    while f"{name}.{index}.weight" in state:
        x, index = _upsample(state, f"{name}.{index}", x), index + 1
    return x


def encode(state: State, image: torch.Tensor, overlap_tokens: int) -> list[torch.Tensor]:
    """DepthProEncoder: [1, 3, side, side] -> levels 0 (finest) to 4. overlap_tokens: trimmed at the finest level."""
    half, quarter = (F.interpolate(image, scale_factor=s, mode="bilinear", align_corners=False) for s in (0.5, 0.25))
    side = quarter.shape[-1]
    crops = torch.cat([split(image, side, 5), split(half, side, 3), quarter])
    tokens, hooked = vision_transformer(state, "encoder.patch_encoder.", crops, hooks=(5, 11))
    low_tokens, _ = vision_transformer(state, "encoder.image_encoder.", quarter)
    latents = [merge(hook[:25], 5, overlap_tokens) for hook in hooked]
    scaled = [
        merge(tokens[:25], 5, overlap_tokens),
        merge(tokens[25:34], 3, 2 * overlap_tokens),
        merge(tokens[34:], 1, 0),
    ]
    levels = [_upsample_block(state, f"encoder.upsample_latent{i}", x) for i, x in enumerate(latents)]
    levels += [_upsample_block(state, f"encoder.upsample{i}", x) for i, x in enumerate(scaled)]
    low = _upsample(state, "encoder.upsample_lowres", merge(low_tokens, 1, 0))
    return [*levels[:4], _conv(state, "encoder.fuse_lowres", torch.cat([levels[4], low], dim=1))]


def _residual(state: State, name: str, x: torch.Tensor) -> torch.Tensor:
    hidden = _conv(state, name + ".residual.1", F.relu(x))
    return x + _conv(state, name + ".residual.3", F.relu(hidden))


def decode(state: State, levels: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """MultiresConvDecoder: levels 0 to 4 -> finest features, lowest-resolution features."""
    low = x = _conv(state, "decoder.convs.4", levels[4])
    for index in (4, 3, 2, 1, 0):
        name = f"decoder.fusions.{index}"
        if index < 4:
            skip = levels[0] if index == 0 else _conv(state, f"decoder.convs.{index}", levels[index])
            x = x + _residual(state, name + ".resnet1", skip)
        x = _residual(state, name + ".resnet2", x)
        x = x if index == 0 else _upsample(state, name + ".deconv", x)
        x = _conv(state, name + ".out_conv", x)
    return x, low


def field_of_view(state: State, image: torch.Tensor, low: torch.Tensor) -> torch.Tensor:
    """FOVNetwork: horizontal field of view in degrees, a scalar."""
    quarter = F.interpolate(image, scale_factor=0.25, mode="bilinear", align_corners=False)
    tokens, _ = vision_transformer(state, "fov.encoder.0.", quarter)
    x = merge(_linear(state, "fov.encoder.1", tokens), 1, 0)
    x = x + F.relu(_conv(state, "fov.downsample.0", low, stride=2))
    x = F.relu(_conv(state, "fov.head.0", x, stride=2))
    x = F.relu(_conv(state, "fov.head.2", x, stride=2))
    return _conv(state, "fov.head.4", x, padding=0).squeeze()


def depth_pro(state: State, image: torch.Tensor, overlap_tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Canonical inverse depth [side, side] and field of view in degrees of a normalised image [1, 3, side, side]."""
    features, low = decode(state, encode(state, image, overlap_tokens))
    x = _upsample(state, "head.1", _conv(state, "head.0", features))
    x = F.relu(_conv(state, "head.4", F.relu(_conv(state, "head.2", x))))
    return x[0, 0], field_of_view(state, image, low)
