"""Contact sheet of a folder: python -m training.scenes.sheet data/train sheet.png --count 24"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from ..data import read_pair


def shade(depth):
    """Grey map of log depth, near is bright, sky black."""
    inverse = np.log(1 / np.maximum(depth, 1e-3) + 1e-3)
    low, high = inverse.min(), inverse.max()
    return ((inverse - low) / max(high - low, 1e-9) * 255).astype(np.uint8)


def tile(picture, depth, side):
    """Picture above its depth."""
    maps = [
        Image.fromarray(picture).resize((side, side), Image.BOX),
        Image.fromarray(shade(depth)).resize((side, side)).convert("RGB"),
    ]
    return np.concatenate([np.asarray(m) for m in maps])


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("folder", type=Path)
    p.add_argument("out", type=Path)
    p.add_argument("--count", type=int, default=24)
    p.add_argument("--columns", type=int, default=8)
    p.add_argument("--side", type=int, default=192)
    a = p.parse_args()
    stems = sorted(x.with_suffix("") for x in a.folder.glob("*.json"))
    picks = [stems[i] for i in np.linspace(0, len(stems) - 1, min(a.count, len(stems))).astype(int)]
    tiles = [tile(*read_pair(stem)[:2], a.side) for stem in picks]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % a.columns)
    rows = [np.concatenate(tiles[i : i + a.columns], 1) for i in range(0, len(tiles), a.columns)]
    Image.fromarray(np.concatenate(rows)).save(a.out)


if __name__ == "__main__":
    main()
