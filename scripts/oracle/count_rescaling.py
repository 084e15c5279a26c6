"""How often attention on matrix units rescales its sums (attention_matrix.cl), with the weights of a trained network.

    .build/oracle/bin/python scripts/oracle/count_rescaling.py Models/mini Examples/temple.jpg

Counts rounds: 32 queries by a block of 64 keys, which rescale where a score is more than 8 units of ln 2 ahead of its
query's reference, at first the greatest score of the 16 keys that come first.
"""

import math
import sys

import numpy
import torch
from PIL import Image
from transformers import DepthProForDepthEstimation

HEADROOM, QUERIES, KEYS, FIRST_KEYS = 8, 32, 64, 16


def rounds(scores):
    """(all, rescaling) of scores (B, heads, tokens, tokens) in units of ln 2."""
    count = rescaling = 0
    for block in scores.split(QUERIES, 2):
        reference = block[..., :FIRST_KEYS].amax(-1)
        for keys in block.split(KEYS, 3):
            lead = keys.amax(-1) - reference
            is_ahead = lead > HEADROOM
            reference = torch.where(is_ahead, reference + lead, reference)
            count += is_ahead.any(-1).numel()
            rescaling += int(is_ahead.any(-1).sum())
    return count, rescaling


def main(model, *photographs):
    network = DepthProForDepthEstimation.from_pretrained(model, dtype=torch.float32).eval()
    totals = numpy.zeros(2, int)

    def count(attention, arguments, named, _):
        tokens = arguments[0] if arguments else named["hidden_states"]
        heads = lambda x: x.unflatten(-1, (attention.num_attention_heads, -1)).transpose(1, 2)
        query, key = heads(attention.q_proj(tokens)), heads(attention.k_proj(tokens))
        totals[:] += rounds(query @ key.mT * (math.log2(math.e) / math.sqrt(query.shape[-1])))

    for module in network.modules():
        if hasattr(module, "q_proj"):
            module.register_forward_hook(count, with_kwargs=True)
    side = network.config.patch_size * 4
    for path in photographs:
        picture = numpy.asarray(Image.open(path).convert("RGB").resize((side, side), Image.BILINEAR))
        with torch.no_grad():
            network(pixel_values=torch.from_numpy(picture / 127.5 - 1).float().permute(2, 0, 1)[None])
    print(f"{totals[1]} of {totals[0]} rounds rescale, {totals[1] / totals[0]:.1%}")


if __name__ == "__main__":
    main(*sys.argv[1:])
