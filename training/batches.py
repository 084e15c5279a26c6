"""Training batches by step number, so that a resumed run sees what an uninterrupted one would have seen."""

from concurrent.futures import ThreadPoolExecutor

import torch

from .augment import augment
from .data import Pairs
from .network import SIDE

RESCAN_STEPS = 200  # folders may still be growing


class Batches(torch.utils.data.Dataset):
    """Item `step` is the batch of that step for one process; it depends on the step and the pictures present.

    `keep` reads all pictures at the beginning, by all cores, and holds them decoded.
    """

    def __init__(self, folders, collate, size, rank, side=SIDE, keep=False, variety=1.0):
        self.folders, self.collate, self.size, self.rank, self.variety = folders, collate, size, rank, variety
        self.side, self.kept = side, {} if keep else None
        self.pairs, self.scanned = Pairs(folders, side, self.kept), None
        if keep:
            with ThreadPoolExecutor() as pool:
                list(pool.map(self.pairs.__getitem__, range(len(self.pairs))))

    def generator(self, step, purpose):
        """The random numbers of a step: which pictures (purpose 0), how they are varied (1), and
        what part of them the upper levels see (2)."""
        return torch.Generator().manual_seed(1_000_003 * step + 7 * self.rank + 1 + purpose)

    def __getitem__(self, step):
        if self.scanned != step // RESCAN_STEPS:
            self.pairs, self.scanned = Pairs(self.folders, self.side, self.kept), step // RESCAN_STEPS
        indices = torch.randint(len(self.pairs), (self.size,), generator=self.generator(step, 0)).tolist()
        batch = self.collate([self.pairs[i] for i in indices])
        # one for the whole batch, told for each sample as everything else is
        window = torch.rand(1, 2, generator=self.generator(step, 2)).expand(self.size, 2)
        return batch | {"window": window, "pictures": torch.tensor(len(self.pairs))}

    def varied(self, step, batch):
        """The batch of a step, on any device, as it is trained on."""
        return augment(batch, self.generator(step, 1), self.variety)

    def loader(self, first, last, workers):
        """Batches of steps first...last-1 in order, made ahead by `workers` processes (0: on demand)."""
        steps = list(range(first, last))
        return torch.utils.data.DataLoader(self, batch_size=None, sampler=steps, num_workers=workers)
