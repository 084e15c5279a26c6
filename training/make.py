"""Makes the whole model from nothing in a given time: scenes, every stage of the curriculum, figures, export.

    python -m training.make --data data --model Models/mini --minutes 600

Killed and repeated, it goes on where it was; with more minutes it makes a model better. Rendering takes all cores,
training the GPU if PyTorch has one. Shares of the time are those of SHARES.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import torch

# Of the minutes. The first stages' pictures are many and small; the last ones' are few and cost the most.
SHARES = {
    "tiny": 0.11,
    "whole": 0.08,
    "encoder": 0.37,
    "lowest": 0.04,
    "coarse": 0.02,
    "fine": 0.05,
    "stage1": 0.08,
    "stage2": 0.04,
    "borders": 0.12,
    "fov": 0.05,
}
CROPS = 6  # of each whole picture; cutting and encoding pictures takes what SHARES leave
SCENES = {  # first one, pixels, views of each, and how many pictures at most: as many as 15 GB hold in any stage
    "tiny": (20000, 128, 4, 60000),
    "whole": (0, 512, 3, 5000),
}
LOOKS_AT = {
    "encoder": ["tiny", "crops"],
    "lowest": ["tiny"],
    "coarse": ["whole"],
    "fine": ["whole"],
    "stage1": ["whole"],
    "stage2": ["whole"],
    "borders": ["whole"],
    "fov": ["tiny", "whole"],
}
GPU_BATCHES = {
    "encoder": 256,
    "lowest": 256,
    "coarse": 128,
    "fine": 64,
    "stage1": 64,
    "stage2": 64,
    "borders": 64,
    "fov": 128,
}  # to keep a GPU busy


def run(module, *arguments):
    """Runs a module of this package; its failure is ours."""
    command = [sys.executable, "-m", f"training.{module}", *map(str, arguments)]
    print("+", " ".join(command[2:]), flush=True)
    subprocess.run(command, check=True)


def render(data, minutes, held_out, processes):
    """Held-out scenes first and whole, then as many training pictures as the time allows."""
    common = ("--processes", processes)
    run("scenes.generate", "--out", data / "heldout", "--first", 1000000, "--count", held_out, "--views", 1,
        "--metric-only", *common)  # fmt: skip
    for folder, (first, side, views, count) in SCENES.items():
        run("scenes.generate", "--out", data / folder, "--first", first, "--count", count, "--side", side,
            "--views", views, "--minutes", minutes * SHARES[folder], *common)  # fmt: skip
    run("crops", "--data", data / "whole", "--out", data / "crops", "--count", CROPS, *common)


def train(data, minutes, sizes):
    """Every stage, each on its pictures and within its share of the minutes."""
    for stage, folders in LOOKS_AT.items():
        batch = ("--batch", GPU_BATCHES[stage]) if torch.cuda.is_available() else ()
        run("train", "--stage", stage, "--data", *(data / f for f in folders), "--held-out", data / "heldout", "--out",
            data / "checkpoints", "--budget", minutes * SHARES[stage], "--keep", *batch, *sizes)  # fmt: skip


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="folder for pictures and checkpoints")
    p.add_argument("--model", type=Path, required=True, help="folder for the exported model")
    p.add_argument("--minutes", type=float, required=True, help="for all; evaluation takes some more")
    p.add_argument("--held-out", type=int, default=200, help="scenes that figures are measured on")
    p.add_argument("--processes", type=int, default=os.cpu_count(), help="that render")
    a, sizes = p.parse_known_args(arguments)
    render(a.data, a.minutes, a.held_out, a.processes)
    train(a.data, a.minutes, sizes)
    last, figures = a.data / "checkpoints/fov.pt", a.data / "figures.txt"
    run("evaluate", "--model", last, "--data", a.data / "heldout", "--train", a.data / "whole", "--figures", figures)
    run("export", "--checkpoint", last, "--out", a.model, "--figures", figures)


if __name__ == "__main__":
    main()
