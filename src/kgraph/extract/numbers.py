"""Numbers as news writes them: "13", "1,200", "at least sixty", "two dozen"."""

from __future__ import annotations

import re

from spacy.tokens import Token

from kgraph.extract.grammar import relation

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: value for value, word in enumerate(_SMALL)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")


def value(words: list[str]) -> int | None:
    """The whole number that the words spell, or None: ``["two", "hundred"]`` is 200."""
    total, current, seen = 0, 0, False
    for word in words:
        lower = word.lower()
        if _DIGITS.fullmatch(lower):
            current += int(lower.replace(",", ""))
        elif re.fullmatch(r"\d+\.\d+", lower):
            # "1.5 million": kept exact by the scale that follows.
            following = words[words.index(word) + 1 :]
            scale = _SCALES.get(following[0].lower()) if following else None
            return round(float(lower) * scale) if scale else None
        elif lower in _WORDS:
            current += _WORDS[lower]
        elif lower in _SCALES:
            current = max(current, 1) * _SCALES[lower]
            if _SCALES[lower] >= 1000:
                total, current = total + current, 0
        elif lower in {"-", "and", "a"}:
            continue
        else:
            return None
        seen = True
    return total + current if seen else None


def count_of(noun: Token) -> int | None:
    """The number that counts a noun ("13 people", "at least 60"), or the noun's own where it is one.

    None for "dozens", "several" and money: what is not exact is not made so.
    """
    if any(child.tag_ == "$" or child.lower_ in {"percent", "per"} for child in noun.children):
        return None
    if noun.pos_ == "NUM" or noun.lower_ in _WORDS:
        return value([word.text for word in _parts(noun)])
    for child in noun.children:
        if relation(child) == "nummod" and child.pos_ in {"NUM", "NOUN"}:
            return value([word.text for word in _parts(child)])
    return None


def _parts(number: Token) -> list[Token]:
    """The words of a number: "two hundred", "twenty - five"."""
    parts = [
        number,
        *(
            child
            for child in number.children
            if child.lower_ in _WORDS or child.lower_ in _SCALES or child.like_num or child.text == "-"
        ),
    ]
    return sorted(parts, key=lambda token: token.i)
