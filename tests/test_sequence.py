"""Tags as a sequence: which may follow which, the best one, and the loss of the training."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kgraph.nlp.annotation import of_tags
from kgraph.nlp.sequence import FORBIDDEN, barred, best

TAGS = 5  # O, B and I of one type, B and I of another


def moves(transitions: np.ndarray) -> np.ndarray:
    return np.where(barred(TAGS), FORBIDDEN, transitions)


def total(tags: tuple[int, ...], scores: np.ndarray, transitions: np.ndarray) -> float:
    before = (0, *tags[:-1])
    table = moves(transitions)
    return float(
        sum(scores[i, tag] + table[last, tag] for i, (last, tag) in enumerate(zip(before, tags, strict=True)))
    )


def test_inner_tags_follow_only_their_own_type() -> None:
    table = barred(TAGS)
    for before, after in itertools.product(range(TAGS), repeat=2):
        inner = after in {2, 4}
        assert table[before, after] == (inner and before not in {after, after - 1})


@pytest.mark.parametrize("seed", range(5))
def test_best_sequence_is_the_best_of_all(seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.normal(size=(4, TAGS)).astype(np.float32)
    transitions = chance.normal(size=(TAGS, TAGS)).astype(np.float32)
    found = tuple(best(scores, transitions))
    every = itertools.product(range(TAGS), repeat=4)
    assert found == max(every, key=lambda tags: total(tags, scores, transitions))


def test_spans_of_tags() -> None:
    probabilities = np.full((6, TAGS), 0.2, dtype=np.float32)
    spans = of_tags([0, 1, 2, 1, 3, 4], probabilities, ["Person", "Location"])
    assert [(span.begin, span.end, span.type) for span in spans] == [
        (1, 3, "Person"),
        (3, 4, "Person"),
        (4, 6, "Location"),
    ]


def test_spans_of_nothing() -> None:
    assert of_tags([0, 0], np.full((2, TAGS), 0.2, dtype=np.float32), ["Person", "Location"]) == []


def test_loss_is_the_share_of_allowed_sequences() -> None:
    torch: Any = pytest.importorskip("torch", reason="training is not installed: pip install 'kgraph[train]'")
    from kgraph.train.losses import _sequence

    chance = np.random.default_rng(1)
    transitions = chance.normal(size=(TAGS, TAGS)).astype(np.float32)
    scores = chance.normal(size=(2, 4, TAGS)).astype(np.float32)
    sets = [{0}, {1, 3}, {2, 4}]
    # The second sentence of the first row begins at word 2; the third word may be anything; row 2 is padded.
    targets, sentences = [[1, 2, -100, 0], [0, 1, -100, -100]], [[0, 0, 1, 1], [0, 0, -1, -1]]
    table = torch.tensor([[tag in allowed for tag in range(TAGS)] for allowed in sets])
    batch: Any = SimpleNamespace(targets={"x": torch.tensor(targets), "sentences": torch.tensor(sentences)})
    got = _sequence(torch.tensor(transitions), torch.tensor(scores), batch, "x", table)

    def mass(row: int, begin: int, end: int, *, free: bool) -> float:
        every = itertools.product(range(TAGS), repeat=end - begin)
        return float(
            np.logaddexp.reduce(
                [
                    total(tags, scores[row, begin:end], transitions)
                    for tags in every
                    if free
                    or all(
                        targets[row][begin + i] == -100 or tag in sets[targets[row][begin + i]]
                        for i, tag in enumerate(tags)
                    )
                ]
            )
        )

    parts = [(0, 0, 2), (0, 2, 4), (1, 0, 2)]
    want = sum(mass(*part, free=True) - mass(*part, free=False) for part in parts) / 5
    assert float(got) == pytest.approx(want, rel=1e-4)
