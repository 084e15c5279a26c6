"""Writes a trained checkpoint as bf16 safetensors in Hugging Face layout with its model card.

python -m training.export --checkpoint data/checkpoints/fov.pt --out Models/mini --figures figures.txt
"""

import argparse
import json
from pathlib import Path

import torch

from . import checkpoint
from .network import SIDE

LARGEST_BYTES = 25_000_000
PREPROCESSING = {
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": 0.5,
    "image_processor_type": "DepthProImageProcessorFast",
    "image_std": 0.5,
    "resample": 2,
    "rescale_factor": 1 / 255,
    "size": {"height": SIDE, "width": SIDE},
}
CARD = Path(__file__).with_name("card.md")


def without_unused(model):
    """Zeroes what never runs (a residual block the architecture keeps by name), so that it cannot look trained."""
    with torch.no_grad():
        for parameter in model.fusion_stage.intermediate[0].residual_layer1.parameters():
            parameter.zero_()
    return model


def export(source, folder, figures="not measured"):
    """Exports checkpoint file `source` to `folder`; returns the byte count of the weights."""
    model = checkpoint.network_of(Path(source))
    folder.mkdir(parents=True, exist_ok=True)
    without_unused(model).to(torch.bfloat16).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PREPROCESSING, indent=2) + "\n")
    (folder / "README.md").write_text(CARD.read_text().replace("{figures}", figures.strip()))
    (folder / "model.safetensors").chmod(0o644)  # transformers leaves it to its owner alone
    size = (folder / "model.safetensors").stat().st_size
    if size > LARGEST_BYTES:
        raise ValueError(
            f"{folder}/model.safetensors has {size} bytes, more than {LARGEST_BYTES}: choose smaller widths"
        )
    return size


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--checkpoint", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--figures", type=Path, help="text put into the model card, such as the output of training.evaluate")
    a = p.parse_args(arguments)
    print(export(a.checkpoint, a.out, a.figures.read_text() if a.figures else "not measured"), "bytes of weights")


if __name__ == "__main__":
    main()
