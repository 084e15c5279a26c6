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
FATHOM = REPOSITORY / ".build/release/fathom"

sys.path.append(str(REPOSITORY / "scripts/oracle"))
import photograph  # noqa: E402 (found through the line above)

FULL_SIZE_GFLOP_PER_IMAGE = 19_247.352
"""Of the plain algorithm: 35 crops through the patch encoder, one through each other encoder, decoder and heads."""

ENCODER_GFLOP_PER_CROP = 382.1
"""Of a ViT-L on 577 tokens: its share of `fathom plan`'s encoder rows."""

ENCODER_BATCH = 8
"""Crops that a peer's encoder is timed with, alone."""

BASES = {
    "fathom-f32": "pytorch-f32",
    "fathom-bf16": "pytorch-bf16",
    "fathom-int8": "pytorch-bf16",
    "openvino-f32": "pytorch-f32",
    "openvino-bf16": "pytorch-bf16",
}
"""What each contender's ratio is stated against, if it runs too; else the last contender."""


@dataclass(frozen=True)
class Setting:
    """What all contenders share. `scratch` is a folder for what they write."""

    model: Path
    image: Path
    threads: int
    scratch: Path


@dataclass(frozen=True)
class Measurement:
    """One image: seconds of compute without loading, decoding and writing; peak memory of the process; the result.

    An encoder's measurement is of a batch of crops instead, and has no result."""

    seconds: float
    peak_resident_bytes: int
    depth: np.ndarray | None = None
    parts: dict[str, float] = field(default_factory=dict)
    encoder_gflop: float = 0
    encoder_seconds: float = 0
    processor_seconds: float = 0


def run_process(command: list[str | Path], environment: dict[str, str]) -> tuple[str, int, float]:
    """Runs a command to its end; its standard output, and as the kernel counts them its peak resident memory in bytes and
    its seconds on all processors."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"exit status {process.returncode} from: {' '.join(map(str, command))}")
    return output, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime


def measure_fathom(setting: Setting, precision: str) -> Measurement:
    """Fathom's command line and its output; nothing else in this file knows them."""
    compute = ("prepare", "encoders", "decoder", "field_of_view")
    folder = setting.scratch / "fathom"
    command = [FATHOM, "depth", setting.image, "--model", setting.model]
    command += ["--device", "cpu", "--precision", precision, "--threads", str(setting.threads)]
    command += ["--format", "npz", "--json", "-o", folder]
    output, peak, processor_seconds = run_process(command, dict(os.environ))
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    parts = next(line["seconds"] for line in lines if "seconds" in line)
    with np.load(folder / f"{setting.image.stem}.npz") as result:
        depth = result["depth"]
    seconds = sum(parts[name] for name in compute)
    # The stage encodes 35 patches and the whole image.
    encoder = {"encoder_gflop": 36 * ENCODER_GFLOP_PER_CROP, "encoder_seconds": parts["encoders"]}
    return Measurement(seconds, peak, depth, parts, processor_seconds=processor_seconds, **encoder)


def measure_pytorch(setting: Setting, precision: str) -> Measurement:
    result_path = setting.scratch / f"pytorch-{precision}.npz"
    command = [sys.executable, HERE / "torch_depth_pro.py", "--model", setting.model, "--image", setting.image]
    command += ["--precision", precision, "--threads", str(setting.threads), "--save", result_path]
    output, peak, processor_seconds = run_process(command, dict(os.environ))
    report = json.loads(output.splitlines()[-1])
    with np.load(result_path) as result:
        depth = result["depth"]
    return Measurement(statistics.median(report["seconds"]), peak, depth, processor_seconds=processor_seconds)


def measure_openvino(setting: Setting, precision: str, part: str) -> Measurement:
    batch = ENCODER_BATCH if part == "encoder" else 1
    command = [sys.executable, HERE / "openvino_depth_pro.py", "--model", setting.model, "--part", part]
    command += ["--batch", str(batch), "--precision", precision, "--threads", str(setting.threads), "--work", WORK]
    output, _, processor_seconds = run_process(command, dict(os.environ))
    report = json.loads(output.splitlines()[-1])
    memory = report["peak_resident_bytes"]
    seconds = statistics.median(report["seconds"])
    if part == "model":
        return Measurement(seconds, memory, processor_seconds=processor_seconds)
    encoder = {"encoder_gflop": batch * ENCODER_GFLOP_PER_CROP, "encoder_seconds": seconds}
    return Measurement(seconds, memory, processor_seconds=processor_seconds, **encoder)


def measure_peaks(setting: Setting) -> dict[str, float]:
    """Operations in a second that the processor's instructions reach in registers, by precision: Fathom's own roof."""
    small = WORK / "small"
    if not (small / "config.json").exists():
        subprocess.run([sys.executable, REPOSITORY / "scripts/make-random-checkpoint", small], check=True)
    peaks = {}
    for precision in ("f32", "bf16", "int8"):
        command = [FATHOM, "profile", "--model", small, "--runs", "1", "--warmup", "0", "--json"]
        command += ["--precision", precision, "--threads", str(setting.threads)]
        output, _, _ = run_process(command, dict(os.environ))
        peaks[precision] = json.loads(output)["roof"]["arithmetic"]["per_second"]
    return peaks


CONTENDERS: dict[str, Callable[[Setting], Measurement]] = {
    "fathom-f32": lambda setting: measure_fathom(setting, "f32"),
    "fathom-bf16": lambda setting: measure_fathom(setting, "bf16"),
    "fathom-int8": lambda setting: measure_fathom(setting, "int8"),
    "pytorch-f32": lambda setting: measure_pytorch(setting, "f32"),
    "pytorch-bf16": lambda setting: measure_pytorch(setting, "bf16"),
    "openvino-f32": lambda setting: measure_openvino(setting, "f32", "model"),
    "openvino-bf16": lambda setting: measure_openvino(setting, "bf16", "model"),
    "openvino-encoder-f32": lambda setting: measure_openvino(setting, "f32", "encoder"),
    "openvino-encoder-bf16": lambda setting: measure_openvino(setting, "bf16", "encoder"),
}
"""Errors are stated against the last one that is asked for and computes depth."""


def main() -> None:
    arguments = parse_arguments()
    if any(name.startswith("fathom") for name in arguments.contenders):
        subprocess.run(["swift", "build", "-c", "release", "--product", "fathom"], cwd=REPOSITORY, check=True)
    setting = prepare(arguments)
    peaks = measure_peaks(setting) if any(name.startswith("fathom") for name in arguments.contenders) else {}
    rounds: dict[str, list[Measurement]] = {name: [] for name in arguments.contenders}
    for index in range(arguments.rounds):
        for name, measurements in rounds.items():
            measurements.append(CONTENDERS[name](setting))
            print(f"round {index + 1}: {name} {measurements[-1].seconds:.1f} s", file=sys.stderr, flush=True)
    summary = summarise(rounds, setting, peaks)
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
        help=f"comma list of {', '.join(CONTENDERS)}; ratios are to PyTorch in the same precision (int8: bf16) where it "
        "runs too, else to the last one",
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


def summarise(
    rounds: dict[str, list[Measurement]], setting: Setting, peaks: dict[str, float]
) -> dict[str, object]:
    """Medians of each contender, each against its base."""
    medians = {name: statistics.median(m.seconds for m in measurements) for name, measurements in rounds.items()}
    reference = next((m[-1].depth for m in reversed(rounds.values()) if m[-1].depth is not None), None)
    gflop = gflop_per_image(setting.model)
    rows = {}
    for name, measurements in rounds.items():
        base = BASES.get(name) if BASES.get(name) in rounds else list(rounds)[-1]
        is_encoder = "-encoder-" in name
        done = None if is_encoder else gflop
        peak = peaks.get(name.rsplit("-", 1)[-1])
        encoder_rates = [m.encoder_gflop / m.encoder_seconds for m in measurements if m.encoder_seconds and gflop]
        rows[name] = {
            "seconds": [measurement.seconds for measurement in measurements],
            "median_seconds": medians[name],
            "minimum_seconds": min(measurement.seconds for measurement in measurements),
            "base": None if is_encoder else base,
            "ratio": None if is_encoder else medians[name] / medians[base],
            "processor_seconds": statistics.median(m.processor_seconds for m in measurements),
            "gflop_per_second": done / medians[name] if done else None,
            "share_of_peak": 1e9 * done / medians[name] / peak if done and peak else None,
            "encoder_gflop_per_second": statistics.median(encoder_rates) if encoder_rates else None,
            "peak_resident_bytes": max(measurement.peak_resident_bytes for measurement in measurements),
            "inverse_depth_differences": differences(measurements[-1].depth, reference),
            "parts": [measurement.parts for measurement in measurements],
        }
    machine = {"processor": processor_name(), "threads": setting.threads, "system": platform.platform()}
    count = len(next(iter(rounds.values())))
    return {"machine": machine, "peaks_per_second": peaks, "rounds": count, "contenders": rows}


def differences(depth: np.ndarray | None, expected: np.ndarray | None) -> dict[str, float] | None:
    """Of 1 / metres, which is canonical inverse depth times a constant: the largest difference over the largest expected
    value, and the mean difference over the mean."""
    if depth is None or expected is None:
        return None
    inverse, expected_inverse = 1 / depth.astype(np.float64), 1 / expected.astype(np.float64)
    difference = np.abs(inverse - expected_inverse)
    return {
        "largest": float(difference.max() / expected_inverse.max()),
        "mean": float(difference.mean() / expected_inverse.mean()),
    }


def processor_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def print_table(summary: dict[str, object]) -> None:
    machine = summary["machine"]
    print(f"{machine['processor']}, {machine['threads']} threads, {summary['rounds']} rounds, one image, batch 1")
    peaks = ", ".join(f"{name} {rate / 1e9:.0f}" for name, rate in summary["peaks_per_second"].items())
    print(f"peaks measured in registers, GFLOP/s: {peaks or 'not measured'}\n")
    print("| contender | median s | minimum s | ratio | processor s | GFLOP/s | of peak | encoder GFLOP/s | peak GB | mean error | largest |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")

    def cell(value: float | None, form: str) -> str:
        return "" if value is None else format(value, form)

    for name, row in summary["contenders"].items():
        error = row["inverse_depth_differences"] or {}
        cells = [
            name,
            cell(row["median_seconds"], ".1f"),
            cell(row["minimum_seconds"], ".1f"),
            cell(row["ratio"], ".2f"),
            cell(row["processor_seconds"], ".1f"),
            cell(row["gflop_per_second"], ".0f"),
            cell(row["share_of_peak"], ".2f"),
            cell(row["encoder_gflop_per_second"], ".0f"),
            cell(row["peak_resident_bytes"] / 1e9, ".2f"),
            cell(error.get("mean"), ".1e"),
            cell(error.get("largest"), ".1e"),
        ]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
