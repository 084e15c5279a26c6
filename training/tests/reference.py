"""The losses once more, pixel by pixel in float64 numpy, written from their definitions."""

import numpy as np

SCHARR = np.array([[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]) / 32
LAPLACE = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]) / 4
BINOMIAL = np.outer([1, 2, 1], [1, 2, 1]) / 16


def mean_valid(error, valid):
    return error[valid].mean() if valid.any() else 0.0


def mae(p, g, v, trim=0.0):
    e = np.sort(np.abs(p - g)[v])
    return e[: max(1, int((1 - trim) * len(e) + 1e-9))].mean() if len(e) else 0.0


def mse(p, g, v):
    return mean_valid((p - g) ** 2, v)


def normalise(x, v):
    centre = np.median(x[v])
    return (x - centre) / max(np.abs(x[v] - centre).mean(), 1e-6)


def slide(x, stencil, step):
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3))[::step, ::step]
    return (windows * stencil).sum((2, 3))


def whole(v, step):
    return np.lib.stride_tricks.sliding_window_view(v, (3, 3))[::step, ::step].all((2, 3))


def multi_scale(p, g, v, stencils, power, scales):
    while scales > 1 and 3 * 2 ** (scales - 1) + 2 ** (scales - 1) - 1 > min(p.shape):
        scales -= 1  # the last scale needs at least three pixels
    p, g, total = np.where(v, p, 0.0), np.where(v, g, 0.0), 0.0
    for scale in range(scales):
        if scale:
            p, g, v = slide(p, BINOMIAL, 2), slide(g, BINOMIAL, 2), whole(v, 2)
        inside = whole(v, 1)
        errors = [np.abs(slide(p, s, 1) - slide(g, s, 1)) ** power for s in stencils]
        total += np.mean([mean_valid(e, inside) for e in errors])
    return total / scales


def mage(p, g, v, scales=6):
    return multi_scale(p, g, v, (SCHARR, SCHARR.T), 1, scales)


def male(p, g, v, scales=6):
    return multi_scale(p, g, v, (LAPLACE,), 1, scales)


def msge(p, g, v, scales=6):
    return multi_scale(p, g, v, (SCHARR, SCHARR.T), 2, scales)


def ssi_mae(p, g, v, trim=0.0):
    return mae(normalise(p, v), normalise(g, v), v, trim)


def ssi_mage(p, g, v):
    return mage(normalise(p, v), normalise(g, v), v)


def open_log(x):
    return np.where(x > 0, np.log(np.maximum(x, 0) + 0.01), np.log(0.01) + x / 0.01)


def log_difference(p, g):
    """Things against their logarithm, sky against that of -0.02, below which it is right."""
    return np.where(g > 0, open_log(p) - open_log(g), np.maximum(open_log(p) - (np.log(0.01) - 2), 0))


def gentle_log(p, g, v):
    return mean_valid(0.2 * np.log1p(np.abs(log_difference(p, g)) / 0.2), v)


def gentle(e, scale):
    return scale * np.log1p(np.abs(e) / scale)


def log_gradient(p, g, v):
    difference, total, scales = np.where(v, log_difference(p, g), 0.0), 0.0, 3 if min(p.shape) >= 15 else 2
    for scale in range(scales):
        if scale:
            difference, v = slide(difference, BINOMIAL, 2), whole(v, 2)
        total += mean_valid(gentle(np.diff(difference, axis=1), 0.1), v[:, 1:] & v[:, :-1]) / 2
        total += mean_valid(gentle(np.diff(difference, axis=0), 0.1), v[1:] & v[:-1]) / 2
    return total / scales


def borders(p, g, v):
    log_p = np.where(p > 0, np.log(np.maximum(p, 0) + 1e-3), np.log(1e-3) + p / 1e-3)
    log_g, scores = np.log(g + 1e-3), []
    for axis in (0, 1):
        pair = lambda x: (np.delete(x, 0, axis), np.delete(x, -1, axis))
        seen = np.logical_and(*pair(v))
        for sign in (1, -1):
            slope, true_slope = (sign * np.subtract(*pair(x))[seen] for x in (log_p, log_g))
            for ratio in (1.05, 1.1, 1.15, 1.2, 1.25):
                drawn = 1 / (1 + np.exp(-np.clip((slope - np.log(ratio)) / 0.03, -700, 700)))
                true = true_slope > np.log(ratio)
                scores.append((2 * drawn[true].sum() + 1) / (drawn.sum() + true.sum() + 1))
    return 1 - np.mean(scores)


def sky(p, g, v):
    evidence = (p + 0.01) / 0.01
    return mean_valid(np.logaddexp(0, np.where(g > 0, -evidence, evidence)), v)
