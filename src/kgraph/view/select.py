"""RDF of a graph -> Picture: everything the page says, and nothing it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import NamedNode, Quad, Triple

from kgraph.counted import FIELDS, RECORDS, Values, every, tail, usual, whole
from kgraph.rdf import BASE, PREFIXES, point
from kgraph.view.picture import Fact, Mark, Node, Paper, Picture, Sentence, edges_of, most_connected

KG, RDF, RDFS, SKOS = PREFIXES["kg"], PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["skos"]
NIF, PROV, SCHEMA = PREFIXES["nif"], PREFIXES["prov"], PREFIXES["schema"]
DC, DCTERMS = PREFIXES["dc"], PREFIXES["dcterms"]

GEO = PREFIXES["geo"]
WGS84 = "http://www.w3.org/2003/01/geo/wgs84_pos#"  # what many other tools write

_Table = dict[str, dict[str, Counter[tuple[str, bool]]]]  # subject -> predicate -> values
_Classes = dict[str, set[str]]  # class IRI -> subjects


def select(
    quads: Iterable[Quad], *, parents: Mapping[str, frozenset[str]] | None = None, max_nodes: int = 1500
) -> Picture:
    """Choose the subgraph to draw: all of it, or its ``max_nodes`` most connected nodes.

    ``quads`` are those of the articles' graphs (``Graph.quads``), in any order.

    ``parents`` gives the ancestors of each ontology class (local names, itself included), from
    which the most specific of a node's classes is told; a class it does not know counts as more
    specific than those it does.
    """
    table: _Table = {}
    for quad in quads:
        if isinstance(quad.subject, Triple) or isinstance(quad.object, Triple):
            continue  # RDF 1.2's statements about statements: kgraph makes none
        value = (quad.object.value, isinstance(quad.object, NamedNode))
        table.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, Counter())[value] += 1
    classes: _Classes = {}
    for subject, values in table.items():
        for cls in every(values, RDF + "type"):
            classes.setdefault(cls, set()).add(subject)

    facts, nodes = _facts_and_nodes(table, classes, parents or {})
    kept = most_connected(nodes, edges_of(facts), max_nodes)
    shown = tuple(fact for fact in facts if _is_shown(fact, kept))
    sentences = _sentences(table, classes, {sentence for fact in shown for sentence in fact.sentences})
    cited = {sentence.article for sentence in sentences}
    return Picture(
        nodes=tuple(nodes[node] for node in sorted(kept)),
        edges=tuple(e for e in edges_of(shown) if e.source in kept and e.target in kept),
        facts=shown,
        sentences=sentences,
        articles=tuple(_paper(iri, table.get(BASE + iri) or table.get(iri) or {}) for iri in sorted(cited)),
        others={name: nodes[name].label for fact in shown for name in fact.nodes if name not in kept},
        left_out=len(nodes) - len(kept),
    )


def _facts_and_nodes(
    table: _Table, classes: _Classes, parents: Mapping[str, frozenset[str]]
) -> tuple[tuple[Fact, ...], dict[str, Node]]:
    """Read every fact, sorted, and every node by id."""
    events = classes.get(KG + "Event", set())
    entities = {iri for iri, values in table.items() if SKOS + "prefLabel" in values}
    for cls, members in classes.items():
        if cls.startswith(KG) and cls not in RECORDS:
            entities |= members
    # A store may also hold the ontology and its concepts: those are no entities.
    entities = {iri for iri in entities - events if not iri.startswith(KG)}

    def class_of(iri: str) -> str:
        names = [cls for cls in every(table[iri], RDF + "type") if cls.startswith(KG)] or ["Thing"]
        # Deepest in the ontology; without one, the class with the fewest members.
        return tail(
            max(names, key=lambda c: (len(parents.get(tail(c), range(99))), -len(classes.get(c, ())), c))
        )

    facts = [_event(iri, table[iri], class_of(iri)) for iri in events]
    relations = _once((_assertion(iri, table[iri]) for iri in classes.get(KG + "Assertion", ())), table)
    # A number of an event stands with the event; each source's only where they differ.
    shown = {_short(iri): table[iri] for iri in events}
    facts += [fact for fact in relations if len(shown.get(fact.subject, {}).get(KG + fact.cls, "two")) > 1]
    told = {(fact.subject, fact.cls, fact.object or fact.value) for fact in facts}
    for iri in entities:
        facts += [fact for fact in _plain(iri, table[iri]) if _statement(fact) not in told]
    facts.sort(key=lambda fact: (fact.begin == "", fact.begin, fact.id))

    nodes = {_short(iri): _entity(iri, table, class_of(iri)) for iri in entities}
    for fact in facts:
        if fact.kind == "event":
            nodes[fact.id] = Node(fact.id, "event", fact.cls, fact.label, (), fact.begin, fact.realis)
    for fact in facts:  # what is named and nowhere described is drawn all the same
        for name in fact.nodes:
            nodes.setdefault(name, Node(name, "entity", "Thing", tail(name)))
    return tuple(facts), nodes


def _once(relations: Iterable[Fact], table: _Table) -> list[Fact]:
    """Join what copies of one report state in one sentence to one fact with all their sentences."""
    found: dict[tuple[object, ...], list[Fact]] = {}
    for fact in sorted(relations, key=lambda fact: fact.id):
        firsts = {_first(name, table.get(BASE + name, {})) for name in fact.sentences}
        said = _statement(fact), fact.realis, fact.according_to, tuple(sorted(firsts))
        found.setdefault(said if firsts else (fact.id,), []).append(fact)
    return [
        replace(same[0], sentences=tuple(sorted({name for fact in same for name in fact.sentences})))
        for same in found.values()
    ]


def _first(name: str, values: Values[str]) -> str:
    """Return the id of the sentence that a sentence repeats, or else its own."""
    return _short(usual(values, PROV + "alternateOf")) or name


def _statement(fact: Fact) -> tuple[str, str, str]:
    return fact.subject, fact.cls, fact.object or fact.value


def _place(values: Values[str], table: _Table) -> tuple[float, float] | None:
    """Read where it lies, of its geometry or of itself; longitude first."""
    geometry = table.get(usual(values, GEO + "hasGeometry"), {})
    lat, long = usual(values, WGS84 + "lat"), usual(values, WGS84 + "long")
    wkt = usual(geometry, GEO + "asWKT") or usual(values, GEO + "asWKT")
    return point(wkt or f"POINT({long} {lat})")


def _entity(iri: str, table: _Table, cls: str) -> Node:
    values = table[iri]
    label = usual(values, SKOS + "prefLabel") or usual(values, RDFS + "label") or tail(iri)
    names = {*every(values, SKOS + "prefLabel"), *every(values, SKOS + "altLabel")} - {label}
    return Node(_short(iri), "entity", cls, label, tuple(sorted(names)), point=_place(values, table))


def _event(iri: str, values: Values[str], cls: str) -> Fact:
    roles, literals = [], []
    for predicate, objects in values.items():
        if predicate.startswith(KG) and predicate not in FIELDS:
            for value, is_iri in objects:
                name = tail(predicate)
                if is_iri:
                    roles.append((name, _short(value)))
                else:
                    literals.append((name, value))
    return Fact(
        id=_short(iri),
        kind="event",
        cls=cls,
        label=usual(values, RDFS + "label") or usual(values, KG + "trigger") or cls,
        mode=tail(usual(values, KG + "mode")).removeprefix("mode-"),
        roles=tuple(sorted(roles)),
        values=tuple(sorted(literals)),
        **_common(values),
    )


def _assertion(iri: str, values: Values[str]) -> Fact:
    objects = sorted(values.get(RDF + "object", ()))
    value, is_iri = objects[0] if objects else ("", False)
    return Fact(
        id=_short(iri),
        kind="relation",
        cls=tail(usual(values, RDF + "predicate")),
        subject=_short(usual(values, RDF + "subject")),
        object=_short(value) if is_iri else "",
        value="" if is_iri else value,
        **_common(values),
    )


def _plain(iri: str, values: Values[str]) -> Iterator[Fact]:
    """Yield triples an entity has in its own right, for instance from a curated file."""
    for predicate, objects in values.items():
        if predicate.startswith(KG) and predicate not in FIELDS:
            name = tail(predicate)
            for value, is_iri in objects:
                other = _short(value) if is_iri else ""
                yield Fact(
                    id=f"{_short(iri)}|{name}|{other or value}",
                    kind="relation",
                    cls=name,
                    subject=_short(iri),
                    object=other,
                    value="" if is_iri else value,
                )


def _common(values: Values[str]) -> dict[str, Any]:
    """Read the fields that events and assertions share, by their names in Fact."""
    try:
        confidence = float(usual(values, KG + "confidence"))
    except ValueError:
        confidence = None
    return {
        "begin": usual(values, KG + "beginDate"),
        "end": usual(values, KG + "endDate"),
        "basis": usual(values, KG + "dateBasis"),
        "realis": usual(values, KG + "realis") or "actual",
        "according_to": tuple(_short(iri) for iri in every(values, KG + "accordingTo")),
        "confidence": confidence,
        "sentences": tuple(_short(iri) for iri in every(values, PROV + "wasDerivedFrom")),
    }


def _sentences(table: _Table, classes: _Classes, wanted: set[str]) -> tuple[Sentence, ...]:
    """Read the wanted sentences in their order, with the mentions that stand in them."""
    marks: dict[str, set[Mark]] = {}
    for iri in classes.get(KG + "Mention", ()):
        values = table[iri]
        sentence, node = usual(values, NIF + "referenceContext"), usual(values, KG + "refersTo")
        if node and _short(sentence) in wanted:
            mark = Mark(whole(values, NIF + "beginIndex"), whole(values, NIF + "endIndex"), _short(node))
            marks.setdefault(_short(sentence), set()).add(mark)
    found = []
    for iri in classes.get(KG + "Sentence", ()):
        name = _short(iri)
        if name in wanted:
            values = table[iri]
            article = usual(values, DCTERMS + "isPartOf") or iri.partition("#")[0]
            begin = whole(values, KG + "offset")
            text = usual(values, NIF + "isString")
            fitting = [m for m in marks.get(name, ()) if 0 <= m.begin < m.end <= len(text)]
            ordered = tuple(sorted(fitting, key=lambda m: (m.begin, -m.end, m.node)))
            first = _short(usual(values, PROV + "alternateOf"))
            found.append(Sentence(name, _short(article), begin, text, ordered, first))
    return tuple(sorted(found, key=lambda s: (s.article, s.begin, s.id)))


def _paper(name: str, values: Values[str]) -> Paper:
    return Paper(
        id=name,
        title=usual(values, SCHEMA + "headline") or usual(values, DCTERMS + "identifier") or tail(name),
        date=usual(values, SCHEMA + "datePublished"),
        source=usual(values, DC + "source"),
        url=web_address(usual(values, SCHEMA + "url")),
        author=usual(values, DC + "creator"),
    )


def web_address(text: str) -> str:
    """Return the text where it is an http(s) address, otherwise nothing: ``javascript:`` never passes."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    is_plain = text.isprintable() and " " not in text
    return text if is_plain and parts.scheme in {"http", "https"} and parts.hostname else ""


def _is_shown(fact: Fact, kept: set[str]) -> bool:
    return fact.id in kept if fact.kind == "event" else fact.subject in kept or fact.object in kept


def _short(iri: str) -> str:
    return iri.removeprefix(BASE)
