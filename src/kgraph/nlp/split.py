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
        words: list[str] = []
        begins: list[int] = []
        spaces: list[str] = []
        for token in self._nlp.make_doc(text):
            if token.is_space:
                if spaces:
                    spaces[-1] += token.text_with_ws
                continue
            words.append(token.text)
            begins.append(token.idx)
            spaces.append(token.whitespace_)
        starts = [*sentences.starts(words, spaces), len(words)] if words else []
        for begin, end in pairwise(starts):
            yield list(zip(words[begin:end], begins[begin:end], strict=True))
