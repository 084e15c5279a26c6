"""The whole way in miniature: render, load, train a few steps, resume, export, load in transformers."""

import importlib
import json
import math

import numpy as np
import pytest
import torch
from transformers import DepthProForDepthEstimation

from training import checkpoint, export, make, train
from training.network import build
from training.scenes.scene import make_views

from .conftest import SMALL


def test_scenes_depend_on_their_index_alone():
    (first, depth, about), (second, *_), (other, *_) = (make_views(i, 64)[0] for i in (11, 11, 12))
    assert (first == second).all() and not (first == other).all()
    assert about["fx"] == pytest.approx(32 / math.tan(math.radians(about["fov_degrees"]) / 2))
    assert (depth > 0).all() and np.isfinite(depth).any()


def test_a_budget_ends_a_stage_by_the_clock(scenes, tmp_path):
    train.main(["--stage", "lowest", "--budget", "0.05", "--data", str(scenes), "--out", str(tmp_path), *SMALL])
    saved = checkpoint.load(tmp_path / "lowest.pt")
    assert saved["step"] > 0 and 2.9 < saved["seconds"] < 60


def test_training_descends_resumes_and_exports(scenes, tmp_path):
    common = ["--data", str(scenes), "--out", str(tmp_path), "--batch", "2", "--log-every", "1", *SMALL]
    first, last = train.main(["--stage", "encoder", "--steps", "80", *common, "--batch", "4"])
    assert last < 0.9 * first
    learned = checkpoint.load(tmp_path / "encoder.pt")["own"]["head.weight"]
    train.main(["--stage", "encoder", "--steps", "1", *common])
    resumed = checkpoint.load(tmp_path / "encoder.pt")["own"]["head.weight"]
    assert 0 < (resumed - learned).abs().max() < 0.1 * learned.abs().max()
    for stage in ("lowest", "coarse", "fine", "stage1", "stage2", "borders", "fov"):
        train.main(["--stage", stage, "--steps", "2", *common])
    train.main(["--stage", "stage1", "--steps", "1", "--keep", *common])
    assert checkpoint.load(tmp_path / "stage1.pt")["step"] == 3
    assert len((tmp_path / "stage1.csv").read_text().splitlines()) == 4
    export.export(tmp_path / "fov.pt", tmp_path / "mini")
    model, info = DepthProForDepthEstimation.from_pretrained(tmp_path / "mini", output_loading_info=True)
    assert model.dtype == torch.bfloat16 and not info["missing_keys"] and not info["unexpected_keys"]
    assert json.loads((tmp_path / "mini/preprocessor_config.json").read_text())["size"] == {"height": 512, "width": 512}
    trained = build(**checkpoint.load(tmp_path / "fov.pt")["sizes"])
    trained.load_state_dict(checkpoint.load(tmp_path / "fov.pt")["network"])
    pixels = torch.zeros(1, 3, 512, 512)
    with torch.no_grad():
        assert torch.allclose(model.float()(pixels).predicted_depth, trained.eval()(pixels).predicted_depth, atol=0.02)


def test_one_command_makes_a_model(tmp_path, monkeypatch):
    """In this process: a second of each stage, one scene of each size."""
    done = []

    def run(module, *arguments):
        done.append(module)
        importlib.import_module(f"training.{module}").main([str(x) for x in arguments])

    monkeypatch.setattr(make, "run", run)
    shape = ["--minutes", "0.1", "--held-out", "1", "--processes", "1", *SMALL]
    make.main(["--data", str(tmp_path), "--model", str(tmp_path / "mini"), *shape])
    assert done == ["scenes.generate"] * 3 + ["crops"] + ["train"] * len(make.LOOKS_AT) + ["evaluate", "export"]
    assert sum(make.SHARES.values()) < 1
    assert "delta1" in (tmp_path / "mini/README.md").read_text()
    assert (tmp_path / "mini/model.safetensors").stat().st_mode & 0o777 == 0o644
