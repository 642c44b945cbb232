"""Entities, events, relations and their evidence as plain values, for formats that are not RDF."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import pyoxigraph as ox

from kgraph import ontology
from kgraph.counted import FIELDS, Value, Values, every, tail, usual, whole
from kgraph.export.source import KG, OWL, RDF, RDFS, SKOS, assertion_iris, entity_iris, event_iris, read
from kgraph.rdf import PREFIXES, point
from kgraph.rdf import clean as valid
from kgraph.store import READINGS, Graph

NIF, PROV, SCHEMA = PREFIXES["nif"], PREFIXES["prov"], PREFIXES["schema"]
DC, DCTERMS = PREFIXES["dc"], PREFIXES["dcterms"]
_XSD, GEO = PREFIXES["xsd"], PREFIXES["geo"]
_ALTERNATE = ox.NamedNode(PROV + "alternateOf")
_INTEGERS = {_XSD + name for name in ("integer", "nonNegativeInteger", "int", "long")}
_LONGEST = 18  # digits of a number that every tool can hold
# Line ends of every kind and tabs; one line for one value is what tables and scripts need.
_BREAK = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Paper:
    """An article; its IRI is its id. What is not known is ""."""

    iri: str
    title: str
    date: str
    source: str
    url: str
    author: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its offsets in the article's text, in code points."""

    text: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence that tells a fact, and how that article takes it; ``confidence`` from 0 to 1."""

    article: str
    sentence: str
    realis: str
    according_to: tuple[str, ...]
    confidence: float | None
    report: str
    """The article, or the earliest copy of the same report that has the sentence."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity; ``classes`` are local names with their ancestors, ``cls`` the most particular."""

    iri: str
    cls: str
    classes: tuple[str, ...]
    label: str
    aliases: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    point: tuple[float, float] | None = None
    """Latitude and longitude in degrees."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as most articles tell it; ``evidence`` has each article's own word.

    ``roles`` are (role, IRI) pairs, ``values`` (name, text or number) pairs; dates are YYYY[-MM[-DD]].
    """

    iri: str
    cls: str
    classes: tuple[str, ...]
    label: str
    mode: str
    begin: str
    end: str
    basis: str
    realis: str
    confidence: float | None
    according_to: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, Value], ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """One article's assertion: ``object`` is an IRI or else "", and ``value`` holds the literal.

    ``iri`` is "" and ``evidence`` empty for a statement that came in some other way, as from a curated file.
    """

    iri: str
    subject: str
    predicate: str
    object: str
    value: Value
    realis: str
    evidence: tuple[Evidence, ...]

    @property
    def confidence(self) -> float | None:
        """The highest of its evidence."""
        return highest(self.evidence)

    @property
    def according_to(self) -> tuple[str, ...]:
        """Who says so, where it is not the article itself."""
        return tuple(sorted({who for item in self.evidence for who in item.according_to}))


class Facts:
    """What a graph says, read on demand; each kind in the order of its IRIs."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.sentence = lru_cache(maxsize=10_000)(self._sentence)
        self.paper = lru_cache(maxsize=10_000)(self._paper)

    @cached_property
    def _parents(self) -> Mapping[str, frozenset[str]]:
        return {name: cls.parents for name, cls in ontology.load().classes.items()}

    @cached_property
    def entities(self) -> Mapping[str, Thing]:
        """The entities by IRI; what is named in a fact and nowhere described is a "Thing"."""
        found = {iri.value: self._entity(iri) for iri in entity_iris(self._graph)}
        for iri in {*self._named()} - found.keys():
            found[iri] = Thing(iri, "Thing", ("Thing",), clean(tail(iri)))
        return dict(sorted(found.items()))

    def _named(self) -> Iterator[str]:
        """Yield what facts name."""
        for event in self.events:
            yield from (*(iri for _, iri in event.roles), *event.according_to)
        for claim in self.relations:
            yield from (iri for iri in (claim.subject, claim.object, *claim.according_to) if iri)

    @cached_property
    def events(self) -> tuple[Happening, ...]:
        """The events."""
        return tuple(self._event(iri) for iri in event_iris(self._graph))

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """All assertions, those of an event's numbers among them."""
        found = tuple(self._claim(iri) for iri in assertion_iris(self._graph))
        return tuple(claim for claim in found if claim.subject and claim.predicate)

    @cached_property
    def relations(self) -> tuple[Claim, ...]:
        """The assertions between entities, then statements about entities that no assertion gives."""
        events = {event.iri for event in self.events}
        found = [claim for claim in self.claims if claim.subject not in events]
        told = {(claim.subject, claim.predicate, claim.object or claim.value) for claim in found}
        for iri in entity_iris(self._graph):
            for predicate, objects in sorted(self._said(iri)[0].items()):
                if not predicate.startswith(KG) or predicate in FIELDS:
                    continue
                for value, is_iri in sorted(objects, key=str):
                    if (iri.value, tail(predicate), value) not in told:
                        name, target = tail(predicate), str(value) if is_iri else ""
                        value = "" if is_iri else value
                        found.append(Claim("", iri.value, name, target, value, "actual", ()))
        return tuple(found)

    @cached_property
    def literals(self) -> Mapping[str, tuple[Claim, ...]]:
        """What is actual of an entity and no other entity, as its position, by the entity's IRI."""
        found: dict[str, list[Claim]] = {}
        for claim in self.relations:
            if not claim.object and claim.realis == "actual":
                found.setdefault(claim.subject, []).append(claim)
        return {iri: tuple(claims) for iri, claims in found.items()}

    @cached_property
    def figures(self) -> tuple[Claim, ...]:
        """The numbers of events, each as one article gives it."""
        events = {event.iri for event in self.events}
        return tuple(claim for claim in self.claims if claim.subject in events)

    @cached_property
    def papers(self) -> tuple[Paper, ...]:
        """The articles."""
        return tuple(self.paper(article.iri) for article in self._graph.articles())

    @cached_property
    def mentions(self) -> Mapping[tuple[str, str], int]:
        """How often each entity is mentioned in each article: (entity, article) -> times."""
        found: Counter[tuple[str, str]] = Counter()
        predicate = ox.NamedNode(KG + "refersTo")
        for quad in read(self._graph, self._graph.store.quads_for_pattern(None, predicate, None, None)):
            if isinstance(quad.graph_name, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                found[quad.object.value, quad.graph_name.value] += 1
        return dict(sorted(item for item in found.items() if item[0][0] in self.entities))

    def label(self, iri: str) -> str:
        """Return the label of an entity."""
        return self.entities[iri].label if iri in self.entities else clean(tail(iri))

    def _said(self, subject: ox.NamedNode) -> tuple[Values[Value], Mapping[str, Values[Value]]]:
        """Return what all articles say of a subject, and what each says."""
        every: dict[str, Counter[tuple[Value, bool]]] = {}
        each: dict[str, dict[str, Counter[tuple[Value, bool]]]] = {}
        for quad in read(self._graph, self._graph.store.quads_for_pattern(subject, None, None, None)):
            graph = quad.graph_name
            if not isinstance(graph, ox.NamedNode) or graph == READINGS:
                continue
            value = (_value(quad.object), isinstance(quad.object, ox.NamedNode))
            for table in (every, each.setdefault(graph.value, {})):
                table.setdefault(quad.predicate.value, Counter())[value] += 1
        return every, dict(sorted(each.items()))

    def _class(self, values: Values[Value]) -> tuple[str, tuple[str, ...]]:
        """Return the class deepest in the ontology, and all of them; one unknown there counts as deepest."""
        names = [tail(iri) for iri in every(values, RDF + "type") if iri.startswith(KG)] or ["Thing"]
        return max(names, key=lambda name: (len(self._parents.get(name, range(99))), name)), tuple(names)

    def _entity(self, iri: ox.NamedNode) -> Thing:
        values, _ = self._said(iri)
        cls, classes = self._class(values)
        label = usual(values, SKOS + "prefLabel") or usual(values, RDFS + "label") or tail(iri.value)
        names = {*every(values, SKOS + "prefLabel"), *every(values, SKOS + "altLabel")} - {label}
        aliases, same_as = tuple(sorted(map(clean, names))), tuple(every(values, OWL + "sameAs"))
        return Thing(iri.value, cls, classes, clean(label), aliases, same_as, self._point(values))

    def _point(self, values: Values[Value]) -> tuple[float, float] | None:
        """Return the point of the geometry that most articles give."""
        geometry = usual(values, GEO + "hasGeometry")
        if not geometry:
            return None
        said, _ = self._said(ox.NamedNode(geometry))
        found = point(str(usual(said, GEO + "asWKT")))
        return found and (found[1], found[0])

    def _event(self, iri: ox.NamedNode) -> Happening:
        values, each = self._said(iri)
        cls, classes = self._class(values)
        evidence = self._evidence(each)
        roles, literals = [], []
        for predicate, objects in values.items():
            if predicate.startswith(KG) and predicate not in FIELDS:
                for value, is_iri in objects:
                    if is_iri:
                        roles.append((tail(predicate), str(value)))
                    else:
                        literals.append((tail(predicate), value))
        return Happening(
            iri=iri.value,
            cls=cls,
            classes=classes,
            label=clean(usual(values, RDFS + "label") or usual(values, KG + "trigger") or cls),
            mode=tail(usual(values, KG + "mode")).removeprefix("mode-"),
            begin=usual(values, KG + "beginDate"),
            end=usual(values, KG + "endDate"),
            basis=usual(values, KG + "dateBasis"),
            realis=usual(values, KG + "realis") or "actual",
            confidence=highest(evidence),
            according_to=tuple(every(values, KG + "accordingTo")),
            roles=tuple(sorted(roles)),
            values=tuple(sorted(literals, key=lambda pair: (pair[0], isinstance(pair[1], str), pair[1]))),
            evidence=evidence,
        )

    def _claim(self, iri: ox.NamedNode) -> Claim:
        values, each = self._said(iri)
        objects = sorted(values.get(RDF + "object", ()), key=str)
        value, is_iri = objects[0] if objects else ("", False)
        return Claim(
            iri=iri.value,
            subject=usual(values, RDF + "subject"),
            predicate=tail(usual(values, RDF + "predicate")),
            object=str(value) if is_iri else "",
            value="" if is_iri else value,
            realis=usual(values, KG + "realis") or "actual",
            evidence=self._evidence(each),
        )

    def _evidence(self, each: Mapping[str, Values[Value]]) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(
                article=article,
                sentence=sentence,
                realis=usual(values, KG + "realis") or "actual",
                according_to=tuple(every(values, KG + "accordingTo")),
                confidence=_confidence(values),
                report=self._report(sentence, article),
            )
            for article, values in each.items()
            for sentence in sorted(every(values, PROV + "wasDerivedFrom"), key=natural)
        )

    def _report(self, sentence: str, article: str) -> str:
        """Return the article that has a sentence first, where that is a copy of the same report."""
        found = self._graph.store.quads_for_pattern(
            ox.NamedNode(sentence), _ALTERNATE, None, ox.DefaultGraph()
        )
        for quad in found:
            if isinstance(quad.object, ox.NamedNode):
                return quad.object.value.partition("#")[0]
        return article

    def _sentence(self, iri: str) -> Sentence:
        values, _ = self._said(ox.NamedNode(iri))
        text = clean(usual(values, NIF + "isString"))
        begin = whole(values, KG + "offset")
        return Sentence(text, begin, begin + whole(values, NIF + "endIndex"))

    def _paper(self, iri: str) -> Paper:
        values, _ = self._said(ox.NamedNode(iri))
        title = usual(values, SCHEMA + "headline") or usual(values, DCTERMS + "identifier") or tail(iri)
        date, source = usual(values, SCHEMA + "datePublished"), usual(values, DC + "source")
        # Only an address is written as an IRI; ``javascript:`` and the like stay literals and are left out.
        urls = sorted(str(value) for value, is_iri in values.get(SCHEMA + "url", ()) if is_iri)
        author = clean(usual(values, DC + "creator"))
        return Paper(iri, clean(title), clean(date), clean(source), urls[0] if urls else "", author)


def clean(text: str) -> str:
    """Return a text on one line without what XML cannot carry, replaced one for one: offsets stay right."""
    return _BREAK.sub(" ", valid(text))


def highest(evidence: tuple[Evidence, ...]) -> float | None:
    """Return the highest confidence; None where none is given."""
    return max((item.confidence for item in evidence if item.confidence is not None), default=None)


def numbers(facts: Facts) -> frozenset[str]:
    """Return the names of events' values that are whole numbers in every event, for typed columns."""
    every = {name for event in facts.events for name, _ in event.values}
    return frozenset(
        every - {name for event in facts.events for name, value in event.values if isinstance(value, str)}
    )


def values_of(event: Happening, whole: frozenset[str]) -> dict[str, Value]:
    """Return the values by name: the highest where each is a number, else the texts."""
    found: dict[str, list[Value]] = {}
    for name, value in event.values:
        found.setdefault(name, []).append(value)
    return {
        name: max(int(value) for value in values) if name in whole else "; ".join(map(str, values))
        for name, values in found.items()
    }


def natural(iri: str) -> tuple[str, int, str]:
    """Return a sort key that puts the sentences of an article in their order."""
    article, _, place = iri.partition("#char=")
    begin = place.partition(",")[0]
    return article, int(begin) if begin.isdecimal() and begin.isascii() else 0, iri


def _confidence(values: Values[Value]) -> float | None:
    try:
        found = float(usual(values, KG + "confidence"))
    except ValueError:
        return None
    return found if 0 <= found <= 1 else None


def _value(term: Any) -> Value:
    if isinstance(term, ox.Literal):
        text = term.value
        if term.datatype.value in _INTEGERS and text.lstrip("+-").isdecimal() and len(text) <= _LONGEST:
            return int(text)
        return clean(text)
    return str(getattr(term, "value", term))
