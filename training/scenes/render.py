"""Ray tracing with Embree and shading in numpy: sun, point lights, sky, ambient occlusion, one mirror bounce, haze."""

from dataclasses import dataclass, field

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from .textures import bank

MISS = np.float32(1e30)


@dataclass
class Light:
    """Everything that shines. Colours are linear RGB; `ambient` fills what neither sun nor lamps reach."""

    sun_direction: tuple = (0.3, -0.4, 0.8)
    sun: tuple = (0, 0, 0)
    lamps: list = field(default_factory=list)  # (position, colour at 1 m, radius in metres)
    ambient: tuple = (0.3, 0.3, 0.3)
    sky_top: tuple = (0.25, 0.45, 0.9)
    sky_horizon: tuple = (0.75, 0.82, 0.9)
    clouds: float = 0.5
    cloud_texture: int = 0
    haze_metres: float = 1e6
    occlusion_metres: float = 2.0


def dot(a, b):
    """Row-wise inner product of (N, 3) arrays."""
    return a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]


def length(a):
    """Row-wise Euclidean length."""
    return np.sqrt(dot(a, a))


def interpolate(corners, triangle, u, v):
    """Barycentric mean of per-corner values (F, 3, k) at hits."""
    c = corners[triangle]
    return c[:, 0] * (1 - u - v)[:, None] + c[:, 1] * u[:, None] + c[:, 2] * v[:, None]


class World:
    """A frozen soup ready for rays."""

    def __init__(self, soup, light):
        self.light = light
        positions, normals, uv, materials = zip(*soup.parts)
        counts = [len(p) for p in positions]
        self.positions = np.concatenate(positions).astype(np.float32)
        self.normals = np.concatenate(normals).astype(np.float32)
        self.uv = np.concatenate(uv).astype(np.float32)
        table, ids = {}, []
        for material in materials:
            ids.append(table.setdefault(material, len(table)))
        self.material = np.repeat(np.array(ids, np.int32), counts)
        rows = list(table)
        self.colors = np.array([m.colors for m in rows], np.float32)
        self.texture = np.array([m.texture for m in rows], np.int32)
        self.tile = np.array([m.tile_metres for m in rows], np.float32)
        self.gloss = np.array([m.gloss for m in rows], np.float32)
        self.emission = np.array([m.emission for m in rows], np.float32)
        self.tree = EmbreeScene()
        TriangleMesh(self.tree, self.positions)

    def blocked(self, origins, directions, limit):
        """True where something lies within `limit` times the direction's length."""
        limit = np.broadcast_to(np.float32(limit), (len(origins),)).copy()
        return (
            self.tree.run(np.ascontiguousarray(origins), np.ascontiguousarray(directions), limit, query="OCCLUDED") >= 0
        )

    def trace(self, origins, directions):
        """Distance along unnormalised directions (MISS where nothing), triangle, barycentric u and v."""
        hit = self.tree.run(np.ascontiguousarray(origins), np.ascontiguousarray(directions), output=1)
        return np.where(hit["primID"] < 0, MISS, hit["tfar"]), hit["primID"], hit["u"], hit["v"]

    def sky(self, directions):
        """Radiance of the sky along unit directions."""
        light = self.light
        up = np.clip(directions[:, 2:3], 0.0, 1)
        color = np.float32(light.sky_horizon) + (np.float32(light.sky_top) - np.float32(light.sky_horizon)) * up**0.5
        if light.clouds > 0:
            plane = directions[:, :2] / (up + 0.12) * 0.12
            cover = bank().sample(np.full(len(plane), light.cloud_texture), plane, np.full(len(plane), 1 / 256))
            weight = np.clip((cover - 1 + light.clouds) * 2.5, 0, 1)[:, None] * np.clip(up * 8, 0, 1)
            cloud = np.float32(light.sky_horizon).mean() * (0.75 + 0.35 * cover[:, None])
            color = color * (1 - weight) + cloud * weight
        glow = np.clip(directions @ np.float32(light.sun_direction), 0, 1)[:, None]
        return color + np.float32(light.sun) * (0.15 * glow**24 + 4 * (glow > 0.9997))

    def facing_normal(self, triangle, u, v, facing):
        """Unit shading normals turned against the unit ray directions `facing`."""
        normal = interpolate(self.normals, triangle, u, v)
        normal *= np.where(dot(normal, facing) > 0, -1, 1)[:, None] / np.maximum(length(normal), 1e-9)[:, None]
        return normal

    def surface(self, triangle, u, v, distance, pixel_angle, facing):
        """Albedo, shading normal and material rows at hits; `facing` are unit ray directions."""
        material = self.material[triangle]
        uv = interpolate(self.uv, triangle, u, v) / self.tile[material][:, None]
        normal = self.facing_normal(triangle, u, v, facing)
        footprint = distance * pixel_angle / self.tile[material]
        value = bank().sample(self.texture[material], uv, footprint)
        detail = bank().sample(np.full(len(uv), 2), uv * 5.3, footprint * 5.3)
        value = np.clip(value + 0.16 * (detail - 0.5), 0, 1)[:, None]
        c = self.colors[material]
        albedo = np.where(
            value < 0.5, c[:, 0] + (c[:, 1] - c[:, 0]) * value * 2, c[:, 1] + (c[:, 2] - c[:, 1]) * (value * 2 - 1)
        )
        grime = bank().sample(np.full(len(uv), 5), uv * 0.17 + 0.3, footprint * 0.17)[:, None]
        return albedo * (0.8 + 0.35 * grime), normal, material

    def illumination(self, points, normals, rng):
        """Direct irradiance (N, 3) from the sun and the lamps, with shadows."""
        total = np.zeros((len(points), 3), np.float32)
        sun = np.float32(self.light.sun_direction)
        if max(self.light.sun) > 0:
            jitter = rng.standard_normal((len(points), 3), np.float32) * np.float32(0.004)
            cosine = np.clip(normals @ sun, 0, 1)
            lit = np.flatnonzero(cosine > 0)
            free = ~self.blocked(points[lit], sun + jitter[lit], 1e4)
            total[lit] += (cosine[lit] * free)[:, None] * np.float32(self.light.sun)
        for position, color, radius in self.light.lamps:
            to = np.float32(position) + rng.standard_normal((len(points), 3), np.float32) * np.float32(radius) - points
            d2 = np.maximum(dot(to, to), 0.05)
            cosine = np.clip(dot(normals, to) / np.sqrt(d2), 0, 1)
            free = ~self.blocked(points, to, 0.97)
            total += (cosine * free / d2)[:, None] * np.float32(color)
        return total

    def openness(self, points, normals, rng, rays):
        """Share of cosine-distributed rays that stay free for `occlusion_metres`; nearer blockers count more."""
        reach, total = self.light.occlusion_metres, np.zeros(len(points), np.float32)
        for _ in range(rays):
            d = rng.standard_normal((len(points), 3), np.float32)
            d = normals * np.float32(1.02) + d / length(d)[:, None]
            d *= np.float32(reach) / np.maximum(length(d), 1e-6)[:, None]
            t = self.tree.run(points, d, np.ones(len(points), np.float32), query="DISTANCE")
            total += np.clip(t, 0, 1)
        return total / rays

    def radiance(self, origins, directions, pixel_angle, rng, openness=None, bounce=True):
        """Colour (N, 3) and distance (N,) along unnormalised directions; `openness` (N,) may be given."""
        t, triangle, u, v = self.trace(origins, directions)
        stretch = length(directions)
        unit = directions / stretch[:, None]
        hit = np.flatnonzero(t < MISS)
        color = np.empty((len(t), 3), np.float32)
        miss = np.flatnonzero(t >= MISS)
        color[miss] = self.sky(unit[miss])
        if len(hit) == 0:
            return color, t
        distance = t[hit] * stretch[hit]
        albedo, normal, material = self.surface(triangle[hit], u[hit], v[hit], distance, pixel_angle, unit[hit])
        points = origins[hit] + directions[hit] * t[hit, None] + normal * (1e-3 + 2e-4 * distance[:, None])
        open_share = np.full(len(hit), 0.8, np.float32) if openness is None else openness[hit]
        upward = (0.72 + 0.28 * normal[:, 2])[:, None]
        light = self.illumination(points, normal, rng) + np.float32(self.light.ambient) * open_share[:, None] * upward
        out = albedo * (light + self.emission[material][:, None])
        mirror = np.flatnonzero(self.gloss[material] > 0.005) if bounce else ()
        if len(mirror):
            cosine = np.clip(-dot(unit[hit[mirror]], normal[mirror]), 0, 1)
            share = self.gloss[material[mirror]]
            share = (share + (1 - share) * np.minimum(share * 4, 1) * (1 - cosine) ** 5)[:, None]
            reflected = unit[hit[mirror]] + 2 * cosine[:, None] * normal[mirror]
            image, _ = self.radiance(points[mirror], reflected, pixel_angle * 2, rng, bounce=False)
            out[mirror] = out[mirror] * (1 - share) + image * share
        if self.light.haze_metres < 1e5:
            fade = np.exp(-distance / self.light.haze_metres)[:, None]
            out = out * fade + np.float32(self.light.sky_horizon) * (1 - fade)
        color[hit] = out
        return color, t
