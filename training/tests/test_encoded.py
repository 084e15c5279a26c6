"""What encoders say of pictures, kept beside the checkpoints."""

import copy

import pytest
import torch

from training.augment import plain
from training.batches import Batches
from training.curriculum import STAGES
from training.data import Pairs
from training.encoded import EncodedFiles, digest_of, encode, pack, unpack
from training.network import encoders, level_of, predict_inverse_depth
from training.objective import collate_encoded
from training.train import trainable
from training.window import Window


def test_packed_maps_come_back(small):
    maps = encode(small, torch.randn(2, 3, 512, 512, generator=torch.Generator().manual_seed(4)))
    back = unpack(pack(maps))
    assert [m.shape for m in back] == [m.shape for m in maps]
    assert all(torch.allclose(a, b, rtol=1e-3, atol=1e-3) for a, b in zip(maps, back))


def test_pictures_are_encoded_once_for_each_state_of_the_encoders(scenes, small, tmp_path, monkeypatch):
    model = copy.deepcopy(small)
    batches = lambda: Batches([scenes], collate_encoded, 3, encoded=EncodedFiles(tmp_path, model, 0.0))
    batch, pairs = batches()[7], Pairs([scenes])
    assert batch["encoded"].dtype == torch.float16 and "pixels" not in batch
    assert batches().varied(7, batch) is batch
    truths = [float(s["inverse"].sum()) for s in pairs]
    for row, inverse in zip(batch["encoded"], batch["inverse"]):
        index = truths.index(float(inverse.sum()))
        expected = pack(encode(model, plain(pairs[index])["picture"][None]))[0]
        assert torch.allclose(row.float(), expected.float(), atol=2e-3)
    files = sorted(tmp_path.glob("encoded-*/*.pt"))
    assert len(files) == len(pairs)
    with monkeypatch.context() as patch:
        patch.setattr(EncodedFiles, "add", lambda *_: pytest.fail("encoded again"))
        batches()
    pairs.stems[0].with_suffix(".json").touch()  # as if rendered again
    batches()
    assert len(list(tmp_path.glob("encoded-*/*.pt"))) == len(pairs) + 1
    next(encoders(model)["patch"].parameters()).data.add_(0.1)
    batches()
    assert len(list(tmp_path.glob("encoded-*/*.pt"))) == 2 * len(pairs) + 1


def test_other_hooks_are_another_folder(small):
    other = copy.deepcopy(small)
    other.config.intermediate_hook_ids = [3, 0]
    assert digest_of(copy.deepcopy(small), 0.4) == digest_of(small, 0.4)
    assert len({digest_of(small, 0.4), digest_of(other, 0.4), digest_of(small, 0.5)}) == 3


def test_what_does_not_fit_is_not_kept(scenes, small, tmp_path):
    model = copy.deepcopy(small)
    encoders(model)["patch"].embeddings.position_embeddings.data.fill_(1e9)
    with pytest.raises(ValueError, match="half precision"):
        Batches([scenes], collate_encoded, 2, encoded=EncodedFiles(tmp_path, model, 0.0))
    assert not list(tmp_path.glob("encoded-*/*"))


def test_colours_of_a_picture_are_its_own_and_stay(scenes, small, tmp_path):
    rows = []
    for variety in (0.0, 1.3, 1.3):
        for file in tmp_path.glob("encoded-*/*.pt"):
            file.unlink()
        rows.append(Batches([scenes], collate_encoded, 4, encoded=EncodedFiles(tmp_path, small, variety))[0]["encoded"])
    assert torch.equal(rows[1], rows[2]) and (rows[0] - rows[1]).abs().amax(1).min() > 0.01


def test_stages_of_fixed_encoders_leave_the_lowest_level_alone(small):
    """Their change moves the depth, and not what the lowest level makes of a picture."""
    model, pixels = copy.deepcopy(small), torch.zeros(1, 3, 512, 512)
    groups = trainable(model, STAGES["coarse"], 1)
    assert set(groups) == {"decoder", "old"}
    assert {level_of(name) for name, _ in groups["decoder"]} == {1}
    assert {level_of(name) for name, _ in groups["old"]} == {None}
    fine = trainable(model, STAGES["fine"], 2)
    assert [{level_of(n) for n, _ in fine[g]} for g in ("decoder", "old")] == [{2}, {1, None}]
    groups = trainable(model, STAGES["stage1"], 3)
    with torch.no_grad():
        before = predict_inverse_depth(model, pixels)
        lowest = model.depth_pro(pixel_values=pixels).features[0].clone()
        for name, parameter in groups["decoder"] + groups["old"]:
            assert "encoder" not in name and parameter.requires_grad
            parameter.mul_(1.1)
        assert torch.equal(model.depth_pro(pixel_values=pixels).features[0], lowest)
        assert not torch.allclose(predict_inverse_depth(model, pixels), before)
    both = trainable(model, STAGES["stage2"], 5)
    assert set(both) == {"decoder"} and len(both["decoder"]) == len(groups["decoder"] + groups["old"])


def test_windows_begin_and_end_with_tokens():
    for place in torch.rand(50, 2, generator=torch.Generator().manual_seed(3)):
        window = Window.at(place, 56)
        tokens = torch.arange(32 * 32).view(32, 32)
        cells = tokens.repeat_interleave(4, 0).repeat_interleave(4, 1)
        expanded = window.tokens(tokens).repeat_interleave(4, 0).repeat_interleave(4, 1)
        assert torch.equal(window.cells(cells), expanded)
