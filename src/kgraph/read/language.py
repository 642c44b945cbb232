"""The language of an article, by CLD2: English is read, the rest is set aside.

Names of places and people from anywhere do not make an English report foreign: what looks foreign at first is
looked at a second time without its capitalised words.
"""

from __future__ import annotations

import re

SHORTEST = 40
"""Characters below which a text is taken for English: too few to tell."""

_SAMPLE = 20_000  # characters that are enough to tell; keeps long texts quick
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_FEW = 12  # letters; with fewer left beside the names, nothing speaks for another language
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff<>&]")
_SURE = 60  # percent of the words
_ENGLISH = frozenset(
    "a after an and are as at be been but by for from had has have he her his in is it its new not of off on "
    "or over said says she since that the their they this to was were where which who will with".split()
)
_NAMES = {"zh-hant": "Chinese", "iw": "Hebrew", "nn": "Norwegian", "tl": "Tagalog", "sr": "Serbian"}


def foreign(text: str) -> str | None:
    """Return the English name of the language of a text that is not English; None where it is, or may be.

    Offline, the same on every run. Raises ImportError where pycld2 is missing.
    """
    sample = _UNWANTED.sub(" ", text[:_SAMPLE])
    if len(sample.strip()) < SHORTEST or not any(char.isalpha() for char in sample):
        return None
    found = _guess(sample.lower() if sample.isupper() else sample)
    if found is None:
        return None
    words = [word.lower() for word in _WORD.findall(sample)]
    if 5 * sum(word in _ENGLISH for word in words) >= len(words):
        return None
    if sample.isascii() or _is_latin(sample):
        rest = words if sample.isupper() else [word for word in _WORD.findall(sample) if word.islower()]
        if sum(map(len, rest)) < _FEW or _guess(" ".join(rest)) is None:
            return None
    return found


def _guess(text: str) -> str | None:
    """Return the language that most of a text is in; None for English and where nothing is sure."""
    import pycld2  # native code of 14 MB, needed when something is read only

    try:
        _, _, details = pycld2.detect(text, bestEffort=True)
    except pycld2.error:  # bytes that it takes for no UTF-8
        return None
    name, code, share, _ = details[0]
    if code in {"en", "un"} or any(each[1] == "en" and each[2] >= 100 - _SURE for each in details):
        return None
    return _NAMES.get(code.lower()) or name.replace("_", " ").title() if share >= _SURE else None


def _is_latin(text: str) -> bool:
    """Tell whether most letters are of the Latin script, in which names are capitalised."""
    letters = [char for char in text[:2000] if char.isalpha()]
    return 2 * sum(char < "\u0250" or "\u1e00" <= char < "\u1f00" for char in letters) >= len(letters)
