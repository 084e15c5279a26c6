"""A few scenes and a small network that tests share."""

import pytest

from training.network import build
from training.scenes.generate import generate

SMALL = ["--width", "64", "--layers", "4", "--decoder", "16", "--device", "cpu"]


@pytest.fixture(scope="session")
def scenes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    for index in (3, 5):
        generate(index, folder, 128, 2, False)
    return folder


@pytest.fixture(scope="session")
def small():
    return build(width=64, layers=4, heads=1, decoder=16, hooks=(2, -1)).eval()
