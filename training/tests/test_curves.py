"""The picture of a training's curves."""

import pytest

from training import curves


def test_stages_that_ran_are_drawn_and_empty_cells_left_out(tmp_path):
    (tmp_path / "encoder.csv").write_text("step,seconds,loss,delta1\n20,60,0.5,\n40,120,0.25,0.75\n")
    (tmp_path / "fov.csv").write_text("step,seconds,loss,fov25\n20,60,0.5,\n")
    assert curves.read(tmp_path / "encoder.csv")["delta1"] == [(2.0, 0.75)]
    for name in ("curves.svg", "curves.png"):
        curves.main([str(tmp_path), str(tmp_path / name)])
    assert (tmp_path / "curves.svg").read_text().count('<g id="axes_') == 3  # loss twice, delta1 once
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_without_curves_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        curves.main([str(tmp_path), str(tmp_path / "curves.svg")])
    assert "train a stage first" in capsys.readouterr().err and not (tmp_path / "curves.svg").exists()
