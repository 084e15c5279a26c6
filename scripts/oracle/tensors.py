"""Stores reference tensors as .npy files and describes them for the manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

SAMPLE_STRIDE = 7
LARGEST_WHOLE_TENSOR = 4_000_000


def sample_indices(length: int) -> np.ndarray:
    """0, 7, 14, ... and the last index."""
    return np.unique(np.append(np.arange(0, length, SAMPLE_STRIDE), length - 1))


def store(folder: Path, name: str, values: np.ndarray, layout: str, whole: bool = False) -> dict[str, Any]:
    """Writes `<name>.npy` in C order and returns its manifest entry.

    A map [rows, columns, channels] of more than four million values is stored at every 7th row and column, the last
    ones included, unless `whole` is set.
    """
    if values.dtype != np.uint8:
        values = values.astype(np.float32)
    entry = {"file": f"{name}.npy", "type": str(values.dtype), "layout": layout, "shape": list(values.shape)}
    entry["maximum_absolute"] = float(np.abs(values).max())
    if values.size > LARGEST_WHOLE_TENSOR and not whole:
        rows, columns = (sample_indices(length) for length in values.shape[:2])
        values = values[rows[:, None], columns[None, :]]
        entry["sample_stride"] = SAMPLE_STRIDE
    entry["stored_shape"] = list(values.shape)
    np.save(folder / entry["file"], np.ascontiguousarray(values))
    return entry
