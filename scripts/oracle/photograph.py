"""A synthetic photograph, its PNG file, and the normalised input that Depth Pro makes of it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F


def make_photograph(height: int, width: int, seed: int) -> np.ndarray:
    """Smooth noise at several scales, flat shapes with hard edges, fine grain: uint8 [height, width, 3]."""
    random = np.random.default_rng(seed)
    picture = _smooth_noise(random, height, width)
    _draw_shapes(random, picture)
    picture += random.normal(0, 0.02, picture.shape)
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)


def _smooth_noise(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Bilinear octaves around mid grey: float64 [height, width, 3]."""
    total = np.full((height, width, 3), 0.5)
    for octave, amplitude in enumerate((0.25, 0.12, 0.06, 0.03)):
        side = 3 * 2**octave
        grid = torch.from_numpy(random.uniform(-1, 1, (1, 3, side, side)))
        layer = F.interpolate(grid, size=(height, width), mode="bilinear", align_corners=False)
        total += amplitude * layer[0].permute(1, 2, 0).numpy()
    return total


def _draw_shapes(random: np.random.Generator, picture: np.ndarray) -> None:
    """Draws filled discs and rectangles of random colours into `picture` [height, width, 3], values in 0...1."""
    height, width, _ = picture.shape
    rows, columns = np.mgrid[:height, :width]
    for index in range(8):
        row, column = random.uniform(0, height), random.uniform(0, width)
        size = random.uniform(0.05, 0.2) * min(height, width)
        distance_rows, distance_columns = np.abs(rows - row), np.abs(columns - column)
        if index % 2 == 0:
            inside = distance_rows**2 + distance_columns**2 < size**2
        else:
            inside = (distance_rows < size) & (distance_columns < 1.5 * size)
        picture[inside] = random.uniform(0, 1, 3)


def write_png(path: Path, picture: np.ndarray) -> None:
    """Writes uint8 [height, width, 3] as an 8-bit RGB PNG without filtering (PNG specification, ISO/IEC 15948)."""
    height, width, _ = picture.shape
    rows = b"".join(b"\0" + row.tobytes() for row in picture)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, body in chunks:
            file.write(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))


def normalised_input(picture: np.ndarray, side: int, dtype: torch.dtype) -> torch.Tensor:
    """uint8 [height, width, 3] -> [1, 3, side, side] in -1...1.

    As transformers' DepthProImageProcessor: rescale and normalise first, (u8 - 127.5) / 127.5, then a bilinear resize
    with half-pixel centres and without antialiasing. The aspect ratio is not kept.
    """
    values = torch.from_numpy(picture).permute(2, 0, 1).unsqueeze(0).to(dtype)
    values = (values - 127.5) / 127.5
    return F.interpolate(values, size=(side, side), mode="bilinear", align_corners=False)


def metric_depth(inverse_depth: torch.Tensor, size: tuple[int, int], focal_length_pixels: torch.Tensor) -> torch.Tensor:
    """Canonical inverse depth [side, side] -> depth in metres [height, width].

    As DepthPro.infer of the reference implementation: scale by width / focal length, resize the inverse depth,
    then take the reciprocal of it clamped to 1e-4...1e4.
    """
    scaled = inverse_depth * (size[1] / focal_length_pixels)
    resized = F.interpolate(scaled[None, None], size=size, mode="bilinear", align_corners=False)
    return 1.0 / torch.clamp(resized[0, 0], min=1e-4, max=1e4)


def focal_length(field_of_view_degrees: torch.Tensor, width: int) -> torch.Tensor:
    """Focal length in pixels of a picture `width` pixels wide with this horizontal field of view."""
    return 0.5 * width / torch.tan(0.5 * torch.deg2rad(field_of_view_degrees))
