"""What stages begin with and go on from."""

import pytest
import torch

from training import checkpoint, train
from training.curriculum import STAGES
from training.network import build, encoders
from training.objective import LowestObjective

from .conftest import SMALL

SIZES = {"width": 64, "layers": 4, "heads": 1, "decoder": 16, "hooks": [2, -1]}


def save(folder, stage, network, step=1, origin=None):
    about = {"step": step, "sizes": SIZES, "seconds": 0.0, "origin": origin}
    adam = torch.optim.Adam(network.parameters())
    checkpoint.save(checkpoint.path_of(folder, stage), LowestObjective(network), adam, **about)


def test_a_stage_has_one_trainer(tmp_path):
    held = checkpoint.claim(tmp_path / "stage1.pt")
    with pytest.raises(RuntimeError, match="another process"):
        checkpoint.claim(tmp_path / "stage1.pt")
    held.close()
    checkpoint.claim(tmp_path / "stage1.pt").close()


def test_a_stage_begins_with_the_nearest_that_was_trained_and_its_sizes(tmp_path):
    network = build(seed=1, **SIZES)
    save(tmp_path, "coarse", network, step=7)
    origin = checkpoint.origin(STAGES["fov"], tmp_path)
    assert origin == ["coarse", 7]
    begun, sizes = checkpoint.begin(origin, SIZES | {"width": 128}, tmp_path)
    assert sizes == SIZES and all(torch.equal(a, b) for a, b in zip(begun.parameters(), network.parameters()))


def test_a_stage_begins_again_when_what_it_began_with_has_learned(tmp_path):
    network = build(**SIZES)
    save(tmp_path, "lowest", network, step=5)
    path = checkpoint.path_of(tmp_path, "coarse")
    save(tmp_path, "coarse", network, step=9, origin=["lowest", 5])
    resumed = lambda: checkpoint.resumable(path, checkpoint.origin(STAGES["coarse"], tmp_path))
    assert resumed()["step"] == 9
    save(tmp_path, "lowest", network, step=6)
    assert resumed() is None
    checkpoint.path_of(tmp_path, "lowest").unlink()
    assert resumed()["step"] == 9


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    path = checkpoint.path_of(tmp_path, "coarse")
    torch.save({"network": {}, "sizes": SIZES | {"hooks": [2, 0]}, "step": 1}, path)
    with pytest.raises(ValueError, match="another folder"):
        checkpoint.load(path)


def test_levels_of_stages_that_were_left_out_are_new():
    assert checkpoint.first_new_level(STAGES["stage1"], ["fine", 1]) == 3
    assert checkpoint.first_new_level(STAGES["stage1"], ["lowest", 1]) == 1
    assert checkpoint.first_new_level(STAGES["lowest"], None) == 0
    with pytest.raises(ValueError, match="train stage lowest first"):
        checkpoint.first_new_level(STAGES["coarse"], ["encoder", 1])


def test_a_checkpoint_of_the_first_stages_has_one_encoder(tmp_path):
    network = build(**SIZES)
    for parameter in encoders(network)["patch"].parameters():
        parameter.data.mul_(1.1)
    for stage, shares in (("encoder", True), ("lowest", True), ("coarse", False)):
        save(tmp_path, stage, network)
        path = checkpoint.path_of(tmp_path, stage)
        patch, *others = (list(vit.parameters()) for vit in encoders(checkpoint.network_of(path)).values())
        for other in others:
            assert all(torch.equal(a, b) for a, b in zip(patch, other)) == shares
    with pytest.raises(FileNotFoundError, match="train a stage first"):
        checkpoint.network_of(tmp_path / "none.pt")


def test_a_stage_that_begins_again_has_a_new_curve_and_todays_rates(scenes, tmp_path):
    command = ["--data", str(scenes), "--out", str(tmp_path), "--batch", "2", "--log-every", "1", *SMALL]
    train.main(["--stage", "encoder", "--steps", "1", *command])
    train.main(["--stage", "lowest", "--steps", "3", *command])
    train.main(["--stage", "lowest", "--steps", "1", *command])
    steps = lambda: [row.split(",")[0] for row in (tmp_path / "lowest.csv").read_text().splitlines()]
    assert steps() == ["step", "1", "2", "3", "4"]
    path = tmp_path / "lowest.pt"
    saved = torch.load(path, weights_only=True)
    for part in saved["optimizer"]["parts"]:
        for group in part["param_groups"]:
            group["base"] = 99.0
    torch.save(saved, path)
    train.main(["--stage", "lowest", "--steps", "1", *command])
    parts = checkpoint.load(path)["optimizer"]["parts"]
    assert max(group["base"] for part in parts for group in part["param_groups"]) == pytest.approx(0.02)
    train.main(["--stage", "encoder", "--steps", "1", *command])
    train.main(["--stage", "lowest", "--steps", "2", *command])
    assert steps() == ["step", "1", "2"] and checkpoint.load(path)["origin"] == ["encoder", 2]
