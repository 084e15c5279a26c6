"""What can be evaluated: functions of a picture (3, S, S) in -1...1, with canonical inverse depth and the field of view
in degrees for result. Stages of the training that estimate no field of view give None.
"""

import torch
import torch.nn.functional as F
from transformers import DepthProForDepthEstimation

from . import checkpoint
from .curriculum import STAGES
from .network import DECODER_LEVELS, SIDE, build
from .objective import OBJECTIVES


def of_network(model):
    """The whole network."""

    @torch.no_grad()
    def predict(pixels):
        out = model.eval()(pixel_values=pixels[None])
        return out.predicted_depth[0].numpy(), float(out.field_of_view[0])

    return predict


def of_objective(objective, stage):
    """What a stage trains, on pictures and maps of its sizes."""

    @torch.no_grad()
    def predict(pixels):
        pixels = pixels[None].to(next(objective.parameters()).device)
        if stage.side < SIDE and stage.name != "fov":  # which shrinks them itself
            pixels = F.interpolate(pixels, (stage.side, stage.side), mode="bilinear")
        inverse, fov = objective.eval().predict(pixels)
        return inverse[0].cpu().numpy(), None if fov is None else float(fov[0])

    return predict


def load(path):
    """From a folder in Hugging Face layout or a checkpoint STAGE.pt; of an early stage, what has learned by then."""
    if path.is_dir():
        return of_network(DepthProForDepthEstimation.from_pretrained(path, dtype=torch.float32))
    stage = STAGES.get(path.stem)
    if stage is None or stage.levels == DECODER_LEVELS:
        return of_network(checkpoint.network_of(path))
    saved = checkpoint.load(path)
    objective = OBJECTIVES[stage.name](build(**saved["sizes"]))
    objective.network.load_state_dict(saved["network"])
    objective.load_state_dict(saved["own"], strict=False)  # the network's own names are not in it
    return of_objective(objective, stage)
