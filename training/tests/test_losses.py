"""Losses against numpy, their gradients against finite differences, and what must hold by construction."""

import numpy as np
import pytest
import torch

from training import losses
from training.tests import reference

NAMES = ["mae", "mse", "mage", "male", "msge", "ssi_mae", "ssi_mage", "gentle_log", "log_gradient", "sky"]
NAMES += ["borders"]


def maps(seed, side=200, holes=0.002):
    rng = np.random.default_rng(seed)
    pred, target = rng.uniform(0.05, 2, (2, 2, side, side))
    return pred, target, rng.random((2, side, side)) > holes


def tensors(*arrays):
    return [torch.from_numpy(a) for a in arrays]


@pytest.mark.parametrize("name", NAMES)
def test_matches_numpy(name):
    pred, target, valid = maps(1)
    expected = np.mean([getattr(reference, name)(*rows) for rows in zip(pred, target, valid)])
    assert expected > 0
    assert float(getattr(losses, name)(*tensors(pred, target, valid))) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("name", ["gentle_log", "log_gradient", "sky", "borders"])
def test_what_hears_sky_matches_numpy(name):
    pred, target, valid = maps(8)
    target[:, :80] = 0
    pred -= 0.5  # some of sky and of things is below zero
    expected = np.mean([getattr(reference, name)(*rows) for rows in zip(pred, target, valid)])
    assert float(getattr(losses, name)(*tensors(pred, target, valid))) == pytest.approx(expected, rel=1e-10)


def test_sky_is_right_below_zero_and_things_are_not():
    pred = torch.tensor([-0.5, -0.03, -0.01, 0.2, -0.5], dtype=torch.float64, requires_grad=True)
    target = torch.tensor([0.0, 0.0, 0.0, 0.0, 0.3], dtype=torch.float64)
    difference = losses.log_difference(pred, target)
    difference.sum().backward()
    assert (difference[:2] == 0).all() and (pred.grad[:2] == 0).all()
    assert difference[2] > 0 and difference[3] > difference[2] and (pred.grad[2:] > 0).all()
    assert difference[4] < -50


def test_borders_are_right_where_the_truth_has_them_and_nowhere_else():
    target = torch.ones(1, 30, 30, dtype=torch.float64)
    target[:, :, 15:] = 2
    valid, flat = torch.ones(1, 30, 30) > 0, torch.ones(1, 30, 30, dtype=torch.float64)
    shifted = target.roll(1, 2)
    shifted[:, :, 0] = 1
    score = lambda pred: float(losses.borders(pred, target, valid))
    assert score(target) < score(flat) - 0.15 and score(shifted) > score(flat)
    assert float(losses.borders(flat, flat, valid)) < score(flat) - 0.04


@pytest.mark.parametrize("name", ["ssi_mae", "ssi_mage"])
def test_a_window_of_sky_has_no_scale(name):
    """A few pixels that are not yet sky would be blown up to the size of everything else."""
    pred, target, valid = torch.zeros(2, 40, 40, dtype=torch.float64), torch.zeros(2, 40, 40), torch.ones(2, 40, 40) > 0
    pred[:, 7:9, 7:9] = 1e-3
    target[1] = torch.rand(40, 40, generator=torch.Generator().manual_seed(9))
    getattr(losses, name)(pred.requires_grad_(), target.double(), valid).backward()
    assert (pred.grad[0] == 0).all() and (pred.grad[1] != 0).any()


@pytest.mark.parametrize("name", ["mae", "ssi_mae"])
def test_trimming_drops_the_largest_fifth(name):
    pred, target, valid = maps(2, side=30, holes=0.3)
    expected = np.mean([getattr(reference, name)(*rows, trim=0.2) for rows in zip(pred, target, valid)])
    value = float(getattr(losses, name)(*tensors(pred, target, valid), trim=0.2))
    assert value == pytest.approx(expected, rel=1e-10)
    assert value < float(getattr(losses, name)(*tensors(pred, target, valid)))


@pytest.mark.parametrize("name", NAMES)
def test_gradient(name):
    pred, target, valid = maps(3, side=9, holes=0.02)
    pred, target, valid = tensors(pred, target, valid)
    options = {"scales": 2} if name in ("mage", "male", "msge") else {}
    if options:
        stencils = (losses.LAPLACE,) if name == "male" else (losses.SCHARR, losses.SCHARR.T)
        function = lambda p: losses.multi_scale(p, target, valid, stencils, 2 if name == "msge" else 1, **options)
    else:
        function = lambda p: getattr(losses, name)(p, target, valid)
    assert torch.autograd.gradcheck(function, (pred.requires_grad_(),))


@pytest.mark.parametrize("name", ["ssi_mae", "ssi_mage"])
def test_scale_and_shift_do_not_matter(name):
    pred, target, valid = tensors(*maps(4, side=70))
    loss = getattr(losses, name)
    assert float(loss(3.5 * target - 0.7, target, valid)) == pytest.approx(0, abs=1e-9)
    assert float(loss(3.5 * pred - 0.7, target, valid)) == pytest.approx(float(loss(pred, target, valid)), rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_invalid_pixels_have_no_influence(name):
    pred, target, valid = tensors(*maps(5, side=70, holes=0.01))
    loss = getattr(losses, name)
    other = torch.where(valid, pred, torch.full_like(pred, 7.0))
    assert float(loss(other, target, valid)) == pytest.approx(float(loss(pred, target, valid)), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_an_image_without_valid_pixels_gives_a_finite_loss(name):
    pred, target, valid = tensors(*maps(6, side=70))
    value = getattr(losses, name)(pred.requires_grad_(), target, valid & (torch.arange(2) > 0)[:, None, None])
    value.backward()
    assert torch.isfinite(value) and torch.isfinite(pred.grad).all()
    assert (pred.grad[0] == 0).all()


def test_scharr_of_a_ramp_is_its_slope():
    ramp = torch.arange(20, dtype=torch.float64).expand(1, 20, 20) * 0.25
    assert torch.allclose(losses._filter(ramp, losses.SCHARR), torch.tensor(0.25, dtype=torch.float64))


def test_gentle_errors_grow_ever_slower_from_a_slope_of_one():
    error = torch.tensor([-2.0, -0.3, 0.0, 1e-8, 0.3, 2.0], dtype=torch.float64)
    value = losses.gentle(error, scale=0.2)
    assert torch.allclose(value, 0.2 * torch.from_numpy(np.log1p(np.abs(error.numpy()) / 0.2)), rtol=1e-12)
    assert float(value[3]) == pytest.approx(1e-8, rel=1e-6) and value[5] < 3 * value[4]
    away = error.abs().add(0.01).requires_grad_()
    assert torch.autograd.gradcheck(losses.gentle, (away,))
