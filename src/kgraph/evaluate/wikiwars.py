"""Scores of the time expressions on WikiWars (``kgraph evaluate times``).

WikiWars (Mazur and Dale 2010) marks every time expression of histories of wars with its TIMEX3 value.
Strict counts equal spans, relaxed overlapping ones, value equal spans with equal values.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from kgraph.errors import KGraphError
from kgraph.evaluate.measures import Documents, Tally
from kgraph.extract.time import times
from kgraph.model import Span

_SENTENCE = re.compile(r"[^\n]+?(?:[.!?][\"”’)]?(?=\s+[A-Z\"“(])|(?=\n)|\Z)")
_Mark = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one document or of several, added up."""

    gold: int = 0
    found: int = 0
    strict: int = 0
    relaxed: int = 0
    value: int = 0


def read(path: Path) -> tuple[str, str | None, list[_Mark]]:
    """Text, creation date and marked expressions (begin, end, value) of one ``.tml`` or ``.tml.gz`` file."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        root = ElementTree.fromstring(data)  # noqa: S314 - see above
    except (OSError, ElementTree.ParseError) as error:
        raise KGraphError(f"{path}: not a TimeML file ({error}); give .tml or .tml.gz files") from error
    created = root.find("DCT/TIMEX3")
    pieces: list[str] = []
    marks: list[_Mark] = []
    length = 0
    for tag, text, value in _pieces(root.find("TEXT")):
        if tag == "TIMEX3":
            marks.append((length, length + len(text), value))
        pieces.append(text)
        length += len(text)
    return "".join(pieces), None if created is None else created.get("value"), marks


def _pieces(element: ElementTree.Element | None) -> Iterator[tuple[str, str, str]]:
    """Text in order as (tag or "", text, value)."""
    if element is None:
        return
    yield "", element.text or "", ""
    for child in element:
        yield child.tag, "".join(child.itertext()), child.get("value", "")
        yield "", child.tail or "", ""


def split(text: str) -> list[Span]:
    """Sentences, roughly: enough for what the time reader asks of them."""
    return [Span(found.start(), found.end(), found[0]) for found in _SENTENCE.finditer(text)]


def score(path: Path) -> Score:
    """Count what fits in one document."""
    text, created, gold = read(path)
    made = [
        (time.span.begin, time.span.end, time.value) for time in times(text, split(text), reference=created)
    ]
    spans = {mark[:2] for mark in gold}
    relaxed = sum(any(mark[0] < end and begin < mark[1] for mark in gold) for begin, end, _ in made)
    return Score(
        gold=len(gold),
        found=len(made),
        strict=sum(mark[:2] in spans for mark in made),
        relaxed=relaxed,
        value=len(set(made) & set(gold)),
    )


def evaluate(path: Path, _: object = None) -> Documents:
    """The scores of one document for ``kgraph evaluate times``; no model is asked."""
    row = score(path)
    rights = (("span", row.strict), ("overlap", row.relaxed), ("span and value", row.value))
    return [{name: Tally(right, row.found, right, row.gold) for name, right in rights}]
