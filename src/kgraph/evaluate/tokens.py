"""Raw text as the model reads it: words with offsets, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kgraph.nlp.encoder import Text
from kgraph.nlp.split import Split
from kgraph.train.own import covered


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text in words: (word, offset) pairs, and where its sentences begin."""

    words: tuple[tuple[str, int], ...]
    starts: tuple[int, ...]

    @property
    def text(self) -> Text:
        """What the encoder takes."""
        return Text([word for word, _ in self.words], self.starts)

    def offsets(self, begin: int, end: int) -> tuple[int, int]:
        """Characters of words ``begin`` to ``end`` (exclusive)."""
        last, at = self.words[end - 1]
        return self.words[begin][1], at + len(last)

    def covered(self, begin: int, end: int) -> tuple[int, int]:
        """Words that a span of characters touches, end exclusive; equal where there is none."""
        return covered(self.words, begin, end)


def tokens(split: Split, text: str) -> Tokens:
    """Words and sentences of a text."""
    words: list[tuple[str, int]] = []
    starts: list[int] = []
    for sentence in split(text):
        starts.append(len(words))
        words.extend(sentence)
    return Tokens(tuple(words), tuple(starts))


def places(starts: Sequence[int], count: int) -> list[range]:
    """The words of each sentence."""
    return [range(begin, end) for begin, end in zip(starts, [*starts[1:], count], strict=True)]
