"""Clustering of scored pairs so that one bad link cannot glue two clusters.

Clusters grow from the surest pair on (average linkage): two join where the mean log-odds of all pairs across
is positive and no pair is impossible. What no pair joins is apart from the start, so that new members of one
component change nothing in another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Score:
    """Log-odds that two are one, and what speaks for and against it."""

    value: float
    reasons: tuple[str, ...]


def components(count: int, pairs: Sequence[Pair]) -> Iterator[tuple[list[int], list[Pair]]]:
    """Members and pairs of each connected component, in the order of their first members."""
    parent = list(range(count))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for left, right in pairs:
        a, b = root(left), root(right)
        parent[max(a, b)] = min(a, b)
    members: dict[int, list[int]] = defaultdict(list)
    joined: dict[int, list[Pair]] = defaultdict(list)
    for at in range(count):
        members[root(at)].append(at)
    for pair in pairs:
        joined[root(pair[0])].append(pair)
    for key in sorted(members):
        yield members[key], joined.get(key, [])


def joined(pairs: Collection[Pair]) -> Iterator[tuple[list[int], list[Pair]]]:
    """Connected components like ``components``, of what is in some pair alone; the pairs are sorted."""
    ordered = sorted(pairs)
    places = sorted({at for pair in ordered for at in pair})
    number = {at: index for index, at in enumerate(places)}
    near = [(number[left], number[right]) for left, right in ordered]
    for members, inside in components(len(places), near):
        yield [places[at] for at in members], [(places[a], places[b]) for a, b in inside]


def cluster(
    members: Sequence[int],
    pairs: Sequence[Pair],
    scored: Callable[[int, int], Score | None],
    *,
    least: float = 0.0,
) -> list[list[int]]:
    """The clusters of one component; ``scored`` gives the score of any pair, None where it is impossible.

    The mean over the pairs across must be above ``least``: below 0 where a pair may say little of two that
    others join.
    """
    groups = {at: [at] for at in members}
    home = {at: at for at in members}
    values = {pair: score.value for pair in pairs if (score := scored(*pair)) is not None}
    refused: set[tuple[int, int, int, int]] = set()  # clusters that were too unlike, as large as they were
    for left, right in sorted(values, key=lambda pair: (-values[pair], pair)):
        if values[left, right] <= 0:
            break
        keep, gone = sorted((home[left], home[right]))
        sizes = keep, gone, len(groups[keep]), len(groups[gone])
        if keep == gone or sizes in refused:
            continue
        if _mean(groups[keep], groups[gone], scored) > least:
            groups[keep] += groups.pop(gone)
            for at in groups[keep]:
                home[at] = keep
        else:
            refused.add(sizes)
    return [sorted(group) for _, group in sorted(groups.items())]


def _mean(one: Sequence[int], other: Sequence[int], scored: Callable[[int, int], Score | None]) -> float:
    """The mean of all pairs across; minus infinity where one is impossible."""
    total = 0.0
    for a in one:
        for b in other:
            score = scored(a, b)
            if score is None:
                return float("-inf")
            total += score.value
    return total / (len(one) * len(other))
