"""The picture itself for the uppermost decoder level.

The finest hook is what the patch encoder begins with, in which nearly all of a picture's brightness is still there; one
block later a quarter of it is gone, and borders land beside their pixels. What a token says of its pixels follows by
least squares from the embedding's weights alone. The upsampling of that hook is linear, three doublings: the first
computes what the pixels of each quarter of a token are, as so many channels, and the other two only move channels to
their places. It stays as it is set here; the levels behind it learn.
"""

import torch
import torch.nn.functional as F

from .initial import COLOURS, cosines_of, expected_sizes

SIDE = 16  # pixels of a token
CELLS = SIDE // 2  # per side of a token: the upsampling ends at two pixels
MOST_MAPS = 8  # those of cell_values
FAINT = 0.06  # how loud the picture is at first beside the unit size of what it is added to


def channel_count(model):
    """How many maps of the picture the upsampling has room for, eight at most: a quarter of a token has 16 cells, so a
    map takes 16 channels."""
    return min(MOST_MAPS, model.config.intermediate_feature_dims[1] // 16)


def cell_values():
    """What is wanted of a cell (8, 3, 2, 2), most important first: brightness, its differences along x, y and both,
    two colours, and the first colour's differences."""
    mean, x, y, both = torch.tensor(
        [[[1, 1], [1, 1]], [[-1, 1], [-1, 1]], [[-1, -1], [1, 1]], [[1, -1], [-1, 1]]], dtype=torch.float64
    )
    brightness, red_blue, green = COLOURS.double()
    pairs = ((brightness, mean), (brightness, x), (brightness, y), (brightness, both))
    pairs += ((red_blue, mean), (green, mean), (red_blue, x), (red_blue, y))
    return torch.stack([torch.einsum("c,yx->cyx", *pair) for pair in pairs])


def wanted(count):
    """The functionals (64 count, 768) of a token's patch: for each cell, by rows, `count` values."""
    cells, values = torch.zeros(CELLS, CELLS, count, 3, SIDE, SIDE, dtype=torch.float64), cell_values()[:count]
    for y in range(CELLS):
        for x in range(CELLS):
            cells[y, x, :, :, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2] = values
    return cells.flatten(0, 2).flatten(1)


def expected_patches():
    """Second moments (768, 768) of natural patches: cosines of colours as large as `initial` expects them."""
    cosines, sizes = cosines_of(SIDE).double(), expected_sizes(SIDE).double()
    colours = F.normalize(COLOURS.double())
    waves = torch.einsum("ac,ky,lx,akl->aklcyx", colours, cosines, cosines, sizes).flatten(0, 2).flatten(1)
    return waves.T @ waves


@torch.no_grad()
def read_pixels(model):
    """Sets the upsampling of the finest hook, which must be the embedded picture, to give maps of the picture.

    The level's own convolution listens to them faintly at first, and to nothing else.
    """
    if model.config.intermediate_hook_ids[1] != -1:
        raise ValueError("the finest hook is a block's output; pixels are read from what the first begins with (-1)")
    if channel_count(model) == 0:
        raise ValueError("a decoder of less than eight channels has no room for the picture: choose a wider one")
    count, embeddings = channel_count(model), model.depth_pro.encoder.patch_encoder.model.embeddings
    projection = embeddings.patch_embeddings.projection
    weight, patches, values = projection.weight.double().flatten(1), expected_patches(), wanted(count)
    constant = projection.bias.double() + embeddings.position_embeddings[0, 1:].double()
    tokens = weight @ patches @ weight.T + constant.T @ constant / len(constant)  # second moments (width, width)
    sizes = torch.einsum("vp,pq,vq->v", values, patches, values).view(-1, count).mean(0).sqrt()
    both = weight @ patches @ (values / sizes.repeat(CELLS * CELLS)[:, None]).T
    tokens += 1e-4 * tokens.diagonal().mean() * torch.eye(len(tokens))
    set_upsampling(model, tokens, both)
    merge = model.depth_pro.neck.feature_projection.projections[4].weight
    noise = torch.randn(merge[:, :count].shape, generator=torch.Generator().manual_seed(0))
    merge.zero_()[:, :count] = FAINT * noise / (9 * count) ** 0.5


def set_upsampling(model, tokens, both):
    """From second moments of tokens (W, W) and of tokens with what is wanted (W, 64 count)."""
    layers, count = model.depth_pro.neck.feature_upsample.intermediate[1].layers, channel_count(model)
    room = 16 * count
    best = torch.linalg.solve(tokens, both)
    main = torch.linalg.eigh(best.T @ tokens @ best).eigenvectors[:, -room:]
    # The combinations of a token's numbers that matter most (room, W); of a narrow encoder more than are independent,
    # which lstsq finds out on a processor.
    kept = (best @ main).T
    kept /= (kept @ tokens @ kept.T).diagonal().sqrt()[:, None]
    rows = torch.linalg.lstsq(kept @ tokens @ kept.T, kept @ both).solution
    # A cell's row is 4 a + 2 c + e, its column 4 b + 2 d + f: the first doubling makes the quarters (a, b), and so on.
    quarters = rows.reshape(room, 2, 2, 2, 2, 2, 2, count).permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(room, 2, 2, room)
    for layer in layers:
        layer.weight.zero_()
    layers[0].weight[:room, :, 0, 0] = kept.float()
    layers[1].weight[:room, :room] = quarters.permute(0, 3, 1, 2).float()
    for layer, share in ((layers[2], 4 * count), (layers[3], count)):
        for place in range(4):
            layer.weight[place * share : (place + 1) * share, :share, place // 2, place % 2] = torch.eye(share)


def finest_feature(model, hook):
    """The uppermost level's input (B, d, 8 s, 8 s) from its hook (B, W, s, s). Of the upsampling's maps those of the
    picture alone are looked at: a convolution of a sixteenth of the channels."""
    neck, count = model.depth_pro.neck, channel_count(model)
    picture = neck.feature_upsample.intermediate[1](hook)[:, :count]
    return F.conv2d(picture, neck.feature_projection.projections[4].weight[:, :count], padding=1)
