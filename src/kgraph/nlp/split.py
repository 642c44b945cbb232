"""Plain text to sentences of words with offsets, as the pipeline splits it, without the model."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from kgraph.nlp import sentences

if TYPE_CHECKING:
    from spacy.language import Language

# Web pages lose the space where a paragraph or a quotation ended: "in 2015.Twenty men", "go.”The minister".
_LOST_SPACES = (
    r"(?<=[0-9])\.(?=[A-Z][a-z])",
    r"(?<=[a-z0-9])[!?](?=[A-Z][a-z])",
    r"(?<=[.!?])[\"”](?=[A-Z])",
    # Two paragraphs in one: "a general was killed in SyriaThe desert …".
    r"(?<=[a-z]{3})(?=(?:The|In|On|At|This|It|He|She|They|But|And|After|When|For|As|By|An|More)\b)",
)


def blank() -> Language:
    """Return spaCy's English tokenizer, which also splits where a page lost the space between sentences."""
    import spacy

    nlp = spacy.blank("en")
    infixes = spacy.util.compile_infix_regex([*(nlp.Defaults.infixes or ()), *_LOST_SPACES])
    nlp.tokenizer.infix_finditer = infixes.finditer  # type: ignore[union-attr]
    return nlp


class Split:
    """Text to sentences of (word, begin) pairs, as kgraph splits what it reads."""

    def __init__(self) -> None:
        self._nlp = blank()

    def __call__(self, text: str) -> Iterator[list[tuple[str, int]]]:
        """Sentences in order."""
        doc = self._nlp.make_doc(text)
        words, spaces, numbers = sentences.words_of(doc)
        for begin, end in pairwise([*sentences.starts(words, spaces), len(words)]):
            yield [(words[i], doc[numbers[i]].idx) for i in range(begin, end)]
