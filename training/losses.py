"""Losses of Depth Pro on canonical inverse depth C = f_px / (width D).

Maps are (B, H, W) with a boolean mask of valid pixels. Every loss is the mean over images of a mean over valid pixels;
an image without valid pixels counts zero. Where the paper is silent: the pyramid blurs with the binomial [1 2 1]/4 and
keeps every second pixel, a coarse pixel or a derivative is valid where its whole 3 x 3 support is; Scharr is divided by
32 (a unit ramp gives 1), x and y are two channels; Laplace is the 4-neighbour stencil divided by 4. Maps too small for
six scales use as many as they have (512 pixels have eight).
"""

import math

import torch
import torch.nn.functional as F

SCALES = 6
SCHARR = torch.tensor([[-3.0, 0.0, 3.0], [-10.0, 0.0, 10.0], [-3.0, 0.0, 3.0]], dtype=torch.float64) / 32
LAPLACE = torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]], dtype=torch.float64) / 4
BINOMIAL = torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]], dtype=torch.float64) / 16


def mean_per_image(error, valid):
    """Mean over valid pixels of each image, then over images."""
    valid = valid.to(error.dtype)
    count = valid.flatten(1).sum(1)
    return ((error * valid).flatten(1).sum(1) / count.clamp(min=1)).mean()


def mae(pred, target, valid, trim=0.0):
    """Mean absolute error; `trim` is the share of largest errors dropped in each image."""
    error = (pred - target).abs()
    if trim > 0:
        valid = valid & (
            error <= torch.stack([_limit(e[v], 1 - trim) for e, v in zip(error.detach(), valid)])[:, None, None]
        )
    return mean_per_image(error, valid)


def _limit(values, share):
    """Largest of the smallest `share` of the values (rounded down to a count of at least one)."""
    if values.numel() == 0:
        return values.new_tensor(0.0)
    return values.kthvalue(max(1, int(share * values.numel() + 1e-9))).values


def mse(pred, target, valid):
    """Mean squared error."""
    return mean_per_image((pred - target) ** 2, valid)


def ssi_normalise(x, valid):
    """Each image minus its median, over its mean absolute deviation from the median (valid pixels only)."""
    out = []
    for image, mask in zip(x, valid):
        values = image[mask]
        if values.numel() == 0:
            out.append(torch.zeros_like(image))
            continue
        ordered = values.sort().values
        middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        out.append((image - middle) / (values - middle).abs().mean().clamp(min=1e-6))
    return torch.stack(out)


EVEN = 1e-3  # C: a map that deviates less from its mean has no scale


def uneven(target, valid):
    """Valid pixels of the images whose truth has a scale. A window of nothing but sky has none: the few pixels that a
    prediction lacks to be even, too, would be blown up to any size."""
    count = valid.flatten(1).sum(1).clamp(min=1)[:, None, None]
    mean = (target * valid).sum((1, 2), keepdim=True) / count
    return valid & (((target - mean).abs() * valid).sum((1, 2), keepdim=True) / count > EVEN)


def ssi_mae(pred, target, valid, trim=0.0):
    """MAE after scale-and-shift normalisation of both maps."""
    valid = uneven(target, valid)
    return mae(ssi_normalise(pred, valid), ssi_normalise(target, valid), valid, trim)


def _filter(x, stencil, stride=1):
    return F.conv2d(x[:, None], stencil.to(x)[None, None], stride=stride)[:, 0]


def _whole(valid, stride=1):
    """Where all nine pixels of the 3 x 3 support are valid."""
    return -F.max_pool2d(-valid[:, None].float(), 3, stride)[:, 0] > 0.5


def scales_of(side):
    """How many scales a map of this side has before it is smaller than the stencils."""
    count = 0
    while side >= 3:
        side, count = (side - 3) // 2 + 1, count + 1
    return count


def multi_scale(pred, target, valid, stencils, power, scales=SCALES):
    """Mean over scales of mean |stencil(pred) - stencil(target)|^power; linear, so the difference is filtered."""
    difference, total = torch.where(valid, pred - target, torch.zeros_like(pred)), 0.0
    scales = min(scales, scales_of(min(pred.shape[1:])))
    for scale in range(scales):
        if scale:
            difference, valid = _filter(difference, BINOMIAL, 2), _whole(valid, 2)
        inside = _whole(valid)
        total = total + sum(mean_per_image(_filter(difference, s).abs() ** power, inside) for s in stencils) / len(
            stencils
        )
    return total / scales


def mage(pred, target, valid):
    """Multi-scale mean absolute gradient (Scharr) error."""
    return multi_scale(pred, target, valid, (SCHARR, SCHARR.T), 1)


def male(pred, target, valid):
    """Multi-scale mean absolute Laplace error."""
    return multi_scale(pred, target, valid, (LAPLACE,), 1)


def msge(pred, target, valid):
    """Multi-scale mean squared gradient (Scharr) error."""
    return multi_scale(pred, target, valid, (SCHARR, SCHARR.T), 2)


def ssi_mage(pred, target, valid):
    """MAGE on scale-and-shift normalised maps."""
    valid = uneven(target, valid)
    return mage(ssi_normalise(pred, valid), ssi_normalise(target, valid), valid)


FLOOR = 0.01  # added to C before a logarithm


def open_log(inverse, floor=FLOOR):
    """ln(C + floor), continued below zero as a line of the slope there."""
    return torch.where(inverse > 0, torch.log(inverse.clamp(min=0) + floor), math.log(floor) + inverse / floor)


BORDERS = (1.05, 1.1, 1.15, 1.2, 1.25)  # ratios of neighbours, as the boundary score has them
BORDER_FLOOR = 1e-3  # added to C before a logarithm: borders far away count, too
SOFTNESS = 0.03  # of a ratio's logarithm: how far from a threshold a border begins to be one


def borders(pred, target, valid):
    """One minus a soft boundary F1: not in the paper, which only measures it.

    A neighbour is nearer by more than a ratio, in the truth or not, in the prediction by as much as a sigmoid says.
    Of each image, ratio and direction twice the borders in both over those in either are wanted to be one: borders
    are few, and the mean of an error over all pixels hardly hears them.
    """
    maps, total = (open_log(pred, BORDER_FLOOR), torch.log(target.clamp(min=0) + BORDER_FLOOR)), 0.0
    for dimension in (1, 2):
        count = pred.shape[dimension] - 1
        slope, true_slope = (x.narrow(dimension, 1, count) - x.narrow(dimension, 0, count) for x in maps)
        seen = valid.narrow(dimension, 1, count) & valid.narrow(dimension, 0, count)
        for sign in (1, -1):
            for ratio in BORDERS:
                drawn = torch.sigmoid((sign * slope - math.log(ratio)) / SOFTNESS) * seen
                true = ((sign * true_slope > math.log(ratio)) & seen).to(drawn.dtype)
                both, either = (drawn * true).flatten(1).sum(1), (drawn + true).flatten(1).sum(1)
                total = total + (1 - (2 * both + 1) / (either + 1)).mean()  # no border at all is right, too
    return total / (4 * len(BORDERS))


SKY = -0.02  # C that sky is wanted at, or below: the head's last ReLU makes it zero


def log_difference(pred, target):
    """ln(C + floor) of a prediction before the last ReLU minus that of the truth.

    Sky is right wherever it is SKY or less. Wanted at zero itself it would be noise around zero, in which any two
    neighbours differ by a large factor.
    """
    goal = open_log(torch.where(target > 0, target, SKY))
    difference = open_log(pred) - goal
    return torch.where(target > 0, difference, difference.clamp(min=0))


def gentle(error, scale=0.2):
    """Absolute error that counts less and less: scale ln(1 + |e| / scale).

    At the border of the sky a logarithm is off by three and more; added up as they are, such pixels drown the tenths
    that rooms are about.
    """
    return scale * torch.log1p(error.abs() / scale)


EDGE = 0.1  # of the logarithm: a difference of neighbours that is half forgiven
EDGE_SCALES = 3


def gradient_error(difference, valid):
    """Gentle error of the differences of neighbours over three scales, where `difference` is a map's error."""
    difference, total = torch.where(valid, difference, torch.zeros_like(difference)), 0.0
    scales = min(EDGE_SCALES, scales_of(min(difference.shape[1:])))
    for scale in range(scales):
        if scale:
            difference, valid = _filter(difference, BINOMIAL, 2), _whole(valid, 2)
        across = gentle(difference[:, :, 1:] - difference[:, :, :-1], EDGE), valid[:, :, 1:] & valid[:, :, :-1]
        down = gentle(difference[:, 1:] - difference[:, :-1], EDGE), valid[:, 1:] & valid[:, :-1]
        total = total + (mean_per_image(*across) + mean_per_image(*down)) / 2
    return total / scales


def log_gradient(pred, target, valid):
    """Gradient error of ln(C + floor): not in the paper. A border counts by the ratio of its depths, as in the boundary
    score, however far away it is; and the gentle error rather has some borders sharp than all of them soft."""
    return gradient_error(log_difference(pred, target), valid)


def gentle_log(pred, target, valid):
    """Gentle error of ln(C + floor): not in the paper; it gives far surfaces a voice."""
    return mean_per_image(gentle(log_difference(pred, target)), valid)


def sky(pred, target, valid, softness=0.01):
    """Cross entropy of things against sky, which begins at half of SKY: not in the paper. The logarithms are gentle on
    large errors and hardly push a pixel that is on the wrong side; this does."""
    evidence = (pred - SKY / 2) / softness
    return mean_per_image(F.softplus(torch.where(target > 0, -evidence, evidence)), valid)
