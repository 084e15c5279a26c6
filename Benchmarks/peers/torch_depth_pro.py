#!/usr/bin/env python3
"""Times transformers' Depth Pro in PyTorch on the CPU and prints one JSON object.

    python Benchmarks/peers/torch_depth_pro.py --model FOLDER --precision f32 --rounds 1 [--image FILE]

A round is the normalised, resized input and one forward pass of one image; loading and decoding are not timed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image, ImageOps
from transformers import DepthProForDepthEstimation

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts/oracle"))
import photograph

PRECISIONS = {"f32": torch.float32, "bf16": torch.bfloat16}


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    transformers.logging.disable_progress_bar()
    precision = PRECISIONS[arguments.precision]
    picture = load_picture(arguments.image)
    model = DepthProForDepthEstimation.from_pretrained(arguments.model, dtype=precision).eval()
    seconds = []
    for _ in range(arguments.rounds):
        start = time.perf_counter()
        canonical, degrees = estimate(model, picture, precision)
        seconds.append(time.perf_counter() - start)
    if arguments.save:
        save(arguments.save, canonical, degrees, picture.shape[:2])
    print(json.dumps(report(arguments, seconds, canonical, degrees)))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder in Hugging Face layout")
    parser.add_argument("--precision", choices=PRECISIONS, default="f32")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--image", type=Path, help="photograph; default a synthetic one of 1024 x 1536 pixels")
    parser.add_argument("--save", type=Path, help=".npz for canonical_inverse_depth, field_of_view_degrees and depth")
    return parser.parse_args()


def load_picture(path: Path | None) -> np.ndarray:
    """Upright 8-bit RGB [height, width, 3]."""
    if path is None:
        return photograph.make_photograph(1024, 1536, seed=1)
    with Image.open(path) as image:
        return np.array(ImageOps.exif_transpose(image).convert("RGB"))


@torch.inference_mode()
def estimate(
    model: DepthProForDepthEstimation, picture: np.ndarray, precision: torch.dtype
) -> tuple[torch.Tensor, torch.Tensor]:
    """Canonical inverse depth [1536, 1536] and horizontal field of view in degrees, a scalar; both float32."""
    side = 4 * model.config.patch_size
    image = photograph.normalised_input(picture, side, torch.float32).to(precision)
    output = model(pixel_values=image)
    return output.predicted_depth[0].float(), output.field_of_view[0].float()


def save(path: Path, canonical: torch.Tensor, degrees: torch.Tensor, size: tuple[int, int]) -> None:
    """Writes the network's outputs and the metric depth at the photograph's size."""
    depth = photograph.metric_depth(canonical, size, photograph.focal_length(degrees, size[1]))
    np.savez(
        path,
        canonical_inverse_depth=canonical.numpy(),
        field_of_view_degrees=degrees.numpy(),
        depth=depth.numpy(),
    )


def report(
    arguments: argparse.Namespace, seconds: list[float], canonical: torch.Tensor, degrees: torch.Tensor
) -> dict[str, object]:
    """What was measured, with enough of the result to see whether two runs computed the same."""
    values = canonical.numpy()
    return {
        "seconds": seconds,
        "peak_resident_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "precision": arguments.precision,
        "threads": arguments.threads,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "field_of_view_degrees": degrees.item(),
        "canonical_inverse_depth": {
            "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
            "mean": float(values.mean()),
            "deviation": float(values.std()),
            "zero_fraction": float((values == 0).mean()),
        },
    }


if __name__ == "__main__":
    main()
