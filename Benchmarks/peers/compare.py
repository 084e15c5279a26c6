"""Runs contenders in turn on one photograph with the full-size model and prints medians, as a table and as JSON.

Started by the script `compare` beside this file, which provides the Python packages. Every round runs each contender
once in a process of its own, so that a noisy minute of a shared machine meets all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
WORK = REPOSITORY / ".build/peers"

sys.path.append(str(REPOSITORY / "scripts/oracle"))
import photograph  # noqa: E402 (found through the line above)

FULL_SIZE_GFLOP_PER_IMAGE = 19_247.352
"""Of the plain algorithm: 35 crops through the patch encoder, one through each other encoder, decoder and heads."""


@dataclass(frozen=True)
class Setting:
    """What all contenders share. `scratch` is a folder for what they write."""

    model: Path
    image: Path
    threads: int
    scratch: Path


@dataclass(frozen=True)
class Measurement:
    """One image: seconds of compute without loading, decoding and writing; peak memory of the process; the result."""

    seconds: float
    peak_resident_bytes: int
    depth: np.ndarray
    parts: dict[str, float] = field(default_factory=dict)


def run_process(command: list[str | Path], environment: dict[str, str]) -> tuple[str, int]:
    """Runs a command to its end; its standard output, and its peak resident memory in bytes as the kernel counts it."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"exit status {process.returncode} from: {' '.join(map(str, command))}")
    return output, usage.ru_maxrss * 1024


def measure_fathom(setting: Setting, precision: str) -> Measurement:
    """Fathom's command line and its output; nothing else in this file knows them."""
    compute = ("prepare", "encoders", "decoder", "field_of_view")
    folder = setting.scratch / "fathom"
    command = [REPOSITORY / ".build/release/fathom", "depth", setting.image, "--model", setting.model]
    command += ["--device", "cpu", "--precision", precision, "--threads", str(setting.threads)]
    command += ["--format", "npz", "--json", "-o", folder]
    # Both variables would keep OpenBLAS from the kernels that suit this processor.
    hidden = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    output, peak = run_process(command, environment)
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    parts = next(line["seconds"] for line in lines if "seconds" in line)
    with np.load(folder / f"{setting.image.stem}.npz") as result:
        depth = result["depth"]
    return Measurement(sum(parts[name] for name in compute), peak, depth, parts)


def measure_pytorch(setting: Setting, precision: str) -> Measurement:
    result_path = setting.scratch / f"pytorch-{precision}.npz"
    command = [sys.executable, HERE / "torch_depth_pro.py", "--model", setting.model, "--image", setting.image]
    command += ["--precision", precision, "--threads", str(setting.threads), "--save", result_path]
    output, peak = run_process(command, dict(os.environ))
    report = json.loads(output.splitlines()[-1])
    with np.load(result_path) as result:
        depth = result["depth"]
    return Measurement(statistics.median(report["seconds"]), peak, depth)


CONTENDERS: dict[str, Callable[[Setting], Measurement]] = {
    "fathom-f32": lambda setting: measure_fathom(setting, "f32"),
    "pytorch-f32": lambda setting: measure_pytorch(setting, "f32"),
    "pytorch-bf16": lambda setting: measure_pytorch(setting, "bf16"),
}
"""Ratios and errors are stated against the last one that is asked for."""


def main() -> None:
    arguments = parse_arguments()
    if any(name.startswith("fathom") for name in arguments.contenders):
        subprocess.run(["swift", "build", "-c", "release", "--product", "fathom"], cwd=REPOSITORY, check=True)
    setting = prepare(arguments)
    rounds: dict[str, list[Measurement]] = {name: [] for name in arguments.contenders}
    for index in range(arguments.rounds):
        for name, measurements in rounds.items():
            measurements.append(CONTENDERS[name](setting))
            print(f"round {index + 1}: {name} {measurements[-1].seconds:.1f} s", file=sys.stderr, flush=True)
    summary = summarise(rounds, setting)
    print_table(summary)
    arguments.json.write_text(json.dumps(summary, indent=1) + "\n")
    print(f"\n{arguments.json}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="compare", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--contenders",
        type=contender_list,
        default=["fathom-f32", "pytorch-f32"],
        help=f"comma list of {', '.join(CONTENDERS)}; the last one is the base of the ratios",
    )
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--image", type=Path, help="photograph; default a synthetic one of 1024 x 1536 pixels")
    parser.add_argument("--model", type=Path, help="folder in Hugging Face layout; default random full-size weights")
    parser.add_argument("--json", type=Path, default=WORK / "comparison.json", help="where the figures are written")
    return parser.parse_args()


def contender_list(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in CONTENDERS]:
        raise argparse.ArgumentTypeError(f"unknown contender {unknown[0]}; there are {', '.join(CONTENDERS)}")
    return names


def prepare(arguments: argparse.Namespace) -> Setting:
    """Makes the photograph and the weights that were not given; both are made once and kept below .build."""
    WORK.mkdir(parents=True, exist_ok=True)
    image, model = arguments.image, arguments.model
    if image is None:
        image = WORK / "photograph.png"
        photograph.write_png(image, photograph.make_photograph(1024, 1536, seed=1))
    if model is None:
        model = WORK / "depth-pro-random"
        if not (model / "config.json").exists():  # written last
            subprocess.run([sys.executable, HERE / "make_weights.py", "--output", model], check=True)
    return Setting(model, image, arguments.threads, WORK)


def gflop_per_image(model: Path) -> float | None:
    """Known for the full-size network only."""
    config = json.loads((model / "config.json").read_text())
    encoder = config["patch_model_config"]
    full = (encoder["hidden_size"], encoder["num_hidden_layers"], config["fusion_hidden_size"]) == (1024, 24, 256)
    return FULL_SIZE_GFLOP_PER_IMAGE if full else None


def summarise(rounds: dict[str, list[Measurement]], setting: Setting) -> dict[str, object]:
    """Medians of each contender, against the last one."""
    base = list(rounds.values())[-1]
    base_seconds = statistics.median(measurement.seconds for measurement in base)
    gflop = gflop_per_image(setting.model)
    rows = {}
    for name, measurements in rounds.items():
        seconds = statistics.median(measurement.seconds for measurement in measurements)
        rows[name] = {
            "seconds": [measurement.seconds for measurement in measurements],
            "median_seconds": seconds,
            "minimum_seconds": min(measurement.seconds for measurement in measurements),
            "ratio": seconds / base_seconds,
            "gflop_per_second": gflop / seconds if gflop else None,
            "peak_resident_bytes": max(measurement.peak_resident_bytes for measurement in measurements),
            "inverse_depth_difference": inverse_depth_difference(measurements[-1].depth, base[-1].depth),
            "parts": [measurement.parts for measurement in measurements],
        }
    machine = {"processor": processor_name(), "threads": setting.threads, "system": platform.platform()}
    return {"machine": machine, "rounds": len(base), "contenders": rows}


def inverse_depth_difference(depth: np.ndarray, expected: np.ndarray) -> float:
    """Largest difference of 1 / metres, relative to the largest expected value."""
    inverse, expected_inverse = 1 / depth.astype(np.float64), 1 / expected.astype(np.float64)
    return float(np.abs(inverse - expected_inverse).max() / expected_inverse.max())


def processor_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def print_table(summary: dict[str, object]) -> None:
    machine = summary["machine"]
    print(f"{machine['processor']}, {machine['threads']} threads, {summary['rounds']} rounds, one image, batch 1\n")
    print("| contender | median s | minimum s | ratio | GFLOP/s | peak GB | inverse depth differs by |")
    print("|---|---|---|---|---|---|---|")
    for name, row in summary["contenders"].items():
        gflops = f"{row['gflop_per_second']:.0f}" if row["gflop_per_second"] else "not known"
        print(
            f"| {name} | {row['median_seconds']:.1f} | {row['minimum_seconds']:.1f} | {row['ratio']:.2f} "
            f"| {gflops} | {row['peak_resident_bytes'] / 1e9:.2f} "
            f"| {row['inverse_depth_difference']:.1e} |"
        )


if __name__ == "__main__":
    main()
