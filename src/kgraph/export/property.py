"""Facts as nodes and relationships with properties: what Neo4j and its like hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kgraph.export.facts import Claim, Evidence, Facts, numbers, values_of

Property = str | int | float | tuple[str, ...]
_UNFIT = re.compile(r"[^A-Za-z0-9_]", re.ASCII)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_EVENT_TEXTS = ("class", "label", "mode", "beginDate", "endDate", "dateBasis", "realis")


@dataclass(frozen=True, slots=True)
class Node:
    """One node; what is not known is not among the properties."""

    id: str
    labels: tuple[str, ...]
    properties: Mapping[str, Property]


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship between two nodes, with its type in capitals."""

    start: str
    end: str
    type: str
    properties: Mapping[str, Property]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes of one kind, with the type of each property that some of them have."""

    name: str
    columns: Mapping[str, type]
    rows: Iterator[Node]


@dataclass(frozen=True, slots=True)
class Relationships:
    """Relationships of one kind, with the type of each property that some of them have."""

    name: str
    columns: Mapping[str, type]
    rows: Iterator[Relationship]


def nodes(facts: Facts) -> tuple[Nodes, ...]:
    """Return the entities, events and articles."""
    said = sorted({_key(claim.predicate) for claim in facts.relations if not claim.object})
    fixed: dict[str, type] = {"label": str, "class": str, "aliases": tuple, "sameAs": tuple}
    entities = fixed | {name: tuple for name in said if name not in fixed}
    whole = numbers(facts)
    named = sorted({name for event in facts.events for name, _ in event.values})
    fixed = {**dict.fromkeys(_EVENT_TEXTS, str), "confidence": float}
    events = fixed | {_key(name): int if name in whole else str for name in named if _key(name) not in fixed}
    articles = dict.fromkeys(("title", "date", "source", "url", "author"), str)
    return (
        Nodes("entities", entities, _entities(facts)),
        Nodes("events", events, _events(facts)),
        Nodes("articles", articles, _articles(facts)),
    )


def relationships(facts: Facts) -> tuple[Relationships, ...]:
    """Return roles of events, relations (one for each article's assertion), and where each is told."""
    relation = {"id": str, "realis": str, "confidence": float, "accordingTo": tuple}
    relation |= {"article": str, "sentences": tuple}
    told = {
        "realis": str,
        "confidence": float,
        "accordingTo": tuple,
        "sentence": str,
        "begin": int,
        "end": int,
    }
    return (
        Relationships("roles", {}, _roles(facts)),
        Relationships("relations", relation, _relations(facts)),
        Relationships("told-in", told, _told(facts)),
        Relationships("mentioned-in", {"times": int}, _mentioned(facts)),
    )


def type_name(name: str) -> str:
    """Return a property's name as the type of a relationship: operatedBy, OPERATED_BY."""
    return _UNFIT.sub("_", _HUMP.sub("_", name)).upper() or "RELATED_TO"


def _key(name: str) -> str:
    return _UNFIT.sub("_", name) or "value"


def _entities(facts: Facts) -> Iterator[Node]:
    for entity in facts.entities.values():
        said: dict[str, set[str]] = {}
        for claim in facts.literals.get(entity.iri, ()):
            said.setdefault(_key(claim.predicate), set()).add(str(claim.value))
        texts = {name: tuple(sorted(values)) for name, values in sorted(said.items())}
        fixed: dict[str, Property | None] = {
            "label": entity.label,
            "class": entity.cls,
            "aliases": entity.aliases,
        }
        fixed["sameAs"] = entity.same_as
        labels = ("Entity", *(name for name in map(_key, entity.classes) if name != "Entity"))
        yield Node(entity.iri, labels, _known({**texts, **fixed}))


def _events(facts: Facts) -> Iterator[Node]:
    whole = numbers(facts)
    for event in facts.events:
        texts = (event.cls, event.label, event.mode, event.begin, event.end, event.basis, event.realis)
        fixed: dict[str, Property | None] = {**dict(zip(_EVENT_TEXTS, texts, strict=True))}
        fixed["confidence"] = event.confidence
        values = {_key(name): value for name, value in values_of(event, whole).items()}
        yield Node(event.iri, tuple(map(_key, event.classes)), _known({**values, **fixed}))


def _articles(facts: Facts) -> Iterator[Node]:
    for paper in facts.papers:
        texts = {"title": paper.title, "date": paper.date, "source": paper.source, "url": paper.url}
        yield Node(paper.iri, ("Article",), _known({**texts, "author": paper.author}))


def _roles(facts: Facts) -> Iterator[Relationship]:
    for event in facts.events:
        for role, iri in event.roles:
            yield Relationship(event.iri, iri, type_name(role), {})
        for iri in event.according_to:
            yield Relationship(event.iri, iri, "ACCORDING_TO", {})


def _relations(facts: Facts) -> Iterator[Relationship]:
    for claim in facts.relations:
        if claim.object:
            yield Relationship(claim.subject, claim.object, type_name(claim.predicate), _claim(facts, claim))


def _claim(facts: Facts, claim: Claim) -> Mapping[str, Property]:
    return _known(
        {
            "id": claim.iri,
            "realis": claim.realis,
            "confidence": claim.confidence,
            "accordingTo": tuple(facts.label(iri) for iri in claim.according_to),
            "article": claim.evidence[0].article if claim.evidence else "",
            "sentences": tuple(facts.sentence(item.sentence).text for item in claim.evidence),
        }
    )


def _told(facts: Facts) -> Iterator[Relationship]:
    known = {paper.iri for paper in facts.papers}
    for event in facts.events:
        for item in event.evidence:
            if item.article in known:
                yield Relationship(event.iri, item.article, "TOLD_IN", _evidence(facts, item))


def _evidence(facts: Facts, item: Evidence) -> Mapping[str, Property]:
    sentence = facts.sentence(item.sentence)
    return _known(
        {
            "realis": item.realis,
            "confidence": item.confidence,
            "accordingTo": tuple(facts.label(iri) for iri in item.according_to),
            "sentence": sentence.text,
            "begin": sentence.begin,
            "end": sentence.end,
        }
    )


def _mentioned(facts: Facts) -> Iterator[Relationship]:
    known = {paper.iri for paper in facts.papers}
    for (entity, article), times in facts.mentions.items():
        if article in known:
            yield Relationship(entity, article, "MENTIONED_IN", {"times": times})


def _known(properties: Mapping[str, Property | None]) -> dict[str, Property]:
    """Leave out what is not known."""
    return {name: value for name, value in properties.items() if value is not None and value not in ("", ())}
