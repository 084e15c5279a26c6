"""From a batch of samples to a scalar loss, one class per kind of stage; each is a module so that DDP can wrap it."""

import torch
from torch import nn

from . import losses
from .coarse import coarse_inverse_depth, lowest_features, lowest_inverse_depth, open_head


def collate_whole(samples):
    """Whole pictures side by side."""
    keys = ("inverse", "valid", "metric", "real", "fov")
    return {"pixels": torch.stack([s["picture"] for s in samples])} | {
        k: torch.stack([s[k] for s in samples]) for k in keys
    }


def every(map, side):
    """The pixels of maps (B, S, S) that stand for those of maps (B, side, side)."""
    step = map.shape[-1] // side
    return map[:, step // 2 :: step, step // 2 :: step]


class LogObjective(nn.Module):
    """Absolute log error and its gradient on a coarse map; samples of unknown size lose their median first."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    collate = staticmethod(collate_whole)

    def inverse_depth(self, pixels, fixed):
        raise NotImplementedError

    def forward(self, batch, stage, progress):
        inverse = self.inverse_depth(batch["pixels"], progress < stage.frozen_encoder_share).float()
        pick = lambda m: every(m, inverse.shape[-1])
        pred, target, valid = losses.open_log(inverse), losses.open_log(pick(batch["inverse"])), pick(batch["valid"])
        size = torch.where(valid, (pred - target).detach(), torch.nan).flatten(1).nanmedian(1).values.nan_to_num()
        target = target + (size * ~batch["metric"])[:, None, None]
        log_error = losses.mae(pred, target, valid)
        gradient = losses.multi_scale(pred, target, valid, (losses.SCHARR, losses.SCHARR.T), 1, scales=3)
        return log_error + gradient, {"log_error": log_error.detach(), "gradient": gradient.detach()}


class LowestObjective(LogObjective):
    """The 64 x 64 map of the lowest decoder level."""

    def inverse_depth(self, pixels, fixed):
        return lowest_inverse_depth(self.network, pixels)


class CoarseObjective(LogObjective):
    """The 128 x 128 map of the lower two decoder levels."""

    def inverse_depth(self, pixels, fixed):
        return coarse_inverse_depth(self.network, pixels, fixed)


class DepthObjective(nn.Module):
    """Stages 1 and 2: the paper's losses on canonical inverse depth.

    Metric maps are divided by the mean C* of their image, so that a landscape counts as much as a table top; with a few
    thousand steps the plain loss would hear near scenes only.
    """

    def __init__(self, network):
        super().__init__()
        self.network = network

    collate = staticmethod(collate_whole)

    def forward(self, batch, stage, progress):
        fixed = progress < stage.frozen_encoder_share
        model = self.network
        with torch.set_grad_enabled(torch.is_grad_enabled() and not fixed):
            features = model.depth_pro.encoder(batch["pixels"], return_dict=True).features
        pred = open_head(model, model.fusion_stage(model.depth_pro.neck(list(features)))[-1]).float()
        total, report = pred.sum() * 0.0, {}
        for chosen, terms in ((batch["metric"], stage.terms), (~batch["metric"], stage.relative_terms)):
            if not chosen.any() or not terms:
                continue
            p, g, v = pred[chosen], batch["inverse"][chosen], batch["valid"][chosen]
            real = batch["real"][chosen]
            size = ((g * v).flatten(1).sum(1) / v.flatten(1).sum(1).clamp(min=1)).clamp(min=0.02)[:, None, None]
            share = chosen.float().mean()
            for name, weight in terms:
                a, b = (p, g) if name == "log_mae" or name.startswith("ssi") else (p / size, g / size)
                value = self._term(name, a, b, v, real)
                total = total + weight * share * value
                report[name] = value.detach()
        return total, report

    @staticmethod
    def _term(name, pred, target, valid, real):
        """Real samples: trimmed absolute errors and no derivatives; synthetic ones: the loss as it is."""
        function = getattr(losses, name)
        if not real.any():
            return function(pred, target, valid)
        value, made = pred.sum() * 0.0, ~real
        if made.any():
            value = value + function(pred[made], target[made], valid[made]) * made.float().mean()
        if name in ("mae", "ssi_mae"):
            value = value + function(pred[real], target[real], valid[real], 0.2) * real.float().mean()
        return value


class FieldOfViewObjective(nn.Module):
    """The field-of-view network alone, squared error in units of 20 degrees; depth features are frozen."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    collate = staticmethod(collate_whole)

    def forward(self, batch, stage, progress):
        model = self.network
        with torch.no_grad():
            features = lowest_features(model, batch["pixels"])
        fov = model.fov_model(batch["pixels"], features).float()
        error = (fov - batch["fov"]) / 20
        return (error**2).mean(), {"degrees": error.detach().abs().mean() * 20}


OBJECTIVES = {
    "lowest": LowestObjective,
    "coarse": CoarseObjective,
    "stage1": DepthObjective,
    "stage2": DepthObjective,
    "fov": FieldOfViewObjective,
}
