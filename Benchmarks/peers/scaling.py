"""How Fathom's time on the CPU goes with threads, micro-batch and images, as a table and as JSON.

    Benchmarks/peers/scaling --precision bf16 [--threads 1,2] [--micro-batches 1,5,37] [--images 1,8]

Settings run in turn, round after round. `cores busy` is processor time over wall time: below the number of threads,
something else than arithmetic is the limit, or another process has the cores.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import compare


def main() -> None:
    arguments = parse_arguments()
    subprocess.run(["swift", "build", "-c", "release", "--product", "fathom"], cwd=compare.REPOSITORY, check=True)
    setting = compare.prepare(arguments)
    cores = len(os.sched_getaffinity(0))
    settings = [(threads, None, 1) for threads in arguments.threads]
    settings += [(cores, size, 1) for size in arguments.micro_batches]
    settings += [(cores, None, count) for count in arguments.images]
    runs: dict[tuple, list[dict[str, float]]] = {one: [] for one in dict.fromkeys(settings)}
    for index in range(arguments.rounds):
        for one, measured in runs.items():
            measured.append(measure(setting, arguments.precision, *one))
            print(f"round {index + 1}: {one} {measured[-1]}", file=sys.stderr, flush=True)
    rows = [
        {"threads": threads, "micro_batch": size or "default", "images": count}
        | {name: statistics.median(run[name] for run in measured) for name in measured[0]}
        for (threads, size, count), measured in runs.items()
    ]
    print("| threads | micro-batch | images | s an image | cores busy | peak GB |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row['threads']} | {row['micro_batch']} | {row['images']} | {row['seconds_per_image']:.1f} "
            f"| {row['cores_busy']:.2f} | {row['peak_resident_bytes'] / 1e9:.2f} |"
        )
    arguments.json.write_text(json.dumps({"precision": arguments.precision, "rows": rows}, indent=1) + "\n")
    print(f"\n{arguments.json}")


def parse_arguments() -> argparse.Namespace:
    def counts(text: str) -> list[int]:
        return [int(part) for part in text.split(",") if part]

    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(prog="scaling", description=__doc__.splitlines()[0])
    parser.add_argument("--precision", default="bf16", choices=["f32", "bf16", "int8"])
    parser.add_argument("--threads", type=counts, default=sorted({1, cores}))
    parser.add_argument("--micro-batches", type=counts, default=[1, 3, 5, 12, 37])
    parser.add_argument("--images", type=counts, default=[1, 2, 8])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--image", type=Path, help="photograph; default a synthetic one of 1024 x 1536 pixels")
    parser.add_argument("--model", type=Path, help="folder in Hugging Face layout; default random full-size weights")
    parser.add_argument("--json", type=Path, default=compare.WORK / "scaling.json", help="where the figures are written")
    return parser.parse_args()


def measure(
    setting: compare.Setting, precision: str, threads: int, micro_batch: int | None, images: int
) -> dict[str, float]:
    """Seconds of compute for each image of one process, and how busy it kept the cores from start to end."""
    folder = compare.WORK / "scaling"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for index in range(images):
        shutil.copy(setting.image, folder / f"{index}{setting.image.suffix}")
    command = [compare.FATHOM, "depth", folder, "--model", setting.model, "--precision", precision]
    command += ["--threads", str(threads), "--format", "npz", "--json", "-o", folder / "depth"]
    command += ["--micro-batch", str(micro_batch)] if micro_batch else []
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"exit status {process.returncode} from: {' '.join(map(str, command))}")
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    parts = [line["seconds"] for line in lines if "seconds" in line]
    stages = ("prepare", "encoders", "decoder", "field_of_view")
    return {
        "seconds_per_image": statistics.mean(sum(part[stage] for stage in stages) for part in parts),
        "cores_busy": (usage.ru_utime + usage.ru_stime) / wall,
        "peak_resident_bytes": usage.ru_maxrss * 1024,
    }


if __name__ == "__main__":
    main()
