"""The model in Models/mini: whole, small, better than a guess on scenes it never saw, and the same in Fathom."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import DepthProForDepthEstimation

from training.evaluate import NEAREST_INVERSE, evaluate, focal
from training.export import LARGEST_BYTES
from training.predictors import of_network
from training.scenes.generate import generate

ROOT = Path(__file__).parents[2]
MINI = ROOT / "Models/mini"
FATHOM = ROOT / ".build/release/fathom"


@pytest.fixture(scope="module")
def mini():
    model, info = DepthProForDepthEstimation.from_pretrained(MINI, dtype=torch.float32, output_loading_info=True)
    assert not info["missing_keys"] and not info["unexpected_keys"]
    return model.eval()


@pytest.fixture(scope="module")
def unseen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unseen")
    for index in range(1000000, 1000010):  # of the held-out scenes
        generate(index, folder, 512, 1, True)
    return folder


def test_it_is_small_and_says_what_it_is():
    assert (MINI / "model.safetensors").stat().st_size <= LARGEST_BYTES
    card = (MINI / "README.md").read_text()
    assert "license: apache-2.0" in card and "delta1" in card and "{figures}" not in card


def test_it_beats_a_constant_and_a_mean_map(mini, unseen):
    """The mean map is that of these very scenes, which favours it."""
    table = evaluate(of_network(mini), unseen, train=unseen)
    for guess in ("constant depth", "mean map"):
        assert table["model"]["delta1"] > table[guess]["delta1"] + 0.05


@pytest.mark.skipif(not FATHOM.exists(), reason="fathom is not built")
def test_fathom_gives_the_depth_of_transformers(mini, unseen, tmp_path):
    picture = sorted(unseen.glob("*.jpg"))[0]
    square = tmp_path / "a.png"
    Image.open(picture).save(square)
    command = [FATHOM, "depth", square, "--fov", "60", "--format", "npz", "--device", "cpu", "--model", MINI]
    subprocess.run(command, check=True)
    depth = np.load(tmp_path / "a.npz")["depth"]
    pixels = torch.from_numpy(np.array(Image.open(square))).permute(2, 0, 1)[None].float() / 127.5 - 1
    with torch.no_grad():
        inverse = mini(pixel_values=pixels).predicted_depth[0].numpy()
    f = focal(60)
    wanted = f / np.maximum(inverse, NEAREST_INVERSE * f)
    near = wanted < 100  # where C is not nothing
    assert near.mean() > 0.3
    assert np.abs(depth / wanted - 1)[near].max() < 5e-3
