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
    warm_share: float = 0.01
    drop_share: float = 0.19  # last part at a tenth of the rate
    frozen_encoder_share: float = 0.0  # first part with fixed vision transformers


STAGES = {
    stage.name: stage
    for stage in (
        Stage("encoder", None, 8000, 16, 6e-4, 6e-4, 1.0, warm_share=0.03),
        Stage(
            "stage1",
            "encoder",
            3000,
            4,
            1e-4,
            1e-3,
            1.0,
            (("mae", 1.0), ("ssi_mage", 0.3), ("log_mae", 0.5)),
            (("ssi_mae", 0.3), ("ssi_mage", 0.3)),
            frozen_encoder_share=0.5,
        ),
        Stage(
            "stage2",
            "stage1",
            1500,
            4,
            5e-5,
            5e-4,
            0.5,
            (("mae", 1.0), ("mse", 0.5), ("mage", 2.0), ("male", 2.0), ("msge", 2.0), ("log_mae", 0.5)),
        ),
        Stage("fov", "stage2", 2000, 24, 2e-4, 1e-3, 1.0),
    )
}


def rate_factor(step, stage):
    """Linear warm-up, constant, then a tenth."""
    if step < stage.warm_share * stage.steps:
        return (step + 1) / (stage.warm_share * stage.steps + 1)
    return 0.1 if step >= (1 - stage.drop_share) * stage.steps else 1.0
