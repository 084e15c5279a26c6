"""The stages of the training and their settings; what the paper's Table 16 becomes for a small network from scratch."""

from dataclasses import dataclass

OLD_SHARE = 0.1  # of the rate, for decoder levels that an earlier stage has trained


@dataclass(frozen=True)
class Stage:
    """One stage. Steps are optimiser steps of `batch` pictures per process."""

    name: str
    starts_from: str | None  # stage whose result is the beginning
    steps: int
    batch: int
    encoder_rate: float  # learning rate of vision transformers; zero keeps them and the lowest decoder level fixed
    decoder_rate: float  # of everything else
    clip: float  # largest gradient norm
    terms: tuple = ()  # (loss, weight) for metric samples
    relative_terms: tuple = ()  # for samples of unknown size
    side: int = 512  # pixels of the pictures that the stage needs
    map_side: int = 512  # pixels of the maps it gives
    warm_share: float = 0.02
    drop_share: float = 0.3  # last part, in which the rate falls to nothing
    new_levels: tuple = ()  # of the decoder; where there are, older ones and the head learn at OLD_SHARE of the rate
    variety: float = 0.4  # how likely crops, colours and blur are, of the paper's probabilities

    @property
    def encoded(self):
        """Whether it looks at what fixed encoders say of pictures (encoded.py)."""
        return self.encoder_rate == 0


STAGES = {
    stage.name: stage
    for stage in (
        Stage(
            "encoder",
            None,
            30000,
            32,
            1e-3,
            1e-3,
            1.0,
            side=128,
            map_side=32,
            warm_share=0.01,
            drop_share=0.97,
            variety=0.15,
        ),
        Stage("lowest", "encoder", 8000, 32, 3e-4, 1e-3, 1.0, side=128, map_side=64, drop_share=0.97),
        Stage("coarse", "lowest", 4000, 16, 0.0, 1e-3, 1.0, map_side=128, drop_share=0.9, new_levels=(1,)),
        Stage("fine", "coarse", 4000, 8, 0.0, 1e-3, 1.0, map_side=256, drop_share=0.9, new_levels=(2,)),
        Stage(
            "stage1",
            "fine",
            3000,
            8,
            0.0,
            1e-3,
            1.0,
            (("mae", 1.0), ("ssi_mage", 0.3), ("gentle_log", 1.0), ("log_gradient", 4.0)),
            (("ssi_mae", 0.3), ("ssi_mage", 0.3)),
            drop_share=0.9,
            new_levels=(3, 4),
        ),
        Stage(
            "stage2",
            "stage1",
            1500,
            8,
            0.0,
            3e-4,
            1.0,
            (("mae", 1.0), ("mse", 0.5), ("mage", 8.0), ("male", 8.0), ("msge", 4.0))
            + (("gentle_log", 1.0), ("log_gradient", 4.0)),
            drop_share=0.9,
        ),
        Stage("fov", "stage2", 6000, 32, 2e-4, 1e-3, 1.0, side=128),
    )
}


def rate_factor(progress, stage):
    """Linear warm-up, constant, then linearly to nothing; `progress` through the stage is 0...1."""
    rise = (progress + 1e-3) / (stage.warm_share + 1e-3)
    return min(1.0, rise, max(0.0, 1 - progress) / stage.drop_share)
