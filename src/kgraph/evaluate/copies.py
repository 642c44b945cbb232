"""Are copies of one report told from different reports: pairs of articles, on copies made by rules.

Each article of our collection is what an agency sent; outlets print it by the rules of ``OUTLETS``. Pairs of
one report are right. Wrong are pairs of two articles, though six of them tell the same affair, and pairs of
two reports of one mould in ``series.txt``.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.evaluate.collection import read
from kgraph.evaluate.measures import Documents, Tally
from kgraph.model import Span
from kgraph.nlp.encoder import Encoder
from kgraph.resolve.copies import Copies, find, read_passages, signed, sketch

Sentences = Sequence[str]


@dataclass(frozen=True, slots=True)
class Printed:
    """An article as one outlet prints it; ``report`` is one for all copies of a text."""

    id: str
    report: str
    outlet: str
    set: str
    """The affair or series; errors are counted there."""
    date: str
    sentences: tuple[str, ...]


# ---------------------------------------------------------------- what outlets do to a report


_MONTHS = "January|February|March|April|June|July|August|September|October|November|December"
_STYLE = (
    (r"\b([Oo]rgan|[Rr]ecogn|[Cc]ritic|[Mm]obil|[Aa]uthor|[Ee]mphas)is(e|ed|es|ing|ation)\b", r"\1iz\2"),
    (r"\b([Dd]efen|[Oo]ffen)ce\b", r"\1se"),
    (r"\b([Hh]arb|[Ll]ab|[Nn]eighb|[Hh]on|[Cc]ol|[Aa]rm)our(s|ed|ing|y)?\b", r"\1or\2"),
    (r"\b([Cc]ent|[Tt]heat|[Kk]ilomet|[Mm]et|[Ll]it)re(s?)\b", r"\1er\2"),
    (r"\bper cent\b", "%"),
    (r"(?<!-)\b[Tt]hree\b", "3"), (r"(?<!-)\b[Tt]wo\b", "2"), (r"(?<!-)\b[Ff]our\b", "4"),
    (r"(?<!-)\b[Ff]ive\b", "5"), (r" 12 ", " twelve "), (r" 14 ", " fourteen "), (r" 20 ", " twenty "),
    (r"(\d),(\d)", r"\1\2"),
    (r"\bUnited States\b", "U.S."), (r"\bUnited Nations\b", "U.N."),
    (r" on (?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b", ""),
    (rf"\b(\d{{1,2}}) ({_MONTHS})\b", r"\2 \1"),
    (r"[\"“”]", "'"),
    (r"\bsaid\b", "told reporters"),
    (r" - | – ", "—"),
)  # fmt: skip
_AGENCY = (
    "Additional reporting by our correspondents in the region.",
    "Our standards: accuracy, independence and freedom from bias are what readers of this service can trust.",
    "Sign up for our daily newsletter to get the most important stories of the day in your inbox.",
)
_LOCAL = (
    (
        "Shopkeepers in our own town said they had followed the news with worry since the morning.",
        "The mayor's office has asked residents with relatives abroad to register with the consulate.",
    ),
    (
        "Prices at filling stations in the county went up again after the first headlines came in.",
        "A prayer for peace will be held at Saint Anne's on Sunday evening, the parish council said.",
    ),
    (
        "Two students of the local college who come from the region declined to give their names.",
        "Our newspaper will print letters from readers on the matter in its weekend edition.",
    ),
)


def _style(sentence: str) -> str:
    for pattern, instead in _STYLE:
        sentence = re.sub(pattern, instead, sentence)
    return sentence


def _shortened(sentence: str) -> str:
    """Without its last clause, where enough is left."""
    head, comma, _ = sentence.rpartition(", ")
    return head + "." if comma and len(head.split()) >= 9 else sentence


def _lead(sentence: str) -> str:
    """The clause after the first comma goes to the front, where there are two."""
    head, comma, tail = sentence.rstrip(".").partition(", ")
    if not comma or len(tail.split()) < 3:
        return "In brief: " + sentence
    return f"{tail[0].upper()}{tail[1:]}: {head[0].lower()}{head[1:]}."


def _half(sentences: Sentences) -> Sentences:
    return sentences[: max(2, (len(sentences) + 1) // 2)]


OUTLETS: Mapping[str, Callable[[Sentences, int], Sentences]] = {
    "agency": lambda told, _: told,
    "dateline": lambda told, _: ("CAPITAL CITY, Monday (Our agencies) — " + told[0], *told[1:]),
    "cut": lambda told, _: _half(told),
    "brief": lambda told, _: told[:2],
    "end": lambda told, _: (told[0], *told[2:]) if len(told) > 3 else told,
    "style": lambda told, _: [_style(sentence) for sentence in told],
    "lead": lambda told, _: (_lead(told[0]), *told[1:]),
    "local": lambda told, number: (*told[:3], *_LOCAL[number % 3], *told[3:]),
    "boilerplate": lambda told, _: (*_half([_style(sentence) for sentence in told]), *_AGENCY),
    "clauses": lambda told, _: [_shortened(sentence) for sentence in told],
    "everything": lambda told, number: (
        *_LOCAL[number % 3][:1],
        *(_shortened(_style(sentence)) for sentence in told[: max(3, len(told) - 2)]),
        _AGENCY[number % 3],
    ),
}
"""How each outlet prints a report: its sentences, and the number of the report."""


def copies_of(report: str, set: str, date: str, sentences: Sentences, number: int) -> Iterator[Printed]:
    """A report as every outlet prints it, up to two days later."""
    day = datetime.date.fromisoformat(date)
    for at, (outlet, rule) in enumerate(OUTLETS.items()):
        printed = (day + datetime.timedelta(days=at % 3)).isoformat()
        yield Printed(f"{report} {outlet}", report, outlet, set, printed, tuple(rule(sentences, number)))


def series(path: Path) -> Iterator[Printed]:
    """The reports of the series of a file, each a report of its own. Raises KGraphError naming the line."""
    name = ""
    mould: list[str] = []
    count = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("## "):
            name, mould, count = line[3:].strip(), [], 0
        elif re.match(r"\d{4}-\d{2}-\d{2} \|", line):
            date, *values = (value.strip() for value in line.split("|"))
            count += 1
            try:
                sentences = tuple(sentence.format("", *values) for sentence in mould)
            except IndexError as error:
                raise KGraphError(f"{path}:{number}: has fewer fillings than the mould has gaps") from error
            yield Printed(f"{name} {count}", f"{name} {count}", "series", name, date, sentences)
        elif line and not line.startswith("#"):
            mould.append(line)


# ---------------------------------------------------------------- scores


def grouped(articles: Sequence[Printed]) -> Copies:
    """The copies among articles whose sentences are known."""
    kept = {}
    for article in articles:
        ends = list(itertools.accumulate(len(sentence) + 1 for sentence in article.sentences))
        spans = [
            Span(end - 1 - len(sentence), end - 1)
            for sentence, end in zip(article.sentences, ends, strict=True)
        ]
        kept[article.id] = signed(" ".join(article.sentences), spans)
    return find(
        (sketch(article.id, article.date, kept[article.id][0]) for article in articles),
        lambda name: read_passages(kept[name][1]),
    )


def evaluate(folder: Path, encoder: Encoder | None = None) -> Documents:
    """Pairs of articles in one group, right where both are one report; a document is an affair or a series.

    ``pairs`` are all; ``pairs of NAME`` those of the report with what one outlet made of it, of which only
    the recall is told. Nothing is read with the model: the sentences are known.
    """
    paths = sorted(folder.glob("collection-*.txt")) or sorted(folder.glob("fitting-*.txt"))
    if not paths or not (folder / "series.txt").is_file():
        raise KGraphError(f"{folder}: holds no collection-*.txt, or no series.txt")
    return scored(articles(paths, folder / "series.txt"))


def articles(paths: Sequence[Path], moulds: Path) -> list[Printed]:
    """All reports as all outlets print them, and the series."""
    found: list[Printed] = []
    number = 0
    for path in paths:
        for item in read(path):
            told = re.split(r"(?<=[.!?”\"]) (?=[A-Z\"“<])", item.article.text)
            affair = f"{path.stem} {item.article.id.partition('-')[0]}"
            report = f"{path.stem} {item.article.id}"
            found += copies_of(report, affair, item.article.date or "", told, number)
            number += 1
    return found + list(series(moulds))


def scored(articles: Sequence[Printed]) -> Documents:
    """The tallies of each affair and series."""
    copies = grouped(articles)
    groups: dict[str, list[Printed]] = defaultdict(list)
    reports: dict[str, list[Printed]] = defaultdict(list)
    for article in articles:
        groups[copies.of.get(article.id, article.id)].append(article)
        reports[article.report].append(article)
    home = {article.id: copies.of.get(article.id, article.id) for article in articles}
    tallies: dict[str, dict[str, Tally]] = {article.set: defaultdict(Tally) for article in articles}
    for members in groups.values():
        for one, other in itertools.combinations(members, 2):
            right = float(one.report == other.report)
            tallies[one.set]["pairs"] += Tally(right, 1, 0, 0)
    for members in reports.values():
        for one, other in itertools.combinations(members, 2):
            found = float(home[one.id] == home[other.id])
            tallies[one.set]["pairs"] += Tally(0, 0, found, 1)
            if one.outlet == "agency":
                tallies[one.set][f"pairs of {other.outlet}"] += Tally(found, found, found, 1)
    return list(tallies.values())
