"""Roles and relations between the words of a sentence, from the model's vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kgraph.nlp.annotation import Annotation, Floats
from kgraph.nlp.labels import PAIRS, ROLES, UNDIRECTED

FLOOR = 0.1
"""Probabilities below are not worth keeping."""
DIRECTION = np.array([label in UNDIRECTED for label in PAIRS])


@dataclass(frozen=True, slots=True)
class Link:
    """A role of a mention in an event, or a relation of two mentions, by their head words."""

    left: int
    label: str
    right: int
    confidence: float


def links(
    annotation: Annotation,
    mentions: Sequence[int],
    pair: Floats,
    *,
    temperature: float = 1.0,
    labels: Sequence[str] = PAIRS,
) -> Iterator[Link]:
    """Links of a sentence with a probability of at least ``FLOOR``: roles of triggers, relations of mentions.

    mentions: head words; pair: (labels, width, width).
    """
    triggers = [trigger.word for trigger in annotation.triggers]
    kinds = (
        (triggers, [label for label in labels if label in ROLES]),
        (list(mentions), [label for label in labels if label not in ROLES]),
    )
    for lefts, names in kinds:
        if not lefts or not mentions or not names:
            continue
        rows = [PAIRS.index(name) for name in names]
        left = annotation.vectors["pair_left"][lefts]
        right = annotation.vectors["pair_right"][list(mentions)]
        scores = left @ pair[rows] @ right.T
        if lefts == list(mentions):
            both = (scores + scores.transpose(0, 2, 1)) / 2
            scores = np.where(DIRECTION[rows][:, None, None], both, scores)
        shares = 1 / (1 + np.exp(-scores / np.float32(temperature)))
        sure = shares >= FLOOR
        # Numbers of Python from here on: those of numpy are slow one by one, and there are many.
        for (label, i, j), share in zip(np.argwhere(sure).tolist(), shares[sure].tolist(), strict=True):
            if lefts[i] != mentions[j]:
                yield Link(lefts[i], names[label], mentions[j], share)
