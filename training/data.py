"""Folders of (image, depth, intrinsics), metric or relative, as training pairs of the network's square size.

A picture NAME.jpg or NAME.png goes with NAME.json {"fx": pixels, "width": pixels, optional "fy", "height", "metric",
"real", "scale", "family"} and NAME.npz (key "depth"), NAME.npy or NAME_depth.png (16 bit). Depth times "scale" is
metres along the optical axis; infinite is sky (C* = 0, valid), zero, negative and NaN are invalid. "metric": false
means that the true size is unknown (scale-and-shift-invariant losses), "real": true that the depth is measured (trimmed
losses, no derivatives), and figures are told for each "family" as well.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from .network import SIDE


def read_depth(stem):
    """The depth array beside `stem`, as stored."""
    if stem.with_suffix(".npz").exists():
        with np.load(stem.with_suffix(".npz")) as file:
            return file["depth"].astype(np.float32)
    if stem.with_suffix(".npy").exists():
        return np.load(stem.with_suffix(".npy")).astype(np.float32)
    return np.asarray(Image.open(stem.with_name(stem.name + "_depth.png"))).astype(np.float32)


def read_pair(stem):
    """Picture (H, W, 3) uint8, depth in metres (h, w) and the intrinsics of one sample."""
    about = json.loads(stem.with_suffix(".json").read_text())
    path = next(p for p in (stem.with_suffix(s) for s in (".jpg", ".jpeg", ".png")) if p.exists())
    return np.array(Image.open(path).convert("RGB")), read_depth(stem) * np.float32(about.get("scale", 1.0)), about


def canonical(depth, focal_over_width):
    """Canonical inverse depth and validity of a depth map in metres."""
    valid = depth > 0  # NaN compares false, infinity true
    return np.where(valid, focal_over_width / np.where(valid, depth, 1), 0).astype(np.float32), valid


class Pairs(torch.utils.data.Dataset):
    """Samples of several folders, each a dictionary of tensors, picture stretched to `side` x `side`."""

    def __init__(self, folders, side=SIDE, kept=None):
        self.side, self.kept = side, kept  # `kept` maps a file's stem to its sample, so that it is read once
        self.stems = [p.with_suffix("") for folder in folders for p in sorted(Path(folder).glob("*.json"))]
        if not self.stems:
            raise FileNotFoundError(f"no NAME.json in {', '.join(map(str, folders))}: render or convert samples first")

    def __len__(self):
        return len(self.stems)

    def __getitem__(self, index):
        if self.kept is None:
            return self.read(self.stems[index])
        stem = self.stems[index]
        if stem not in self.kept:
            self.kept[stem] = self.read(stem)
        return self.kept[stem]

    def read(self, stem):
        picture, depth, about = read_pair(stem)
        height = about.get("height", about["width"] * picture.shape[0] / picture.shape[1])
        focal = about["fx"] / about["width"], about.get("fy", about["fx"]) / height
        inverse, valid = canonical(depth, focal[0])
        picture = torch.from_numpy(picture).permute(2, 0, 1)
        inverse, valid = torch.from_numpy(inverse), torch.from_numpy(valid)
        if picture.shape[1:] != (self.side, self.side):
            picture = (
                F.interpolate(picture[None].float(), (self.side, self.side), mode="bilinear").round().to(torch.uint8)[0]
            )
        if inverse.shape != (self.side, self.side):
            pick = lambda x: F.interpolate(x[None, None].float(), (self.side, self.side), mode="nearest-exact")[0, 0]
            inverse, valid = pick(inverse), pick(valid) > 0.5
        return {
            "picture": picture,
            "inverse": inverse,
            "valid": valid,
            "fov": torch.tensor(2 * np.degrees(np.arctan(0.5 * about["width"] / about["fx"])), dtype=torch.float32),
            "focal": torch.tensor(focal, dtype=torch.float32),
            "metric": torch.tensor(bool(about.get("metric", True))),
            "real": torch.tensor(bool(about.get("real", False))),
            "family": about.get("family", ""),
        }
