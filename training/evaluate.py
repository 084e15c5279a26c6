"""Figures of a checkpoint on held-out scenes, beside a constant depth and the training set's mean map.

python -m training.evaluate --model Models/mini --data data/heldout --train data/train
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from transformers import DepthProForDepthEstimation

from . import checkpoint
from .augment import plain
from .data import Pairs
from .metrics import boundary_f1, depth_errors, focal_within, fov_within
from .network import SIDE
from .objective import every

NEAREST_INVERSE = 1e-4  # 1/m; the far clamp of Depth Pro


@torch.no_grad()
def quick_figures(objective, stage, folder, device, count=48):
    """delta1, AbsRel (true focal length) and field-of-view hits on a few held-out pictures, for the curve."""
    objective.eval()
    pairs, rows, angles = Pairs([folder]), [], []
    for index in range(min(count if stage.side < SIDE else count // 3, len(pairs))):
        sample = plain(pairs[index])
        pixels = sample["picture"][None].to(device)
        if stage.side < SIDE and stage.name != "fov":
            pixels = F.interpolate(pixels, (stage.side, stage.side), mode="bilinear", antialias=True)
        map, fov = objective.predict(pixels)
        inverse, truth = map[0].cpu().numpy(), every(sample["inverse"], map.shape[-1]).numpy()
        angles.append((float(sample["fov"] if fov is None else fov[0]), float(sample["fov"])))
        focal = 0.5 / np.tan(np.radians(angles[-1][1]) / 2)
        rows.append(depth_errors(focal / np.maximum(inverse, NEAREST_INVERSE), focal / np.maximum(truth, 1e-9)))
    objective.train()
    rows = [r for r in rows if r]
    mean = lambda key: round(float(np.mean([r[key] for r in rows])), 4)
    return {"delta1": mean("delta1"), "abs_rel": mean("abs_rel"), "fov25": round(fov_within(*zip(*angles)), 3)}


def predictions(model, pixels):
    """Canonical inverse depth (S, S) and field of view in degrees of one picture."""
    with torch.no_grad():
        out = model(pixel_values=pixels[None])
    return out.predicted_depth[0].numpy(), float(out.field_of_view[0])


def baselines(folder, limit=1500):
    """Median depth of the training pictures, their mean canonical inverse depth map and median field of view."""
    pairs = Pairs([folder])
    picks = np.linspace(0, len(pairs) - 1, min(limit, len(pairs))).astype(int)
    total, medians, angles = 0.0, [], []
    for i in picks:
        sample = pairs[int(i)]
        if not sample["metric"]:
            continue
        inverse, fov = sample["inverse"].numpy(), float(sample["fov"])
        depth = 0.5 / np.tan(np.radians(fov) / 2) / np.maximum(inverse[::8, ::8], 1e-9)
        medians.append(np.median(depth[depth < 80]) if (depth < 80).any() else 80.0)
        angles.append(fov)
        total = total + inverse
    return float(np.median(medians)), total / len(angles), float(np.median(angles))


def score(inverse, fov, sample):
    """Figures of one picture: depth with the true and with the estimated focal length, boundary F1."""
    truth = sample["inverse"].numpy().astype(np.float64)
    focal = lambda degrees: 0.5 / np.tan(np.radians(degrees) / 2)
    true_focal = focal(float(sample["fov"]))
    depth = true_focal / np.maximum(truth, 1e-9)
    pred = true_focal / np.maximum(inverse, NEAREST_INVERSE * true_focal)
    own = focal(np.clip(fov, 5, 150)) / np.maximum(inverse, NEAREST_INVERSE)
    row = depth_errors(pred, depth)
    if row is None:
        return None
    return row | {
        "delta1_own_focal": depth_errors(own, depth)["delta1"],
        "boundary_f1": boundary_f1(np.clip(pred, 1e-4, 1e4), np.minimum(depth, 1e4)),
    }


def evaluate(model, folder, train=None, limit=None):
    """Table {method: {figure: mean}} on a folder; baselines when the training folder is given.

    Where pictures belong to families, the model has a row for each as well.
    """
    pairs = Pairs([folder])
    methods = {"model": None}
    if train:
        constant, mean_map, mean_fov = baselines(train)
        methods |= {"constant depth": constant, "mean map": mean_map}
    rows, angles, families = {m: [] for m in methods}, [], {}
    for index in range(min(limit or len(pairs), len(pairs))):
        sample = plain(pairs[index])
        inverse, fov = predictions(model, sample["picture"])
        angles.append((fov, float(sample["fov"])))
        focal = 0.5 / np.tan(np.radians(angles[-1][1]) / 2)
        for name, value in methods.items():
            if name == "constant depth":
                inverse, fov = np.full(inverse.shape, focal / value), angles[-1][1]
            elif name == "mean map":
                inverse, fov = value, mean_fov
            rows[name].append(score(inverse, fov, sample))
        if sample["family"]:
            families.setdefault(f"model, {sample['family']}", []).append(rows["model"][-1])
    table = {
        name: {k: float(np.mean([r[k] for r in r_ if r])) for k in next(r for r in r_ if r)}
        for name, r_ in (rows | families).items()
        if any(r_)
    }
    pred, true = zip(*angles)
    table["model"] |= {"fov_within_25": fov_within(pred, true), "focal_within_25": focal_within(pred, true)}
    if train:
        table["mean map"] |= {
            "fov_within_25": fov_within([mean_fov] * len(true), true),
            "focal_within_25": focal_within([mean_fov] * len(true), true),
        }
    return table


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, required=True, help="folder in Hugging Face layout, or a checkpoint STAGE.pt")
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--train", type=Path, help="training folder, for the two baselines")
    p.add_argument("--limit", type=int)
    p.add_argument("--figures", type=Path, help="file to write the table to as well")
    a = p.parse_args(arguments)
    if a.model.is_dir():
        model = DepthProForDepthEstimation.from_pretrained(a.model, dtype=torch.float32)
    else:
        model = checkpoint.network_of(a.model)
    table = evaluate(model.eval(), a.data, a.train, a.limit)
    lines = [f"{name:20}" + "  ".join(f"{k} {v:.3f}" for k, v in figures.items()) for name, figures in table.items()]
    print("\n".join(lines))
    if a.figures:
        a.figures.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
