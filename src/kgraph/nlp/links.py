"""Features of pairs of mention heads for coreference, shared by training and reading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

DISTANCES = (0, 1, 2, 3, 4, 6, 10, 20)
"""Upper ends of the buckets of distance in sentences; beyond is one more."""
BUCKETS = (len(DISTANCES) + 1) * 4
PRONOUNS = frozenset(
    [
        *("he", "him", "his", "himself", "she", "her", "hers", "herself", "it", "its", "itself"),
        *("they", "them", "their", "theirs", "themselves", "we", "us", "our", "ours", "ourselves"),
        *("i", "me", "my", "mine", "myself", "you", "your", "yours", "yourself", "yourselves"),
        *("who", "whom", "whose", "which", "that", "this", "these", "those"),
    ]
)


def buckets(words: Sequence[str], sentences: Sequence[int]) -> NDArray[np.int64]:
    """(n, n) numbers of bias buckets of n mention heads: row the anaphor, column the antecedent.

    A bucket is the distance in sentences, whether both heads are the same word and no pronoun, and
    whether the anaphor is a pronoun.
    """
    forms = np.array([word.lower() for word in words], dtype=object)
    pronoun = np.array([form in PRONOUNS for form in forms], dtype=bool)
    where = np.array(sentences, dtype=np.int64)
    distance = np.searchsorted(np.array(DISTANCES), np.abs(where[:, None] - where[None, :]))
    same = (forms[:, None] == forms[None, :]) & ~pronoun[:, None]
    return np.asarray(distance * 4 + same * 2 + pronoun[:, None], dtype=np.int64)
