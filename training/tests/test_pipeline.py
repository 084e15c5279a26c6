"""The whole way in miniature: render, load, augment, train a few steps, resume, export, load in transformers."""

import importlib
import json
import math

import numpy as np
import pytest
import torch
from transformers import DepthProForDepthEstimation

from training import checkpoint, export, make, train
from training.augment import crop_fov, plain
from training.coarse import coarse_inverse_depth, lower_features, lowest_features, lowest_inverse_depth, open_head
from training.curriculum import STAGES, rate_factor
from training.data import Pairs
from training.evaluate import evaluate, score
from training.network import build, encoders, predict_inverse_depth, share_encoder
from training.objective import EncoderObjective, LowestObjective, collate_whole, every
from training.optimise import Both, Muon, optimiser, orthogonal
from training.points import normals
from training.scenes.generate import generate
from training.scenes.scene import make_views
from training.window import Window, windowed_features

SMALL = ["--width", "64", "--layers", "4", "--decoder", "16", "--device", "cpu"]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    for index in (3, 5):
        generate(index, folder, 128, 2, False)
    return folder


@pytest.fixture(scope="module")
def small():
    return build(width=64, layers=4, heads=1, decoder=16, hooks=(2, 1)).eval()


def test_scenes_depend_on_their_index_alone():
    (first, depth, about), (second, *_), (other, *_) = (make_views(i, 64)[0] for i in (11, 11, 12))
    assert (first == second).all() and not (first == other).all()
    assert about["fx"] == pytest.approx(32 / math.tan(math.radians(about["fov_degrees"]) / 2))
    assert (depth > 0).all() and np.isfinite(depth).any()


def test_crop_keeps_metric_depth(scenes):
    sample = Pairs([scenes], 128)[0]
    batch = collate_whole([sample, sample]) | {"pixels": torch.stack([sample["picture"].float()] * 2)}
    cropped = crop_fov(batch, torch.tensor([0.5, 1.0]))
    f = lambda fov: 0.5 / math.tan(math.radians(float(fov)) / 2)
    assert f(cropped["fov"][0]) == pytest.approx(2 * f(sample["fov"]), rel=1e-5)
    assert torch.allclose(cropped["inverse"][0, ::2, ::2] / 2, sample["inverse"][32:96, 32:96], atol=1e-6)
    assert torch.equal(cropped["inverse"][1], sample["inverse"])
    assert torch.allclose(cropped["pixels"][1], sample["picture"].float(), atol=0.01)


def test_cells_of_a_map_lie_where_their_pixels_do(scenes):
    sample = Pairs([scenes], 128)[0]
    assert torch.equal(every(sample["inverse"][None], 64)[0], sample["inverse"][1::2, 1::2])


def test_normals_of_planes_face_the_camera():
    """A plane n p = -d of three different slopes, in a picture whose focal lengths differ."""
    focal = torch.tensor([[0.8, 1.1]])
    at = (torch.arange(16) + 0.5) / 16 - 0.5
    rays = torch.stack((at.expand(16, 16) / 0.8, at[:, None].expand(16, 16) / 1.1, torch.ones(16, 16)))
    for normal in ((0.0, -1.0, -0.2), (0.9, 0.1, -1.0), (0.0, 0.0, -1.0)):
        normal = torch.nn.functional.normalize(torch.tensor(normal), dim=0)
        inverse = -(normal[:, None, None] * rays).sum(0)[None] * 0.8 / 1.5  # C = f / (w D), 1.5 m from the camera
        seen = (inverse > 0)[0, ::2, ::2] & (inverse > 0)[0, ::2, 1::2] & (inverse > 0)[0, 1::2, ::2]
        found = normals(inverse.clamp(min=0), focal)[0]
        assert seen.sum() > 20 and torch.allclose(found[:, seen], normal[:, None].expand(3, seen.sum()), atol=1e-4)
        assert (found[:, ~seen] == 0).all()


def test_the_encoder_alone_predicts_points(scenes, small):
    objective = EncoderObjective(small)
    with torch.no_grad():
        inverse, fov = objective.predict(torch.zeros(2, 3, 128, 128))
    assert inverse.shape == (2, 32, 32) and fov is None
    assert torch.allclose(inverse, torch.full_like(inverse, 0.19), atol=1e-4)  # its head begins at zero
    assert [n for n, _ in objective.own_parameters()] == ["head.weight", "head.bias"]


def test_fresh_tokens_tell_frequencies_apart(scenes, small):
    """Whitened: no coefficient drowns the others, as the mean colour does behind random weights."""
    embed = encoders(small)["patch"].embeddings
    pixels = torch.stack([plain(s)["picture"] for s in Pairs([scenes], 128)])
    with torch.no_grad():
        size = embed.patch_embeddings(pixels).flatten(0, 1).std(0)
    assert size.max() < 20 * size.median() and size.max() < 5
    places = embed.position_embeddings[0, 1:]
    distance = torch.cdist(places, places)
    assert (distance + 99 * torch.eye(64)).min() > 0.1 and distance[0, 1] < distance[0, 63]


def test_plain_attention_changes_no_result(small):
    pixels = torch.randn(1, 3, 512, 512, generator=torch.Generator().manual_seed(2))
    other = build(width=64, layers=4, heads=1, decoder=16, hooks=(2, 1)).eval()
    train.plain_attention(other)
    with torch.no_grad():
        assert torch.allclose(small(pixels).predicted_depth, other(pixels).predicted_depth, atol=1e-4)


def test_prediction_is_that_of_transformers(small):
    pixels = torch.randn(2, 3, 512, 512, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        out, depth = small(pixel_values=pixels), predict_inverse_depth(small, pixels)
        lowest, middle = small.depth_pro(pixel_values=pixels).features[:2]
        assert torch.equal(out.predicted_depth, depth)
        assert torch.allclose(lowest_features(small, pixels), lowest, atol=1e-5)
        halved = torch.nn.functional.interpolate(pixels, scale_factor=0.5, mode="bilinear")
        assert torch.allclose(lower_features(small, halved)[1], middle, atol=1e-5)


def test_the_lowest_level_is_that_of_the_network_where_encoders_are_one(small):
    pixels = torch.randn(2, 3, 128, 128, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        assert torch.equal(lowest_features(small, pixels, shared=True), lowest_features(small, pixels))
        other = build(seed=4, width=64, layers=4, heads=1, decoder=16, hooks=(2, 1))
        for parameter in encoders(other)["patch"].parameters():
            parameter.mul_(1.1)
        assert not torch.allclose(lowest_features(other, pixels, shared=True), lowest_features(other, pixels))
        share_encoder(other)
        assert torch.equal(lowest_features(other, pixels, shared=True), lowest_features(other, pixels))
        assert lowest_inverse_depth(other, pixels).shape == (2, 64, 64)


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.999, 0.4), (0.3, 0.999)])
def test_a_window_is_computed_as_the_whole_is(small, place):
    pixels = torch.randn(2, 3, 512, 512, generator=torch.Generator().manual_seed(6))
    window = Window.at(torch.tensor(place))
    with torch.no_grad():
        features = small.depth_pro.encoder(pixels, return_dict=True).features
        part = window.inner(open_head(small, windowed_features(small, features, window)))
        whole = window.cut(open_head(small, small.fusion_stage(small.depth_pro.neck(list(features)))[-1]))
    assert part.shape == whole.shape and part.shape[1] >= 56 * 4
    assert torch.allclose(part, whole, atol=1e-5)


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


def test_every_parameter_has_one_optimiser(small):
    groups = train.trainable(small, STAGES["stage1"])
    both = optimiser(groups, {"encoder": 1e-4, "decoder": 1e-3})
    assert isinstance(both, Both) and len(both.parts) == 2
    ids = [id(p) for g in both.param_groups for p in g["params"]]
    assert len(ids) == len(set(ids)) == sum(len(named) for named in groups.values())
    assert {g["base"] for g in both.param_groups} == {1e-4, 1e-3, 2e-3, 2e-2}


def test_a_fresh_network_begins_with_its_coarse_depth(small):
    """Upper levels pass on what they get: where a picture is even, coarse and whole depth agree up to what they add."""
    pixels = torch.full((1, 3, 512, 512), 0.3)
    with torch.no_grad():
        whole = predict_inverse_depth(small, pixels)[0, 64:448:4, 64:448:4]
        coarse = coarse_inverse_depth(small, pixels[:, :, ::2, ::2])[0, 16:112, 16:112]
    assert (whole - coarse).abs().mean() < 0.5 * coarse.std() + 0.02


def test_the_rate_rises_holds_and_falls_to_nothing():
    stage = STAGES["stage2"]
    factors = [rate_factor(p, stage) for p in (0.0, stage.warm_share, 0.5, 1 - stage.drop_share, 0.999, 1.0)]
    assert factors[0] < 0.1 and factors[1:4] == [1.0, 1.0, pytest.approx(1.0)] and factors[4] < 0.01 and factors[5] == 0


def test_fresh_outputs_are_of_the_right_size(small):
    with torch.no_grad():
        out = small(pixel_values=torch.randn(1, 3, 512, 512, generator=torch.Generator().manual_seed(1)))
    assert 0.1 < out.predicted_depth.mean() < 1 and out.predicted_depth.std() < 0.3
    assert 40 < float(out.field_of_view) < 80


def test_evaluation_of_a_perfect_and_a_fresh_model(scenes, small):
    sample = plain(Pairs([scenes])[0])
    row = score(sample["inverse"].numpy(), float(sample["fov"]), sample)
    assert row["delta1"] == row["delta1_own_focal"] == 1 and row["abs_rel"] < 1e-6 and row["boundary_f1"] > 0.99
    table = evaluate(small, scenes, train=scenes, limit=2)
    families = {f"model, {s['family']}" for s in Pairs([scenes])}
    assert {"model", "constant depth", "mean map"} < set(table) <= {"model", "constant depth", "mean map"} | families
    assert 0 <= table["model"]["delta1"] <= 1 and "fov_within_25" in table["model"]


def test_a_budget_ends_a_stage_by_the_clock(scenes, tmp_path):
    train.main(["--stage", "lowest", "--budget", "0.05", "--data", str(scenes), "--out", str(tmp_path), *SMALL])
    saved = checkpoint.load(tmp_path / "lowest.pt")
    assert saved["step"] > 0 and 2.9 < saved["seconds"] < 60


def test_a_stage_has_one_trainer(tmp_path):
    held = checkpoint.claim(tmp_path / "stage1.pt")
    with pytest.raises(RuntimeError, match="another process"):
        checkpoint.claim(tmp_path / "stage1.pt")
    held.close()
    checkpoint.claim(tmp_path / "stage1.pt").close()


def test_a_stage_begins_with_the_nearest_that_was_trained(tmp_path):
    sizes = {"width": 64, "layers": 4, "heads": 1, "decoder": 16, "hooks": [2, 1]}
    network = build(seed=1, **sizes)
    checkpoint.save(
        tmp_path / "coarse.pt", LowestObjective(network), torch.optim.Adam(network.parameters()), 1, sizes, 0.0
    )
    begun = checkpoint.begin(STAGES["fov"], sizes, tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(begun.parameters(), network.parameters()))


def test_a_checkpoint_of_the_first_stages_has_one_encoder(tmp_path):
    sizes = {"width": 64, "layers": 4, "heads": 1, "decoder": 16, "hooks": [2, 1]}
    network = build(**sizes)
    for parameter in encoders(network)["patch"].parameters():
        parameter.data.mul_(1.1)
    for stage, shares in (("encoder", True), ("lowest", True), ("coarse", False)):
        path = checkpoint.path_of(tmp_path, stage)
        checkpoint.save(path, LowestObjective(network), torch.optim.Adam(network.parameters()), 1, sizes, 0.0)
        patch, *others = (list(vit.parameters()) for vit in encoders(checkpoint.network_of(path)).values())
        for other in others:
            assert all(torch.equal(a, b) for a, b in zip(patch, other)) == shares
    with pytest.raises(FileNotFoundError, match="train a stage first"):
        checkpoint.network_of(tmp_path / "none.pt")


def test_training_descends_resumes_and_exports(scenes, tmp_path):
    common = ["--data", str(scenes), "--out", str(tmp_path), "--batch", "2", "--log-every", "1", *SMALL]
    first, last = train.main(["--stage", "encoder", "--steps", "80", *common, "--batch", "4"])
    assert last < 0.9 * first
    learned = checkpoint.load(tmp_path / "encoder.pt")["own"]["head.weight"]
    train.main(["--stage", "encoder", "--steps", "1", *common])
    resumed = checkpoint.load(tmp_path / "encoder.pt")["own"]["head.weight"]
    assert 0 < (resumed - learned).abs().max() < 0.1 * learned.abs().max()
    for stage in ("lowest", "coarse", "stage1", "stage2", "fov"):
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
    assert done == ["scenes.generate"] * 3 + ["train"] * 6 + ["evaluate", "export"]
    assert sum(make.SHARES.values()) < 1
    assert "delta1" in (tmp_path / "mini/README.md").read_text()
    assert (tmp_path / "mini/model.safetensors").stat().st_mode & 0o777 == 0o644
