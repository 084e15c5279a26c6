"""Contact sheet of photographs and their predicted depth: python -m training.photos MODEL sheet.png PHOTO ..."""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from .evaluate import NEAREST_INVERSE, focal
from .network import SIDE
from .predictors import load
from .scenes.sheet import shade


def depth_of(predict, photo):
    """Depth in metres (SIDE, SIDE) with the estimated focal length, and the field of view, of an upright picture."""
    square = photo.convert("RGB").resize((SIDE, SIDE), Image.BILINEAR)
    pixels = torch.from_numpy(np.array(square)).permute(2, 0, 1).float() / 127.5 - 1
    inverse, fov = predict(pixels)
    return focal(fov) / np.maximum(inverse, NEAREST_INVERSE * focal(fov)), fov


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("model", type=Path, help="folder in Hugging Face layout, or a checkpoint from stage1 on")
    p.add_argument("out", type=Path)
    p.add_argument("photos", type=Path, nargs="+")
    p.add_argument("--columns", type=int, default=5)
    p.add_argument("--side", type=int, default=256)
    a = p.parse_args()
    predict = load(a.model)
    tiles = []
    for path in a.photos:
        photo = ImageOps.exif_transpose(Image.open(path))
        depth, fov = depth_of(predict, photo)
        near, middle = np.percentile(depth, [1, 50])
        print(f"{path.name}: {fov:.0f} degrees, nearest {near:.2f} m, median {middle:.2f} m")
        views = [photo.convert("RGB"), Image.fromarray(shade(depth)).convert("RGB")]
        tiles.append(np.concatenate([np.asarray(ImageOps.pad(v.resize(photo.size), (a.side, a.side))) for v in views]))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % a.columns)
    rows = [np.concatenate(tiles[i : i + a.columns], 1) for i in range(0, len(tiles), a.columns)]
    Image.fromarray(np.concatenate(rows)).save(a.out)


if __name__ == "__main__":
    main()
