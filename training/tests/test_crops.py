"""Crops of whole pictures for the encoder."""

import numpy as np
import pytest
from PIL import Image

from training import crops
from training.data import Pairs, read_pair


@pytest.fixture
def whole(tmp_path):
    """A picture whose depth names its pixels."""
    folder, at = tmp_path / "whole", np.arange(512)
    folder.mkdir()
    picture = np.stack(np.broadcast_arrays(at[:, None] // 2, at[None] // 2, np.uint8(7)), 2).astype(np.uint8)
    Image.fromarray(picture).save(folder / "a.png")
    np.save(folder / "a.npy", 1 + at[:, None] + at[None] / 1024)
    (folder / "a.json").write_text('{"fx": 400, "width": 512, "fy": 300, "height": 512, "family": "room"}')
    return folder


def test_crops_are_parts_of_their_picture(whole, tmp_path):
    crops.main(["--data", str(whole), "--out", str(tmp_path / "out"), "--count", "20", "--processes", "1"])
    picture, depth, _ = read_pair(whole / "a")
    scales = []
    for path in sorted((tmp_path / "out").glob("*.json")):
        scale, top, left = map(int, path.stem.split("_")[1:])
        part, truth, about = read_pair(path.with_suffix(""))
        assert part.shape == (128, 128, 3) and about["metric"] is False and about["fx"] == 400 / scale
        middle = picture[top : top + 128 * scale, left : left + 128 * scale][scale // 2 :: scale, scale // 2 :: scale]
        assert np.abs(part.astype(int) - middle).mean() < 3
        exact = depth[top : top + 128 * scale, left : left + 128 * scale][scale // 2 :: scale, scale // 2 :: scale]
        assert np.allclose(truth, exact, rtol=1e-3)
        scales.append(scale)
    assert len(scales) == 20 and set(scales) == {1, 2} and scales.count(1) > scales.count(2)
    sample = Pairs([tmp_path / "out"], 128)[0]
    assert not sample["metric"] and sample["focal"][0] == pytest.approx(400 / 128 / scales[0])


def test_crops_that_exist_stay(whole, tmp_path):
    command = ["--data", str(whole), "--out", str(tmp_path / "out"), "--count", "3", "--processes", "1"]
    crops.main(command)
    made = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").iterdir()}
    crops.main(command)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").iterdir()} == made and len(made) == 9


def test_pictures_of_another_size_are_refused(whole, tmp_path):
    np.save(whole / "a.npy", np.ones((256, 256)))
    with pytest.raises(ValueError, match="512 x 512"):
        crops.main(["--data", str(whole), "--out", str(tmp_path / "out"), "--processes", "1"])
    (whole / "a.json").unlink()
    with pytest.raises(SystemExit):
        crops.main(["--data", str(whole), "--out", str(tmp_path / "out")])
    assert not list((tmp_path / "out").iterdir())
