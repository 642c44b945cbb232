"""From the head word of a mention to its span and back, over Universal Dependencies."""

from __future__ import annotations

from collections.abc import Sequence

LEFT_OUT = frozenset(
    [
        *("case", "cc", "conj", "mark", "parataxis", "appos", "cop", "nsubj", "aux", "advmod", "discourse"),
        *("advcl", "dislocated", "vocative", "orphan", "csubj", "expl", "punct", "obl"),
    ]
)
"""What hangs on the head without being part of the mention: its role in the clause, or another mention."""


def children(heads: Sequence[int]) -> list[list[int]]:
    """Dependents of each word; ``heads`` are word numbers, the root's its own."""
    below: list[list[int]] = [[] for _ in heads]
    for word, head in enumerate(heads):
        if head != word:
            below[head].append(word)
    return below


def head_of(heads: Sequence[int], begin: int, end: int) -> int:
    """The first word of a span that hangs on a word outside it, or on none; the last if there is none such.

    ``heads`` are word numbers, the root's its own or -1.
    """
    return next(
        (word for word in range(begin, end) if heads[word] == word or not begin <= heads[word] < end), end - 1
    )


def extent(head: int, deps: Sequence[str], below: Sequence[Sequence[int]]) -> tuple[int, int]:
    """First word and word after the last of the mention that a word heads."""
    inside = {head}
    open_ = [word for word in below[head] if deps[word].partition(":")[0] not in LEFT_OUT]
    while open_:
        word = open_.pop()
        inside.add(word)
        open_.extend(below[word])
    begin = end = head
    while begin - 1 in inside:
        begin -= 1
    while end + 1 in inside:
        end += 1
    while begin < head and deps[begin] == "punct":
        begin += 1
    while end > head and deps[end] == "punct":
        end -= 1
    return begin, end + 1
