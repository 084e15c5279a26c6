"""Figures of whole models and of early stages."""

import numpy as np
import pytest
import torch
from PIL import Image

from training import train
from training.augment import plain
from training.data import Pairs
from training.evaluate import evaluate, score, shape
from training.predictors import load, of_network

from .conftest import SMALL


def test_evaluation_of_a_perfect_and_a_fresh_model(scenes, small):
    sample = plain(Pairs([scenes])[0])
    row = score(sample["inverse"].numpy(), float(sample["fov"]), sample)
    assert row["delta1"] == row["delta1_own_focal"] == 1 and row["abs_rel"] < 1e-6 and row["boundary_f1"] > 0.99
    table = evaluate(of_network(small), scenes, train=scenes, limit=2)
    pairs = Pairs([scenes])
    groups = {f"model, {group}" for s in (pairs[0], pairs[1]) for group in (s["family"], shape(s["focal"]))}
    assert set(table) == {"model", "constant depth", "mean map"} | groups
    assert 0 <= table["model"]["delta1"] <= 1 and "fov_within_25" in table["model"]


@pytest.mark.parametrize(
    "width, height, name",
    [(4, 3, "4:3 and 3:2"), (3, 2, "4:3 and 3:2"), (16, 9, "16:9"), (1, 1, "square"), (3, 4, "upright")],
)
def test_a_photograph_stretched_to_a_square_tells_its_shape_by_its_focal_lengths(width, height, name):
    assert shape((0.8, 0.8 * width / height)) == name


def test_an_early_stage_is_evaluated_by_what_it_has_learned(scenes, tmp_path):
    command = ["--steps", "2", "--data", str(scenes), "--out", str(tmp_path), *SMALL]
    for stage, side in (("encoder", 32), ("lowest", 64), ("coarse", 128), ("fine", 256)):
        train.main(["--stage", stage, *command])
        inverse, fov = load(tmp_path / f"{stage}.pt")(torch.zeros(3, 512, 512))
        assert inverse.shape == (side, side) and fov is None
        table = evaluate(load(tmp_path / f"{stage}.pt"), scenes, train=scenes, limit=2)
        assert {"delta1", "boundary_f1"} <= set(table["model"]) and "delta1_own_focal" not in table["model"]


def test_evaluation_without_near_pixels_says_so(tmp_path):
    (tmp_path / "a.json").write_text('{"fx": 400, "width": 512}')
    Image.new("RGB", (512, 512)).save(tmp_path / "a.png")
    np.save(tmp_path / "a.npy", np.full((512, 512), np.inf, np.float32))
    with pytest.raises(ValueError, match="nearer than 80 m"):
        evaluate(lambda pixels: (np.ones((32, 32), np.float32), None), tmp_path)
