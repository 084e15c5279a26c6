"""The stages of the training and their settings; what the paper's Table 16 becomes for a small network from scratch."""

from dataclasses import dataclass

from .network import SIDE

OLD_SHARE = 0.1  # of the rate, for the head and decoder levels that an earlier stage has trained
RELATIVE = "relative_"  # before the names of losses of samples of unknown size


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage. Steps are optimiser steps of `batch` pictures per process."""

    name: str
    starts_from: str | None  # stage whose result is the beginning
    levels: int  # of the decoder that are trained when it ends
    steps: int
    batch: int
    encoder_rate: float = 0.0  # learning rate of vision transformers; zero fixes them
    decoder_rate: float = 1e-3  # of everything else
    encoded: bool = False  # looks at what fixed encoders say (encoded.py)
    fixed_levels: int = 0  # of the decoder, the lowest, that stay as they are
    window: tuple = (
        56,
        8,
    )  # cells per side of what is computed, and how near to its border nothing is heard (window.py)
    clip: float = 1.0  # largest gradient norm
    terms: tuple = ()  # (loss, weight) for metric samples
    relative_terms: tuple = ()  # for samples of unknown size
    side: int = SIDE  # pixels of the pictures that the stage needs
    warm_share: float = 0.02
    drop_share: float = 0.9  # last part, in which the rate falls to nothing
    variety: float = 0.4  # how likely crops, colours and blur are, of the paper's probabilities

    @property
    def reported(self):
        """Names of the losses in its curve; a batch has either kind or both."""
        return [name for name, _ in self.terms] + [RELATIVE + name for name, _ in self.relative_terms]


STAGES = {
    stage.name: stage
    for stage in (
        Stage(
            name="encoder",
            starts_from=None,
            levels=0,
            steps=30000,
            batch=32,
            encoder_rate=1e-3,
            side=128,
            warm_share=0.01,
            drop_share=0.97,
            variety=0.15,
        ),
        Stage(
            name="lowest",
            starts_from="encoder",
            levels=1,
            steps=8000,
            batch=32,
            side=128,
            drop_share=0.97,
        ),
        Stage(name="coarse", starts_from="lowest", levels=2, steps=4000, batch=16, encoded=True, fixed_levels=1),
        Stage(name="fine", starts_from="coarse", levels=3, steps=4000, batch=8, encoded=True, fixed_levels=1),
        Stage(
            name="stage1",
            starts_from="fine",
            levels=5,
            steps=3000,
            batch=8,
            encoded=True,
            fixed_levels=1,
            terms=(("mae", 0.3), ("ssi_mage", 0.3), ("gentle_log", 0.5), ("log_gradient", 16.0)),
            relative_terms=(("ssi_mae", 0.3), ("ssi_mage", 0.3)),
        ),
        Stage(
            name="stage2",
            starts_from="stage1",
            levels=5,
            steps=1500,
            batch=8,
            decoder_rate=3e-4,
            encoded=True,
            fixed_levels=1,
            terms=(("mae", 0.3), ("mse", 0.1), ("mage", 4.0), ("male", 4.0), ("msge", 2.0))
            + (("gentle_log", 0.5), ("log_gradient", 16.0), ("sky", 0.2)),
        ),
        Stage(
            name="borders",
            starts_from="stage2",
            levels=5,
            steps=4000,
            batch=8,
            decoder_rate=6e-4,
            encoded=True,
            fixed_levels=3,
            window=(28, 4),
            terms=(("mae", 0.3), ("mse", 0.1), ("mage", 4.0), ("male", 4.0), ("msge", 2.0))
            + (("gentle_log", 0.5), ("log_gradient", 8.0), ("sky", 0.2), ("borders", 2.0)),
        ),
        Stage(
            name="fov",
            starts_from="borders",
            levels=5,
            steps=6000,
            batch=32,
            encoder_rate=2e-4,
            side=128,
            drop_share=0.3,
        ),
    )
}


def rate_factor(progress, stage):
    """Linear warm-up, constant, then linearly to nothing; `progress` through the stage is 0...1."""
    rise = (progress + 1e-3) / (stage.warm_share + 1e-3)
    return min(1.0, rise, max(0.0, 1 - progress) / stage.drop_share)
