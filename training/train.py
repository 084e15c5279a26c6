"""Trains one stage of the curriculum, or goes on with it.

    python -m training.train --stage encoder --data data/train --held-out data/heldout --out data/checkpoints
    torchrun --nproc_per_node 2 -m training.train --stage stage1 ...

OUT/STAGE.pt is resumed if it exists; otherwise the stage starts from the result of the one before, or
of the nearest that exists. OUT/STAGE.csv is the curve. A termination signal or --minutes ends the run after saving.
"""

import argparse
import csv
import os
import signal
import time
from pathlib import Path
from statistics import fmean

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel
from transformers import PreTrainedModel

from . import checkpoint
from .batches import Batches
from .curriculum import OLD_SHARE, STAGES, rate_factor
from .encoded import EncodedFiles
from .evaluate import quick_figures
from .memory import keep_freed_memory
from .network import DECODER_LEVELS, build, depth_parameters, fov_parameters, level_of
from .objective import OBJECTIVES
from .optimise import optimiser
from .pixels import read_pixels

LONGEST_STEP = 30  # seconds; what took longer was stopped, and is no part of a stage's budget


def trainable(network, stage, first_new=0):
    """(name, parameter) lists of what this stage trains, the rest is fixed: vision transformers, decoder levels from
    `first_new` on, and as `old` the levels below and the head where an earlier stage has trained them."""
    is_fov = stage.name == "fov"
    has_old = 0 < first_new < stage.levels and not is_fov
    groups = {"encoder": [], "decoder": [], "old": []}
    network.requires_grad_(False)
    for name, parameter in fov_parameters(network) if is_fov else depth_parameters(network):
        level = level_of(name)
        if "encoder" in name and "neck" not in name:
            group, fixed = "encoder", stage.encoder_rate == 0
        else:
            group = "old" if has_old and (level is None or level < first_new) else "decoder"
            fixed = level is not None and not stage.fixed_levels <= level < stage.levels
        if not fixed:
            parameter.requires_grad_(True)
            groups[group].append((name, parameter))
    return {group: members for group, members in groups.items() if members}


def has_bf16_arithmetic():
    """Whether the processor multiplies bf16 in hardware, which halves the time of a step; others emulate it slowly."""
    return torch.cpu._is_avx512_bf16_supported() if hasattr(torch.cpu, "_is_avx512_bf16_supported") else False


def plain_attention(network):
    """Attention as products and a softmax: on processors torch's fused one takes a third of the time of a step of 65
    tokens, most of it on the way back."""
    for module in network.modules():
        if isinstance(module, PreTrainedModel):
            module.set_attn_implementation("eager")


class Curve:
    """Appends rows to a CSV file, at most one header; of a stage that begins, to a new one."""

    def __init__(self, path, goes_on):
        self.path, self.fields = path, None
        if not goes_on:
            path.unlink(missing_ok=True)

    def add(self, row):
        known = self.path.exists()
        if known and self.fields is None:
            with self.path.open() as file:
                self.fields = next(csv.reader(file), None)
        self.fields = self.fields or list(row)
        with self.path.open("a", newline="") as file:
            writer = csv.DictWriter(file, self.fields, restval="", extrasaction="ignore")
            if not known:
                writer.writeheader()
            writer.writerow(row)


class Run:
    """One process of a training run."""

    def __init__(self, a):
        self.a, self.stage = a, STAGES[a.stage]
        self.rank, self.world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        cuda = torch.cuda.is_available() and a.device != "cpu"
        if self.world > 1:
            distributed.init_process_group("nccl" if cuda else "gloo")
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if cuda else torch.device("cpu")
        self.path = checkpoint.path_of(a.out, self.stage.name)
        self.claim = checkpoint.claim(self.path) if self.rank == 0 else None
        self.origin = checkpoint.origin(self.stage, a.out)
        saved = checkpoint.resumable(self.path, self.origin)
        if saved:
            self.origin = saved["origin"]
            self.sizes, network = saved["sizes"], build(**saved["sizes"])
            network.load_state_dict(saved["network"])
        else:
            network, self.sizes = checkpoint.begin(self.origin, a.sizes, a.out)
        first_new = checkpoint.first_new_level(self.stage, self.origin)
        if not saved and first_new < DECODER_LEVELS == self.stage.levels and self.stage.name != "fov":
            read_pixels(network)
        self.network = network.to(self.device)
        if not cuda:
            plain_attention(self.network)
        objective = OBJECTIVES[a.stage](self.network).to(self.device)
        groups = trainable(self.network, self.stage, first_new)
        groups.setdefault("decoder", []).extend(objective.own_parameters())
        self.parameters = [p for g in groups.values() for _, p in g]
        rate = self.stage.decoder_rate
        rates = {"encoder": self.stage.encoder_rate, "decoder": rate, "old": OLD_SHARE * rate}
        self.optimizer = optimiser(groups, rates)
        if saved:
            self.optimizer.load_state_dict(saved["optimizer"])
            objective.load_state_dict(saved["own"], strict=False)
        self.step = saved["step"] if saved else 0
        self.seconds = saved["seconds"] if saved else 0.0  # spent on this stage, earlier runs included, pauses not
        self.bf16 = cuda or a.precision == "bf16" or (a.precision == "auto" and has_bf16_arithmetic())
        self.bare, self.collate = objective, objective.collate
        self.objective = (
            DistributedDataParallel(objective, find_unused_parameters=True) if self.world > 1 else objective
        )
        self.batches = self.batches_of(a)

    def batches_of(self, a):
        stage = self.stage
        encoded = EncodedFiles(a.out, self.network, stage.variety) if stage.encoded else None
        return Batches(
            a.data,
            self.collate,
            a.batch or stage.batch,
            rank=self.rank,
            world=self.world,
            side=stage.side,
            keep=a.keep,
            variety=stage.variety,
            encoded=encoded,
        )

    def tick(self):
        """Counts the time since the last call; of a process that was stopped meanwhile, LONGEST_STEP."""
        now = time.time()
        self.seconds += min(now - self.ticked, LONGEST_STEP)
        self.ticked = now

    @property
    def progress(self):
        """How much of the stage is done, 0...1: by steps, or by the clock where a budget is given."""
        if self.a.budget is None:
            return min(1.0, self.step / self.stage.steps)
        return self.agreed(min(1.0, self.seconds / 60 / self.a.budget))

    def one_step(self, batch, progress):
        """Forward, backward, clip, update; returns the reported figures."""
        factor = rate_factor(progress, self.stage)
        for group in self.optimizer.param_groups:
            group["lr"] = group["base"] * factor
        batch = self.batches.varied(self.step, {k: v.to(self.device) for k, v in batch.items()})
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            loss, report = self.objective(batch, self.stage)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.stage.clip)
        if torch.isfinite(norm):
            self.optimizer.step()
        self.step += 1
        return {"loss": float(loss.detach())} | {k: float(v) for k, v in report.items()}

    def save(self):
        if self.rank == 0:
            about = {"step": self.step, "sizes": self.sizes, "seconds": self.seconds, "origin": self.origin}
            checkpoint.save(self.path, self.bare, self.optimizer, **about)

    def agreed(self, value):
        """The largest of the processes' values: all answer alike, and none waits for a gradient that never comes."""
        if self.world == 1:
            return value
        vote = torch.tensor(float(value), dtype=torch.float64, device=self.device)
        distributed.all_reduce(vote, distributed.ReduceOp.MAX)
        return float(vote)

    def note(self, curve, figures, seconds, pictures):
        """Adds a row to the curve; now and then with figures of held-out pictures."""
        row = {"step": self.step, "seconds": round(seconds, 1), "pictures": pictures}
        row |= dict.fromkeys(self.stage.reported, "") | {k: round(fmean(v), 5) for k, v in figures.items()}
        if self.a.held_out and self.step % (self.a.log_every * 5) == 0:
            row |= quick_figures(self.bare, self.stage, self.a.held_out)
        else:
            row |= {"delta1": "", "abs_rel": "", "fov25": ""}
        curve.add(row)
        print(row, flush=True)

    def train(self):
        """Steps until the stage is done, the time is up or a signal asks to stop.

        Returns the mean loss of the first and of the last quarter of the steps.
        """
        stop = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.append(True))
        self.began = self.ticked = saved = time.time()  # pictures are ready
        curve, noted, losses = Curve(self.path.with_suffix(".csv"), self.step > 0), {}, []
        last = self.step + 10**7 if self.a.budget else self.stage.steps
        last = min(last, self.step + self.a.steps) if self.a.steps else last
        for batch in self.batches.loader(self.step, last, self.a.workers):
            self.tick()
            progress = self.progress
            spent = progress >= 1 or time.time() - self.began > self.a.minutes * 60
            if self.agreed(bool(stop) or spent):
                break
            figures = self.one_step(batch, progress)
            losses.append(figures["loss"])
            for name, value in figures.items():
                noted.setdefault(name, []).append(value)
            if self.rank == 0 and (self.step % self.a.log_every == 0 or self.step == last):
                self.note(curve, noted, self.seconds, int(batch["pictures"]))
                noted = {}
            if time.time() - saved > self.a.save_minutes * 60:
                self.save()
                saved = time.time()
        self.save()
        if self.claim:
            self.claim.close()
        if self.world > 1:
            distributed.destroy_process_group()
        quarter = max(1, len(losses) // 4)
        return (fmean(losses[:quarter]), fmean(losses[-quarter:])) if losses else (None, None)


def parser():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--stage", choices=list(STAGES), required=True)
    p.add_argument("--data", type=Path, nargs="+", required=True)
    p.add_argument("--held-out", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--minutes", type=float, default=1e9)
    p.add_argument("--budget", type=float, help="minutes for the whole stage, whose schedule then follows the clock")
    p.add_argument("--keep", action="store_true", help="hold all pictures decoded, 0.2 to 3 MB each")
    p.add_argument("--precision", default="auto", choices=["auto", "bf16", "f32"], help="auto: bf16 where it is fast")
    p.add_argument("--steps", type=int, help="at most this many steps in this run")
    p.add_argument("--batch", type=int, help="pictures per step and process instead of the stage's")
    p.add_argument("--workers", type=int, default=0, help="processes that prepare batches; 8 or more beside a GPU")
    p.add_argument("--save-minutes", type=float, default=3)
    p.add_argument("--log-every", type=int, default=20)
    p.add_argument("--device", default="auto", choices=["auto", "cpu"])
    p.add_argument("--width", type=int, default=192)
    p.add_argument("--layers", type=int, default=6)
    p.add_argument("--decoder", type=int, default=64)
    return p


def main(arguments=None):
    keep_freed_memory()
    a = parser().parse_args(arguments)
    a.sizes = {
        "width": a.width,
        "layers": a.layers,
        "heads": a.width // 64,
        "decoder": a.decoder,
        # Early ones: later blocks have forgotten the picture, whose borders the upper levels look for.
        "hooks": [min(1, a.layers - 1), -1],
    }
    return Run(a).train()


if __name__ == "__main__":
    main()
