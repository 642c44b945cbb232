"""Our own sentences and articles as training samples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.nlp.labels import (
    HEAD_TYPES,
    MENTION_TYPES,
    RE3D_RELATIONS,
    RELATIONS,
    ROLES,
    SCHEMES,
    UNDIRECTED,
)
from kgraph.nlp.links import PRONOUNS
from kgraph.train.annotated import Annotated, Line, Mark, read
from kgraph.train.samples import Links, Sample, Span, lines
from kgraph.train.schemes import (
    OWN_POLITICS,
    OWN_POLITICS_OUTSIDE,
    OWN_RE3D,
    OWN_RE3D_OUTSIDE,
    POLITICS,
    Allowed,
    inside,
    outside,
)

TYPED = re.compile(r"\[([^\[\]|]+)\|([A-Za-z]+)(?:#(\d+))?\]")
MARK = re.compile(r"\[([^\[\]|]+)\|([A-Za-z]+)\]|<([^<>|]+)\|([A-Za-z]+)>")


class Tokenize:
    """Text to (word, begin) pairs by spaCy's English tokenizer, the one used when reading."""

    def __init__(self) -> None:
        import spacy

        self._nlp = spacy.blank("en")

    def __call__(self, text: str) -> list[tuple[str, int]]:
        """Words with the offset of their first character."""
        return [(token.text, token.idx) for token in self._nlp.make_doc(text) if not token.is_space]


def covered(tokens: Sequence[tuple[str, int]], begin: int, end: int) -> tuple[int, int]:
    """First word and word after the last that a span of characters touches; equal where there is none."""
    inside = [i for i, (word, at) in enumerate(tokens) if at < end and at + len(word) > begin]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def read_marked(path: Path, tokenize: Tokenize) -> Iterator[Sample]:
    """Sentences of their own: ``[Al Udeid Air Base|Base]`` is a name, ``<rebels|ArmedGroup>`` a nominal."""
    for number, line in enumerate(lines(path), start=1):
        if not line.strip():
            continue
        text, spans, position = "", [], 0
        for match in MARK.finditer(line):
            text += line[position : match.start()]
            surface, label = match.group(1) or match.group(3), match.group(2) or match.group(4)
            if label not in MENTION_TYPES:
                raise KGraphError(
                    f"{path}:{number}: {label!r} is not a type; known: {', '.join(MENTION_TYPES)}"
                )
            spans.append((len(text), len(text) + len(surface), label, match.group(1) is not None))
            text += surface
            position = match.end()
        text += line[position:]
        tokens = tokenize(text)
        names: list[Allowed] = [frozenset({"O"})] * len(tokens)
        types: list[Allowed] = [frozenset({"None", "Other"})] * len(tokens)
        for begin, end, label, is_name in spans:
            first, last = covered(tokens, begin, end)
            for index in range(first, last):
                if is_name:
                    names[index] = frozenset({f"{'B' if index == first else 'I'}-{label}"})
                    types[index] = frozenset(HEAD_TYPES)
            if last > first and not is_name:
                types[last - 1] = frozenset({label})
        yield Sample(
            [word for word, _ in tokens],
            tags={"names": names},
            head_types=types,
            document=f"{path.stem}-{number}",
        )


def read_typed(path: Path, tokenize: Tokenize, scheme: str) -> Iterator[Sample]:
    """Our sentences with the entities of another scheme: ``[the rebels|Organisation#1]`` is entity 1.

    Lines ``= 1 FightingAgainst 2`` hold relations of re3d; an empty line ends a document, and where there is
    none the sentences have nothing to do with each other.
    """
    document, grouped = 0, any(not line.strip() for line in lines(path))
    text, spans, relations = "", list[tuple[int, int, str, str]](), list[tuple[str, str, str]]()
    for number, line in enumerate([*lines(path), ""], start=1):
        if line.startswith("= "):
            one, label, other = line.split()[1:]
            if label not in RE3D_RELATIONS or not {one, other} <= {mark[3] for mark in spans}:
                raise KGraphError(f"{path}:{number}: no relation of re3d between marks of the sentence")
            relations.append((one, label, other))
            continue
        if text:
            yield _typed(tokenize(text), spans, relations, scheme, f"{path.stem}-{document}")
            document += not grouped
        if not line.strip():
            document += 1
        text, spans, relations, position = "", [], [], 0
        for match in TYPED.finditer(line):
            text += line[position : match.start()]
            surface, label, mark = match.groups()
            if label not in SCHEMES[scheme]:
                raise KGraphError(f"{path}:{number}: {label!r} is no type of {scheme}")
            spans.append((len(text), len(text) + len(surface), label, mark or ""))
            text += surface
            position = match.end()
        text += line[position:]


def _typed(
    tokens: Sequence[tuple[str, int]],
    spans: Sequence[tuple[int, int, str, str]],
    relations: Sequence[tuple[str, str, str]],
    scheme: str,
    document: str,
) -> Sample:
    placed = [(*covered(tokens, begin, end), label, mark) for begin, end, label, mark in spans]
    tags = _flat([(first, last, frozenset({label})) for first, last, label, _ in placed], len(tokens))
    sample = Sample([word for word, _ in tokens], tags={scheme: tags}, document=document)
    if scheme == "re3d":
        sample.mentions = [Span(first, last, "") for first, last, _, _ in placed]
        order: dict[str, list[str]] = {}
        for index, (_, _, _, mark) in enumerate(placed):
            order.setdefault(mark, []).append(f"m{index}")
        positive: dict[tuple[str, str], set[str]] = {}
        for one, label, other in relations:
            for left in order[one]:
                for right in order[other]:
                    positive.setdefault((left, right), set()).add(label)
                    if label in UNDIRECTED:
                        positive.setdefault((right, left), set()).add(label)
        sample.links = Links(positive, frozenset(RE3D_RELATIONS))
    else:
        sample.tags["names"] = [_as_names(allowed) for allowed in tags]
    return sample


def _as_names(allowed: Allowed) -> Allowed:
    """The tags of our names that a tag of CrossNER politics stands for."""
    (tag,) = allowed
    if tag == "O":
        return outside(POLITICS)
    return inside(POLITICS.types[tag[2:]], tag[0], optional=tag[2:] in POLITICS.optional)


def held_out(article: Annotated) -> bool:
    """Every tenth article is kept for scores: the only gold there is for our thirteen types."""
    return article.id.endswith("0")


def held_out_articles(path: Path) -> Iterator[Annotated]:
    """The articles held out, of a file or of all ``articles-*.txt`` of a folder."""
    files = sorted(path.glob("articles-*.txt")) if path.is_dir() else [path]
    return (article for file in files for article in read(file) if held_out(article))


def read_articles(path: Path, tokenize: Tokenize, *, dev: bool = False) -> Iterator[Sample]:
    """Annotated articles (``train.annotated``), a sample for each sentence; those held out with ``dev``."""
    for article in read(path):
        if held_out(article) == dev:
            yield from article_samples(article, tokenize)


def article_samples(article: Annotated, tokenize: Tokenize) -> Iterator[Sample]:
    """The sentences of one annotated article."""
    for line in article.lines:
        tokens = tokenize(line.text)
        yield _sample(line, tokens, article.id)


def _sample(line: Line, tokens: Sequence[tuple[str, int]], document: str) -> Sample:
    count = len(tokens)
    placed = [(mark, *covered(tokens, mark.begin, mark.end)) for mark in line.marks]
    marks = [item for item in placed if item[0].kind != "trigger" and item[2] > item[1]]
    names = [(begin, end, frozenset({mark.label})) for mark, begin, end in marks if mark.kind == "name"]
    triggers: list[Allowed] = [frozenset({"None"})] * count
    realis: list[Allowed] = [frozenset()] * count
    told = {happening.number: happening for happening in line.happenings}
    at: dict[str, int] = {}
    for mark, begin, _ in placed:
        if mark.kind == "trigger":
            triggers[begin] = frozenset({mark.label})
            realis[begin] = frozenset({told[mark.number].realis})
            at[mark.number] = begin
    return Sample(
        [word for word, _ in tokens],
        tags={
            "names": _flat(names, count),
            "re3d": _re3d(marks, tokens),
            "politics": _politics(marks, count),
        },
        head_types=[frozenset({"None", "Other"})] * count,
        triggers=triggers,
        realis=realis,
        mentions=[Span(begin, end, mark.number, frozenset({mark.label})) for mark, begin, end in marks],
        typed=True,
        links=_links(line, marks, at),
        document=document,
        boundaries=True,
    )


def _flat(
    spans: Iterable[tuple[int, int, Allowed]], count: int, outside: Allowed = frozenset({"O"})
) -> list[Allowed]:
    """Tags of flat spans with the types each may have; the longer of two that overlap is kept."""
    tags = [outside] * count
    taken = [False] * count
    for begin, end, types in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if any(taken[begin:end]):
            continue
        for index in range(begin, end):
            taken[index] = True
            tags[index] = frozenset(f"{'B' if index == begin else 'I'}-{name}" for name in types)
    return tags


def _re3d(marks: Sequence[tuple[Mark, int, int]], tokens: Sequence[tuple[str, int]]) -> list[Allowed]:
    """The tags that re3d may give.

    A title joins the name after it, and "the" may: re3d has it inside, we leave it out. Which of the nominals
    and pronouns re3d would mark is left open, and so is all that we do not mark.
    """
    spans = [(begin, end, OWN_RE3D[mark.label], mark.kind) for mark, begin, end in marks]
    for mark, begin, end in marks:
        for other, first, last in marks:
            titled = mark.kind == "nominal" and other.kind == "name" and first == end
            if titled and mark.number == other.number:
                spans.append((begin, last, OWN_RE3D[mark.label], "name"))
    tags = [OWN_RE3D_OUTSIDE] * len(tokens)
    taken = [False] * len(tokens)
    for begin, end, types, kind in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if not types or any(taken[begin:end]):
            continue
        loose = kind != "name" or tokens[begin][0].lower() in PRONOUNS
        either = frozenset(f"{prefix}-{name}" for name in types for prefix in "BI")
        for index in range(begin, end):
            taken[index] = True
            starts = frozenset(tag for tag in either if (tag[0] == "B") == (index == begin))
            tags[index] = starts | ({"O"} if loose else set())
        before = begin - 1
        if begin and not taken[before] and tokens[before][0].lower() == "the":
            taken[before] = True
            tags[before] = OWN_RE3D_OUTSIDE | {tag for tag in either if tag[0] == "B"}
            tags[begin] = tags[begin] | either
    return tags


def _politics(marks: Sequence[tuple[Mark, int, int]], count: int) -> list[Allowed]:
    """The tags that CrossNER may give our names; nominals are none there."""
    tags = [OWN_POLITICS_OUTSIDE] * count
    for mark, begin, end in sorted(marks, key=lambda item: item[1] - item[2]):
        if mark.kind == "name":
            for index in range(begin, end):
                tags[index] = inside(
                    OWN_POLITICS[mark.label], "B" if index == begin else "I", optional=mark.label in LOOSE
                )
    return tags


LOOSE = frozenset({"Nationality", "Equipment", "Document"})
"""What CrossNER marks at times."""
AS_RE3D = {
    "fights": "FightingAgainst",
    "alliedWith": "AlliesOf",
    "supports": "AlliesOf",
    "leads": "InChargeOf",
    "uses": "InChargeOf",
    "memberOf": "BelongsTo",
    "partOf": "BelongsTo",
    "locatedIn": "CoLocated",
    "stationedAt": "CoLocated",
}
"""Relations of re3d that follow from ours. There, whoever uses or holds a thing is in charge of it."""
EVENTS_AS_RE3D = {
    **dict.fromkeys(("Assault", "Defeat"), "FightingAgainst"),
    **dict.fromkeys(("Consultation", "Request", "Agreement", "Threat"), "CommWith"),
    **dict.fromkeys(("Aid", "Support", "Cooperation"), "AlliesOf"),
    "Capture": "InChargeOf",
}
"""Relations of re3d between the actor and the recipient of an event that is not negated."""


def _links(line: Line, marks: Sequence[tuple[Mark, int, int]], triggers: dict[str, int]) -> Links:
    """Roles and relations between all mentions of the chains that they name."""
    by_chain: dict[str, list[str]] = {}
    for index, (mark, _, _) in enumerate(marks):
        by_chain.setdefault(mark.number, []).append(f"m{index}")
    positive: dict[tuple[str, str], set[str]] = {}
    open_: set[tuple[str, str, str]] = set()

    def hold(one: str, label: str, other: str) -> None:
        for left in by_chain.get(one, ()):
            for right in by_chain.get(other, ()):
                positive.setdefault((left, right), set()).add(label)
                if label in UNDIRECTED:
                    positive.setdefault((right, left), set()).add(label)

    for subject, property_, object_ in line.relations:
        hold(subject, property_, object_)
        if property_ in AS_RE3D:
            hold(subject, AS_RE3D[property_], object_)
        if property_ == "operatedBy":
            hold(object_, "InChargeOf", subject)
    labels = {mark.number: mark.label for mark in line.marks if mark.kind == "trigger"}
    for happening in line.happenings:
        trigger = f"t{triggers[happening.number]}"
        for role, chain in happening.roles:
            for mention in by_chain.get(chain, ()):
                positive.setdefault((trigger, mention), set()).add(role)
        found = EVENTS_AS_RE3D.get(labels[happening.number])
        if found and happening.realis != "negated":
            for one, actor in happening.roles:
                for other, recipient in happening.roles:
                    if (one, other) == ("actor", "recipient"):
                        hold(actor, found, recipient)
        # What takes part in one event may well count as related in re3d.
        parts = [mention for _, chain in happening.roles for mention in by_chain.get(chain, ())]
        open_ |= {(one, other, label) for one in parts for other in parts for label in RE3D_RELATIONS}
    return Links(positive, frozenset({*ROLES, *RELATIONS, *RE3D_RELATIONS}), open_)
