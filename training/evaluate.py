"""Figures of a checkpoint on held-out scenes, beside a constant depth and the training set's mean map.

python -m training.evaluate --model Models/mini --data data/heldout --train data/train
"""

import argparse
from pathlib import Path

import numpy as np

from .augment import plain
from .data import Pairs
from .metrics import boundary_f1, depth_errors, focal_within, fov_within
from .objective import every
from .predictors import load, of_objective

NEAREST_INVERSE = 1e-4  # 1/m; the far clamp of Depth Pro
SHAPES = {"16:9": 1.65, "4:3 and 3:2": 1.1, "square": 0.9, "upright": 0.0}  # and their least width over height


def quick_figures(objective, stage, folder, count=48):
    """delta1, AbsRel (true focal length) and field-of-view hits on a few held-out pictures, for the curve."""
    predict, pairs, rows, angles = of_objective(objective, stage), Pairs([folder]), [], []
    for index in range(min(count // 3 if stage.encoded else count, len(pairs))):
        sample = plain(pairs[index])
        inverse, fov = predict(sample["picture"])
        rows.append(
            depth_errors(*metric(inverse, every(sample["inverse"], len(inverse)).numpy(), float(sample["fov"])))
        )
        if fov is not None:
            angles.append((fov, float(sample["fov"])))
    objective.train()
    rows = [r for r in rows if r]
    mean = lambda key: round(float(np.mean([r[key] for r in rows])), 4) if rows else ""
    hits = round(fov_within(*zip(*angles)), 3) if angles else ""
    return {"delta1": mean("delta1"), "abs_rel": mean("abs_rel"), "fov25": hits}


def focal(fov):
    """Focal length over width of a field of view in degrees."""
    return 0.5 / np.tan(np.radians(fov) / 2)


def metric(inverse, truth, fov):
    """Depth in metres of a predicted and a true map of canonical inverse depth, by one field of view in degrees."""
    f = focal(fov)
    return f / np.maximum(inverse, NEAREST_INVERSE * f), f / np.maximum(truth.astype(np.float64), 1e-9)


def baselines(folder, limit=1500):
    """Median depth of the training pictures, their mean canonical inverse depth map and median field of view.

    Of pictures whose true size is known.
    """
    pairs = Pairs([folder])
    picks = np.linspace(0, len(pairs) - 1, min(limit, len(pairs))).astype(int)
    total, medians, angles = 0.0, [], []
    for i in picks:
        sample = pairs[int(i)]
        if not sample["metric"]:
            continue
        inverse, fov = sample["inverse"], float(sample["fov"])
        depth = focal(fov) / np.maximum(inverse[::8, ::8].numpy(), 1e-9)
        medians.append(np.median(depth[depth < 80]) if (depth < 80).any() else 80.0)
        angles.append(fov)
        total = total + inverse
    return float(np.median(medians)), total / len(angles), float(np.median(angles))


def score(inverse, fov, sample):
    """Figures of one picture: depth with the true and with the estimated focal length, boundary F1.

    A map smaller than the picture's is held against the pixels it stands for.
    """
    true_fov = float(sample["fov"])
    pred, depth = metric(inverse, every(sample["inverse"], len(inverse)).numpy(), true_fov)
    row = depth_errors(pred, depth)
    if row is None:
        return None
    if fov is not None:
        own = focal(np.clip(fov, 5, 150)) / np.maximum(inverse, NEAREST_INVERSE)
        row |= {"delta1_own_focal": depth_errors(own, depth)["delta1"]}
    return row | {"boundary_f1": boundary_f1(np.clip(pred, 1e-4, 1e4), np.minimum(depth, 1e4))}


def means(rows):
    """Mean of each figure over the pictures that have figures."""
    rows = [r for r in rows if r]
    return {k: float(np.mean([r[k] for r in rows])) for k in rows[0]} if rows else {}


def hits(pred, true):
    """How many fields of view and focal lengths are right; nothing where none are estimated."""
    if None in pred:
        return {}
    return {"fov_within_25": fov_within(pred, true), "focal_within_25": focal_within(pred, true)}


def shape(focal):
    """What kind of photograph was stretched to the square, by its focal lengths (2) over width and height."""
    aspect = float(focal[1] / focal[0])  # width over height, of square pixels
    return next(name for name, least in SHAPES.items() if aspect >= least)


def evaluate(predict, folder, train=None, limit=None):
    """Table {method: {figure: mean}} of a predictor on a folder; baselines when the training folder is given.

    The model has a row for each shape of photograph as well, and for each family that pictures belong to.
    """
    pairs, rows, angles = Pairs([folder]), {"model": []}, []
    if train:
        constant, mean_map, mean_fov = baselines(train)
        rows |= {"constant depth": [], "mean map": []}
    rows |= {f"model, {name}": [] for name in SHAPES}
    for index in range(min(limit or len(pairs), len(pairs))):
        sample = plain(pairs[index])
        (inverse, fov), true_fov = predict(sample["picture"]), float(sample["fov"])
        angles.append((fov, true_fov))
        rows["model"].append(score(inverse, fov, sample))
        for group in (sample["family"], shape(sample["focal"])):
            if group:
                rows.setdefault(f"model, {group}", []).append(rows["model"][-1])
        if train:
            flat = np.full(inverse.shape, focal(true_fov) / constant)
            rows["constant depth"].append(score(flat, true_fov, sample))
            rows["mean map"].append(score(every(mean_map, len(inverse)).numpy(), mean_fov, sample))
    table = {name: figures for name, scored in rows.items() if (figures := means(scored))}
    if not table:
        raise ValueError(f"{folder}: no picture has depth nearer than 80 m")
    pred, true = zip(*angles)
    table["model"] |= hits(pred, true)
    if train:
        table["mean map"] |= hits([mean_fov] * len(true), true)
    return table


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, required=True, help="folder in Hugging Face layout, or a checkpoint STAGE.pt")
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--train", type=Path, help="training folder, for the two baselines")
    p.add_argument("--limit", type=int)
    p.add_argument("--figures", type=Path, help="file to write the table to as well")
    a = p.parse_args(arguments)
    table = evaluate(load(a.model), a.data, a.train, a.limit)
    lines = [f"{name:20}" + "  ".join(f"{k} {v:.3f}" for k, v in figures.items()) for name, figures in table.items()]
    print("\n".join(lines))
    if a.figures:
        a.figures.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
