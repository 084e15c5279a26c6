"""From a batch of samples to a scalar loss, one class per kind of stage; each is a module so that DDP can wrap it."""

import torch
import torch.nn.functional as F
from torch import nn

from . import losses
from .curriculum import RELATIVE
from .encoded import encode, unpack
from .levels import lower_inverse_depth, lowest_features, lowest_inverse_depth, open_head
from .network import encoders
from .points import PointHead, normals
from .window import Window, cut_out, windowed_features

NORMAL_WEIGHT = 0.5  # of the sum of absolute errors of a normal's three coordinates
GRADIENT_WEIGHT = 2.0  # of the gradient error, which is a tenth of the depth's
OPEN = ("gentle_log", "log_gradient", "sky", "borders")  # losses of what comes before the last ReLU


def collate_whole(samples, picture="picture", pixels="pixels"):
    """Whole pictures side by side."""
    keys = ("inverse", "valid", "metric", "real", "fov", "focal")
    batch = {key: torch.stack([sample[key] for sample in samples]) for key in keys}
    return batch | {pixels: torch.stack([sample[picture] for sample in samples])}


def collate_with_normals(samples):
    """... and their surface normals (B, 3, S, S), taken before any crop, whose repeated pixels have no slope."""
    batch = collate_whole(samples)
    return batch | {"normals": F.interpolate(normals(batch["inverse"], batch["focal"]), scale_factor=4)}


def collate_encoded(samples):
    """What the encoders say of whole pictures, in place of their pixels."""
    return collate_whole(samples, "encoded", "encoded")


def every(map, side):
    """The pixels of maps (..., S, S) that stand for those of maps (..., side, side)."""
    step = map.shape[-1] // side
    return map[..., step // 2 :: step, step // 2 :: step]


def truth(batch, side):
    """True inverse depth and validity (B, side, side)."""
    return every(batch["inverse"], side), every(batch["valid"], side)


def without_size(difference, target, valid, metric):
    """Errors of logarithms (B, S, S); those of samples of unknown size lose their median, but for sky."""
    seen = valid & (target > 0)
    size = torch.where(seen, difference.detach(), torch.nan).flatten(1).nanmedian(1).values.nan_to_num()
    return difference - (size * ~metric)[:, None, None] * (target > 0)


class Objective(nn.Module):
    """What all have in common: the network, and what the curve shows of it."""

    collate = staticmethod(collate_whole)

    def __init__(self, network):
        super().__init__()
        self.network = network

    def own_parameters(self):
        """(name, parameter) of what is trained with the network and no part of it."""
        return [(n, p) for n, p in self.named_parameters() if not n.startswith("network.")]

    def predict(self, pixels):
        """Canonical inverse depth (B, S, S) and field of view in degrees, None where the stage has none."""
        out = self.network(pixel_values=pixels)
        return out.predicted_depth, out.field_of_view


class EncoderObjective(Objective):
    """The patch encoder by itself, behind a linear head that no later stage knows: depth and normals of points."""

    collate = staticmethod(collate_with_normals)

    def __init__(self, network):
        super().__init__(network)
        self.head = PointHead(encoders(network)["patch"].config.hidden_size)

    def points(self, pixels):
        return self.head(encoders(self.network)["patch"](pixels).last_hidden_state)

    def predict(self, pixels):
        return self.points(pixels)[0].exp() - losses.FLOOR, None

    def forward(self, batch, stage):
        pred, facing = self.points(batch["pixels"])
        target, valid = truth(batch, pred.shape[-1])
        # The head gives ln(C + FLOOR), which knows nothing below zero: sky is ln FLOOR here.
        difference = without_size(pred.float() - losses.open_log(target), target, valid, batch["metric"])
        wanted = every(batch["normals"], pred.shape[-1])
        seen = valid & (wanted.abs().sum(1) > 0) & ~batch["real"][:, None, None]  # measured depth has no derivatives
        log_loss = losses.mean_per_image(losses.gentle(difference), valid)
        normal_error = losses.mean_per_image((facing.float() - wanted).abs().sum(1), seen)
        report = {"log_error": losses.mean_per_image(difference.detach().abs(), valid)}
        return log_loss + NORMAL_WEIGHT * normal_error, report | {"normal_error": normal_error.detach()}


class LogObjective(Objective):
    """Log error and its gradient on a map of the lower decoder levels."""

    def inverse_depth(self, batch):
        raise NotImplementedError

    def forward(self, batch, stage):
        inverse = self.inverse_depth(batch).float()
        target, valid = truth(batch, inverse.shape[-1])
        difference = without_size(losses.log_difference(inverse, target), target, valid, batch["metric"])
        made = valid & ~batch["real"][:, None, None]
        gradient = losses.gradient_error(difference, made)
        report = {"log_error": losses.mean_per_image(difference.detach().abs(), valid), "gradient": gradient.detach()}
        return losses.mean_per_image(losses.gentle(difference), valid) + GRADIENT_WEIGHT * gradient, report


class LowestObjective(LogObjective):
    """The 64 x 64 map of the lowest decoder level."""

    def inverse_depth(self, batch):
        return lowest_inverse_depth(self.network, batch["pixels"])

    def predict(self, pixels):
        return lowest_inverse_depth(self.network, pixels), None


class CoarseObjective(LogObjective):
    """The 128 x 128 map of the lower two decoder levels."""

    collate = staticmethod(collate_encoded)
    levels = 2

    def inverse_depth(self, batch):
        return lower_inverse_depth(self.network, unpack(batch["encoded"]), self.levels)

    def predict(self, pixels):
        return lower_inverse_depth(self.network, encode(self.network, pixels), self.levels), None


class FineObjective(CoarseObjective):
    """The 256 x 256 map of the lower three."""

    levels = 3


class DepthObjective(Objective):
    """Stages 1, 2 and `borders`: the paper's losses on canonical inverse depth, in a window of each picture that moves
    from step to step.

    Metric maps are divided by the mean C* of their image, so that a landscape counts as much as a table top; with a few
    thousand steps the plain loss would hear near scenes only.
    """

    collate = staticmethod(collate_encoded)

    def forward(self, batch, stage):
        model, features = self.network, unpack(batch["encoded"])
        windows = [Window.at(place, *stage.window) for place in batch["window"]]
        pred = open_head(model, windowed_features(model, features, windows)).float()
        inverse = cut_out(windows, Window.pixels, batch["inverse"])
        valid = cut_out(windows, Window.pixels, batch["valid"]) & cut_out(windows, Window.heard, batch["valid"])
        total, report = pred.sum() * 0.0, {}
        metric = batch["metric"]
        for kind, chosen, terms in (("", metric, stage.terms), (RELATIVE, ~metric, stage.relative_terms)):
            if not chosen.any() or not terms:
                continue
            g, v, real = (batch[k][chosen] for k in ("inverse", "valid", "real"))
            size = ((g * v).flatten(1).sum(1) / v.flatten(1).sum(1).clamp(min=1)).clamp(min=0.02)[:, None, None]
            p, g, v = pred[chosen], inverse[chosen], valid[chosen]
            # Things before the last ReLU, so that those below zero learn; sky behind it, where all below is right.
            out = torch.where(g > 0, p, p.clamp(min=0))
            share = chosen.float().mean()
            for name, weight in terms:
                unit = 1 if name in OPEN or name.startswith("ssi") else size
                value = self._term(name, (p if name in OPEN else out) / unit, g / unit, v, real)
                total = total + weight * share * value
                report[kind + name] = value.detach()
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


class FieldOfViewObjective(Objective):
    """The field-of-view network alone, squared error in units of 20 degrees; depth features are frozen."""

    def forward(self, batch, stage):
        model = self.network
        with torch.no_grad():
            features = lowest_features(model, batch["pixels"])
        fov = model.fov_model(batch["pixels"], features).float()
        error = (fov - batch["fov"]) / 20
        return (error**2).mean(), {"degrees": error.detach().abs().mean() * 20}


OBJECTIVES = {
    "encoder": EncoderObjective,
    "lowest": LowestObjective,
    "coarse": CoarseObjective,
    "fine": FineObjective,
    "stage1": DepthObjective,
    "stage2": DepthObjective,
    "borders": DepthObjective,
    "fov": FieldOfViewObjective,
}
