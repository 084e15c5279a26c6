"""Converts transformers' Depth Pro, or its ViT-L encoder, for OpenVINO, times it on the CPU and prints one JSON object.

    python Benchmarks/peers/openvino_depth_pro.py --model FOLDER --part model --precision bf16 --work FOLDER
    python Benchmarks/peers/openvino_depth_pro.py --model FOLDER --part encoder --batch 8 --precision f32 --work FOLDER

The conversion is kept in the work folder. For it the three encoders share the patch encoder's weights, and the trace is
not checked by a second run: otherwise it does not fit into 24 GB. The arithmetic is the same; the depth is not that of
the checkpoint, so it is not compared. A round is one inference; an encoder is warmed up first, and loading is not timed.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import openvino


def main() -> None:
    arguments = parse_arguments()
    converted = arguments.work / f"openvino-{arguments.part}-{arguments.batch}.xml"
    if arguments.convert:
        convert(arguments, converted)
        return
    if not converted.exists():  # in a process of its own, whose memory does not count
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--convert"], check=True)
    print(json.dumps(measure(arguments, converted)))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder in Hugging Face layout")
    parser.add_argument("--part", choices=["model", "encoder"], default="model")
    parser.add_argument("--batch", type=int, default=1, help="images, or crops of an encoder")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps the conversion")
    parser.add_argument("--convert", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def input_shape(arguments: argparse.Namespace) -> list[int]:
    side = json.loads((arguments.model / "config.json").read_text())["patch_size"]
    return [arguments.batch, 3, *[side if arguments.part == "encoder" else 4 * side] * 2]


def convert(arguments: argparse.Namespace, path: Path) -> None:
    import torch
    from transformers import DepthProForDepthEstimation

    network = DepthProForDepthEstimation.from_pretrained(arguments.model, dtype=torch.float32).eval()
    encoder = network.depth_pro.encoder
    if arguments.part == "encoder":
        module = selected_outputs(encoder.patch_encoder.model, ["last_hidden_state"])
        del network
    else:
        encoder.image_encoder.model = encoder.patch_encoder.model
        network.fov_model.fov_encoder.model = encoder.patch_encoder.model
        module = selected_outputs(network, ["predicted_depth", "field_of_view"])
    gc.collect()
    example = torch.zeros(input_shape(arguments))
    with torch.inference_mode():
        traced = torch.jit.trace(module, example, check_trace=False)
    openvino.save_model(openvino.convert_model(traced, input=[input_shape(arguments)]), path, compress_to_fp16=True)


def selected_outputs(module, names: list[str]):
    """A module that returns some of another's outputs as a tuple, which tracing can follow."""
    import torch

    class Selected(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, pixels):
            output = self.module(pixels)
            return tuple(getattr(output, name) for name in names)

    return Selected().eval()


def measure(arguments: argparse.Namespace, path: Path) -> dict[str, object]:
    options = {
        "INFERENCE_PRECISION_HINT": arguments.precision,
        "INFERENCE_NUM_THREADS": arguments.threads,
        "PERFORMANCE_HINT": "LATENCY",
    }
    compiled = openvino.Core().compile_model(path, "CPU", options)
    request = compiled.create_infer_request()
    pixels = np.random.default_rng(1).uniform(-1, 1, input_shape(arguments)).astype(np.float32)
    if arguments.part == "encoder":
        request.infer([pixels])
    seconds = []
    for _ in range(arguments.rounds):
        start = time.perf_counter()
        request.infer([pixels])
        seconds.append(time.perf_counter() - start)
    return {
        "seconds": seconds,
        "peak_resident_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "precision": arguments.precision,
        "threads": arguments.threads,
        "openvino": openvino.__version__,
    }


if __name__ == "__main__":
    main()
