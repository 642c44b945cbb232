"""Positions of nodes: force-directed, component by component, the same numbers on every machine.

Only +, -, *, / and square roots are used, summed in a fixed order: these are exact by IEEE 754,
whereas matrix products, exp or log differ in the last bit from one processor to the next, and a
layout amplifies a last bit into another picture.

Forces: Fruchterman & Reingold, "Graph drawing by force-directed placement" (1991), with the
repulsion weighted by degree as in ForceAtlas2 (Jacomy et al. 2014), which keeps hubs apart.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

SPACING = 120.0  # pixels between neighbours at scale 1: a label fits between
_BLOCK = 64  # rows of the distance matrix at once: the block stays in the processor's cache
_EXACT = 900  # components larger than this repel by cells of a grid
_CELLS = 20  # cells of that grid, across and down
_APART = 2500  # components larger than this are seen from too far for their labels to matter

Floats = NDArray[np.float32]


def layout(
    nodes: Sequence[str], edges: Sequence[tuple[str, str]], *, seed: int = 1
) -> dict[str, tuple[int, int]]:
    """Place every node, in whole pixels: the largest component first, the others packed around."""
    number = {node: i for i, node in enumerate(nodes)}
    pairs = sorted({_pair(number[a], number[b]) for a, b in edges if a != b})
    placed: list[tuple[list[int], Floats]] = []
    for members, inner in _components(len(nodes), pairs):
        placed.append((members, _spring(len(members), inner, seed=seed)))
    positions: dict[str, tuple[int, int]] = {}
    for (members, points), (left, top) in zip(placed, _pack([p for _, p in placed]), strict=True):
        for i, point in zip(members, points - points.min(axis=0), strict=True):
            positions[nodes[i]] = (round(float(point[0]) + left), round(float(point[1]) + top))
    return positions


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _components(
    count: int, pairs: Sequence[tuple[int, int]]
) -> list[tuple[list[int], list[tuple[int, int]]]]:
    """Find the connected components: members and inner edges (numbered within), the largest first."""
    parent = list(range(count))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in pairs:
        parent[root(a)] = root(b)
    members: dict[int, list[int]] = {}
    for i in range(count):
        members.setdefault(root(i), []).append(i)
    inner: dict[int, list[tuple[int, int]]] = {}
    index = {i: at for group in members.values() for at, i in enumerate(group)}
    for a, b in pairs:
        inner.setdefault(root(a), []).append((index[a], index[b]))
    groups = [(group, inner.get(key, [])) for key, group in members.items()]
    return sorted(groups, key=lambda group: (-len(group[0]), group[0]))


def _spring(count: int, pairs: Sequence[tuple[int, int]], *, seed: int) -> Floats:
    """Return the points (count, 2) of one component."""
    if count == 1:
        return np.zeros((1, 2), np.float32)
    chance = random.Random(seed)  # noqa: S311  (its stream is promised to stay the same over Python versions)
    side = SPACING * sqrt(count)
    points = np.array([[chance.random() * side, chance.random() * side] for _ in range(count)], np.float32)
    ends = np.array(pairs, np.int64)
    degree = np.bincount(ends.ravel(), minlength=count).astype(np.float32)
    mass = np.sqrt(degree + np.float32(1))
    steps = 300 if count <= 300 else 100 if count <= 1000 else 60 if count <= 8000 else 35
    repel = _repel_exactly if count <= _EXACT else _repel_by_cells
    pull = np.float32(1 / SPACING)
    for step in range(steps):
        force = repel(points, mass)
        gap = points[ends[:, 0]] - points[ends[:, 1]]
        far = np.sqrt(gap[:, :1] * gap[:, :1] + gap[:, 1:] * gap[:, 1:])
        drawn = gap * far * pull
        for axis in (0, 1):  # bincount adds in the order of the edges
            force[:, axis] -= np.bincount(ends[:, 0], drawn[:, axis], count)
            force[:, axis] += np.bincount(ends[:, 1], drawn[:, axis], count)
        centre = points.sum(axis=0) / np.float32(count)
        # A weak pull to the middle, stronger from above and below: screens are wide.
        force -= (points - centre) * mass[:, None] * np.array([0.4, 0.6], np.float32)
        heat = np.float32(side / 8 * (1 - step / steps) ** 2 + 1)
        size = np.sqrt(force[:, :1] * force[:, :1] + force[:, 1:] * force[:, 1:]) + np.float32(1e-6)
        points = (points + force / size * np.minimum(size, heat)).astype(np.float32)
    scale = np.float32(SPACING * 0.6) / max(_usual_gap(points), np.float32(1))
    return _apart(points * scale, np.sqrt(degree))


def _usual_gap(points: Floats) -> np.float32:
    """Return the median distance from a node to its nearest, which the size of a drawing follows.

    Of a large drawing a sample is enough: every so many nodes against all.
    """
    found = []
    for begin in range(0, len(points), _BLOCK * (1 + len(points) // 4000)):
        rows = slice(begin, begin + _BLOCK)
        dx, dy = points[None, rows, 0] - points[:, None, 0], points[None, rows, 1] - points[:, None, 1]
        squares = dx * dx + dy * dy
        own = np.arange(begin, begin + squares.shape[1])
        squares[own, own - begin] = np.inf
        found.append(squares.min(axis=0))
    nearest = np.concatenate(found)
    return np.float32(np.sqrt(np.sort(nearest)[len(nearest) // 2]))


def _apart(points: Floats, weight: Floats) -> Floats:
    """Move nodes whose signs and labels would cover each other apart, step by step."""
    if len(points) > _APART:
        return points
    half_width = np.float32(SPACING * 0.36) + np.minimum(weight * np.float32(2), np.float32(20))
    half_height = half_width - np.float32(SPACING * 0.08)
    for _ in range(24 if len(points) <= 500 else 12):
        move = np.zeros_like(points)
        for begin in range(0, len(points), _BLOCK):
            rows = slice(begin, begin + _BLOCK)
            dx, dy = points[None, rows, 0] - points[:, None, 0], points[None, rows, 1] - points[:, None, 1]
            over_x = half_width[None, rows] + half_width[:, None] - np.abs(dx)
            over_y = half_height[None, rows] + half_height[:, None] - np.abs(dy)
            # Along the axis that needs the shorter way; a node does not push itself (dx = dy = 0).
            other, own = np.nonzero((over_x > 0) & (over_y > 0))
            x, y = over_x[other, own], over_y[other, own]
            is_down = y < x
            count = dx.shape[1]
            right = np.where(is_down, np.float32(0), np.sign(dx[other, own]) * x)
            down = np.where(is_down, np.sign(dy[other, own]) * y, np.float32(0))
            move[rows, 0] = np.bincount(own, right, count)
            move[rows, 1] = np.bincount(own, down, count)
        if not move.any():
            break
        points = points + move * np.float32(0.35)
    return points


def _repel_exactly(points: Floats, mass: Floats) -> Floats:
    """Return the force (count, 2) on every node from every other: masses by squared spacing over distance."""
    force = np.empty_like(points)
    x, y = points[:, 0].copy(), points[:, 1].copy()
    for begin in range(0, len(points), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        # Laid out (others, rows), summed over the others: addition of whole rows, one order everywhere.
        dx, dy = x[None, rows] - x[:, None], y[None, rows] - y[:, None]
        weight = mass[:, None] / (dx * dx + dy * dy + np.float32(1))
        force[rows, 0] = (dx * weight).sum(axis=0)
        force[rows, 1] = (dy * weight).sum(axis=0)
    force *= mass[:, None] * np.float32(SPACING * SPACING)
    return force


def _repel_by_cells(points: Floats, mass: Floats) -> Floats:
    """Return the same with whole cells of a grid in place of their nodes."""
    low, high = points.min(axis=0), points.max(axis=0)
    cell = np.floor((points - low) / (high - low + np.float32(1)) * np.float32(_CELLS)).astype(np.int64)
    number = cell[:, 0] * _CELLS + cell[:, 1]
    weight = np.bincount(number, mass, _CELLS * _CELLS)
    used = np.flatnonzero(weight)
    x, y = (
        (np.bincount(number, mass * points[:, axis], _CELLS * _CELLS)[used] / weight[used]).astype(np.float32)
        for axis in (0, 1)
    )
    heavy = weight[used].astype(np.float32)
    force = np.empty_like(points)
    for begin in range(0, len(points), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        dx, dy = points[None, rows, 0] - x[:, None], points[None, rows, 1] - y[:, None]
        share = dx * dx
        share += dy * dy  # in place: making new arrays takes as long as the sums
        share += np.float32(SPACING * SPACING / 4)
        np.divide(heavy[:, None], share, out=share)
        dx *= share
        dy *= share
        force[rows, 0], force[rows, 1] = dx.sum(axis=0), dy.sum(axis=0)
    force *= mass[:, None] * np.float32(SPACING * SPACING)
    return force


def _pack(clouds: Sequence[Floats]) -> list[tuple[float, float]]:
    """Put each cloud (left, top) on shelves below each other, the whole about 1.5 times as wide as high."""
    sizes = [(cloud.max(axis=0) - cloud.min(axis=0) + np.float32(SPACING)).tolist() for cloud in clouds]
    area = sum(width * height for width, height in sizes)
    limit = max([sqrt(area * 1.5), *(width for width, _ in sizes)], default=0.0)
    places: list[tuple[float, float]] = []
    left = top = shelf = 0.0
    for width, height in sizes:
        if left and left + width > limit:
            left, top, shelf = 0.0, top + shelf, 0.0
        places.append((left, top))
        left, shelf = left + width, max(shelf, height)
    return places
