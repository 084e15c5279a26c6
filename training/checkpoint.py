"""Resumable checkpoints: one file per stage, replaced whole."""

import fcntl
import os
from pathlib import Path

import torch

from .curriculum import STAGES
from .network import build, share_encoder


def path_of(folder, stage):
    return Path(folder) / f"{stage}.pt"


def claim(path):
    """Holds a checkpoint for this process until the returned file is closed; two trainers of one stage would undo each
    other's work."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.with_suffix(".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise RuntimeError(f"{path} is being trained by another process: end that one first") from error
    return file


def save(path, objective, optimizer, **about):
    """Writes everything that continues the stage, with `step`, `sizes`, `seconds` and `origin`; appears whole or not at
    all."""
    partial = path.with_suffix(f".{os.getpid()}")
    state = {"network": objective.network.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state | {"own": dict(objective.own_parameters())} | about, partial)
    partial.replace(path)


def load(path):
    """A checkpoint on the processor, or None."""
    if not path.exists():
        return None
    saved = torch.load(path, map_location="cpu", weights_only=True)
    if saved["sizes"]["hooks"][-1] != -1:
        raise ValueError(f"{path}: an earlier version made it, of another network; begin again in another folder")
    return saved


def network_of(path):
    """The network of a checkpoint."""
    saved = load(path)
    if saved is None:
        raise FileNotFoundError(f"{path}: no such checkpoint; train a stage first")
    return restored(saved, path.stem)


def restored(saved, stage):
    """The network of a loaded checkpoint. The first two stages know one vision transformer: all get its weights."""
    network = build(**saved["sizes"])
    network.load_state_dict(saved["network"])
    if stage in ("encoder", "lowest"):
        share_encoder(network)
    return network


def origin(stage, folder):
    """What a stage would begin with now: [name, step] of the stage it starts from, or of the nearest before it.

    None for a fresh network. Stages may so be left out where time is short.
    """
    source = stage.starts_from
    while source and not path_of(folder, source).exists():
        source = STAGES[source].starts_from
    return [source, load(path_of(folder, source))["step"]] if source else None


def first_new_level(stage, origin):
    """The lowest decoder level that nothing before this stage has trained."""
    first = STAGES[origin[0]].levels if origin else 0
    if stage.encoded and first == 0:
        raise ValueError(f"stage {stage.name} leaves the lowest decoder level as it is: train stage lowest first")
    return first


def begin(origin, sizes, folder):
    """Network of a stage at its first step, and its sizes."""
    if origin is None:
        return build(**sizes), sizes
    saved = load(path_of(folder, origin[0]))
    if saved["sizes"] != sizes:
        print(f"goes on with the sizes of {origin[0]}: {saved['sizes']}, not {sizes}", flush=True)
    return restored(saved, origin[0]), saved["sizes"]


def resumable(path, origin):
    """The checkpoint of a stage, None where it has none or began with less than `origin`, which has learned since."""
    saved = load(path)
    if saved and origin and saved["origin"] != origin:
        print(f"{path.stem} begins again: {origin[0]} has learned more since it began", flush=True)
        return None
    return saved
