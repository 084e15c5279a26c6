"""Augmentation of one sample: field-of-view crop, mirror, colour and blur, with the paper's probabilities."""

import math

import torch
import torch.nn.functional as F

CROP, COLOUR, BLUR = 0.5, 0.75, 0.3  # probabilities


def crop_fov(sample, share):
    """Centre crop to `share` of each side, stretched back: canonical inverse depth and field of view follow.

    f/w grows by 1/share, so C* = f / (w D) is divided by share.
    """
    side = sample["inverse"].shape[-1]
    kept = max(2, 2 * round(side * share / 2))
    low = (side - kept) // 2
    cut = (..., slice(low, low + kept), slice(low, low + kept))
    stretch = lambda x, mode: F.interpolate(x[None], (side, side), mode=mode)[0]
    half = math.tan(math.radians(float(sample["fov"]) / 2)) * kept / side
    return sample | {
        "picture": stretch(sample["picture"][cut], "bilinear"),
        "inverse": stretch(sample["inverse"][cut][None], "nearest-exact")[0] * (side / kept),
        "valid": stretch(sample["valid"][cut][None].float(), "nearest-exact")[0] > 0.5,
        "fov": torch.tensor(2 * math.degrees(math.atan(half))),
    }


def recolour(picture, uniform):
    """Brightness, contrast, saturation, white balance and gamma of a picture (3, H, W) in 0...1."""
    picture = picture * (uniform(0.75, 1.25) * torch.tensor([uniform(0.88, 1.12) for _ in range(3)])[:, None, None])
    mean = picture.mean()
    picture = mean + (picture - mean) * uniform(0.7, 1.3)
    grey = picture.mean(0, keepdim=True)
    picture = grey + (picture - grey) * uniform(0.0, 1.4)
    return picture.clamp(0, 1) ** uniform(0.75, 1.35)


def blur(picture, sigma):
    """Gaussian blur, reflecting at the border."""
    reach = max(1, int(3 * sigma + 0.5))
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma) ** 2)
    kernel = (kernel / kernel.sum()).repeat(3, 1)[:, None]
    padded = F.pad(picture[None], (reach,) * 4, mode="reflect")
    return F.conv2d(F.conv2d(padded, kernel[:, :, None, :], groups=3), kernel[:, :, :, None], groups=3)[0]


def augment(sample, generator, least_share=0.55):
    """Random variant of a sample; the picture becomes float in -1...1."""
    uniform = lambda low, high: low + (high - low) * float(torch.rand((), generator=generator))
    sample = sample | {"picture": sample["picture"].float() / 255}
    if uniform(0, 1) < CROP:
        sample = crop_fov(sample, uniform(least_share, 1.0))
    if uniform(0, 1) < 0.5:
        sample |= {k: sample[k].flip(-1) for k in ("picture", "inverse", "valid")}
    if uniform(0, 1) < COLOUR:
        sample["picture"] = recolour(sample["picture"], uniform)
    if uniform(0, 1) < BLUR:
        sample["picture"] = blur(sample["picture"], uniform(0.4, 1.6))
    sample["picture"] = sample["picture"] * 2 - 1
    return sample


def plain(sample):
    """The sample unchanged but for the picture's range."""
    return sample | {"picture": sample["picture"].float() / 127.5 - 1}
