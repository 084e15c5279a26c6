#!/usr/bin/env python3
"""Makes the numeric fixtures of Sources/Evaluation: random depth maps and their figures in float64 numpy.

    python scripts/oracle/evaluation/make_fixtures.py --output .build/fixtures/evaluation

Everything is written here from the definitions (Eigen et al. 2014; Depth Pro's published boundary code), with whole
arrays where the engine goes pixel by pixel. Equal seeds give equal files; a second or two.
"""

import argparse
import json
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[3]
THRESHOLDS = np.linspace(1.05, 1.25, 10)

CASES = [
    # name, truth's size, prediction's size, range, crop, alignment
    ("plain", (37, 53), (37, 53), (0.1, 80), "none", "none"),
    ("near", (64, 48), (64, 48), (1e-3, 10), "none", "none"),
    ("garg", (352, 1216), (352, 1216), (1e-3, 80), "garg", "none"),
    ("eigen-kitti", (375, 1242), (375, 1242), (1e-3, 80), "eigen-kitti", "none"),
    ("eigen-nyu", (480, 640), (480, 640), (1e-3, 10), "eigen-nyu", "none"),
    ("median", (41, 67), (41, 67), (0.2, 5), "none", "median"),
    ("median-even", (40, 67), (40, 67), (0.1, 200), "none", "median"),
    ("least-squares", (59, 31), (59, 31), (0.1, 80), "none", "least-squares"),
    ("larger", (48, 64), (31, 47), (0.1, 80), "none", "none"),
    ("smaller", (30, 40), (61, 97), (0.1, 80), "none", "least-squares"),
    ("one-row", (1, 90), (2, 45), (0.1, 80), "none", "none"),
    ("one-column", (90, 1), (90, 1), (0.1, 80), "none", "none"),
]


def crop_box(crop, height, width):
    """Rows and columns that count."""
    share = lambda top, bottom, left, right: (
        slice(int(top * height), int(bottom * height)),
        slice(int(left * width), int(right * width)),
    )
    return {
        "none": (slice(0, height), slice(0, width)),
        "garg": share(0.40810811, 0.99189189, 0.03594771, 0.96405229),
        "eigen-kitti": share(0.3324324, 0.91351351, 0.0359477, 0.96405229),
        "eigen-nyu": (slice(45, 471), slice(41, 601)),
    }[crop]


def resized(depth, size):
    """Bilinear, half-pixel centres, edges repeated; NaN where an unknown depth has weight."""
    if depth.shape == size:
        return depth
    matrix = lambda old, new: np.stack([taps(old, new, i) for i in range(new)])
    rows, columns = matrix(depth.shape[0], size[0]), matrix(depth.shape[1], size[1])
    unknown = ~(depth > 0)
    infinite = np.isinf(depth) & (depth > 0)
    plain = np.where(unknown | infinite, 0, depth)
    weight = lambda mask: rows @ mask.astype(np.float64) @ columns.T > 0
    out = np.where(weight(infinite), np.inf, rows @ plain @ columns.T)
    return np.where(weight(unknown), np.nan, out)


def taps(old, new, index):
    """The weights of all old samples in one new sample."""
    position = max((index + 0.5) * old / new - 0.5, 0)
    first = min(int(position), old - 1)
    row = np.zeros(old)
    row[first] += 1 - (position - first if first + 1 < old else 0)
    if first + 1 < old:
        row[first + 1] += position - first
    return row


def aligned(prediction, truth, valid, alignment, farthest):
    if alignment == "none":
        return prediction
    use = valid & (prediction > 0) & np.isfinite(prediction)
    if alignment == "median":
        return prediction * np.median(truth[use]) / np.median(prediction[use])
    y, g = 1 / prediction[use], 1 / truth[use]
    scale, shift = np.linalg.lstsq(np.stack([y, np.ones_like(y)], 1), g, rcond=None)[0]
    return 1 / np.maximum(scale / prediction + shift, 1 / farthest)


def depth_errors(prediction, truth, low, high):
    p = np.where(np.isnan(prediction), low, np.where(np.isinf(prediction), high, prediction))
    p, g = np.clip(p, low, high), truth
    ratio, e = np.maximum(g / p, p / g), np.log(p) - np.log(g)
    return {
        "delta1": np.mean(ratio < 1.25),
        "delta2": np.mean(ratio < 1.25**2),
        "delta3": np.mean(ratio < 1.25**3),
        "abs_rel": np.mean(np.abs(g - p) / g),
        "sq_rel": np.mean((g - p) ** 2 / g),
        "rmse": np.sqrt(np.mean((g - p) ** 2)),
        "rmse_log": np.sqrt(np.mean(e**2)),
        "log10": np.mean(np.abs(np.log10(p) - np.log10(g))),
        "silog": 100 * np.sqrt(np.mean(e**2) - np.mean(e) ** 2),
    }


def ratios(d):
    """Right, left, bottom and top neighbour's inverse depth over the pixel's."""
    return d[:, 1:] / d[:, :-1], d[:, :-1] / d[:, 1:], d[1:] / d[:-1], d[:-1] / d[1:]


def quarter(pairs):
    """Mean over directions of the share of the second that the first holds."""
    return sum((a & b).sum() / max(b.sum(), 1) for a, b in pairs) / 4


def boundary_f1(prediction, truth):
    p, g = (1 / np.maximum(x, 1e-6) for x in (prediction, truth))
    total = 0.0
    for t in THRESHOLDS:
        pairs = [(a > t, b > t) for a, b in zip(ratios(p), ratios(g))]
        recall, precision = quarter(pairs), quarter([(b, a) for a, b in pairs])
        f1 = 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
        total += t / THRESHOLDS.sum() * f1
    return total


def thinned(ratio, t):
    """The first of the largest in each run of candidates of a row."""
    keep = np.zeros(ratio.shape, bool)
    for y, row in enumerate(ratio):
        run = []
        for x in range(len(row) + 1):
            if x < len(row) and row[x] > t:
                run.append(x)
            elif run:
                keep[y, run[int(np.argmax(row[run]))]] = True
                run = []
    return keep


def boundary_recall(prediction, mask):
    right, left, bottom, top = ratios(1 / np.maximum(prediction, 1e-6))
    m = mask > 0.1
    truth = m[:, 1:] & ~m[:, :-1], m[:, :-1] & ~m[:, 1:], m[1:] & ~m[:-1], m[:-1] & ~m[1:]
    total = 0.0
    for t in THRESHOLDS:
        found = thinned(right, t), thinned(left, t), thinned(bottom.T, t).T, thinned(top.T, t).T
        total += t / THRESHOLDS.sum() * quarter(list(zip(found, truth)))
    return total


def random_depth(random, size):
    """Smooth surfaces with steps, so that some neighbours are boundaries and most are not."""
    height, width = size
    y, x = np.mgrid[:height, :width]
    depth = 2 + np.sin(x / 7 + random.uniform(0, 6)) + np.cos(y / 5 + random.uniform(0, 6))
    for _ in range(12):
        radius = random.uniform(2, 4 + min(size) / 3)
        inside = (x - random.uniform(0, width)) ** 2 + (y - random.uniform(0, height)) ** 2 < radius**2
        depth = np.where(inside, random.uniform(0.3, 30), depth)
    return depth * np.exp(random.normal(0, 0.02, size))


def make_case(random, case):
    name, size, predicted_size, (low, high), crop, alignment = case
    truth = random_depth(random, size)
    rough = np.exp(random.normal(0.1, 0.2, size)) * truth
    prediction = np.maximum(resized(rough, predicted_size), 1e-3)
    for value, share in ((0, 0.04), (-1, 0.01), (np.nan, 0.02), (np.inf, 0.05)):
        truth[random.random(size) < share] = value
    for value, share in ((0, 0.004), (-2, 0.002), (np.nan, 0.004), (np.inf, 0.003), (1e-7, 0.002)):
        prediction[random.random(predicted_size) < share] = value
    mask = (np.nan_to_num(truth, nan=9, posinf=9) < 4) * 200 + 10
    truth, prediction = truth.astype(np.float32), prediction.astype(np.float32)
    expected = measured(prediction.astype(np.float64), truth.astype(np.float64), low, high, crop, alignment)
    clean = np.where(prediction > 0, prediction, 1e-3).astype(np.float32)
    far = resized(clean.astype(np.float64), size)
    expected["boundary_recall"] = boundary_recall(np.where(np.isinf(far), 1e4, far), mask / 255)
    about = {"name": name, "range": [low, high], "crop": crop, "alignment": alignment, "expected": expected}
    return about, {"truth": truth, "prediction": prediction, "clean": clean, "mask": mask.astype(np.uint8)}


def measured(prediction, truth, low, high, crop, alignment):
    prediction = resized(prediction, truth.shape)
    box = crop_box(crop, *truth.shape)
    counted = np.zeros(truth.shape, bool)
    counted[box] = True
    valid = counted & (truth > low) & (truth < high)
    prediction = aligned(prediction, truth, valid, alignment, high)
    expected = depth_errors(prediction[valid], truth[valid], low, high)
    known = truth > 0
    far = lambda x, ok: np.where(ok, np.clip(x, 1e-4, 1e4), np.nan)
    expected["boundary_f1"] = boundary_f1(far(prediction, known & (prediction > 0)), far(truth, known))
    expected["valid_pixels"] = int(valid.sum())
    expected["unknown_truth"] = int((counted & ~known).sum())
    expected["invalid_predictions"] = int((valid & ~((prediction > 0) & (prediction < np.inf))).sum())
    return expected


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=REPOSITORY / ".build/fixtures/evaluation")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    random, cases = np.random.default_rng(20241002), []
    with np.errstate(divide="ignore", invalid="ignore"):
        for case in CASES:
            about, arrays = make_case(random, case)
            for key, array in arrays.items():
                np.save(folder / f"{case[0]}-{key}.npy", array)
            cases.append(about)
    (folder / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(f"{folder}: {len(cases)} cases")


main()
