"""Plain text to sentences of words with offsets, as the pipeline splits it, without the model."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kgraph.nlp import sentences


class Split:
    """Text to sentences of (word, begin) pairs, as kgraph splits what it reads."""

    def __init__(self) -> None:
        import spacy

        self._nlp = spacy.blank("en")

    def __call__(self, text: str) -> Iterator[list[tuple[str, int]]]:
        """Sentences in order."""
        doc = self._nlp.make_doc(text)
        words, spaces, numbers = sentences.words_of(doc)
        for begin, end in pairwise([*sentences.starts(words, spaces), len(words)]):
            yield [(words[i], doc[numbers[i]].idx) for i in range(begin, end)]
