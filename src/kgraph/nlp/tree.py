"""From arc scores to a well-formed tree: one root, no cycle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
NEVER = np.float32(-1e9)


def decode(scores: Floats) -> list[int]:
    """Heads of n words from scores of shape (n, n + 1): column 0 is the root, column j the j-th word.

    Greedy where that is already a tree; else the maximum spanning arborescence with a single root
    (Chu and Liu 1965, Edmonds 1967; the root chosen by trying the best few, as in Zmigrod et al. 2020).
    Returns, for each word, 0 for the root or the 1-based number of its head.
    """
    count = scores.shape[0]
    if count == 1:
        return [0]
    square = np.full((count + 1, count + 1), NEVER, dtype=np.float32)
    square[1:, :] = scores
    np.fill_diagonal(square, NEVER)
    heads = square.argmax(axis=1)
    heads[0] = 0
    if (heads[1:] == 0).sum() == 1 and _cycle(heads) is None:
        return [int(head) for head in heads[1:]]
    best: tuple[float, list[int]] | None = None
    for root in np.argsort(-(square[1:, 0] - square[1:, 1:].max(axis=1)))[:3] + 1:
        single = square.copy()
        single[1:, 0] = NEVER
        single[root, :] = NEVER
        single[root, 0] = square[root, 0]
        tree = _arborescence(single)
        total = float(square[np.arange(1, count + 1), tree[1:]].sum())
        if best is None or total > best[0]:
            best = (total, [int(head) for head in tree[1:]])
    assert best is not None  # noqa: S101 - three roots were tried
    return best[1]


def _cycle(heads: NDArray[np.intp]) -> list[int] | None:
    """One cycle among the nodes 1.., or None."""
    state = np.zeros(len(heads), dtype=np.int8)
    state[0] = 2
    for start in range(1, len(heads)):
        path, node = [], start
        while state[node] == 0:
            state[node] = 1
            path.append(node)
            node = int(heads[node])
        if state[node] == 1:
            return path[path.index(node) :]
        state[path] = 2
    return None


def _arborescence(scores: Floats) -> NDArray[np.intp]:
    """Maximum spanning arborescence rooted at 0; ``scores[dependent, head]``."""
    heads: NDArray[np.intp] = scores.argmax(axis=1)
    heads[0] = 0
    cycle = _cycle(heads)
    if cycle is None:
        return heads
    inside = np.zeros(len(scores), dtype=bool)
    inside[cycle] = True
    outside = np.flatnonzero(~inside)
    ring = np.array(cycle)
    kept = scores[ring, heads[ring]]
    # The cycle becomes one node, the last of the contracted graph.
    into = scores[np.ix_(ring, outside)] - kept[:, None]
    out_of = scores[np.ix_(outside, ring)]
    size = len(outside) + 1
    small = np.full((size, size), NEVER, dtype=np.float32)
    small[:-1, :-1] = scores[np.ix_(outside, outside)]
    small[-1, :-1] = into.max(axis=0)
    small[:-1, -1] = out_of.max(axis=1)
    enter, leave = into.argmax(axis=0), out_of.argmax(axis=1)
    tree = _arborescence(small)
    result: NDArray[np.intp] = heads.copy()
    for position, node in enumerate(outside[1:], start=1):
        head = tree[position]
        result[node] = ring[leave[position]] if head == size - 1 else outside[head]
    broken = ring[enter[tree[-1]]]
    result[broken] = outside[tree[-1]]
    return result
