#!/usr/bin/env python3
"""Makes the numeric fixtures of Depth Pro: small random networks, inputs, and float64 references of every stage.

    python scripts/oracle/make_fixtures.py --output .build/fixtures [--case NAME]...

Needs the packages of requirements.txt and no network. See README.md beside this file for what is written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import torch
import transformers
from transformers import DepthProForDepthEstimation

import apple_forward
import network
import photograph
import stages
import tensors
from apple_layout import apple_state
from cases import APPLE_HOOKS, CASES, Case

REPOSITORY = Path(__file__).resolve().parents[2]
KNOWN_FOCAL_LENGTH_PIXELS = 450.0


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)
    transformers.logging.disable_progress_bar()
    for case in CASES:
        if arguments.case and case.name not in arguments.case:
            continue
        make_case(case, arguments.output / case.name)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=REPOSITORY / ".build/fixtures", help="folder for the cases")
    parser.add_argument("--case", action="append", choices=[case.name for case in CASES], help="only this case")
    return parser.parse_args()


def make_case(case: Case, folder: Path) -> None:
    """Writes one case unless its manifest says that these scripts already did."""
    manifest_path = folder / "manifest.json"
    if manifest_path.exists() and json.loads(manifest_path.read_text())["scripts_sha256"] == scripts_hash():
        print(f"{case.name}: up to date")
        return
    start = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    manifest = write_case(case, folder)
    manifest_path.write_text(json.dumps(manifest, indent=1) + "\n")  # last, so that it marks a complete folder
    print(f"{case.name}: {time.monotonic() - start:.1f} s, {manifest['checks']}")


def scripts_hash() -> str:
    """SHA-256 over the scripts of this folder and the pinned versions."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.py"), folder / "requirements.txt"]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


@torch.inference_mode()
def write_case(case: Case, folder: Path) -> dict[str, Any]:
    """Makes network, photograph and reference, writes all of them, and returns the manifest."""
    model = network.build(case)
    picture = photograph.make_photograph(*case.photo_size, seed=case.seed)
    results = reference(model.double(), picture, case)
    checks = check(model, picture, results, case)
    write_checkpoints(model, case, folder)
    photograph.write_png(folder / "photo.png", picture)
    return {
        "case": case.name,
        "seed": case.seed,
        "scripts_sha256": scripts_hash(),
        "versions": versions(),
        "reference": "transformers DepthProForDepthEstimation in float64, rounded to float32",
        "weight_type": case.weight_type,
        "input_side": case.geometry.input_side,
        "photo": "photo.png",
        "known_focal_length_px": KNOWN_FOCAL_LENGTH_PIXELS,
        "field_of_view_degrees": results["field_of_view"].item(),
        "focal_length_px": results["focal_length_px"].item(),
        "checks": checks,
        "tensors": write_tensors(picture, results, case, folder),
    }


def versions() -> dict[str, str]:
    modules = {"torch": torch, "transformers": transformers, "safetensors": safetensors, "numpy": np}
    return {name: module.__version__ for name, module in modules.items()}


def reference(model: DepthProForDepthEstimation, picture: np.ndarray, case: Case) -> stages.Stages:
    """All stages in the model's type, from the photograph to metres; calibrates the model's last layer on the way."""
    image = photograph.normalised_input(picture, case.geometry.input_side, torch.float64)
    with stages.captured(model) as results:
        output = model(pixel_values=image)
    features = results.pop("head_features")
    network.calibrate_last_layer(model, features, case)
    canonical = torch.relu(model.head.layers[4](features))[0, 0]
    results.update(input=image, canonical_inverse_depth=canonical, field_of_view=output.field_of_view)
    results.update(metric_results(canonical, output.field_of_view, case.photo_size))
    return results


def metric_results(canonical: torch.Tensor, degrees: torch.Tensor, size: tuple[int, int]) -> stages.Stages:
    """Metric depth [height, width] with the predicted and with a known focal length."""
    focal = photograph.focal_length(degrees, size[1])
    known = torch.tensor(KNOWN_FOCAL_LENGTH_PIXELS, dtype=canonical.dtype)
    return {
        "focal_length_px": focal,
        "depth": photograph.metric_depth(canonical, size, focal),
        "depth_known_focal": photograph.metric_depth(canonical, size, known),
    }


def check(
    model: DepthProForDepthEstimation, picture: np.ndarray, results: stages.Stages, case: Case
) -> dict[str, float]:
    """Fails on a degenerate network or a wrong stage order; returns figures, PyTorch's own float32 error among them."""
    canonical, degrees = results["canonical_inverse_depth"], results["field_of_view"].item()
    spread = (canonical.std() / canonical.mean()).item()
    zeros = (canonical == 0).double().mean().item()
    expect(spread > 0.05, f"{case.name}: the depth hardly varies ({spread})")
    expect((zeros > 0) == (case.zero_fraction > 0) and zeros < 0.2, f"{case.name}: a share {zeros} of zeros")
    expect(20 < degrees < 120, f"{case.name}: a field of view of {degrees} degrees")
    check_merged_maps(results, case)
    figures = {"zero_fraction": zeros, "relative_spread": spread}
    if case.geometry.input_side <= 512 and case.hooks == APPLE_HOOKS:
        figures |= check_apple_forward(model, results, case)
    return figures | float32_error(model, picture, results, case)


def expect(condition: bool, message: str) -> None:
    if not condition:
        raise SystemExit(message)


def check_merged_maps(results: stages.Stages, case: Case) -> None:
    """The merged maps, rebuilt by index from the tokens in Apple's order, must be the captured ones."""
    padding, tokens = case.geometry.merge_padding, results["patch_tokens"]
    deep, shallow = (results[f"patch_hook{block}"] for block in case.hooks)
    rebuilt = {
        "merged_latent0": apple_forward.merge(shallow, 5, padding),
        "merged_latent1": apple_forward.merge(deep, 5, padding),
        "merged_x0": apple_forward.merge(tokens[:25], 5, padding),
        "merged_x1": apple_forward.merge(tokens[25:34], 3, 2 * padding),
        "merged_x2": apple_forward.merge(tokens[34:], 1, 0),
    }
    for name, value in rebuilt.items():
        expect(torch.equal(value, results[name]), f"{case.name}: {name} is not the merge of its tokens")


def check_apple_forward(model: DepthProForDepthEstimation, results: stages.Stages, case: Case) -> dict[str, float]:
    """Apple's names and order, evaluated by separate code, must give the same depth and angle."""
    state = apple_state(model.state_dict())
    canonical, degrees = apple_forward.depth_pro(state, results["input"], case.geometry.merge_padding)
    figures = {
        "apple_layout_error": (canonical - results["canonical_inverse_depth"]).abs().max().item(),
        "apple_layout_error_degrees": (degrees - results["field_of_view"]).abs().item(),
    }
    expect(all(value < 1e-10 for value in figures.values()), f"{case.name}: Apple's layout disagrees: {figures}")
    return figures


def float32_error(
    model: DepthProForDepthEstimation, picture: np.ndarray, results: stages.Stages, case: Case
) -> dict[str, float]:
    """How far PyTorch in float32 is from the reference: the error that any float32 implementation may expect."""
    model.float()
    output = model(pixel_values=photograph.normalised_input(picture, case.geometry.input_side, torch.float32))
    canonical = output.predicted_depth[0]
    depth = metric_results(canonical, output.field_of_view, case.photo_size)["depth"]
    expected = results["canonical_inverse_depth"]
    return {
        "float32_error_of_maximum": ((canonical - expected).abs().max() / expected.max()).item(),
        "float32_error_degrees": (output.field_of_view - results["field_of_view"]).abs().item(),
        "float32_relative_error_depth": ((depth - results["depth"]).abs() / results["depth"]).max().item(),
    }


def write_checkpoints(model: DepthProForDepthEstimation, case: Case, folder: Path) -> None:
    """config.json with model.safetensors (or shards and their index); where the hooks are Apple's, depth_pro.pt, too."""
    model.to(getattr(torch, case.weight_type))
    model.save_pretrained(folder, max_shard_size=case.max_shard_size)
    if case.hooks == APPLE_HOOKS:
        torch.save(apple_state(model.state_dict()), folder / "depth_pro.pt")
    names = stored_names(folder)
    expect(any(".attention.attention.query." in name for name in names), f"{case.name}: unexpected names on disk")
    expect(len(names) == len(model.state_dict()), f"{case.name}: {len(names)} tensors on disk")


def stored_names(folder: Path) -> set[str]:
    """Names of the tensors in all safetensors files of a folder."""
    names: set[str] = set()
    for path in folder.glob("*.safetensors"):
        with safetensors.safe_open(path, framework="numpy") as file:
            names.update(file.keys())
    return names


def write_tensors(picture: np.ndarray, results: stages.Stages, case: Case, folder: Path) -> dict[str, Any]:
    """Writes the photograph, the final results, and, where the case asks for them, all stages."""
    entries = {"photo": tensors.store(folder, "photo", picture, "rows, columns, channels", whole=True)}
    maps = ("canonical_inverse_depth", "depth", "depth_known_focal")
    scalars = ("field_of_view", "focal_length_px")
    for name, value in results.items():
        if name in maps:
            layout = "rows, columns"
        elif name in scalars:
            layout = "scalar"
        elif not case.stores_stages:
            continue
        else:
            layout = "rows, columns, channels" if value.ndim == 4 else "crops, tokens, width"
        entries[name] = tensors.store(folder, name, stages.channels_last(value).numpy(), layout, whole=name in maps)
    return entries


if __name__ == "__main__":
    main()
