"""Folders of users' own pictures, and the losses that each kind of sample receives."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from training import losses
from training.augment import augment, blur
from training.curriculum import STAGES
from training.data import Pairs
from training.encoded import encode, pack
from training.network import build
from training.objective import DepthObjective, collate_whole, without_size
from training.window import Window


def write(folder, name, depth, suffix, **about):
    height, width = depth.shape
    Image.fromarray(np.full((2 * height, 2 * width, 3), 90, np.uint8)).save(folder / f"{name}.png")
    (folder / f"{name}.json").write_text(json.dumps({"fx": 2.0 * width, "width": 2 * width} | about))
    if suffix == "npy":
        np.save(folder / f"{name}.npy", depth)
    elif suffix == "npz":
        np.savez(folder / f"{name}.npz", depth=depth)
    else:
        Image.fromarray(depth.astype(np.uint16)).save(folder / f"{name}_depth.png")


@pytest.mark.parametrize("suffix", ["npy", "npz", "png"])
def test_reads_every_depth_format(tmp_path, suffix):
    depth = np.full((6, 8), 2000.0)
    depth[0, 0] = 0
    write(tmp_path, "a", depth, suffix, scale=0.001, metric=False, real=True)
    sample = Pairs([tmp_path], 32)[0]
    assert sample["picture"].shape == (3, 32, 32) and sample["picture"].dtype == torch.uint8
    assert not sample["valid"][0, 0] and sample["valid"].float().mean() == pytest.approx(1 - 1 / 48, abs=0.02)
    assert torch.allclose(sample["inverse"][sample["valid"]], torch.tensor(0.5))  # f/w = 1, 2 m
    assert float(sample["fov"]) == pytest.approx(2 * np.degrees(np.arctan(0.5)), rel=1e-6)
    assert not sample["metric"] and sample["real"]


def test_sky_is_valid_and_far_but_not_a_number_is_not(tmp_path):
    depth = np.array([[np.inf, np.nan], [-1.0, 4.0]])
    write(tmp_path, "a", depth, "npy")
    sample = Pairs([tmp_path], 2)[0]
    assert sample["valid"].tolist() == [[True, False], [False, True]]
    assert sample["inverse"].tolist() == [[0, 0], [0, 0.25]]


def test_an_empty_folder_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="no NAME.json"):
        Pairs([tmp_path])


def test_augmentation_is_repeatable_and_in_range(tmp_path):
    write(tmp_path, "a", np.full((6, 8), 2.0), "npy")
    batch = collate_whole([Pairs([tmp_path], 64)[0]] * 16)
    first, second = (augment(batch, torch.Generator().manual_seed(3)) for _ in range(2))
    assert all(torch.equal(first[k], second[k]) for k in first)
    assert first["pixels"].abs().max() <= 1 and len(first["pixels"].flatten(1).unique(dim=0)) > 8
    half = torch.tan(torch.deg2rad(first["fov"]) / 2)
    assert half.max() > 1.2 * half.min()
    assert torch.allclose(first["inverse"], (0.5 / half / 2)[:, None, None].expand_as(first["inverse"]), rtol=1e-5)


def test_blur_spreads_as_far_as_asked():
    flat = torch.full((2, 3, 32, 32), 0.5)
    assert torch.allclose(blur(flat, torch.tensor([0.4, 1.6])), flat, atol=1e-6)
    point = torch.zeros(2, 3, 33, 33)
    point[:, :, 16, 16] = 1
    spread = blur(point, torch.tensor([1.0, 1.5]))
    assert torch.allclose(spread.sum((2, 3)), torch.ones(2, 3), atol=1e-5)
    variance = (spread * (torch.arange(33) - 16.0) ** 2).sum((2, 3))
    assert torch.allclose(variance[:, 0], torch.tensor([1.0, 2.25]), rtol=0.05)


def test_samples_of_unknown_size_lose_their_median_but_not_their_sky():
    target = torch.full((3, 4, 4), 0.5)
    target[:, 0], target[2] = 0, 0
    difference = torch.where(target > 0, 0.7, 0.2)
    difference[1, 3, 3] = 1.7
    valid, metric = torch.ones(3, 4, 4, dtype=torch.bool), torch.tensor([True, False, False])
    known, unknown, empty = without_size(difference, target, valid, metric)
    assert torch.equal(known, difference[0]) and torch.equal(empty, difference[2])
    assert (unknown[0] == 0.2).all() and (unknown[1:3] == 0).all() and float(unknown[3, 3]) == pytest.approx(1.0)


def test_real_and_relative_samples_get_their_own_losses():
    torch.manual_seed(0)
    objective = DepthObjective(build(width=64, layers=4, heads=1, decoder=16, hooks=(2, -1)).eval())
    pixels, inverse = torch.randn(3, 3, 512, 512), torch.rand(3, 512, 512) + 0.1
    inverse[:, :, 300:360] = 0  # sky
    batch = {"encoded": pack(encode(objective.network, pixels)), "inverse": inverse}
    batch |= {"valid": torch.ones(3, 512, 512, dtype=torch.bool)}
    batch |= {"metric": torch.tensor([True, True, False]), "real": torch.tensor([False, True, False])}
    batch |= {"window": torch.tensor([[0.2, 0.9]]).expand(3, 2)}
    with torch.no_grad():
        total, report = objective(batch, STAGES["stage1"])
        pred = objective.network(pixels).predicted_depth
        size = batch["inverse"].flatten(1).mean(1)[:, None, None]
        window = Window.at(batch["window"][0], *STAGES["stage1"].window)
        p, g = (window.pixels(map) for map in (pred / size, batch["inverse"] / size))
        v = window.heard(batch["valid"][0]).expand(3, -1, -1)
        expected = (losses.mae(p[:1], g[:1], v[:1]) + losses.mae(p[1:2], g[1:2], v[1:2], 0.2)) / 2
        assert float(report["mae"]) == pytest.approx(float(expected), rel=1e-3)  # halves
        relative = losses.ssi_mae(window.pixels(pred[2:]), window.pixels(batch["inverse"][2:]), v[2:])
        assert float(report["relative_ssi_mae"]) == pytest.approx(float(relative), rel=1e-3)
        assert torch.isfinite(total) and set(report) == set(STAGES["stage1"].reported)
