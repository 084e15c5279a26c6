"""What the vision transformers say of a picture, computed once.

They are fixed when they have learned: 2000 whole pictures would make them forget what 60 000 small ones taught.
Thirty-five crops of a picture take longer than all but the uppermost decoder levels, and four stages look at each
picture many times. Each is kept with colours of its own, as a file beside the checkpoints, 1.3 MB at width 192; the
folder of a state of the encoders that no stage goes on from may be deleted.
"""

import hashlib
import io
import zlib
from pathlib import Path

import torch

from .augment import scaled, varied_colours
from .data import Pairs
from .files import write_whole
from .levels import TOKENS
from .network import encoders

SIDES = (TOKENS, TOKENS, 2 * TOKENS, 4 * TOKENS, 4 * TOKENS, 4 * TOKENS)  # image, patches coarse to fine, two hooks


def encode(model, pixels):
    """The encoders' six maps (B, width, s, s) of pictures (B, 3, 512, 512), s as in SIDES; without gradient."""
    with torch.no_grad():
        return list(model.depth_pro.encoder(pixels, return_dict=True).features)


def pack(maps):
    """Maps as one row of half precision numbers for each picture."""
    return torch.cat([m.flatten(1) for m in maps], 1).half()


def unpack(rows):
    """The maps of rows (B, n), in float32."""
    width = rows.shape[1] // sum(s * s for s in SIDES)
    parts = rows.float().split([width * s * s for s in SIDES], 1)
    return [part.unflatten(1, (width, s, s)) for part, s in zip(parts, SIDES)]


def digest_of(model, variety):
    """Eight digits that change with the encoders' weights, the blocks looked at and how pictures are varied."""
    digest = hashlib.sha256(f"{variety} {list(model.config.intermediate_hook_ids)}".encode())
    for name in ("patch", "image"):
        for key, value in encoders(model)[name].state_dict().items():
            digest.update(key.encode() + value.cpu().numpy().tobytes())
    return digest.hexdigest()[:8]


class EncodedFiles:
    """A folder of rows, one file for each picture, of one state of the encoders."""

    def __init__(self, folder, model, variety):
        self.folder = Path(folder) / f"encoded-{digest_of(model, variety)}"
        self.model, self.variety = model, variety
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, stem):
        """Of a picture as it is now: one that is rendered again is encoded again."""
        made = stem.with_suffix(".json").stat().st_mtime_ns
        return self.folder / f"{hashlib.sha256(f'{stem.resolve()} {made}'.encode()).hexdigest()[:16]}.pt"

    def read(self, stem):
        """The row of numbers of a picture."""
        return torch.load(self.path(stem), weights_only=True)

    def add(self, stem, picture):
        """Encodes a picture (3, S, S) of bytes."""
        device = next(self.model.parameters()).device
        generator = torch.Generator().manual_seed(zlib.crc32(stem.name.encode()))
        pixels = varied_colours(picture[None].to(device).float() / 255, generator, self.variety)
        row = pack(encode(self.model, scaled(pixels)))[0].cpu()
        if not row.isfinite().all():
            raise ValueError(f"{stem}: what the encoders say of it does not fit half precision; train them again")
        content = io.BytesIO()
        torch.save(row, content)
        write_whole(self.path(stem), content.getvalue())


class EncodedPairs(Pairs):
    """Samples with what the encoders say in place of the picture."""

    def __init__(self, folders, side, kept, files):
        super().__init__(folders, side, kept)
        self.files = files

    def ensure(self, index):
        """Makes the file of a picture, unless it exists."""
        if not self.files.path(self.stems[index]).exists():
            self.files.add(self.stems[index], super().read(self.stems[index])["picture"])

    def read(self, stem):
        sample = super().read(stem)
        del sample["picture"]
        return sample | {"encoded": self.files.read(stem)}
