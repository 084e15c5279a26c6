"""Encoder warm-up: one vision transformer learns depth of whole pictures of 128 pixels before the network exists.

It stands where DINOv2's pretraining stands in the paper, at 1/35 of the cost of a step of the whole network; the class
token learns the field of view. Crops of finer scale were left out: alone they have no size, and took half the time.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn
from transformers import AutoModel

from . import losses
from .network import config

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
    start_with_frequencies(warmup.encoder.embeddings)
    return warmup


@torch.no_grad()
def start_large(encoder):
    """Larger weights than transformers' 0.02, which is meant for widths of hundreds: a narrow encoder learns sooner."""
    for block in encoder.encoder.layer:
        for parameter in block.parameters():
            if parameter.ndim == 2:
                nn.init.xavier_uniform_(parameter)


@torch.no_grad()
def start_with_frequencies(embeddings):
    """Tokens begin as whitened cosine transforms of their patch, places as sines.

    The brightness of natural pictures falls with frequency as 1 / f: to random weights every patch is its mean colour.
    A coefficient is divided by the size it has in pictures, 3.2 / (0.28 + f) in brightness, and the coefficients of
    least f are taken; colour differences are a fifth and a seventh of brightness, and count as twice as high.
    """
    weight = embeddings.patch_embeddings.projection.weight  # (width, 3, side, side)
    width, side = weight.shape[0], weight.shape[-1]
    k, at = torch.arange(side)[:, None], torch.arange(side) + 0.5
    cosines = torch.cos(math.pi * at * k / side) * (2 / side) ** 0.5
    cosines[0] *= 0.5**0.5
    colours = torch.tensor([[1.0, 1, 1], [1, 0, -1], [1, -2, 1]])
    colours = colours / colours.norm(dim=1, keepdim=True) / torch.tensor([1, 0.2, 0.14])[:, None]
    frequency = torch.hypot(k.float(), k.float().T)
    order = torch.stack([frequency, 2 * frequency + 0.7, 2 * frequency + 0.7]).flatten().argsort(stable=True)[:width]
    colour, y, x = order // side**2, order // side % side, order % side
    whiten = (0.28 + frequency[y, x]) / 3.2
    weight.copy_(torch.einsum("n,nc,ny,nx->ncyx", whiten, colours[colour], cosines[y], cosines[x]))
    places = embeddings.position_embeddings  # (1, 1 + tokens, width)
    count = round((places.shape[1] - 1) ** 0.5)
    waves = torch.arange(count)[:, None] / count * 0.5 * math.pi * 16 ** torch.linspace(0, 1, width // 4)
    waves = 0.5 * torch.cat((waves.sin(), waves.cos()), 1)
    places[0, 1:] = torch.cat((waves.repeat_interleave(count, 0), waves.repeat(count, 1)), 1)
    places[0, 0].normal_(std=0.2)


def warmup_loss(map, fov, target, valid, metric, true_fov):
    """Absolute log error, nearer counts more; samples of unknown size lose their median first. Angles / 20 degrees."""
    difference = map - torch.log(target + FLOOR)
    shift = torch.where(valid, difference.detach(), torch.nan).flatten(1).nanmedian(1).values.nan_to_num()
    difference = difference - (shift * ~metric)[:, None, None]
    weight, nothing = losses.nearness(target), torch.zeros_like(difference)
    depth = losses.mae(difference * weight, nothing, valid)
    angle = ((fov - true_fov) / 20).abs().mean()
    figures = {"depth": losses.mae(difference.detach(), nothing, valid), "fov": angle.detach() * 20}
    return depth + 0.3 * angle, figures
