#!/usr/bin/env python3
"""Writes a full-size Depth Pro checkpoint (952 M parameters) with random float16 weights in Hugging Face layout.

    python Benchmarks/peers/make_weights.py --output .build/peers/depth-pro-random

Tensors are made and written one after another, so little memory is needed. The values are scaled as in a trained
network: activations stay within the range of float16 and the last ReLU lets a varying depth through.
"""

from __future__ import annotations

import argparse
import json
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path

import numpy as np
import torch
from transformers import DepthProConfig, DepthProForDepthEstimation

SEED = 1
FIELD_OF_VIEW_DEGREES = 50.0
LARGEST_CHUNK = 1 << 22

Shapes = Mapping[str, tuple[int, ...]]

DISK_NAMES = {
    ".attention.q_proj.": ".attention.attention.query.",
    ".attention.k_proj.": ".attention.attention.key.",
    ".attention.v_proj.": ".attention.attention.value.",
    ".attention.o_proj.": ".attention.output.dense.",
}
"""Attention names of transformers 5 in memory, and in the published files."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="folder for config.json and model.safetensors")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    config = configuration()
    write_safetensors(folder / "model.safetensors", disk_shapes(config))
    (folder / "config.json").write_text(config.to_json_string(use_diff=False))


def configuration() -> DepthProConfig:
    """The configuration of apple/DepthPro-hf: three ViT-L of 24 blocks, field-of-view network included."""
    encoder = dict(
        model_type="dinov2",
        hidden_size=1024,
        num_hidden_layers=24,
        num_attention_heads=16,
        patch_size=16,
        image_size=384,
        use_mask_token=False,
    )
    return DepthProConfig(
        architectures=["DepthProForDepthEstimation"],
        dtype="float16",
        use_fov_model=True,
        image_model_config=dict(encoder),
        patch_model_config=dict(encoder),
        fov_model_config=dict(encoder),
    )


def disk_shapes(config: DepthProConfig) -> Shapes:
    """Names as stored on disk, with shapes, of every parameter; no memory is allocated for the network."""
    with torch.device("meta"):
        state = DepthProForDepthEstimation(config).state_dict()
    shapes = {}
    for name, value in state.items():
        for memory_part, disk_part in DISK_NAMES.items():
            name = name.replace(memory_part, disk_part)
        shapes[name] = tuple(value.shape)
    return shapes


def write_safetensors(path: Path, shapes: Shapes) -> None:
    """Streams float16 tensors to `path` (safetensors: u64 header length, JSON padded to 8 bytes, then the data)."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, shape in shapes.items():
        end = offset + 2 * prod(shape)
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, shape in shapes.items():
            for chunk in values(name, shape):
                file.write(chunk.tobytes())
    partial.rename(path)


def values(name: str, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Normally distributed float16 values of one tensor, in chunks; they depend on the seed and the name only."""
    mean, deviation = distribution(name, shape)
    random = np.random.Generator(np.random.PCG64([SEED, zlib.crc32(name.encode())]))
    remaining = prod(shape)
    while remaining > 0:
        count = min(remaining, LARGEST_CHUNK)
        noise = random.standard_normal(count, dtype=np.float32)
        yield (mean + deviation * noise).astype("<f2")
        remaining -= count


def distribution(name: str, shape: tuple[int, ...]) -> tuple[float, float]:
    """Mean and standard deviation of one tensor."""
    fixed = {
        "head.layers.4.weight": (0.0, 0.02),
        "head.layers.4.bias": (1.0, 0.0),
        "fov_model.head.layers.4.bias": (FIELD_OF_VIEW_DEGREES, 0.0),
    }
    if name in fixed:
        return fixed[name]
    if name.endswith("lambda1"):
        return 0.4, 0.1
    if re.search(r"norm\d?\.weight$", name):
        return 1.0, 0.1
    if name.endswith((".bias", "cls_token", "position_embeddings")):
        return 0.0, 0.02
    if len(shape) == 2:
        return 0.0, 0.02
    if shape[2:] == (2, 2):
        return 0.0, shape[0] ** -0.5  # transposed convolution, stride 2: one tap reaches each output pixel
    return 0.0, prod(shape[1:]) ** -0.5


if __name__ == "__main__":
    main()
