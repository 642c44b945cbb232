"""Antecedents of mentions over a whole text, from the model's vectors of their head words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kgraph.nlp.annotation import Annotation, Floats, softmax
from kgraph.nlp.links import buckets

REACH = 250
"""How many mentions back an antecedent is looked for: bounds time on long texts."""
BLOCK = 250


def mention_heads(annotations: Sequence[Annotation]) -> list[int]:
    """Words of a text, numbered through all its sentences, that head a mention of any kind."""
    types = (label for annotation in annotations for label, _ in annotation.head_types)
    return [word for word, label in enumerate(types) if label != "None"]


def antecedents_in(
    annotations: Sequence[Annotation],
    heads: Sequence[int],
    words: Sequence[str],
    bias: Floats,
    *,
    temperature: float = 1.0,
) -> list[tuple[int, float] | None]:
    """``antecedents`` of the mentions of a text by their heads, numbered so too, and what these say."""
    if not heads:
        return []
    every = [(number, at) for number, each in enumerate(annotations) for at in range(len(each.heads))]
    where = [every[head] for head in heads]
    left, right = (
        np.stack([annotations[number].vectors[side][at] for number, at in where])
        for side in ("coref_left", "coref_right")
    )
    return antecedents(words, [number for number, _ in where], left, right, bias, temperature=temperature)


def antecedents(
    words: Sequence[str],
    sentences: Sequence[int],
    left: Floats,
    right: Floats,
    bias: Floats,
    *,
    temperature: float = 1.0,
) -> list[tuple[int, float] | None]:
    """For each of n mention heads the mention it refers back to and the probability, or None if it is new.

    left, right: (n, width) vectors as anaphor and as antecedent; sentences: the number of each one's.
    """
    found: list[tuple[int, float] | None] = []
    for begin in range(0, len(words), BLOCK):
        end = min(begin + BLOCK, len(words))
        low = max(0, begin - REACH)
        scores = left[begin:end] @ right[low:end].T
        bucket = buckets(words[low:end], sentences[low:end])[begin - low :]
        scores = (scores + bias[bucket]) / np.float32(temperature)
        later = np.arange(low, end)[None, :] >= np.arange(begin, end)[:, None]
        scores[later] = -1e9
        shares = softmax(np.concatenate([np.zeros((end - begin, 1), np.float32), scores], axis=1))
        best = shares.argmax(1)
        found.extend(
            None if column == 0 else (low + int(column) - 1, float(shares[row, column]))
            for row, column in enumerate(best)
        )
    return found


def chains(links: Sequence[tuple[int, float] | None]) -> list[list[int]]:
    """Mentions that mean the same thing, in order; a mention without any link is a chain of its own."""
    where: list[int] = []
    result: list[list[int]] = []
    for index, link in enumerate(links):
        if link is None:
            where.append(len(result))
            result.append([index])
        else:
            where.append(where[link[0]])
            result[where[link[0]]].append(index)
    return result
