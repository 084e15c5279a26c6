"""Points and normals that the encoder learns, under crops and mirrors."""

import math

import pytest
import torch

from training.augment import crop_fov, mirror
from training.data import Pairs
from training.objective import EncoderObjective, collate_whole, collate_with_normals, every
from training.points import normals


def test_cells_of_a_map_lie_where_their_pixels_do(scenes):
    sample = Pairs([scenes], 128)[0]
    assert torch.equal(every(sample["inverse"][None], 64)[0], sample["inverse"][1::2, 1::2])


def test_crop_keeps_metric_depth(scenes):
    sample = Pairs([scenes], 128)[0]
    batch = collate_whole([sample, sample]) | {"pixels": torch.stack([sample["picture"].float()] * 2)}
    cropped = crop_fov(batch, torch.tensor([0.5, 1.0]))
    f = lambda fov: 0.5 / math.tan(math.radians(float(fov)) / 2)
    assert f(cropped["fov"][0]) == pytest.approx(2 * f(sample["fov"]), rel=1e-5)
    assert torch.allclose(cropped["inverse"][0, ::2, ::2] / 2, sample["inverse"][32:96, 32:96], atol=1e-6)
    assert torch.equal(cropped["inverse"][1], sample["inverse"])
    assert torch.allclose(cropped["pixels"][1], sample["picture"].float(), atol=0.01)


def test_normals_of_planes_face_the_camera():
    """A plane n p = -d of three different slopes, in a picture whose focal lengths differ."""
    focal = torch.tensor([[0.8, 1.1]])
    at = (torch.arange(32) + 0.5) / 32 - 0.5
    rays = torch.stack((at.expand(32, 32) / 0.8, at[:, None].expand(32, 32) / 1.1, torch.ones(32, 32)))
    for normal in ((0.0, -1.0, -0.2), (0.9, 0.1, -1.0), (0.0, 0.0, -1.0)):
        normal = torch.nn.functional.normalize(torch.tensor(normal), dim=0)
        inverse = -(normal[:, None, None] * rays).sum(0)[None] * 0.8 / 1.5  # C = f / (w D), 1.5 m from the camera
        seen = (inverse > 0)[0].unflatten(1, (-1, 4)).unflatten(0, (-1, 4)).all(3).all(1)
        found = normals(inverse.clamp(min=0), focal)[0]
        assert seen.sum() > 20 and torch.allclose(found[:, seen], normal[:, None].expand(3, seen.sum()), atol=1e-4)
        assert (found[:, ~seen] == 0).all()


def test_normals_of_crops_survive_half_precision():
    """A wall seen askew, 128 of 512 pixels of a picture of 60 degrees; and none where two walls meet."""
    focal, at = torch.tensor([[3.46, 3.46]]), (torch.arange(128) + 0.5) / 128 - 0.5
    normal = torch.nn.functional.normalize(torch.tensor([0.35, 0.1, -1.0]), dim=0)
    rays = torch.stack((at.expand(128, 128) / 3.46, at[:, None].expand(128, 128) / 3.46, torch.ones(128, 128)))
    depth = -5 / (normal[:, None, None] * rays).sum(0)
    found = normals(3.46 / depth.half().float()[None], focal)[0]
    degrees = torch.rad2deg(torch.acos((found * normal[:, None, None]).sum(0).clamp(-1, 1)))
    assert degrees.median() < 5 and degrees.max() < 15
    step = torch.where(at < 0.01, 1.0, 1.3).expand(1, 128, 128)
    assert [int(c) for c in (normals(step, focal)[0].abs().sum((0, 1)) == 0).nonzero()[:, 0]] == [16]


def test_normals_go_with_crops_and_mirrors(scenes):
    """Those of a cropped picture are those of its middle, and a mirror exchanges their sides."""
    sample = Pairs([scenes], 128)[0]
    batch = collate_with_normals([sample]) | {"pixels": sample["picture"][None].float()}
    assert batch["normals"].shape == (1, 3, 128, 128)
    cropped, mirrored = crop_fov(batch, torch.tensor([0.5])), mirror(batch)
    assert torch.equal(cropped["normals"][..., ::2, ::2], batch["normals"][..., 32:96, 32:96])
    assert torch.allclose(cropped["focal"], 2 * sample["focal"])
    assert torch.equal(mirror(mirrored)["normals"], batch["normals"])
    slope = 1 + 0.5 * torch.arange(128)[None, None].expand(1, 128, 128) / 128
    plane = batch | {"inverse": slope, "normals": normals(slope, sample["focal"][None])}
    turned = mirror(plane)
    assert torch.allclose(normals(turned["inverse"], sample["focal"][None]), turned["normals"], atol=1e-3)


def test_the_encoder_alone_predicts_points(scenes, small):
    objective = EncoderObjective(small)
    with torch.no_grad():
        inverse, fov = objective.predict(torch.zeros(2, 3, 128, 128))
    assert inverse.shape == (2, 32, 32) and fov is None
    assert torch.allclose(inverse, torch.full_like(inverse, 0.19), atol=1e-4)  # its head begins at zero
    assert [n for n, _ in objective.own_parameters()] == ["head.weight", "head.bias"]
