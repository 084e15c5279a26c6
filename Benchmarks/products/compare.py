"""Times y = x W^T in float32 with Fathom's kernel and with CLBlast on the same queue, in turn, and checks both.

Started by the script `compare` beside this file, which provides the Python packages. Fathom's kernel is built from
Kernels/OpenCL/Sources with the constants that the back end gives it for these shapes; its weights are packed before, as
they are when a plan is prepared. Rates are of the best of the rounds, in which the two take turns.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import json
import platform
import time
from pathlib import Path

import numpy as np
import pyopencl as cl

SOURCES = Path(__file__).resolve().parents[2] / "Kernels/OpenCL/Sources"
SHAPES = [(4096, 1024, 1024), (577, 1024, 1024), (2048, 2048, 2048)]
"""Rows, columns, depth."""

FORMS = ["vector", "tile"]


def cut(form: str, device: cl.Device) -> dict[str, int]:
    """What `ProductTile.swift` takes for wide products."""
    if form == "tile":
        return {"WIDTH": 4, "PANEL": 128, "TILE_ROWS": 128, "ITEM_ROWS": 8, "ITEM_COLUMNS": 8}
    if 1 < device.native_vector_width_float < 16:
        return {"WIDTH": 16, "PANEL": 16, "ITEM_ROWS": 5}
    return {"WIDTH": 16, "PANEL": 64, "ITEM_ROWS": 6}


class Fathom:
    """The kernel `linear` with its operands on a device."""

    def __init__(
        self, context: cl.Context, queue: cl.CommandQueue, form: str, x: cl.Buffer, w: np.ndarray,
        shape: tuple[int, int, int],
    ):  # fmt: skip
        constants = cut(form, context.devices[0]) | {"WHOLE_INPUT": 1, "WHOLE_OUTPUT": 1}
        names = ["common", "product", "linear", f"product_{form}"]
        text = "\n".join((SOURCES / f"{name}.cl").read_text() for name in names)
        options = ["-cl-std=CL1.2", "-cl-mad-enable"] + [f"-D{name}={value}" for name, value in constants.items()]
        self.queue, (rows, columns, depth), panel = queue, shape, constants["PANEL"]
        self.kernel = cl.Kernel(cl.Program(context, text).build(options), "linear")
        packed = np.ascontiguousarray(w.reshape(columns // panel, panel, depth).transpose(0, 2, 1))
        flags = cl.mem_flags.READ_WRITE | cl.mem_flags.COPY_HOST_PTR
        weights = cl.Buffer(context, flags, hostbuf=packed)
        none = cl.Buffer(context, flags, hostbuf=np.zeros(16, np.uint64))
        self.operands = x, weights, none  # a kernel does not keep its arguments alive
        # Activations are one buffer: y lies behind x.
        self.y_start = rows * depth
        # product.cl: what members of a group share, then what each has of its own.
        shared = [np.uint32(extent) for extent in (columns, depth, 0, 0, 0, 0)]
        starts = [np.uint64(start) for start in (0, self.y_start, 0, 0, 0)]
        own = [np.uint32(value) for value in (0, 0, 0, 0, rows)]
        self.kernel.set_args(x, weights, none, none, *shared, *starts, *own)
        if form == "vector":
            self.local = (1, 1, 1)
            groups = -(-rows // constants["ITEM_ROWS"])
        else:
            tile_rows = constants["TILE_ROWS"]
            items = tile_rows // constants["ITEM_ROWS"] * (panel // constants["ITEM_COLUMNS"])
            self.local = (items, 1, 1)
            groups = -(-rows // tile_rows)
        self.size = (groups * self.local[0], columns // panel, 1)

    def __call__(self) -> None:
        cl.enqueue_nd_range_kernel(self.queue, self.kernel, self.size, self.local)


class CLBlast:
    """CLBlastSgemm of the system's library on the same queue."""

    def __init__(
        self, context: cl.Context, queue: cl.CommandQueue, x: cl.Buffer, w: np.ndarray, shape: tuple[int, int, int]
    ):
        path = ctypes.util.find_library("clblast")
        if path is None:
            raise SystemExit("CLBlast is missing: apt-get install libclblast1")
        self.library = ctypes.CDLL(path)
        self.queue, self.shape, self.x = ctypes.c_void_p(queue.int_ptr), shape, x
        self.w = cl.Buffer(context, cl.mem_flags.READ_ONLY | cl.mem_flags.COPY_HOST_PTR, hostbuf=w)
        self.y_start = shape[0] * shape[2]

    def __call__(self) -> None:
        rows, columns, depth = (ctypes.c_size_t(extent) for extent in self.shape)
        row_major, plain, transposed, zero = 101, 111, 112, ctypes.c_size_t(0)
        x, w = ctypes.c_void_p(self.x.int_ptr), ctypes.c_void_p(self.w.int_ptr)
        status = self.library.CLBlastSgemm(
            row_major, plain, transposed, rows, columns, depth, ctypes.c_float(1), x, zero, depth, w, zero, depth,
            ctypes.c_float(0), x, ctypes.c_size_t(self.y_start), columns, ctypes.byref(self.queue), None,
        )  # fmt: skip
        if status != 0:
            raise SystemExit(f"CLBlastSgemm failed with status {status}")


def compare(device: cl.Device, shape: tuple[int, int, int], rounds: int, form: str) -> dict[str, object]:
    """GFLOP/s of both on one device, after both gave the right answer."""
    rows, columns, depth = shape
    context = cl.Context([device])
    queue = cl.CommandQueue(context)
    random = np.random.default_rng(1)
    x = random.uniform(-1, 1, (rows, depth)).astype(np.float32)
    w = random.uniform(-1, 1, (columns, depth)).astype(np.float32)
    memory = cl.Buffer(context, cl.mem_flags.READ_WRITE, (rows * depth + rows * columns) * 4)
    cl.enqueue_copy(queue, memory, x)
    contenders = {"fathom": Fathom(context, queue, form, memory, w, shape), "clblast": CLBlast(context, queue, memory, w, shape)}
    expected = x[:64].astype(np.float64) @ w.T.astype(np.float64)
    best = dict.fromkeys(contenders, float("inf"))
    for round_number in range(rounds + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            queue.finish()
            seconds = time.perf_counter() - start
            if round_number > 0:  # the first compiles
                best[name] = min(best[name], seconds)
                continue
            y = np.empty((64, columns), np.float32)
            cl.enqueue_copy(queue, y, memory, src_offset=rows * depth * 4)
            error = np.abs(y - expected).max()
            if not error < 1e-3:
                raise SystemExit(f"{name} is off by {error} on {device.name}")
    rates = {name: 2 * rows * columns * depth / seconds / 1e9 for name, seconds in best.items()}
    return {
        "platform": device.platform.name, "device": device.name, "form": form, "shape": shape,
        "gflops": {name: round(rate, 1) for name, rate in rates.items()},
        "ratio": round(rates["fathom"] / rates["clblast"], 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="timed calls of each contender (default: %(default)s)")
    parser.add_argument("--platform", default="", help="part of the names of the platforms to run on (default: all)")
    parser.add_argument("--form", choices=FORMS, help="the kernel's form (default: what suits the device)")
    parser.add_argument("--json", type=Path, help="file to write the results to")
    arguments = parser.parse_args()
    results = []
    print(f"{'platform':30} {'rows x columns x depth':>24} {'Fathom':>10} {'CLBlast':>10} {'ratio':>7}   GFLOP/s, f32")
    for found in cl.get_platforms():
        for device in found.get_devices() if arguments.platform in found.name else []:
            is_processor = device.type & cl.device_type.CPU
            for shape in SHAPES:
                form = arguments.form or ("vector" if is_processor else "tile")
                result = compare(device, shape, arguments.rounds, form)
                results.append(result)
                rates = result["gflops"]
                extents = " x ".join(map(str, shape))
                print(
                    f"{found.name[:30]:30} {extents:>24} {rates['fathom']:>10} {rates['clblast']:>10}"
                    f" {result['ratio']:>7}",
                    flush=True,
                )
    if arguments.json:
        report = {"machine": platform.processor() or platform.machine(), "results": results}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
