"""Cuts crops of 128 pixels out of pictures of 512, as the patch encoder meets them at its two finer scales.

    python -m training.crops --data data/whole --out data/crops --count 12

An encoder that has seen whole pictures only says little of a quarter of one: what is large there, and how near, it
cannot know, but which way surfaces face and where one ends it can. So crops have no true size. NAME is the picture's, a
scale and a place; a picture whose crops exist is skipped and files appear whole or not at all.
"""

import argparse
import os
import zlib
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from .data import read_pair
from .network import PATCH_SIDE, SIDE
from .scenes.generate import save_view

SCALES = {1: 25, 2: 9}  # pixels of the picture to one of the crop, and how many crops the network takes at that scale


def places(name, count):
    """(scale, top, left) of a picture's crops, the first ones the same however many are asked for; scales as often as
    in the network."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    shares = np.array(list(SCALES.values())) / sum(SCALES.values())
    for _ in range(count):
        scale = int(rng.choice(list(SCALES), p=shares))
        top, left = rng.integers(0, SIDE - scale * PATCH_SIDE + 1, 2)
        yield scale, int(top), int(left)


def shrunk(picture, scale):
    """The mean of each scale x scale pixels."""
    height, width = (n // scale for n in picture.shape[:2])
    return picture.reshape(height, scale, width, scale, 3).mean((1, 3)).round().astype(np.uint8)


def cut(stem, out, count):
    """Writes a picture's crops unless all are there; returns how many."""
    wanted = {f"{stem.name}_{scale}_{top}_{left}": (scale, top, left) for scale, top, left in places(stem.name, count)}
    if all((out / f"{name}.json").exists() for name in wanted):
        return len(wanted)
    picture, depth, about = read_pair(stem)
    for what, shape in (("picture", picture.shape[:2]), ("depth", depth.shape)):
        if shape != (SIDE, SIDE):
            raise ValueError(f"{stem}: its {what} has {shape[1]} x {shape[0]} pixels; crops need {SIDE} x {SIDE}")
    width = about["width"]
    fx, fy = about["fx"] * SIDE / width, about.get("fy", about["fx"]) * SIDE / about.get("height", width)
    kept = {key: about[key] for key in ("scene", "family", "real") if key in about}
    for name, (scale, top, left) in wanted.items():
        rows, columns = (slice(first, first + scale * PATCH_SIDE) for first in (top, left))
        own = {"width": PATCH_SIDE, "height": PATCH_SIDE, "fx": fx / scale, "fy": fy / scale, "metric": False}
        middle = slice(scale // 2, None, scale)
        save_view(out, name, shrunk(picture[rows, columns], scale), depth[rows, columns][middle, middle], kept | own)
    return len(wanted)


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="folder of pictures of 512 pixels, as rendered")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--count", type=int, default=12, help="crops of each picture")
    p.add_argument("--processes", type=int, default=os.cpu_count())
    a = p.parse_args(arguments)
    a.out.mkdir(parents=True, exist_ok=True)
    stems = [path.with_suffix("") for path in sorted(a.data.glob("*.json"))]
    if not stems:
        p.error(f"no NAME.json in {a.data}: render pictures first")
    with ProcessPoolExecutor(a.processes) as pool:
        print(sum(pool.map(partial(cut, out=a.out, count=a.count), stems, chunksize=8)), "crops")


if __name__ == "__main__":
    main()
