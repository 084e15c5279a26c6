"""Draws the curves of all stages of a training: python -m training.curves data/checkpoints curves.svg"""

import argparse
import csv
from pathlib import Path

from matplotlib.figure import Figure

from .curriculum import STAGES

COLUMNS = 3  # of the picture


def read(path):
    """Columns {name: [(minutes, value)]} of a stage's CSV file; empty cells are left out."""
    columns = {}
    with path.open() as file:
        for row in csv.DictReader(file):
            for name, cell in row.items():
                if cell:
                    columns.setdefault(name, []).append((float(row["seconds"]) / 60, float(cell)))
    return columns


def draw(axes, stage, columns):
    """Loss of the training pictures, and what of held-out pictures is right, over the minutes of a stage."""
    figure = "fov25" if stage == "fov" else "delta1"
    axes.set_title(stage)
    axes.set_xlabel("minutes")
    axes.plot(*zip(*columns["loss"]), color="tab:blue")
    axes.set_ylabel("loss", color="tab:blue")
    if figure in columns:
        right = axes.twinx()
        right.plot(*zip(*columns[figure]), color="tab:red", marker=".")
        right.set_ylabel(figure, color="tab:red")
        right.set_ylim(0, 1)


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("checkpoints", type=Path, help="folder with a STAGE.csv for each stage")
    p.add_argument("out", type=Path, help="picture, SVG or PNG by its name")
    a = p.parse_args(arguments)
    curves = {stage: read(path) for stage in STAGES if (path := a.checkpoints / f"{stage}.csv").exists()}
    if not curves:
        p.error(f"no STAGE.csv in {a.checkpoints}: train a stage first")
    rows, columns = -(-len(curves) // COLUMNS), min(COLUMNS, len(curves))
    figure = Figure(figsize=(4 * columns, 3 * rows), layout="constrained")
    for number, (stage, curve) in enumerate(curves.items(), 1):
        draw(figure.add_subplot(rows, columns, number), stage, curve)
    figure.savefig(a.out, metadata={"Date": None} if a.out.suffix == ".svg" else None)


if __name__ == "__main__":
    main()
