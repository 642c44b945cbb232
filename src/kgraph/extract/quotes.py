"""Quoted speech: which words stand in quotation marks, and who speaks them."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc, Token

from kgraph.extract.grammar import is_verb, surface_subjects

OPEN, CLOSE = frozenset({"“", "„", "«", "``"}), frozenset({"”", "»", "''"})
SHORTEST = 4
"""Quotations of fewer words are scare quotes or names: "largely", "Desert Storm"."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Tokens ``begin`` to ``end`` (exclusive), and the word that means the speaker."""

    begin: int
    end: int
    speaker: Token | None


def quotes(doc: Doc, say_verbs: frozenset[str]) -> list[Quote]:
    """The quotations of a text. One without a speaker beside it goes on with the speaker before it."""
    found: list[Quote] = []
    for begin, end in _extents(doc):
        if end - begin < SHORTEST:
            continue
        speaker = _speaker(doc, begin, end, say_verbs)
        if (
            speaker is None
            and found
            and found[-1].speaker is not None
            and _follows(doc, found[-1].end, begin)
        ):
            speaker = found[-1].speaker
        found.append(Quote(begin, end, speaker))
    return found


def _extents(doc: Doc) -> list[tuple[int, int]]:
    """Quotations by their marks; one that a paragraph leaves open ends with the paragraph."""
    extents = []
    begin: int | None = None
    for token in doc:
        straight = token.text == '"'
        if begin is None:
            if token.text in OPEN or straight:
                begin = token.i + 1
        elif token.text in CLOSE or straight:
            extents.append((begin, token.i))
            begin = None
        elif token.text in OPEN:
            begin = token.i + 1
        elif token.is_space and token.text.count("\n") > 1:
            extents.append((begin, token.i))
            begin = None
    if begin is not None and begin < len(doc):
        extents.append((begin, len(doc)))
    return extents


def _speaker(doc: Doc, begin: int, end: int, say_verbs: frozenset[str]) -> Token | None:
    """The subject of the verb of saying nearest the quotation, in the sentences that it touches."""
    first, last = doc[begin].sent.start, doc[end - 1].sent.end
    verbs = [
        token
        for token in doc[first:last]
        if not begin <= token.i < end and is_verb(token) and token.lemma_.lower() in say_verbs
    ]
    for verb in sorted(verbs, key=lambda verb: min(abs(verb.i - begin), abs(verb.i - end))):
        subjects = [word for word in surface_subjects(verb) if not begin <= word.i < end]
        if subjects:
            return subjects[0]
    return None


def _follows(doc: Doc, end: int, begin: int) -> bool:
    """Whether a quotation goes on where another ended: no full sentence between them."""
    return begin - end < 40 and not any(
        token.is_sent_start and not _is_mark(token) for token in doc[end + 1 : begin - 1]
    )


def _is_mark(token: Token) -> bool:
    return token.is_punct or token.is_space
