"""Facts to RDF: the only place that makes IRIs, literals and quads.

Everything an article holds is taken for hostile: IRIs are slugged, percent-encoded and checked, characters
that XML and Turtle cannot carry become U+FFFD, a date or URL that would be malformed is not written as one.
Terms are pyoxigraph's; the layout of the graph is in the README. The same Extraction gives the same quads.
"""

from __future__ import annotations

import bisect
import calendar
import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kgraph.errors import KGraphError, OntologyError
from kgraph.gazetteer import Entry, Gazetteer
from kgraph.model import Article, Entity, Event, Extraction, Mention, Relation, Role, Span
from kgraph.names import BASE as BASE
from kgraph.names import PREFIXES as PREFIXES
from kgraph.ontology import Ontology
from kgraph.terms import Term as Term
from kgraph.terms import Value as Value
from kgraph.terms import clean as clean
from kgraph.terms import is_iri as is_iri
from kgraph.terms import name as _name
from kgraph.terms import node as _node
from kgraph.terms import term as term

FAMILIES = ("person", "actor", "place", "equipment", "event", "document", "unknown")

_ESCAPE_NEEDED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_SLUG = re.compile(r"[^A-Za-z0-9._~-]+")
_SLUG_LENGTH = 80
_POINT = re.compile(
    r"(?:<http://www\.opengis\.net/def/crs/OGC/1\.3/CRS84>\s*)?"
    r"POINT\s*\(\s*(-?\d{1,3}(?:\.\d{1,15})?)\s+(-?\d{1,2}(?:\.\d{1,15})?)\s*\)",
    re.ASCII | re.IGNORECASE,
)
_DATE = re.compile(r"(-?[0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T.*)?)?)?", re.ASCII)


# ---------------------------------------------------------------- IRIs


@dataclass(frozen=True, slots=True)
class Run:
    """What made the facts: the version of kgraph and a hash (or name) of its language model."""

    version: str
    model: str

    @property
    def iri(self) -> str:
        """The same program and model, the same IRI: no clock time is in it."""
        known = re.fullmatch(r"[0-9a-f]{12,}", self.model)
        return f"{BASE}run/{slug(self.version)}-{self.model[:12] if known else _hash(self.model, 12)}"


def slug(text: str) -> str:
    """Return ``text`` as a piece of an IRI: ASCII letters, digits, ``-._~``; never empty or dots only."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_SLUG.sub("-", plain)[:_SLUG_LENGTH].strip("-.") or "x"


def article_iri(id: str) -> str:
    """Return the IRI of an article, which also names its graph; a hash keeps slugged ids apart."""
    short = slug(id)
    return f"{BASE}article/{short}" if short == id else f"{BASE}article/{short}-{_hash(id, 8)}"


def entity_iri(key: str) -> str:
    """Return the IRI of an entity's key, ``family/slug``; KGraphError for a key of another shape."""
    family, _, name = key.partition("/")
    if family not in FAMILIES or not name:
        raise KGraphError(f"entity key {key!r}: expected family/name; families: {', '.join(FAMILIES)}")
    name = quote(_ESCAPE_NEEDED.sub("%25", name), safe="%", errors="replace")
    if not name.strip("."):  # "." and ".." are steps of a path, not names
        name = name.replace(".", "%2E")
    return f"{BASE}entity/{family}/{name}"


def sentence_iri(article: str, sentence: Span) -> str:
    """Return the IRI of a sentence; ``article`` is the article's IRI."""
    return f"{article}#char={sentence.begin},{sentence.end}"


def mention_iri(article: str, mention: Mention) -> str:
    """Return the IRI of a mention; ``article`` is the article's IRI."""
    return f"{article}#mention-{mention.span.begin}-{mention.span.end}"


def telling_iri(article: str, event: Event, trigger: Span) -> str:
    """Return the IRI of a place that tells an event; ``article`` is the article's IRI."""
    return f"{article}#telling-{slug(event.cls)}-{trigger.begin}-{trigger.end}"


def event_iri(article: str, event: Event) -> str:
    """Return the IRI of an event from its class and trigger; ``article`` is the article's IRI."""
    return f"{article}#event-{slug(event.cls)}-{event.trigger.begin}-{event.trigger.end}"


def iris(extraction: Extraction) -> Callable[[Entity | Event], str]:
    """Return the function that names the entities and events of one extraction.

    Events of one class on one trigger are told apart by ``-2``, ``-3`` … in their order; what several
    articles tell has the IRI that resolution gave it.
    """
    article = article_iri(extraction.article.id)
    seen: dict[str, int] = {}
    by_id: dict[str, str] = {}
    for event in extraction.events:
        iri = event_iri(article, event)
        seen[iri] = seen.get(iri, 0) + 1
        by_id[event.id] = event.key or (iri if seen[iri] == 1 else f"{iri}-{seen[iri]}")
    return lambda value: by_id[value.id] if isinstance(value, Event) else entity_iri(value.key)


def _hash(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:length]


# ---------------------------------------------------------------- literals


def date_literal(value: str | None) -> Literal | None:
    """Return ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` (a time of day is cut off) as a typed literal.

    Years before Christ are ``-0044``. None for all else (``19``, ``199``, ``2016-W23``, ``2017-02-30``): no
    date rather than a wrong one.
    """
    match = _DATE.fullmatch(value or "")
    if match is None or int(match[1]) == 0:
        return None
    year, month, day = match.groups()
    if month is not None and not 1 <= int(month) <= 12:
        return None
    if day is not None:
        # Leap years before Christ are a matter of the calendar chosen: 29 February is let through there.
        days = calendar.monthrange(int(year) if int(year) > 0 else 4, int(month))[1]
        if not 1 <= int(day) <= days:
            return None
    kind = "date" if day else "gYearMonth" if month else "gYear"
    return Literal("-".join(part for part in match.groups() if part), datatype=_name(f"xsd:{kind}"))


def point(wkt: str) -> tuple[float, float] | None:
    """Return longitude and latitude of a point on Earth as GeoSPARQL writes it, None for all else."""
    match = _POINT.fullmatch(wkt.strip())
    if match is None or abs(float(match[1])) > 180 or abs(float(match[2])) > 90:
        return None
    return float(match[1]), float(match[2])


def url_term(url: str) -> Term:
    """Return an http(s) URL of valid shape as an IRI, anything else as a plain literal."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bad port or IPv6 address
        valid = False
    # Beyond ASCII only letters and digits: no invisible or direction-turning characters in a link.
    if valid and is_iri(url) and all(char.isascii() or char.isalnum() for char in url):
        return NamedNode(url)
    return Literal(clean(url))


def _text(text: str, language: str | None = None) -> Literal:
    return Literal(clean(text), language=language) if language else Literal(clean(text))


def _count(number: int) -> Literal:
    return Literal(str(number), datatype=_name("xsd:nonNegativeInteger"))


def _confidence(value: float) -> Literal:
    bounded = min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0
    digits = f"{bounded:.4f}".rstrip("0")
    return Literal(digits + "0" if digits.endswith(".") else digits, datatype=_name("xsd:decimal"))


# ---------------------------------------------------------------- quads


def quads(
    extraction: Extraction, *, ontology: Ontology, run: Run, gazetteer: Gazetteer | None = None
) -> Iterator[Quad]:
    """Yield each statement about an article once, all in the article's graph.

    Where the things named in it lie is said as far as the gazetteer, if one is given, knows.

    Raises OntologyError for a class, property or mode the ontology does not know, KGraphError for a role or
    relation that refers to a mention or entity that is not there.
    """
    writer = _Writer(extraction, ontology, run, {} if gazetteer is None else gazetteer.entries)
    graph = NamedNode(writer.article)
    for triple in dict.fromkeys(writer.triples()):
        yield Quad(triple.subject, triple.predicate, triple.object, graph)


def _say(subject: str, predicate: str, value: str | Term | None) -> Iterator[Triple]:
    """Yield one triple, or none where there is no value; a bare string is an IRI."""
    if value is not None:
        target = _node(value) if isinstance(value, str) else value
        yield Triple(_node(subject), _name(predicate), target)


class _Writer:
    """The statements of one extraction."""

    def __init__(
        self, extraction: Extraction, ontology: Ontology, run: Run, known: Mapping[str, Entry]
    ) -> None:
        self.extraction = extraction
        self.ontology = ontology
        self.run = run
        self.known = known
        self.article = article_iri(extraction.article.id)
        self.iri_of = iris(extraction)
        self.mentions = {mention.id: mention for mention in extraction.mentions}
        self.entities = {entity.id: entity for entity in extraction.entities}
        self.written = self._written()
        self.copy = extraction.copy
        self.repeated = dict(extraction.copy.repeated) if extraction.copy else {}
        self.begins = [sentence.begin for sentence in extraction.sentences]
        self.evidence: dict[Span, None] = {}  # the sentences something was read from

    def triples(self) -> Iterator[Triple]:
        """Yield everything, the sentences last, when it is known which of them are evidence."""
        yield from self._article(self.extraction.article)
        yield from self._run()
        for entity in self.extraction.entities:
            if entity.id in self.written:
                yield from self._entity(entity)
        for event in self.extraction.events:
            yield from self._event(event)
        yield from self._relations()
        for mention in self.extraction.mentions:
            if mention.entity in self.written:
                yield from self._mention(mention)
        for sentence in self.evidence:
            yield from self._sentence(sentence)

    def _written(self) -> set[str]:
        """Choose the entities with a name or a part in some fact."""
        found = {mention.entity for mention in self.extraction.mentions if mention.kind == "name"}
        for event in self.extraction.events:
            parts = [role.mention for role in event.roles]
            found |= {self._mentioned(id).entity for id in (*parts, event.according_to) if id is not None}
        for relation in self.extraction.relations:
            ids = (relation.subject, relation.object, relation.according_to)
            found |= {self._mentioned(id).entity for id in ids if id is not None}
        return found

    def _article(self, article: Article) -> Iterator[Triple]:
        yield from _say(self.article, "rdf:type", _name("kg:Article"))
        yield from _say(self.article, "dcterms:identifier", _text(article.id))
        yield from _say(self.article, "schema:headline", _text(article.title) if article.title else None)
        yield from _say(self.article, "schema:datePublished", date_literal(article.date))
        yield from _say(self.article, "dc:source", _text(article.source) if article.source else None)
        yield from _say(self.article, "dc:creator", _text(article.author) if article.author else None)
        yield from _say(self.article, "schema:url", url_term(article.url) if article.url else None)
        yield from _say(self.article, "prov:alternateOf", self.copy.original if self.copy else None)

    def _run(self) -> Iterator[Triple]:
        yield from _say(self.run.iri, "rdf:type", _name("prov:Activity"))
        yield from _say(self.run.iri, "rdfs:label", _text(f"kgraph {self.run.version}"))
        yield from _say(self.run.iri, "schema:softwareVersion", _text(self.run.version))

    def _classes(self, subject: str, cls: str) -> Iterator[Triple]:
        if cls not in self.ontology.classes:
            raise OntologyError(
                f"{self.extraction.article.id}: {cls!r} is not a class; known: "
                + ", ".join(sorted(self.ontology.classes))
            )
        for name in sorted(self.ontology.classes[cls].parents):
            yield from _say(subject, "rdf:type", _name(f"kg:{name}"))

    def _entity(self, entity: Entity) -> Iterator[Triple]:
        iri = self.iri_of(entity)
        yield from self._classes(iri, entity.cls)
        yield from _say(iri, "skos:prefLabel", _text(entity.label, "en"))
        for alias in entity.aliases:
            if alias != entity.label:
                yield from _say(iri, "skos:altLabel", _text(alias, "en"))
        for other in entity.same_as:
            yield from _say(iri, "owl:sameAs", other)
        yield from self._geometry(iri, entity)
        yield from self._curated(iri, entity.curated)

    def _curated(self, iri: str, lines: tuple[str, ...]) -> Iterator[Triple]:
        """Yield the decisions of a person that made a node what it is."""
        for line in lines:
            decision = f"{BASE}curation/{_hash(line, 12)}"
            yield from _say(iri, "prov:wasInfluencedBy", decision)
            yield from _say(decision, "rdf:type", _name("prov:Activity"))
            yield from _say(decision, "rdfs:label", _text(line))

    def _geometry(self, iri: str, entity: Entity) -> Iterator[Triple]:
        """Yield where a place or base lies, as GeoSPARQL says it, and by which file of the gazetteer."""
        entry = self.known.get(entity.key)
        cls = self.ontology.classes[entity.cls]
        if entry is None or entry.lat is None or entry.lon is None or "Place" not in cls.parents:
            return
        geometry = f"{BASE}geometry/{iri.removeprefix(f'{BASE}entity/')}"
        point = Literal(f"POINT({entry.lon:g} {entry.lat:g})", datatype=_name("geo:wktLiteral"))
        yield from _say(iri, "geo:hasGeometry", geometry)
        yield from _say(geometry, "rdf:type", _name("geo:Geometry"))
        yield from _say(geometry, "geo:asWKT", point)
        yield from _say(geometry, "dcterms:source", f"{BASE}gazetteer/{slug(entry.located_by)}")

    def _mention(self, mention: Mention) -> Iterator[Triple]:
        iri = mention_iri(self.article, mention)
        meant = self._entity_of(mention.id)
        yield from self._words(iri, mention.span, self._sentence_of(mention.span), meant)

    def _words(self, iri: str, span: Span, sentence: Span | None, meant: str) -> Iterator[Triple]:
        """Yield a stretch of text and what it means.

        By NIF its offsets count in the text of its context, the sentence; what stands in none is its own.
        """
        around = sentence or span
        yield from _say(iri, "rdf:type", _name("kg:Mention"))
        yield from _say(iri, "nif:beginIndex", _count(span.begin - around.begin))
        yield from _say(iri, "nif:endIndex", _count(span.end - around.begin))
        yield from _say(iri, "nif:anchorOf", _text(self._piece(span)))
        yield from _say(iri, "nif:referenceContext", sentence_iri(self.article, around))
        yield from _say(iri, "kg:refersTo", meant)
        self.evidence[around] = None

    def _sentence(self, sentence: Span) -> Iterator[Triple]:
        iri = sentence_iri(self.article, sentence)
        yield from _say(iri, "rdf:type", _name("kg:Sentence"))
        yield from _say(iri, "nif:beginIndex", _count(0))
        yield from _say(iri, "nif:endIndex", _count(sentence.end - sentence.begin))
        yield from _say(iri, "nif:isString", _text(self._piece(sentence)))
        yield from _say(iri, "dcterms:isPartOf", self.article)
        yield from _say(iri, "kg:offset", _count(sentence.begin))
        yield from _say(iri, "prov:alternateOf", self.repeated.get(sentence))

    def _event(self, event: Event) -> Iterator[Triple]:
        iri = self.iri_of(event)
        trigger = self._piece(event.trigger)
        yield from self._classes(iri, event.cls)
        yield from _say(iri, "rdfs:label", _text(event.label or trigger))
        if event.mode is not None:
            yield from _say(iri, "kg:mode", _name(f"kg:mode-{self._mode(event.mode)}"))
        for role in event.roles:
            yield from _say(iri, f"kg:{role.role}", self._role(role))
        yield from _say(iri, "kg:beginDate", date_literal(event.begin_date))
        yield from _say(iri, "kg:endDate", date_literal(event.end_date))
        if date_literal(event.begin_date) or date_literal(event.end_date):
            yield from _say(iri, "kg:dateBasis", _text(event.date_basis) if event.date_basis else None)
        yield from _say(iri, "kg:trigger", _text(trigger))
        yield from self._claim(iri, event)
        yield from self._tellings(iri, event)
        yield from self._curated(iri, event.curated)
        if event.key is not None:
            yield from self._figures(iri, event)

    def _tellings(self, iri: str, event: Event) -> Iterator[Triple]:
        """Yield the places that tell an event, each with who says so there."""
        said = None if event.according_to is None else self._entity_of(event.according_to)
        for telling in event.tellings:
            place = telling_iri(self.article, event, telling.trigger)
            yield from self._words(place, telling.trigger, telling.sentence, iri)
            yield from _say(place, "kg:accordingTo", said)

    def _figures(self, iri: str, event: Event) -> Iterator[Triple]:
        """Yield this article's numbers of what others tell too, so that each source's stay apart."""
        for role in event.roles:
            value = self._role(role) if isinstance(role.value, int) else None
            if value is not None:
                parts = [iri, role.role, str(role.value), event.sentence.begin]
                figure = f"{self.article}#assertion-{_hash(json.dumps(parts), 12)}"
                yield from _say(figure, "rdf:type", _name("kg:Assertion"))
                yield from _say(figure, "rdf:subject", iri)
                yield from _say(figure, "rdf:predicate", _name(f"kg:{role.role}"))
                yield from _say(figure, "rdf:object", value)
                yield from self._claim(figure, replace(event, retold=()))

    def _relations(self) -> Iterator[Triple]:
        best: dict[str, Relation] = {}  # one statement read twice in one sentence is one assertion
        for relation in self.extraction.relations:
            iri = self._assertion_iri(relation)
            if iri not in best or best[iri].confidence < relation.confidence:
                best[iri] = relation
        for iri, relation in best.items():
            subject, target = self._entity_of(relation.subject), self._object(relation)
            predicate = f"kg:{self._property(relation.predicate)}"
            yield from _say(iri, "rdf:type", _name("kg:Assertion"))
            yield from _say(iri, "rdf:subject", subject)
            yield from _say(iri, "rdf:predicate", _name(predicate))
            yield from _say(iri, "rdf:object", target)
            yield from self._claim(iri, relation)
            if relation.realis == "actual":  # what is only planned, denied or supposed is never an edge
                yield from _say(subject, predicate, target)

    def _claim(self, iri: str, fact: Event | Relation) -> Iterator[Triple]:
        """Yield what holds of events and assertions alike: how real, who says so, and where it stands."""
        said = None if fact.according_to is None else self._entity_of(fact.according_to)
        yield from _say(iri, "kg:realis", _text(fact.realis))
        yield from _say(iri, "kg:accordingTo", said)
        yield from _say(iri, "kg:confidence", _confidence(fact.confidence))
        places = fact.tellings if isinstance(fact, Event) else (fact,)
        for place in places:
            yield from _say(iri, "prov:wasDerivedFrom", sentence_iri(self.article, place.sentence))
            self.evidence[place.sentence] = None
        yield from _say(iri, "prov:wasGeneratedBy", self.run.iri)

    def _assertion_iri(self, relation: Relation) -> str:
        target = self._object(relation)
        said = "" if relation.according_to is None else self._entity_of(relation.according_to)
        parts = [
            self._entity_of(relation.subject),
            relation.predicate,
            str(target),
            sentence_iri("", relation.sentence),
            relation.realis,
            said,
        ]
        return f"{self.article}#assertion-{_hash(json.dumps(parts), 12)}"

    def _object(self, relation: Relation) -> Term:
        if relation.object is not None:
            return _node(self._entity_of(relation.object))
        return _text(relation.value or "", "en")

    def _role(self, role: Role) -> Term | None:
        """Return what a role holds, in the kind its property asks for; None where it cannot be that."""
        wanted = self.ontology.properties[self._property(role.role)].range
        only_number = wanted == {"integer"}
        if role.mention is not None:
            if wanted and not any(name in self.ontology.classes for name in wanted):  # a literal is wanted
                span = self._mentioned(role.mention).span
                return None if only_number else _text(self._piece(span))
            return _node(self._entity_of(role.mention))
        if only_number:
            number = role.value if isinstance(role.value, int) else None
            return None if number is None or number < 0 else _count(number)
        if wanted and not wanted & {"literal", "integer"}:
            raise OntologyError(
                f"{self.extraction.article.id}: kg:{role.role} needs a mention, got {role.value!r}"
            )
        return Literal(role.value) if isinstance(role.value, int) else _text(role.value or "")

    def _property(self, name: str) -> str:
        if name not in self.ontology.properties:
            raise OntologyError(
                f"{self.extraction.article.id}: {name!r} is not a property; known: "
                + ", ".join(sorted(self.ontology.properties))
            )
        return name

    def _mode(self, name: str) -> str:
        if name not in self.ontology.modes:
            known = ", ".join(sorted(self.ontology.modes))
            raise OntologyError(f"{self.extraction.article.id}: {name!r} is not a mode; known: {known}")
        return name

    def _mentioned(self, id: str) -> Mention:
        if id not in self.mentions:
            raise KGraphError(f"{self.extraction.article.id}: no mention {id!r}; a fact refers to it")
        return self.mentions[id]

    def _entity_of(self, mention: str) -> str:
        entity = self.entities.get(self._mentioned(mention).entity)
        if entity is None:
            raise KGraphError(f"{self.extraction.article.id}: mention {mention!r} has no entity")
        return self.iri_of(entity)

    def _piece(self, span: Span) -> str:
        return self.extraction.article.text[span.begin : span.end]

    def _sentence_of(self, span: Span) -> Span | None:
        index = bisect.bisect_right(self.begins, span.begin) - 1
        if index < 0 or self.extraction.sentences[index].end <= span.begin:
            return None
        return self.extraction.sentences[index]
