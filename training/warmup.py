"""Encoder warm-up: one vision transformer learns depth of single 128-pixel crops before the whole network exists.

It stands where DINOv2's pretraining stands in the paper, at 1/35 of the cost of a step of the whole network. Crops come
from the three levels of the network's own pyramid; the whole image also teaches the field of view.
"""

import torch
import torch.nn.functional as F
from torch import nn
from transformers import AutoModel

from .network import PATCH_SIDE, config

FLOOR = 0.01  # added to C before the logarithm; sky becomes ln 0.01
CELL = 8  # predicted values per token and side; many, so that tokens carry what lies inside them


class EncoderWarmup(nn.Module):
    """Encoder with linear heads: ln(C + FLOOR) on 8 x 8 cells per token, field of view from the class token."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.depth, self.fov = nn.Linear(width, CELL * CELL), nn.Linear(width, 1)
        nn.init.constant_(self.depth.bias, -2.0)

    def forward(self, pixels):
        """Log canonical inverse depth (B, 64, 64) and horizontal field of view in degrees (B)."""
        tokens = self.encoder(pixel_values=pixels).last_hidden_state
        cells = self.depth(tokens[:, 1:]).transpose(1, 2)
        side = int(cells.shape[2] ** 0.5)
        map = F.pixel_shuffle(cells.reshape(len(pixels), CELL * CELL, side, side), CELL)[:, 0]
        return map, 60 + 20 * self.fov(tokens[:, 0])[:, 0]


def fresh_warmup(seed=0, **sizes):
    """An untrained encoder of the network's own configuration."""
    torch.manual_seed(seed)
    warmup = EncoderWarmup(AutoModel.from_config(config(**sizes).patch_model_config))
    start_large(warmup.encoder)
    return warmup


@torch.no_grad()
def start_large(encoder):
    """Larger weights than transformers' 0.02, which is meant for widths of hundreds: a narrow encoder learns sooner."""
    for block in encoder.encoder.layer:
        for parameter in block.parameters():
            if parameter.ndim == 2:
                nn.init.xavier_uniform_(parameter)
    encoder.embeddings.patch_embeddings.projection.weight.mul_(3)
    encoder.embeddings.position_embeddings.mul_(10)


def crops(sample, generator, fine=1):
    """Whole image at 128 pixels, and `fine` random crops of the finer levels: pixels, C, valid, is_whole."""
    picture, out = sample["picture"], []
    coarsest = picture.shape[-1] // PATCH_SIDE
    for index in range(1 + fine):
        ratio = coarsest if index == 0 else 2 ** int(torch.randint(coarsest // 2, (), generator=generator))
        pixels = F.interpolate(picture[None], scale_factor=1 / ratio, mode="bilinear")[0] if ratio > 1 else picture
        span = pixels.shape[-1] - PATCH_SIDE
        y, x = (int(torch.randint(span + 1, (), generator=generator)) for _ in range(2))
        area = (slice(y * ratio, (y + PATCH_SIDE) * ratio), slice(x * ratio, (x + PATCH_SIDE) * ratio))
        step = PATCH_SIDE * ratio // (8 * CELL)
        pick = lambda m: m[area][step // 2 :: step, step // 2 :: step]
        out.append(
            (
                pixels[:, y : y + PATCH_SIDE, x : x + PATCH_SIDE],
                pick(sample["inverse"]),
                pick(sample["valid"]),
                index == 0,
            )
        )
    return out


def warmup_loss(map, fov, target, valid, whole, metric, true_fov):
    """Absolute log error; crops and samples of unknown size lose their median first. Angles in units of 20 degrees."""
    difference = map - torch.log(target + FLOOR)
    free = ~(whole & metric)
    shift = torch.where(valid, difference.detach(), torch.nan).flatten(1).nanmedian(1).values.nan_to_num()
    difference = difference - (shift * free)[:, None, None]
    weight = valid.float()
    depth = ((difference.abs() * weight).flatten(1).sum(1) / weight.flatten(1).sum(1).clamp(min=1)).mean()
    use = whole.float()
    angle = (((fov - true_fov) / 20).abs() * use).sum() / use.sum().clamp(min=1)
    return depth + 0.3 * angle, {"depth": depth.detach(), "fov": angle.detach() * 20}
