"""Renders scenes into a folder: NAME.jpg, NAME.npz (depth, float16 metres, sky infinite), NAME.json (intrinsics).

    python -m training.scenes.generate --out data/train --first 0 --count 4000
    python -m training.scenes.generate --out data/heldout --first 1000000 --count 200 --views 1 --metric-only

NAME is the scene index and the view. A view that exists is skipped and files appear whole or not at all (the JSON
last), so the command may be killed and repeated, and several may share a folder with different --first.
"""

import argparse
import io
import json
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from ..files import write_whole
from .scene import family_of, make_views


def save_view(folder, name, picture, depth, about):
    """The three files of one view; the JSON file last, as its mark of completeness."""
    image, packed = io.BytesIO(), io.BytesIO()
    quality = int(82 + about.get("scene", 0) * 7919 % 15)
    small = {"subsampling": 0, "quality": 95} if about["width"] < 512 else {"quality": quality}  # as if shrunk after
    Image.fromarray(picture).save(image, "JPEG", **small)
    np.savez_compressed(packed, depth=depth.astype(np.float16))
    write_whole(folder / f"{name}.jpg", image.getvalue())
    write_whole(folder / f"{name}.npz", packed.getvalue())
    write_whole(folder / f"{name}.json", json.dumps(about).encode())


def generate(index, folder, side, views, metric_only):
    """Renders the missing views of one scene; returns how many of its views now exist."""
    names = [f"{index:07d}_{view}" for view in range(views)]
    if metric_only and family_of(index) == "heap":
        return 0
    if not all((folder / f"{name}.json").exists() for name in names):
        for name, (picture, depth, about) in zip(names, make_views(index, side, views)):
            save_view(folder, name, picture, depth, about)
    return views


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--first", type=int, default=0, help="first scene index")
    p.add_argument("--count", type=int, default=1000, help="number of pictures wanted")
    p.add_argument("--views", type=int, default=3, help="photographs per scene")
    p.add_argument("--side", type=int, default=512)
    p.add_argument("--processes", type=int, default=1)
    p.add_argument("--minutes", type=float, default=1e9, help="end after this time, with fewer pictures")
    p.add_argument("--metric-only", action="store_true", help="leave out scenes without a true size")
    a = p.parse_args(arguments)
    a.out.mkdir(parents=True, exist_ok=True)
    start, done, index = time.time(), 0, a.first
    with ProcessPoolExecutor(a.processes) as pool:
        waiting = []
        while done < a.count and time.time() - start < a.minutes * 60:
            while not waiting or len(waiting) < 2 * a.processes and done + len(waiting) * a.views < a.count:
                waiting.append(pool.submit(generate, index, a.out, a.side, a.views, a.metric_only))
                index += 1
            done += waiting.pop(0).result()
            print(f"{done} of {a.count} pictures, {(time.time() - start) / max(done, 1):.2f} s each", flush=True)


if __name__ == "__main__":
    main()
