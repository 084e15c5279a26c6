"""The stages of the training and their settings; what the paper's Table 16 becomes for a small network from scratch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage. Steps are optimiser steps of `batch` pictures per process."""

    name: str
    starts_from: str | None  # stage whose result is the beginning
    steps: int
    batch: int
    encoder_rate: float  # learning rate of vision transformers
    decoder_rate: float  # of everything else
    clip: float  # largest gradient norm
    terms: tuple = ()  # (loss, weight) for metric samples
    relative_terms: tuple = ()  # for samples of unknown size
    side: int = 512  # pixels of the pictures that the stage needs
    warm_share: float = 0.02
    drop_share: float = 0.3  # last part, in which the rate falls to nothing
    frozen_encoder_share: float = 0.0  # first part with fixed vision transformers; they have seen more than it shows
    variety: float = 0.4  # how likely crops, colours and blur are, of the paper's probabilities


STAGES = {
    stage.name: stage
    for stage in (
        Stage("encoder", None, 30000, 32, 1e-3, 1e-3, 1.0, side=128, warm_share=0.01, drop_share=0.97),
        Stage("lowest", "encoder", 8000, 32, 3e-4, 1e-3, 1.0, side=128, drop_share=0.97),
        Stage("coarse", "lowest", 8000, 8, 2e-4, 1e-3, 1.0, side=256, drop_share=0.9, frozen_encoder_share=1.0),
        Stage(
            "stage1",
            "coarse",
            3000,
            4,
            1e-4,
            1e-3,
            1.0,
            (("mae", 1.0), ("ssi_mage", 0.3), ("gentle_log", 1.0)),
            (("ssi_mae", 0.3), ("ssi_mage", 0.3)),
            drop_share=0.9,
            frozen_encoder_share=1.0,
        ),
        Stage(
            "stage2",
            "stage1",
            1500,
            4,
            1e-4,
            1e-3,
            1.0,
            (("mae", 1.0), ("mse", 0.5), ("mage", 8.0), ("male", 8.0), ("msge", 4.0), ("gentle_log", 1.0)),
            drop_share=0.9,
            frozen_encoder_share=1.0,
        ),
        Stage("fov", "stage2", 6000, 32, 2e-4, 1e-3, 1.0, side=128),
    )
}


def rate_factor(progress, stage):
    """Linear warm-up, constant, then linearly to nothing; `progress` through the stage is 0...1."""
    rise = (progress + 1e-3) / (stage.warm_share + 1e-3)
    return min(1.0, rise, max(0.0, 1 - progress) / stage.drop_share)
