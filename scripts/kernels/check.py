"""Compiles the programs of programs.txt for devices that are not there; see scripts/check-kernels.

The compilers are not the drivers' own. ptxas, which allocates registers and orders instructions, is also what NVIDIA's
driver ends with, and AMD's drivers are built on the same LLVM; what a front end does before may differ.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from loops import amd_share, nvidia_shares

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
KERNELS = ROOT / "Kernels/OpenCL/Sources"
DOCUMENT = ROOT / "docs/matrix-kernels.md"
CLANG = ["clang-19", "-x", "cl", "-cl-std=CL1.2", "-cl-mad-enable", "-O3", "-Wno-linker-warnings"]
HEADER = ["-Xclang", "-finclude-default-header", "-Xclang", "-cl-ext=+cl_khr_fp16"]
LOCAL_LIMIT = 48 << 10
# What is left of the smallest local memory of NVIDIA's with these tiles, 100 KB of compute capability 8.6, 8.9 and 12.0.
WIDE_LOCAL_LIMIT = 96 << 10
SAMPLE = ROOT / "Tests/OpenCLBackendTests/Samples/wgmma.ptx"
# Of every main loop's instructions HMMA is to be so much.
NVIDIA_SHARE = 1 / 3


@dataclasses.dataclass(frozen=True)
class Program:
    unit: str
    kernel: str
    files: tuple
    constants: tuple

    @staticmethod
    def parse(line):
        unit, kernel, files, *constants = line.split()
        return Program(unit, kernel, tuple(files.split("+")), tuple(constants))

    def constant(self, name, absent=None):
        return int(dict(c.split("=") for c in self.constants).get(name, absent))

    @property
    def is_attention(self):
        return self.kernel == "attention" and self.has_unit

    @property
    def has_unit(self):
        return self.unit != "tile"

    @property
    def title(self):
        return self.kernel + {0: " in f32", 1: "", 2: " in bf16"}[self.constant("STORAGE", 0)]

    @property
    def tile(self):
        if not self.has_unit:
            sizes = dict(c.split("=") for c in self.constants)
            names = ("TILE_ROWS", "PANEL", "ITEM_ROWS", "ITEM_COLUMNS")
            if all(n in sizes for n in names):
                return "{} x {} by {} x {}".format(*(sizes[n] for n in names))
            return next((f"{sizes[n]} {words}" for n, words in
                         [("QUERIES", "queries"), ("TILE_ROWS", "rows"), ("GROUP", "items")] if n in sizes), "")
        if self.is_attention:
            return "{} x {} by {}".format(*(self.constant(n) for n in ("QUERIES", "KEYS", "SUB_QUERIES")))
        sizes = [self.constant(n) for n in ("TILE_ROWS", "PANEL", "SUB_ROWS", "SUB_COLUMNS")]
        return "{} x {} by {} x {}".format(*sizes)

    def items(self, lanes):
        """Of a work-group; lanes: those that drive a unit together."""
        if self.is_attention:
            return self.constant("QUERIES") // self.constant("SUB_QUERIES") * lanes
        if self.kernel == "attention":
            return 2 * self.constant("QUERIES")
        if "product_narrow" in self.files:
            return self.constant("TILE_ROWS")
        if not self.has_unit and "product_tile" not in self.files:
            return self.constant("GROUP", 64)
        part, lanes = ("SUB", lanes) if self.has_unit else ("ITEM", 1)
        rows, columns = self.constant(f"{part}_ROWS"), self.constant(f"{part}_COLUMNS")
        return self.constant("TILE_ROWS") // rows * (self.constant("PANEL") // columns) * lanes

    def write(self, folder):
        path = folder / "kernel.cl"
        path.write_text("\n".join((KERNELS / f"{f}.cl").read_text() for f in self.files))
        return path

    @property
    def options(self):
        return [f"-D{c}" for c in self.constants]

    @property
    def local_limit(self):
        return WIDE_LOCAL_LIMIT if self.unit.endswith("-wide") else LOCAL_LIMIT


# The loops of a roof, which no plan has.
ROOF = Program("tile", "multiply_add", ("roof",), ("WIDTH=4",))


@dataclasses.dataclass(frozen=True)
class Outcome:
    registers: int
    spill_bytes: int
    local_bytes: int
    share: float
    occupancy: str
    problems: tuple = ()
    rescaling_share: float = 0  # of a round of attention that rescales


def run(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError((done.stderr + done.stdout).strip()[:2000])
    return done.stdout + done.stderr


def tool(name):
    """A program out of a wheel that holds it anywhere."""
    return next(pathlib.Path(sys.prefix).glob(f"lib/**/bin/{name}"))


def compile_ptx(options, source, capability):
    """PTX as NVIDIA's driver would hand it out."""
    text = source.with_suffix(".ptx")
    run(CLANG + ["-target", "nvptx64-nvidia-nvcl", "-Dasm=__asm__", "-Xclang", "-target-cpu", "-Xclang", capability,
                 "-Xclang", "-target-feature", "-Xclang", "+ptx80", *HEADER, "-include", HERE / "stand_ins.h",
                 "-Xclang", "-mlink-builtin-bitcode", "-Xclang", "/usr/lib/clc/nvptx64--nvidiacl.bc",
                 *options, "-S", "-o", text, source])
    return text.read_text()


def retargeted(text):
    """As RetargetedPTX.swift does it."""
    return re.sub(r"^(\s*)//@sm_90a ", r"\1", text, flags=re.M).replace(".target sm_90,", ".target sm_90a,")


def with_outer_memory(text):
    """Local memory of more than 48 KB, which ptxas alone refuses, comes from outside; and its bytes."""
    declaration = re.compile(r"^\s*\.shared (\.align \d+) \.b8 ([\w$]+)\[(\d+)\];$", re.M)
    bytes_ = sum(int(size) for _, _, size in declaration.findall(text))
    if bytes_ <= LOCAL_LIMIT:
        return text, bytes_
    outer = "".join(f".extern .shared {align} .b8 {name}[];\n" for align, name, _ in declaration.findall(text))
    head = ".address_size 64\n"
    return declaration.sub("", text).replace(head, head + outer, 1), bytes_


@dataclasses.dataclass(frozen=True)
class NVIDIA:
    """Of a streaming multiprocessor: bytes of local memory, items; registers are 65536."""

    name: str
    local_bytes: int
    items: int
    units: tuple = ("mma", "mma-wide", "tile")
    # The target that a text is compiled for; that of the oldest is what the others assemble too.
    compiled: str = "sm_80"

    def check(self, program, folder):
        cached = folder / f"{self.compiled}.text"
        if not cached.exists():
            cached.write_text(compile_ptx(program.options, program.write(folder), self.compiled))
        text, local = with_outer_memory(cached.read_text())
        retargets = self.name != self.compiled and self.name.endswith("a")
        assembly = folder / f"{self.name}.ptx"
        if retargets:  # before, too, it has to assemble: the driver does so first
            assembly.write_text(text)
            run([tool("ptxas"), f"-arch={self.compiled}", assembly, "-o", folder / "first.cubin"])
            text = retargeted(text)
        assembly.write_text(text)
        binary = folder / f"{self.name}.cubin"
        log = run([tool("ptxas"), "-v", f"-arch={self.name}", assembly, "-o", binary])
        share, rescaling_share = nvidia_shares(run([tool("nvdisasm"), "-c", binary]), "HGMMA" if retargets else "HMMA",
                                               program.is_attention)
        number = lambda pattern: int((re.search(pattern, log) or [0, "0"])[1])
        registers = number(r"Used (\d+) registers")
        spills = number(r"(\d+) bytes spill stores") + number(r"(\d+) bytes spill loads")
        items = program.items(128 if retargets else 32)
        groups = min(65536 // (-(-registers // 8) * 8 * items), self.local_bytes // (local + 1024), self.items // items)
        problems = []
        if share == 0 and program.has_unit:
            problems.append("no multiplication of a matrix unit in a loop")
        if "serialized" in log:
            problems.append("ptxas lets wgmma wait for each other")
        if share < NVIDIA_SHARE and program.has_unit and not retargets:
            problems.append(f"HMMA is {share:.0%} of the main loop")
        return Outcome(registers, spills, local, share, f"{groups} groups, {groups * items // 32} warps", tuple(problems),
                       rescaling_share)


@dataclasses.dataclass(frozen=True)
class AMD:
    name: str
    units: tuple

    def check(self, program, folder):
        text = folder / f"{self.name}.s"
        run(CLANG + ["-target", "amdgcn-amd-amdhsa", f"-mcpu={self.name}", "-nogpulib", *HEADER, "-include", HERE / "stand_ins.h", "-Xclang",
                     "-mlink-builtin-bitcode", "-Xclang", "/usr/lib/clc/amdgcn--amdhsa.bc", *program.options, "-S", "-o",
                     text, program.write(folder)])
        assembly = text.read_text()
        number = lambda name: int((re.search(rf"^; {name}: (\d+)", assembly, re.M) or [0, "0"])[1])
        share = amd_share(assembly)
        registers = number("TotalNumVgprs") or number("NumVgprs")
        problems = () if share or not program.has_unit else ("no MFMA or WMMA in a loop",)
        return Outcome(registers, number("ScratchSize"), number("LDSByteSize"), share,
                       f"{number('Occupancy')} waves", problems)


@dataclasses.dataclass(frozen=True)
class Intel:
    """No public compiler: syntax and types alone."""

    name: str
    units: tuple

    def check(self, program, folder):
        run(CLANG + ["-target", "spir64", *HEADER, "-include", HERE / "intel.h", "-Werror=implicit-function-declaration",
                     "-Wno-unknown-attributes", "-fsyntax-only", *program.options, program.write(folder)])
        return None


TARGETS = [
    NVIDIA("sm_80", 164 << 10, 2048), NVIDIA("sm_89", 100 << 10, 1536), NVIDIA("sm_90", 228 << 10, 2048),
    NVIDIA("sm_120", 100 << 10, 1536),
    NVIDIA("sm_90a", 228 << 10, 2048, ("wgmma", "wgmma-wide"), "sm_90"),
    AMD("gfx90a", ("mfma", "tile")), AMD("gfx942", ("mfma", "tile")), AMD("gfx1100", ("wmma11", "tile")),
    AMD("gfx1200", ("wmma12", "tile")),
    Intel("XMX, 16 lanes", ("xmx16",)), Intel("XMX, 8 lanes", ("xmx8",)),
]


def check(program):
    """Every target of a program's unit: (target, program, outcome or None, problems)."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for target in (t for t in TARGETS if program.unit in t.units):
            try:
                outcome = target.check(program, pathlib.Path(folder))
            except RuntimeError as error:
                results.append((target, program, None, [str(error)]))
                continue
            problems = list(outcome.problems) if outcome else []
            if outcome and outcome.spill_bytes:
                problems.append(f"{outcome.spill_bytes} bytes are spilled")
            if outcome and outcome.local_bytes > program.local_limit:
                problems.append(f"{outcome.local_bytes} bytes of local memory")
            results.append((target, program, outcome, problems))
    return results


def finds_spills(programs):
    """A check that cannot fail is none: sums of 128 x 128 do not fit the registers of a warp."""
    program = next(p for p in programs if p.unit == "mma" and p.kernel == "linear")
    sizes = ("TILE_ROWS", "PANEL", "SUB_ROWS", "SUB_COLUMNS")
    others = tuple(c for c in program.constants if c.split("=")[0] not in sizes)
    large = dataclasses.replace(program, constants=others + tuple(f"{size}=128" for size in sizes))
    return all(any("spilled" in problem for problem in problems) for _, _, _, problems in check(large))


def check_sample(writes):
    """The sample that tests retarget is what the compiler makes of retarget.cl now, and assembles when it is retargeted."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "kernel.cl"
        files = [KERNELS / f"{f}.cl" for f in ("common", "matrix_tile", "matrix_nvidia", "matrix_wgmma")]
        source.write_text("\n".join(f.read_text() for f in [*files, HERE / "retarget.cl"]))
        text = compile_ptx(["-DSTORAGE=1", "-DMULTIPLIES_ALONE=1", "-DSUB_COLUMNS=16"], source, "sm_90")
        if writes:
            SAMPLE.write_text(text)
        assembly = pathlib.Path(folder) / "retargeted.ptx"
        assembly.write_text(retargeted(text))
        run([tool("ptxas"), "-arch=sm_90a", assembly, "-o", pathlib.Path(folder) / "retargeted.cubin"])
        return SAMPLE.read_text() == text


def shares(outcomes):
    """The least share of matrix instructions, and that of a round which rescales where it is another."""
    share, rescaling = (min(getattr(o, name) for o in outcomes) for name in ("share", "rescaling_share"))
    return (f"{share:.0%}" if share else "") + (f" ({rescaling:.0%})" if 0 < rescaling < share else "")


def table(results, each):
    """Programs of one kernel and tile make a row of their worst figures."""
    groups = collections.defaultdict(list)
    for target, program, outcome, _ in results:
        if outcome:
            key = program.constants if each else ()
            groups[TARGETS.index(target), program.title, program.tile, key].append(outcome)
    lines = ["| device | kernel | tile | programs | registers | spilled bytes | local bytes | matrix share | occupancy |",
             "|---|---|---|---|---|---|---|---|---|"]
    for (index, kernel, tile, constants), outcomes in sorted(groups.items()):
        worst = lambda name, pick=max: pick(getattr(o, name) for o in outcomes)
        fewest = min((o.occupancy for o in outcomes), key=lambda text: int(text.split()[0]))
        cells = [TARGETS[index].name, kernel, tile, str(len(outcomes)), str(worst("registers")), str(worst("spill_bytes")),
                 str(worst("local_bytes")), shares(outcomes), fewest]
        lines.append("| " + " | ".join(cells) + " |" + (" " + " ".join(constants) if constants else ""))
    return "\n".join(lines)


def clang_version():
    return re.search(r"version (\S+)", run([CLANG[0], "--version"]))[1]


def check_document(text, writes):
    """The document's table is today's, or of another version of clang, whose registers may differ."""
    before, marker, version, rest = re.split(r"(<!-- table of clang (\S+) -->\n)", DOCUMENT.read_text())
    recorded, end, after = rest.partition("\n<!-- end -->")
    if writes:
        marker = f"<!-- table of clang {clang_version()} -->\n"
        DOCUMENT.write_text("".join([before, marker, text, end, after]))
        return True
    if version != clang_version():
        print(f"the table in {DOCUMENT.relative_to(ROOT)} is of clang {version}, this is {clang_version()}: not compared")
        return True
    return recorded == text


def main():
    arguments = argparse.ArgumentParser()
    tables = arguments.add_mutually_exclusive_group()
    tables.add_argument("--write", action="store_true")
    tables.add_argument("--all", action="store_true")
    arguments = arguments.parse_args()
    programs = [Program.parse(line) for line in (HERE / "programs.txt").read_text().splitlines()] + [ROOF]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = [result for part in pool.map(check, programs) for result in part]
    text = table(results, arguments.all)
    print(text)
    syntax = sum(1 for target, _, _, problems in results if isinstance(target, Intel) and not problems)
    print(f"{len(results)} programs compiled, {syntax} of them for Intel's syntax alone")
    failed = not finds_spills(programs)
    if failed:
        print("fathom: a kernel that must spill passes", file=sys.stderr)
    if not arguments.all and not check_document(text, arguments.write):
        failed = True
        print(f"fathom: the table in {DOCUMENT.relative_to(ROOT)} is not this one; --write", file=sys.stderr)
    if not check_sample(arguments.write):
        failed = True
        print(f"fathom: {SAMPLE.relative_to(ROOT)} is not what retarget.cl compiles to; --write", file=sys.stderr)
    for target, program, _, problems in results:
        for problem in problems:
            failed = True
            print(f"fathom: {target.name} {program.kernel} {' '.join(program.constants)}: {problem}", file=sys.stderr)
    sys.exit(failed)


if __name__ == "__main__":
    main()
