"""Augmentation of a batch where it lies: field-of-view crop, mirror, colour and blur.

Batches hold tensors (B, ...): pixels (B, 3, S, S) uint8, inverse and valid (B, S, S), fov (B) in degrees, focal (B, 2)
over width and height, and for stage `encoder` normals (B, 3, S, S). All numbers are drawn on the processor, so that a
step is the same on every device.
"""

import torch
import torch.nn.functional as F

CROP, MIRROR, COLOUR, BLUR = 0.5, 0.5, 0.75, 0.3  # probabilities; `variety` scales all but the mirror's
LEAST_SHARE = 0.55  # of the sides of a picture that a crop keeps
LEAST_SIGMA, LARGEST_SIGMA = 0.4, 1.6  # pixels of blur in a picture of 512


class Draws:
    """One random number for each sample of a batch."""

    def __init__(self, generator, count, device):
        self.generator, self.count, self.device = generator, count, device

    def uniform(self, low, high, *shape):
        """(B, *shape) between `low` and `high`."""
        return (low + (high - low) * torch.rand(self.count, *shape, generator=self.generator)).to(self.device)

    def chance(self, probability):
        """True with a probability, (B)."""
        return self.uniform(0, 1) < probability


def crop_fov(batch, share):
    """Centre crops of `share` (B) of each side, stretched back.

    f/w grows by 1/share, so C* = f / (w D) is divided by share, and the field of view shrinks.
    """
    side = batch["pixels"].shape[-1]
    line = ((torch.arange(side, device=share.device) + 0.5) * 2 / side - 1) * share[:, None]
    grid = torch.stack((line[:, None].expand(-1, side, -1), line[:, :, None].expand(-1, -1, side)), 3)
    maps = torch.stack((batch["inverse"], batch["valid"].float()), 1)
    pick = lambda maps: F.grid_sample(maps, grid, "nearest", "border", align_corners=False)
    inverse, valid = pick(maps).unbind(1)
    half = torch.tan(torch.deg2rad(batch["fov"] / 2)) * share
    normals = {"normals": pick(batch["normals"])} if "normals" in batch else {}
    return normals | {
        "pixels": F.grid_sample(batch["pixels"], grid, "bilinear", "border", align_corners=False),
        "inverse": inverse / share[:, None, None],
        "valid": valid > 0.5,
        "focal": batch["focal"] / share[:, None],
        "fov": 2 * torch.rad2deg(torch.atan(half)),
    }


def mirror(batch):
    """Left and right exchanged."""
    mirrored = {k: batch[k].flip(-1) for k in ("pixels", "inverse", "valid", "normals") if k in batch}
    if "normals" in mirrored:
        mirrored["normals"][:, 0].neg_()  # flip copies
    return mirrored


def recolour(pixels, draws):
    """Brightness, contrast, saturation, white balance and gamma of pictures (B, 3, S, S) in 0...1."""
    scalar = lambda low, high: draws.uniform(low, high, 1, 1, 1)
    pixels = pixels * (scalar(0.75, 1.25) * draws.uniform(0.88, 1.12, 3, 1, 1))
    pixels = torch.lerp(pixels.mean((1, 2, 3), keepdim=True), pixels, scalar(0.7, 1.3))
    pixels = torch.lerp(pixels.mean(1, keepdim=True), pixels, scalar(0.0, 1.4))
    return pixels.clamp_(0, 1).pow_(scalar(0.75, 1.35))


def blur(pixels, sigma):
    """Gaussian blur of each picture by its own `sigma` (B) in pixels, reflecting at the border."""
    reach = int(3 * LARGEST_SIGMA + 0.5)
    at = torch.arange(-reach, reach + 1, device=pixels.device)
    kernel = torch.exp(-0.5 * (at / sigma[:, None]) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(3, 0)[:, None]
    planes = F.pad(pixels.flatten(0, 1)[None], (reach,) * 4, mode="reflect")
    for weight in (kernel[:, :, None, :], kernel[:, :, :, None]):
        planes = F.conv2d(planes, weight, groups=len(kernel))
    return planes[0].unflatten(0, (-1, 3))


def changed(batch, chosen, change):
    """A batch of which the `chosen` (B) samples are replaced by what `change` makes of them."""
    at = chosen.nonzero()[:, 0]
    if not len(at):
        return batch
    made = change({k: v[at] for k, v in batch.items() if v.ndim}, at)  # the count of pictures is a scalar
    return batch | {k: batch[k].index_copy(0, at, v) for k, v in made.items()}


def scaled(pixels):
    """Pixels of 0...1 as the network takes them, -1...1."""
    return pixels * 2 - 1


def varied_colours(pixels, generator, variety=1.0):
    """Random colours and blur of pictures (B, 3, S, S) in 0...1; `variety` scales how likely they are."""
    device = pixels.device
    draws = Draws(generator, len(pixels), device)
    sigma = draws.uniform(LEAST_SIGMA, LARGEST_SIGMA) * pixels.shape[-1] / 512
    batch = {"pixels": pixels}
    colour = lambda b, at: {"pixels": recolour(b["pixels"], Draws(generator, len(at), device))}
    batch = changed(batch, draws.chance(COLOUR * variety), colour)
    batch = changed(batch, draws.chance(BLUR * variety), lambda b, at: {"pixels": blur(b["pixels"], sigma[at])})
    return batch["pixels"]


def augment(batch, generator, variety=1.0):
    """Random variants of a batch's samples; pixels become float in -1...1.

    `variety` scales how likely crops, colours and blur are.
    """
    draws = Draws(generator, len(batch["fov"]), batch["fov"].device)
    share = draws.uniform(LEAST_SHARE, 1)
    batch = batch | {"pixels": batch["pixels"].float() / 255}
    batch = changed(batch, draws.chance(CROP * variety), lambda b, at: crop_fov(b, share[at]))
    batch = changed(batch, draws.chance(MIRROR), lambda b, at: mirror(b))
    return batch | {"pixels": scaled(varied_colours(batch["pixels"], generator, variety))}


def plain(sample):
    """A sample as it is, but for the picture's range."""
    return sample | {"picture": sample["picture"].float() / 127.5 - 1}
