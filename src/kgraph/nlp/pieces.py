"""Words to word pieces, for training and reading alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kgraph.nlp.labels import SHAPES, shape

MAX_PIECES_PER_WORD = 8
"""A rule of hundreds of '=' signs is one word of hundreds of pieces; the first eight say enough."""

MAX_PIECES = 480
"""The encoder has 512 positions; what is longer is windowed by the caller."""


OTHER_SHAPE = SHAPES.index("other")


class WordTokenizer(Protocol):
    """What is needed of ``tokenizers.Tokenizer``."""

    def encode_batch(self, input: list[str], *, add_special_tokens: bool) -> Sequence[Encoded]:
        """One Encoded per string."""


class Encoded(Protocol):
    """What is needed of ``tokenizers.Encoding``."""

    @property
    def ids(self) -> list[int]:
        """Piece ids."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """One sequence: piece ids with [CLS] first and [SEP] last, shapes, and each word's first piece."""

    ids: list[int]
    shapes: list[int]
    starts: list[int]


def word_ids(tokenizer: WordTokenizer, words: Sequence[str], unknown: int) -> list[list[int]]:
    """Piece ids of each word, at least one and at most ``MAX_PIECES_PER_WORD``."""
    encoded = tokenizer.encode_batch([word[:200] for word in words], add_special_tokens=False)
    return [list(item.ids[:MAX_PIECES_PER_WORD]) or [unknown] for item in encoded]


def assemble(ids: Sequence[Sequence[int]], words: Sequence[str], *, cls: int, sep: int) -> Pieces:
    """Join the pieces of the words of one sequence."""
    flat, shapes, starts = [cls], [OTHER_SHAPE], []
    for pieces, word in zip(ids, words, strict=True):
        starts.append(len(flat))
        flat.extend(pieces)
        shapes.extend([shape(word)] * len(pieces))
    flat.append(sep)
    shapes.append(OTHER_SHAPE)
    return Pieces(flat, shapes, starts)
