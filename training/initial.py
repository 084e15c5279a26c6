"""What weights are before any training: a narrow network that starts from nothing learns sooner from these."""

import math

import torch
import torch.nn.functional as F
from torch import nn

NOISE_SIDE = 512  # pixels
COLOURS = torch.tensor([[1.0, 1, 1], [1, 0, -1], [1, -2, 1]])  # brightness, red against blue, green against both


@torch.no_grad()
def start_large(encoder):
    """Larger weights than transformers' 0.02, which is meant for widths of hundreds: a narrow encoder learns sooner."""
    for block in encoder.encoder.layer:
        for parameter in block.parameters():
            if parameter.ndim == 2:
                nn.init.xavier_uniform_(parameter)


def cosines_of(side):
    """The orthonormal cosines (side, side) of a row of pixels, the slowest first."""
    k, at = torch.arange(side)[:, None], torch.arange(side) + 0.5
    cosines = torch.cos(math.pi * at * k / side) * (2 / side) ** 0.5
    cosines[0] *= 0.5**0.5
    return cosines


def frequencies(side):
    """Of the products of two cosines (side, side), half waves a patch."""
    k = torch.arange(side).float()
    return torch.hypot(k[:, None], k)


def expected_sizes(side):
    """How large a patch's coefficients are in pictures (3, side, side): brightness, red against blue, and green against
    both, which are a fifth and a seventh of brightness."""
    return 3.2 / (0.28 + frequencies(side)) * torch.tensor([1, 0.2, 0.14])[:, None, None]


@torch.no_grad()
def start_with_frequencies(embeddings):
    """Tokens begin as whitened cosine transforms of their patch, places as sines.

    The brightness of natural pictures falls with frequency as 1 / f: to random weights every patch is its mean colour.
    A coefficient is divided by the size it has in pictures, and the coefficients of least f are taken; of colour
    differences they count as twice as high.
    """
    weight = embeddings.patch_embeddings.projection.weight  # (width, 3, side, side)
    width, side = weight.shape[0], weight.shape[-1]
    cosines, frequency = cosines_of(side), frequencies(side)
    colours = F.normalize(COLOURS)
    order = torch.stack([frequency, 2 * frequency + 0.7, 2 * frequency + 0.7]).flatten().argsort(stable=True)[:width]
    colour, y, x = order // side**2, order // side % side, order % side
    whiten = 1 / expected_sizes(side)[colour, y, x]
    weight.copy_(torch.einsum("n,nc,ny,nx->ncyx", whiten, colours[colour], cosines[y], cosines[x]))
    places = embeddings.position_embeddings  # (1, 1 + tokens, width)
    count = round((places.shape[1] - 1) ** 0.5)
    waves = torch.arange(count)[:, None] / count * 0.5 * math.pi * 16 ** torch.linspace(0, 1, width // 4)
    waves = 0.5 * torch.cat((waves.sin(), waves.cos()), 1)
    places[0, 1:] = torch.cat((waves.repeat_interleave(count, 0), waves.repeat(count, 1)), 1)
    places[0, 0].normal_(std=0.2)


@torch.no_grad()
def pass_through(fusion_stage):
    """Lets every decoder level begin as its input repeated to twice the side: what lower levels know arrives."""
    for layer in (*fusion_stage.intermediate, fusion_stage.final):
        same = torch.eye(layer.projection.in_channels)[:, :, None, None]
        layer.projection.weight.copy_(same)
        layer.projection.bias.zero_()
        if layer.use_deconv:
            layer.deconv.weight.copy_(same.expand_as(layer.deconv.weight))


@torch.no_grad()
def scale_to_unit(model):
    """Scales the convolutions behind the encoders to unit output on noise (residual ends 0.2, the last one 0.05).

    What the third and the fourth decoder level add to those below begins at a tenth. The levels' connections stay as
    they are, and so does what `pixels.read_pixels` has set for the uppermost.
    """
    neck, fusion = "depth_pro.neck.", "fusion_stage."
    are_set = (neck + "feature_upsample.intermediate.1.", neck + "feature_projection.projections.4")
    wanted = {"head.layers.4": 0.05} | {f"{neck}feature_projection.projections.{level}": 0.1 for level in (2, 3)}
    wanted |= {
        f"{fusion}{level}.residual_layer{i}.convolution2": 0.02
        for level in ("intermediate.2", "intermediate.3", "final")
        for i in (1, 2)
    }

    def scale(name):
        def hook(module, inputs, output):
            goal = wanted.get(name, 0.2 if name.endswith("convolution2") else 1.0)
            factor = goal / output.std().clamp(min=1e-6)
            module.weight.mul_(factor)
            return output * factor

        return hook

    layers = [
        (n, m)
        for n, m in model.named_modules()
        if isinstance(m, (torch.nn.Conv2d, torch.nn.ConvTranspose2d))
        and "embeddings" not in n
        and not n.startswith(are_set)
        and not (n.startswith(fusion) and n.endswith(("deconv", "projection")))
        and n != "fov_model.head.layers.4"
    ]  # that one gives a single number
    hooks = [module.register_forward_hook(scale(name)) for name, module in layers]
    model(pixel_values=torch.randn(1, 3, NOISE_SIDE, NOISE_SIDE))
    for hook in hooks:
        hook.remove()
