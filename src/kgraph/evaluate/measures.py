"""Scores as sums over documents, with bootstrap intervals."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Tally:
    """What precision and recall are made of: right of predicted and of gold, fractions for some."""

    right: float = 0
    predicted: float = 0
    recalled: float = 0
    gold: float = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.right + other.right,
            self.predicted + other.predicted,
            self.recalled + other.recalled,
            self.gold + other.gold,
        )

    @property
    def precision(self) -> float:
        """In percent, 0 where nothing was predicted."""
        return 100 * self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """In percent, 0 where there is no gold."""
        return 100 * self.recalled / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, in percent."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def of_sets(predicted: Iterable[Hashable], gold: Iterable[Hashable]) -> Tally:
    """A tally of two sets of answers."""
    found, wanted = set(predicted), set(gold)
    right = len(found & wanted)
    return Tally(right, len(found), right, len(wanted))


Documents = Sequence[dict[str, Tally]]
"""For each document its tallies by measure."""


def total(documents: Documents, name: str) -> Tally:
    """A measure over all documents."""
    return sum((document.get(name, Tally()) for document in documents), Tally())


def mean_f1(documents: Documents, names: Sequence[str]) -> float:
    """The mean F1 of some measures, as the CoNLL score of coreference is."""
    return sum(total(documents, name).f1 for name in names) / len(names)


def interval(documents: Documents, names: Sequence[str]) -> tuple[float, float]:
    """95 % bootstrap interval of ``mean_f1`` over documents (1,000 draws, seeded)."""
    generator = random.Random(0)  # noqa: S311 - a bootstrap, no secret
    values = sorted(mean_f1(generator.choices(documents, k=len(documents)), names) for _ in range(DRAWS))
    return values[DRAWS // 40], values[-DRAWS // 40 - 1]


def calibration_error(answers: Sequence[tuple[float, bool]], *, bins: int = 10) -> float:
    """Expected calibration error in percent: mean gap of confidence and share right in bins of equal width.

    Naeini, Cooper and Hauskrecht 2015.
    """
    if not answers:
        return 0.0
    sums = [[0.0, 0.0, 0.0] for _ in range(bins)]
    for confidence, right in answers:
        row = sums[min(bins - 1, int(confidence * bins))]
        row[0] += 1
        row[1] += confidence
        row[2] += right
    return 100 * sum(abs(confidence - right) for _, confidence, right in sums) / len(answers)
