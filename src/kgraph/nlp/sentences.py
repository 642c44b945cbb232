"""Sentence boundaries by rules on tokens: ends of sentences, abbreviations, paragraphs, headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc

ENDS = frozenset({".", "!", "?", "…", "...", "?!", "!!", "!?", "‽"})
CLOSERS = frozenset({'"', "”", "’", "'", "''", "»", ")", "]", "}"})
OPENERS = frozenset({'"', "“", "‘", "'", "``", "«", "(", "[", "{", "—", "–", "-", "•", "*"})
TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "gen",
        "col",
        "lt",
        "maj",
        "capt",
        "cpl",
        "sgt",
        "adm",
        "cmdr",
        "brig",
        "sen",
        "rep",
        "gov",
        "pres",
        "st",
        "rev",
        "hon",
        "messrs",
        "mme",
        "jr",
        "sr",
        "no",
        "nos",
        "vs",
        "fig",
        "art",
        "sec",
        "vol",
        "pp",
        "approx",
        "ca",
        "cf",
        "e.g",
        "i.e",
        "viz",
        "al",
    ]
)
"""Abbreviations after which a capital does not start a sentence (without their last dot)."""


def words_of(doc: Doc) -> tuple[list[str], list[str], list[int]]:
    """The words of a Doc, the white space after each, and their tokens; a token of white space is no word."""
    words: list[str] = []
    spaces: list[str] = []
    numbers: list[int] = []
    for token in doc:
        if token.is_space:
            if spaces:
                spaces[-1] += token.text_with_ws
            continue
        words.append(token.text)
        spaces.append(token.whitespace_)
        numbers.append(token.i)
    return words, spaces, numbers


def starts(words: Sequence[str], spaces: Sequence[str]) -> Iterator[int]:
    """Numbers of the words that begin a sentence.

    ``spaces[i]`` is the white space after word i. A blank line always ends a sentence; a single line break
    does where the line before is no wrapped text, that is, where the next line does not go on in lower case
    and the line before ended in an end mark or is short (a heading or a list item).
    """
    wrap = _line_width(words, spaces)
    begin, line = 0, 0
    datelines = after_datelines(words, spaces)
    for index, word in enumerate(words):
        if index in datelines:
            begin = index
        if index == begin:
            yield index
        line += len(word) + len(spaces[index])
        if index + 1 == len(words):
            return
        following = words[index + 1]
        gap = spaces[index]
        if (
            gap.count("\n") > 1
            or _ends(words, spaces, index, begin)
            or ("\n" in gap and not following[:1].islower() and line < 0.7 * wrap)
        ):
            begin = index + 1
        if "\n" in gap:
            line = 0


DASHES = frozenset({"—", "–", "-", "--", "---"})
MONTHS = frozenset("jan feb mar apr may jun jul aug sep sept oct nov dec".split())
LONGEST_DATELINE = 14


def after_datelines(words: Sequence[str], spaces: Sequence[str]) -> frozenset[int]:
    """Words that follow a dateline ("QUITO, Ecuador —", "Vienna, July 14 -", "ADEN (Reuters) –").

    A dateline opens a paragraph and is no part of the sentence behind it. It is in capitals, where the text
    is not, or has a date or an agency in brackets.
    """
    found = set()
    for begin in range(len(words)):
        if not begin or "\n" in spaces[begin - 1]:
            end = _dateline(words, spaces, begin)
            if end:
                found.add(end)
    return frozenset(found)


def _dateline(words: Sequence[str], spaces: Sequence[str], begin: int) -> int:
    """The word behind the dateline that begins here; 0 where there is none."""
    marks = dated = False
    for index in range(begin, min(begin + LONGEST_DATELINE, len(words) - 1)):
        word = words[index]
        if word in DASHES:
            if index == begin or not (spaces[index - 1] or spaces[index]) or not spaces[index]:
                continue
            if words[index + 1][:1].islower():
                return 0
            loud = all(part.isupper() for part in words[begin:index] if part.isalpha() and len(part) > 3)
            first = words[begin].isupper() and len(words[begin]) > 2
            quiet = not (words[index + 1].isupper() and len(words[index + 1]) > 1)
            named = first and (loud or "," in words[begin:index]) and quiet
            return index + 1 if dated or marks or named else 0
        if "\n" in spaces[index]:
            return 0
        marks |= word == "(" and index > begin and words[index + 2 : index + 3] == [")"]
        dated |= word.rstrip(".").lower()[:3] in MONTHS and any(
            part.isdigit() for part in (*words[index + 1 : index + 3], words[index - 1])
        )
        if not (word[:1].isupper() or not word[0].isalpha() or word in {"de", "of", "al", "la"}):
            return 0
    return 0


def _line_width(words: Sequence[str], spaces: Sequence[str]) -> float:
    """The width at which the text is wrapped, or 'infinite' where its lines are paragraphs."""
    widths, line = [], 0
    for word, gap in zip(words, spaces, strict=True):
        line += len(word) + len(gap)
        if "\n" in gap:
            if gap.count("\n") == 1:
                widths.append(line)
            line = 0
    widest = max(widths, default=0)
    return widest if 50 < widest < 120 else float("inf")


def _ends(words: Sequence[str], spaces: Sequence[str], index: int, begin: int) -> bool:
    """Whether the sentence ends after this word."""
    word = words[index]
    following = words[index + 1]
    if word == "]" and not spaces[index] and _opens(following):
        return True  # a note or a link that a page put between two sentences
    if word in CLOSERS:
        back = index
        while back > begin and words[back] in CLOSERS:
            back -= 1
        if back == index or words[back] not in ENDS:
            return False
        if word in {'"', "'", ")"} and not spaces[index]:
            return word == '"' and not spaces[index - 1] and _opens(following)
        # A quotation that ends mid-sentence: “Stop!” he said.
        return not following[:1].islower() and following not in CLOSERS and following not in {",", ";", ":"}
    if word.endswith(".") and len(word) > 1 and word not in ENDS:
        return _abbreviation_ends(word, following)
    if word not in ENDS:
        # No space between two words: the tokenizer split where a paragraph ended.
        glued = not spaces[index] and len(word) > 2 and word[-1].islower()
        return glued and following.istitle() and following.lower() in SENTENCE_OPENERS
    if not spaces[index]:
        if following == "[" and index + 2 < len(words):
            following = words[index + 2]
        return index > begin and _lost_space(words[index - 1], word, following)
    if following in CLOSERS or following[:1].islower():
        return following in CLOSERS and following in OPENERS and bool(spaces[index])
    previous = words[index - 1].lower() if index > begin else ""
    if word == "." and previous in TITLES:
        return False
    return not (word == "." and len(previous) == 1 and previous.isalpha() and previous != "i")


SENTENCE_OPENERS = frozenset(
    [
        "the",
        "a",
        "an",
        "he",
        "she",
        "it",
        "they",
        "we",
        "i",
        "in",
        "on",
        "at",
        "but",
        "and",
        "this",
        "that",
        "these",
        "those",
        "there",
        "his",
        "her",
        "its",
        "their",
        "as",
        "after",
        "when",
        "while",
        "however",
        "meanwhile",
        "by",
        "for",
        "from",
        "with",
        "no",
        "some",
        "many",
    ]
)


DOMAINS = frozenset("com org net gov edu info int mil biz co uk io js ai me tv eu ru de fr".split())


def _lost_space(previous: str, mark: str, following: str) -> bool:
    """Whether a mark with no space behind it ends a sentence all the same: "in Europe.Dutch police"."""
    if mark not in {".", "!", "?"} or not _opens(following) or following.lower() in DOMAINS:
        return False
    short = previous.lower() in TITLES or previous.lower()[:4] in MONTHS
    whole = (
        mark != "."
        or previous.isdigit()
        or (len(previous) > 2 and previous[-1].islower())
        or previous[-1:] in CLOSERS
    )
    return whole and not short


def _opens(word: str) -> bool:
    """Whether a word is written as one that opens a sentence."""
    return word[:1].isupper() and (word[1:].islower() or word in {"A", "I"})


def _abbreviation_ends(word: str, following: str) -> bool:
    """After "U.S.", "Dec." or "Inc.": only a word that clearly opens a sentence."""
    if word[:-1].lower() in TITLES:
        return False
    return following[:1].isupper() and following.lower() in SENTENCE_OPENERS
