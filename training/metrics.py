"""Depth, boundary and focal-length metrics in plain float64 numpy, for steering the training."""

import numpy as np


def depth_errors(pred, truth, low=0.1, high=80.0):
    """delta1...3, AbsRel and others over pixels with low < truth < high; predictions are clamped to that range."""
    valid = np.isfinite(truth) & (truth > low) & (truth < high)
    if not valid.any():
        return None
    p, g = np.clip(pred[valid].astype(np.float64), low, high), truth[valid].astype(np.float64)
    ratio, e = np.maximum(p / g, g / p), np.log(p) - np.log(g)
    return {
        "delta1": (ratio < 1.25).mean(),
        "delta2": (ratio < 1.25**2).mean(),
        "delta3": (ratio < 1.25**3).mean(),
        "abs_rel": (np.abs(p - g) / g).mean(),
        "rmse": np.sqrt(((p - g) ** 2).mean()),
        "log10": np.abs(e).mean() / np.log(10),
        "silog": 100 * np.sqrt(max((e**2).mean() - e.mean() ** 2, 0)),
    }


def _relations(d, t):
    """Four maps: right, left, bottom, top neighbour is nearer by more than the factor t."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (d[:, 1:] / d[:, :-1] > t, d[:, :-1] / d[:, 1:] > t, d[1:] / d[:-1] > t, d[:-1] / d[1:] > t)


def boundary_f1(pred, truth):
    """Scale-invariant boundary F1 of two depth maps in metres, weighted over ten thresholds 1.05...1.25."""
    p, g = (1 / np.maximum(np.where(np.isinf(x), 1e6, x).astype(np.float64), 1e-6) for x in (pred, truth))
    thresholds = np.linspace(1.05, 1.25, 10)
    return float(sum(t / thresholds.sum() * boundary_scores(p, g, t)[2] for t in thresholds))


def boundary_scores(p, g, t):
    """Precision, recall and F1 at one threshold of inverse depth maps; each direction counts a quarter."""
    pairs = list(zip(_relations(p, t), _relations(g, t)))
    precision = np.mean([(a & b).sum() / max(a.sum(), 1) for a, b in pairs])
    recall = np.mean([(a & b).sum() / max(b.sum(), 1) for a, b in pairs])
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total > 0 else 0.0


def fov_within(pred, truth, share=0.25):
    """Share of images whose field of view (degrees) is off by less than `share` of the truth."""
    pred, truth = np.asarray(pred, np.float64), np.asarray(truth, np.float64)
    return float((np.abs(pred - truth) / truth < share).mean())


def focal_within(pred_fov, true_fov, share=0.25):
    """The same for focal lengths, from fields of view in degrees."""
    f = [1 / np.tan(np.radians(np.asarray(x, np.float64)) / 2) for x in (pred_fov, true_fov)]
    return float((np.abs(f[0] - f[1]) / f[1] < share).mean())
