"""Coreference measures of two partitions: MUC, B-cubed and CEAF-e; their mean F1 is the CoNLL score.

Vilain et al. 1995; Bagga and Baldwin 1998; Luo 2005; Pradhan et al. 2014.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from kgraph.evaluate.measures import Tally

Chains = Sequence[frozenset[Hashable]]
CONLL = ("muc", "b3", "ceafe")


def compare(predicted: Chains, gold: Chains) -> dict[str, Tally]:
    """Tallies of the three measures, and of the mentions in chains."""
    found = frozenset(mention for chain in predicted for mention in chain)
    wanted = frozenset(mention for chain in gold for mention in chain)
    right = len(found & wanted)
    return {
        "muc": _both(_muc(predicted, gold), _muc(gold, predicted)),
        "b3": _both(_b3(predicted, gold), _b3(gold, predicted)),
        "ceafe": _ceafe(predicted, gold),
        "mentions": Tally(right, len(found), right, len(wanted)),
    }


def _both(precision: tuple[float, float], recall: tuple[float, float]) -> Tally:
    return Tally(precision[0], precision[1], recall[0], recall[1])


def _where(chains: Chains) -> dict[Hashable, int]:
    return {mention: number for number, chain in enumerate(chains) for mention in chain}


def _muc(chains: Chains, other: Chains) -> tuple[float, float]:
    """Links of ``chains`` that ``other`` has too, and all links."""
    where = _where(other)
    kept = links = 0
    for chain in chains:
        parts = {where.get(mention, ("alone", mention)) for mention in chain}
        kept += len(chain) - len(parts)
        links += len(chain) - 1
    return kept, links


def _b3(chains: Chains, other: Chains) -> tuple[float, float]:
    where = _where(other)
    value, count = 0.0, 0
    for chain in chains:
        shared: dict[int, int] = {}
        for mention in chain:
            if mention in where:
                shared[where[mention]] = shared.get(where[mention], 0) + 1
        value += sum(number * number for number in shared.values()) / len(chain)
        count += len(chain)
    return value, count


def _ceafe(predicted: Chains, gold: Chains) -> Tally:
    """Best one-to-one alignment of chains by the share of mentions they have in common."""
    if not predicted or not gold:
        return Tally(0, len(predicted), 0, len(gold))
    where = _where(gold)
    scores = np.zeros((len(predicted), len(gold)))
    for number, chain in enumerate(predicted):
        for mention in chain:
            if mention in where:
                scores[number, where[mention]] += 1
    sizes = np.add.outer([len(chain) for chain in predicted], [len(chain) for chain in gold])
    best = _assignment(2 * scores / sizes)
    return Tally(best, len(predicted), best, len(gold))


def _assignment(scores: np.ndarray) -> float:
    """The value of the best one-to-one assignment."""
    import networkx

    graph = networkx.Graph()
    rows, columns = np.nonzero(scores)
    graph.add_weighted_edges_from(
        (("p", int(row)), ("g", int(column)), float(scores[row, column]))
        for row, column in zip(rows, columns, strict=True)
    )
    total = 0.0
    # Components are small: the matching is exact and quick.
    for part in networkx.connected_components(graph):
        piece = graph.subgraph(part)
        if len(part) == 2:
            total += next(iter(piece.edges(data="weight")))[2]
        else:
            matching = networkx.max_weight_matching(piece)
            total += sum(piece.edges[edge]["weight"] for edge in matching)
    return total
