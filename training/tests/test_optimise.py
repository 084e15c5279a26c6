"""Optimisers, what they train and at which rate."""

import pytest
import torch

from training import train
from training.curriculum import STAGES, rate_factor
from training.optimise import NEWTON_SCHULZ, Both, Muon, optimiser, orthogonal


def test_muon_steps_along_the_nearest_orthogonal_matrix():
    generator = torch.Generator().manual_seed(5)
    for shape in ((12, 30), (30, 12), (7, 7)):
        matrix = torch.randn(shape, generator=generator)
        u, _, v = torch.linalg.svd(matrix, full_matrices=False)
        values = torch.linalg.svdvals(orthogonal(matrix))
        assert 0.5 < values.min() and values.max() < 1.3
        assert ((u @ v) * orthogonal(matrix)).sum() > 0.85 * min(shape)
    wanted = torch.randn(12, 30, generator=generator)
    weight = torch.nn.Parameter(torch.zeros(12, 30))
    muon = Muon([{"params": [weight], "lr": 0.2}])
    for step in range(200):
        muon.param_groups[0]["lr"] = 0.2 * (1 - step / 200)
        muon.zero_grad()
        ((weight - wanted) ** 2).sum().backward()
        muon.step()
    assert (weight - wanted).abs().mean() < 0.1


@pytest.mark.parametrize("shape", [(48, 200), (200, 48), (48, 60), (64, 64)])
def test_orthogonal_is_the_iteration_it_says(shape):
    """In float64 and as its inventor writes it; on singular values from 1 to 1e-6."""
    generator = torch.Generator().manual_seed(8)
    u, v = (torch.linalg.qr(torch.randn(n, min(shape), generator=generator, dtype=torch.float64)).Q for n in shape)
    matrix = u * 10 ** -torch.linspace(0, 6, min(shape), dtype=torch.float64) @ v.T
    x, (a, b, c) = matrix / matrix.norm(), NEWTON_SCHULZ
    for _ in range(5):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    assert torch.allclose(orthogonal(matrix.float()).double(), x, rtol=0, atol=2e-3)


def test_every_parameter_has_one_optimiser(small):
    groups = train.trainable(small, STAGES["fov"])
    both = optimiser(groups, {"encoder": 1e-4, "decoder": 1e-3})
    assert isinstance(both, Both) and len(both.parts) == 2
    ids = [id(p) for g in both.param_groups for p in g["params"]]
    assert len(ids) == len(set(ids)) == sum(len(named) for named in groups.values())
    assert {g["base"] for g in both.param_groups} == {1e-4, 1e-3, 2e-3, 2e-2}


def test_the_rate_rises_holds_and_falls_to_nothing():
    stage = STAGES["fov"]
    factors = [rate_factor(p, stage) for p in (0.0, stage.warm_share, 0.5, 1 - stage.drop_share, 0.999, 1.0)]
    assert factors[0] < 0.1 and factors[1:4] == [1.0, 1.0, pytest.approx(1.0)] and factors[4] < 0.01 and factors[5] == 0
