"""What the vision transformers say of a picture, computed once.

From stage `coarse` on they are fixed: 2000 pictures would make them forget what 60 000 taught. Thirty-five crops of a
picture take longer than all but the uppermost decoder levels, and four stages look at each picture many times.
Each is kept with colours of its own, as its file beside the checkpoints, 1.3 MB at width 192.
"""

import hashlib
import io
import shutil
import zlib
from pathlib import Path

import torch

from .augment import scaled, varied_colours
from .data import Pairs
from .levels import TOKENS
from .network import encoders
from .scenes.generate import write_whole

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


def weights_name(model):
    """Eight digits that change with the encoders' weights."""
    digest = hashlib.sha256()
    for name in ("patch", "image"):
        for key, value in encoders(model)[name].state_dict().items():
            digest.update(key.encode() + value.cpu().numpy().tobytes())
    return digest.hexdigest()[:8]


class Encoded:
    """The files of one state of the encoders in a folder; those of other states are removed."""

    def __init__(self, folder, model, variety):
        self.folder = Path(folder) / f"encoded-{weights_name(model)}"
        self.model, self.variety = model, variety
        for other in Path(folder).glob("encoded-*"):
            if other != self.folder:
                shutil.rmtree(other, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, stem):
        return self.folder / f"{hashlib.sha256(str(Path(stem).resolve()).encode()).hexdigest()[:16]}.pt"

    def read(self, stem):
        """The row of numbers of a picture."""
        return torch.load(self.path(stem), weights_only=True)

    def add(self, stem, picture):
        """Encodes a picture (3, S, S) of bytes."""
        device = next(self.model.parameters()).device
        generator = torch.Generator().manual_seed(zlib.crc32(stem.name.encode()))
        pixels = varied_colours(picture[None].to(device).float() / 255, generator, self.variety)
        content = io.BytesIO()
        torch.save(pack(encode(self.model, scaled(pixels)))[0].cpu(), content)
        write_whole(self.path(stem), content.getvalue())


class EncodedPairs(Pairs):
    """Samples with what the encoders say in place of the picture."""

    def __init__(self, folders, side, kept, encoded):
        super().__init__(folders, side, kept)
        self.encoded = encoded

    def encode(self, index):
        """Makes the file of a picture, unless it exists."""
        if not self.encoded.path(self.stems[index]).exists():
            self.encoded.add(self.stems[index], super().read(self.stems[index])["picture"])

    def read(self, stem):
        sample = super().read(stem)
        del sample["picture"]
        return sample | {"encoded": self.encoded.read(stem)}
