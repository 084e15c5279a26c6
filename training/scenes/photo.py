"""From a world and a camera to an 8-bit picture and its depth map."""

import numpy as np

DEPTH_LIMIT = 60000.0  # metres; float16 holds it


def _edges(depth, color):
    """Flat indices of pixels beside a jump in depth or brightness: they get more samples."""
    edge = np.zeros(depth.shape, bool)
    for values, limit in ((-np.log(depth), 0.03), (np.log(color.mean(2) + 0.02), 0.4)):
        for axis in (0, 1):
            with np.errstate(invalid="ignore"):
                jump = np.abs(np.diff(values, axis=axis)) > limit
            edge[(slice(None),) * axis + (slice(1, None),)] |= jump
            edge[(slice(None),) * axis + (slice(None, -1),)] |= jump
    return np.flatnonzero(edge)


def render(world, camera, rng, extra=2, occlusion_rays=2):
    """Linear picture (S, S, 3) and z-depth (S, S) in metres at pixel centres, infinite where the sky is."""
    side = camera.side
    pixel_angle = 1 / max(camera.focal_x, camera.focal_y)
    origins, directions = camera.grid()
    openness = _openness(world, camera, rng, occlusion_rays)
    color, t = world.radiance(origins, directions, pixel_angle, rng, openness.ravel())
    color = np.minimum(color, 4)
    depth = np.where(t > DEPTH_LIMIT, np.inf, t).reshape(side, side).astype(np.float32)
    edge = _edges(depth, color.reshape(side, side, 3))
    total = color[edge]
    for _ in range(extra):
        y, x = np.divmod(edge, side)
        jitter = rng.random((2, len(edge)))
        d = camera.directions(x + jitter[0], y + jitter[1])
        total += np.minimum(world.radiance(origins[edge], d, pixel_angle, rng, openness.ravel()[edge])[0], 4)
    color[edge] = total / (extra + 1)
    return color.reshape(side, side, 3), depth


def _openness(world, camera, rng, rays):
    """Ambient occlusion at half resolution, smoothed where depth agrees, repeated to full resolution."""
    origins, directions = camera.grid(2)
    t, triangle, u, v = world.trace(origins, directions)
    side = camera.side // 2
    hit = np.flatnonzero(triangle >= 0)
    value = np.ones(len(t), np.float32)
    if len(hit):
        normal = world.facing_normal(triangle[hit], u[hit], v[hit], directions[hit])
        points = origins[hit] + directions[hit] * t[hit, None] + normal * (1e-3 + 3e-4 * t[hit, None])
        value[hit] = world.openness(points, normal, rng, rays)
    value, inverse = value.reshape(side, side), np.where(t < 1e29, 1 / t, 0).reshape(side, side)
    total, weight = value.copy(), np.ones_like(value)
    for dy in (-2, -1, 0, 1, 2):
        for dx in (-2, -1, 0, 1, 2):
            w = np.abs(np.roll(inverse, (dy, dx), (0, 1)) - inverse) < 0.06 * inverse
            total += w * np.roll(value, (dy, dx), (0, 1))
            weight += w
    return (total / weight).repeat(2, 0).repeat(2, 1)


def develop(color, rng):
    """Exposure, white balance, tone curve, vignette and sensor noise; 8-bit sRGB (S, S, 3)."""
    side = len(color)
    key = np.exp(np.log(np.minimum(color.mean(2), 4) + 1e-3).mean()) * 0.6 + np.percentile(color, 75) * 0.4
    color = color * (rng.lognormal(np.log(0.42), 0.3) / max(key, 1e-4))
    color = color * rng.normal(1, 0.06, 3).clip(0.8, 1.2)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    color = color * (1 - rng.uniform(0, 0.3) * (x * x + y * y) / 2)[..., None]
    knee = rng.uniform(0.6, 0.9)
    color = np.where(color > knee, knee + (1 - knee) * (1 - np.exp(-(color - knee) / (1 - knee) * 0.8)), color)
    noise = rng.uniform(0.0, 0.02) * (side / 512) ** 0.5  # of a small picture as of a large one that was shrunk
    color = color + rng.normal(0, 1, color.shape) * noise * np.sqrt(np.clip(color, 0.02, 1))
    color = np.clip(color, 0, 1)
    srgb = np.where(color < 0.0031308, color * 12.92, 1.055 * color ** (1 / 2.4) - 0.055)
    grey = srgb.mean(2, keepdims=True)
    srgb = grey + (srgb - grey) * rng.uniform(0.7, 1.25)
    return (np.clip((srgb - 0.5) * rng.uniform(0.9, 1.15) + 0.5, 0, 1) * 255 + 0.5).astype(np.uint8)
