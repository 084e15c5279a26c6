"""Training batches by step number, so that a resumed run sees what an uninterrupted one would have seen."""

import torch

from .augment import augment
from .data import Pairs
from .network import SIDE

RESCAN_STEPS = 200  # folders may still be growing


class Batches(torch.utils.data.Dataset):
    """Item `step` is the batch of that step for one process; it depends on the step and the pictures present."""

    def __init__(self, folders, collate, size, rank, side=SIDE, keep=False):
        self.folders, self.collate, self.size, self.rank = folders, collate, size, rank
        self.side, self.kept = side, {} if keep else None
        self.pairs, self.scanned = Pairs(folders, side, self.kept), None

    def __getitem__(self, step):
        if self.scanned != step // RESCAN_STEPS:
            self.pairs, self.scanned = Pairs(self.folders, self.side, self.kept), step // RESCAN_STEPS
        generator = torch.Generator().manual_seed(1_000_003 * step + 7 * self.rank + 1)
        indices = torch.randint(len(self.pairs), (self.size,), generator=generator).tolist()
        batch = self.collate([augment(self.pairs[i], generator) for i in indices], generator)
        return batch | {"pictures": torch.tensor(len(self.pairs))}

    def loader(self, first, last, workers):
        """Batches of steps first...last-1 in order, made ahead by `workers` processes (0: on demand)."""
        steps = list(range(first, last))
        return torch.utils.data.DataLoader(self, batch_size=None, sampler=steps, num_workers=workers)
