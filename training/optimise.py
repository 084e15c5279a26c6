"""Muon for matrices and convolutions, Adam for the rest.

Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) steps along the nearest orthogonal matrix of its
momentum, so that no direction of a weight waits for the large ones. In the first minutes of a network from nothing it
is ahead of Adam (README.md); the later stages are not compared.
"""

import torch

MUON_RATE = 20.0  # times the rate of Adam
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # quintic whose fifth iterate maps singular values to 0.7...1.2


@torch.no_grad()
def orthogonal(matrix, iterations=5):
    """The nearest (half-)orthogonal matrix, roughly: singular values become 0.7...1.2.

    Each iterate is a polynomial of X X^T times X. Where X is twice as wide as high or more, the small square is
    iterated and X is multiplied once, which takes less.
    """
    a, b, c = NEWTON_SCHULZ
    x = matrix / (matrix.norm() + 1e-7)
    tall = len(x) > x.shape[1]
    x = x.T if tall else x
    wide, product = x.shape[1] >= 2 * len(x), None
    square = x @ x.T
    for step in range(iterations):
        factor = torch.addmm(square, square, square, beta=b, alpha=c)
        factor.diagonal().add_(a)
        if wide:
            product = factor @ product if step else factor
            square = factor @ square @ factor
        else:
            x = factor @ x
            square = x @ x.T
    x = product @ x if wide else x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """For weights of two or more dimensions; the first is taken for rows, all others for columns."""

    def __init__(self, groups, momentum=0.9, decay=0.02):
        super().__init__(groups, {"momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in (w for w in group["params"] if w.grad is not None):
                state = self.state[weight]
                if not state:
                    state["mean"] = torch.zeros_like(weight)
                mean = state["mean"].lerp_(weight.grad, 1 - group["momentum"])
                update = orthogonal(weight.grad.lerp(mean, group["momentum"]).flatten(1))
                rows, columns = update.shape
                weight.mul_(1 - group["lr"] * group["decay"])
                weight.add_(update.view_as(weight), alpha=-group["lr"] * max(1, rows / columns) ** 0.5)


class Both:
    """Several optimisers as one."""

    def __init__(self, *parts):
        self.parts = parts

    @property
    def param_groups(self):
        return [group for part in self.parts for group in part.param_groups]

    def zero_grad(self, set_to_none=True):
        for part in self.parts:
            part.zero_grad(set_to_none=set_to_none)

    def step(self):
        for part in self.parts:
            part.step()

    def state_dict(self):
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state):
        """All but the rates, which are those it was made with."""
        bases = [group["base"] for group in self.param_groups]
        for part, saved in zip(self.parts, state["parts"], strict=True):
            part.load_state_dict(saved)
        for group, base in zip(self.param_groups, bases, strict=True):
            group["base"] = base


def is_matrix(name, parameter):
    """Whether Muon trains it: not what meets the picture or gives the result."""
    outer = ("embeddings", "head.layers.4", "head.weight")
    return parameter.ndim >= 2 and not any(part in name for part in outer)


def optimiser(named, rates):
    """Optimiser of (name, parameter) lists by group, each with its rate in `rates`; `base` of a group is that rate."""
    adam, muon = [], []
    for group, parameters in named.items():
        matrices = [p for n, p in parameters if is_matrix(n, p)]
        others = [p for n, p in parameters if not is_matrix(n, p)]
        adam.append({"params": others, "lr": rates[group], "base": rates[group]})
        if matrices:
            muon.append({"params": matrices, "lr": MUON_RATE * rates[group], "base": MUON_RATE * rates[group]})
    return Both(torch.optim.Adam(adam, betas=(0.9, 0.98)), *([Muon(muon)] if muon else []))
