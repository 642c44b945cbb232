"""Dependency trees from scores: well-formed and, for small ones, the best there is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kgraph.nlp.tree import decode


def best_by_force(scores: np.ndarray) -> float:
    """The best total of all single-rooted trees, by trying every assignment."""
    count = scores.shape[0]
    best = -np.inf
    for heads in itertools.product(range(count + 1), repeat=count):
        if sum(head == 0 for head in heads) != 1 or not is_tree(list(heads)):
            continue
        best = max(best, sum(scores[i, head] for i, head in enumerate(heads)))
    return float(best)


def is_tree(heads: list[int]) -> bool:
    """Every word reaches the root."""
    for start in range(1, len(heads) + 1):
        node, steps = start, 0
        while node:
            node, steps = heads[node - 1], steps + 1
            if steps > len(heads):
                return False
    return True


@pytest.mark.parametrize("seed", range(30))
def test_small_trees_are_the_best(seed: int) -> None:
    """Against exhaustive search on four words."""
    scores = np.random.default_rng(seed).normal(size=(4, 5)).astype(np.float32)
    heads = decode(scores)
    assert is_tree(heads)
    assert sum(head == 0 for head in heads) == 1
    assert sum(scores[i, head] for i, head in enumerate(heads)) == pytest.approx(
        best_by_force(scores), abs=1e-4
    )


def test_a_long_sentence_is_a_tree() -> None:
    """Random scores on 150 words, which are full of cycles, still give one root and no cycle."""
    heads = decode(np.random.default_rng(1).normal(size=(150, 151)).astype(np.float32))
    assert is_tree(heads)
    assert heads.count(0) == 1


def test_one_word() -> None:
    """A sentence of one word is its own root."""
    assert decode(np.zeros((1, 2), dtype=np.float32)) == [0]
