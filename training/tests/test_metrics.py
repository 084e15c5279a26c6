"""Metrics against known values."""

import numpy as np
import pytest

from training.metrics import boundary_f1, boundary_scores, depth_errors, focal_within, fov_within


def disc():
    y, x = np.mgrid[0:12, 0:16]
    truth = np.where((x - 8) ** 2 + (y - 6) ** 2 < 16, 2.0, 5.0)
    return truth * (1 + 0.1 * np.sin(0.7 * x + 0.3 * y)), truth


def test_boundary_f1_test_vector():
    pred, truth = disc()
    assert boundary_f1(pred, truth) == pytest.approx(0.9750264703587709, abs=1e-12)
    assert boundary_f1(3 * pred, truth) == pytest.approx(0.9750264703587709, abs=1e-12)
    assert boundary_f1(pred.astype(np.float32), truth.astype(np.float32)) == pytest.approx(0.9750264703587709, abs=1e-6)


def test_boundary_scores_at_the_lowest_threshold():
    pred, truth = disc()
    precision, recall, f1 = boundary_scores(1 / pred, 1 / truth, 1.05)
    assert (precision, recall, f1) == pytest.approx((0.570450885668277, 1, 0.726480389643681), abs=1e-12)


def test_constant_map_has_no_boundary():
    assert boundary_f1(np.full((8, 8), 2.0), disc()[1][:8, :8]) == 0


def test_depth_errors_ignore_sky_and_range():
    truth = np.array([[1.0, 2.0], [np.inf, 100.0]])
    row = depth_errors(np.array([[1.2, 2.6], [3.0, 4.0]]), truth)
    assert row["delta1"] == 0.5
    assert row["abs_rel"] == pytest.approx((0.2 + 0.3) / 2)
    assert depth_errors(truth, np.full((2, 2), np.inf)) is None


def test_focal_length_and_field_of_view_shares():
    assert fov_within([60, 60, 60], [60, 79, 81]) == pytest.approx(2 / 3)
    assert focal_within([60, 60], [60, 100]) == 0.5
