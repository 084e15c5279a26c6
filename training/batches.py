"""Training batches by step number, so that a resumed run sees what an uninterrupted one would have seen."""

from concurrent.futures import ThreadPoolExecutor

import torch

from .augment import augment
from .data import Pairs
from .encoded import EncodedPairs
from .network import SIDE

RESCAN_STEPS = 200  # folders may still be growing; what is encoded is not looked for again


class Batches(torch.utils.data.Dataset):
    """Item `step` is the batch of that step for one process; it depends on the step and the pictures present.

    `keep` reads all pictures at the beginning, by all cores, and holds them decoded. With `encoded`, files of what
    the encoders say, samples hold that in place of pictures; what is missing is made at the beginning.
    """

    def __init__(self, folders, collate, size, *, rank=0, world=1, side=SIDE, keep=False, variety=1.0, encoded=None):
        self.folders, self.collate, self.size, self.rank, self.variety = folders, collate, size, rank, variety
        self.side, self.kept, self.encoded = side, {} if keep else None, encoded
        self.pairs, self.scanned = self.listing(), None
        if encoded:
            first = rank * len(self.pairs) // world  # processes begin at different pictures and skip what exists
            for index in range(len(self.pairs)):
                self.pairs.ensure((first + index) % len(self.pairs))
        if keep:
            with ThreadPoolExecutor() as pool:
                list(pool.map(self.pairs.__getitem__, range(len(self.pairs))))

    def listing(self):
        """The pictures that are there now."""
        if self.encoded:
            return EncodedPairs(self.folders, self.side, self.kept, self.encoded)
        return Pairs(self.folders, self.side, self.kept)

    def generator(self, step, purpose):
        """The random numbers of a step: which pictures (purpose 0), how they are varied (1), and
        what part of them the upper levels see (2)."""
        return torch.Generator().manual_seed(1_000_003 * step + 7 * self.rank + 1 + purpose)

    def __getitem__(self, step):
        if not self.encoded and self.scanned != step // RESCAN_STEPS:
            self.pairs, self.scanned = self.listing(), step // RESCAN_STEPS
        indices = torch.randint(len(self.pairs), (self.size,), generator=self.generator(step, 0)).tolist()
        batch = self.collate([self.pairs[i] for i in indices])
        window = torch.rand(self.size, 2, generator=self.generator(step, 2))
        return batch | {"window": window, "pictures": torch.tensor(len(self.pairs))}

    def varied(self, step, batch):
        """The batch of a step, on any device, as it is trained on; pictures were varied before they were encoded."""
        return batch if self.encoded else augment(batch, self.generator(step, 1), self.variety)

    def loader(self, first, last, workers):
        """Batches of steps first...last-1 in order, made ahead by `workers` processes (0: on demand)."""
        steps = range(first, last)
        return torch.utils.data.DataLoader(self, batch_size=None, sampler=steps, num_workers=workers)
