"""Runs a network and collects what its stages produce, named and ordered as in Apple's implementation.

transformers' DepthProForDepthEstimation keeps features from low to high resolution and its hooks as [11, 5]; Apple's
DepthProEncoder keeps them from high to low resolution and its hooks as [5, 11]. Names here follow Apple.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn
from transformers import DepthProForDepthEstimation

FINE_CROPS = 25
"""Crops of the full-resolution level, the first of the 35; only these feed the two hooks."""

Stages = dict[str, torch.Tensor]


@contextmanager
def captured(model: DepthProForDepthEstimation) -> Iterator[Stages]:
    """Collects stages while the model runs inside the context; tensors keep the layout of PyTorch."""
    stages: Stages = {}
    handles = [module.register_forward_hook(_hook(stages, read)) for module, read in _readers(model)]
    try:
        yield stages
    finally:
        for handle in handles:
            handle.remove()


def _hook(stages: Stages, read: Callable[..., Stages]) -> Callable[..., None]:
    def hook(_module: nn.Module, _inputs: tuple, output: object) -> None:
        # Cloned, because a following in-place ReLU or list assignment would change what was read.
        stages.update({name: value.detach().clone() for name, value in read(output).items()})

    return hook


def _readers(model: DepthProForDepthEstimation) -> Iterator[tuple[nn.Module, Callable[..., Stages]]]:
    """Pairs of a module and what is read from its output."""
    yield from _encoder_readers(model)
    yield from _neck_readers(model.depth_pro.neck)
    yield from _decoder_readers(model)
    yield from _field_of_view_readers(model.fov_model)


def _encoder_readers(model: DepthProForDepthEstimation) -> Iterator[tuple[nn.Module, Callable[..., Stages]]]:
    encoder = model.depth_pro.encoder
    patch_encoder = encoder.patch_encoder.model
    for index in sorted(model.config.intermediate_hook_ids):
        module = patch_encoder.encoder.layer[index] if index >= 0 else patch_encoder.embeddings
        yield module, lambda o, index=index: {f"patch_hook{index}": o[:FINE_CROPS]}
    yield patch_encoder, lambda o: {"patch_tokens": o.last_hidden_state}
    yield encoder.image_encoder.model, lambda o: {"image_tokens": o.last_hidden_state}
    merged = ("merged_x2", "merged_x1", "merged_x0", "merged_latent1", "merged_latent0")
    yield encoder.patch_encoder, lambda o: dict(zip(merged, o, strict=True))


def _neck_readers(neck: nn.Module) -> Iterator[tuple[nn.Module, Callable[..., Stages]]]:
    upsampled = ("upsampled_image", "upsampled_x2", "level3", "level2", "level1", "level0")
    yield neck.feature_upsample, lambda o: dict(zip(upsampled, o, strict=True))
    yield neck.fuse_image_with_low_res, lambda o: {"level4": o}
    yield neck.feature_projection.projections[0], lambda o: {"low": o}


def _decoder_readers(model: DepthProForDepthEstimation) -> Iterator[tuple[nn.Module, Callable[..., Stages]]]:
    fusions = [*model.fusion_stage.intermediate, model.fusion_stage.final]
    for index, fusion in enumerate(reversed(fusions)):
        yield fusion, lambda o, index=index: {f"fusion{index}": o}
    yield model.head.layers[3], lambda o: {"head_features": o}


def _field_of_view_readers(fov_model: nn.Module) -> Iterator[tuple[nn.Module, Callable[..., Stages]]]:
    yield fov_model.fov_encoder.model, lambda o: {"fov_tokens": o.last_hidden_state}
    yield fov_model.fov_encoder, lambda o: {"fov_projected": o}
    yield fov_model.activation, lambda o: {"fov_lowres": o}
    yield fov_model.head.layers[1], lambda o: {"fov_head0": o}
    yield fov_model.head.layers[3], lambda o: {"fov_head1": o}


def channels_last(value: torch.Tensor) -> torch.Tensor:
    """[1, channels, rows, columns] -> [rows, columns, channels]; anything else is returned as it is."""
    return value[0].permute(1, 2, 0) if value.ndim == 4 else value
