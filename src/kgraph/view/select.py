"""RDF of a graph -> Picture: everything the page says, and nothing it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import NamedNode, Quad, Triple

from kgraph.rdf import BASE, PREFIXES, point
from kgraph.view.picture import Fact, Mark, Node, Paper, Picture, Sentence, edges_of, most_connected

KG, RDF, RDFS, SKOS = PREFIXES["kg"], PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["skos"]
NIF, PROV, SCHEMA, DCTERMS = PREFIXES["nif"], PREFIXES["prov"], PREFIXES["schema"], PREFIXES["dcterms"]

GEO = PREFIXES["geo"]
WGS84 = "http://www.w3.org/2003/01/geo/wgs84_pos#"  # what many other tools write

# What is said *about* a fact or a mention. Every other kg: property is a role, a value or a
# relation, so that one that is new in the ontology is drawn without a change here.
_FIELDS = frozenset(
    KG + name
    for name in (
        *("mode", "beginDate", "endDate", "dateBasis", "realis", "accordingTo", "confidence"),
        *("trigger", "refersTo"),
    )
)
_RECORDS = frozenset(KG + name for name in ("Article", "Sentence", "Mention", "Assertion"))

_Values = Counter[tuple[str, bool]]  # (value, is it an IRI) -> in how many graphs
_Table = dict[str, dict[str, _Values]]  # subject -> predicate -> values
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
        for cls in _all(values, RDF + "type"):
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
        if cls.startswith(KG) and cls not in _RECORDS:
            entities |= members
    # A store may also hold the ontology and its concepts: those are no entities.
    entities = {iri for iri in entities - events if not iri.startswith(KG)}

    def class_of(iri: str) -> str:
        names = [cls for cls in _all(table[iri], RDF + "type") if cls.startswith(KG)] or ["Thing"]
        # Deepest in the ontology; without one, the class with the fewest members.
        return _tail(
            max(names, key=lambda c: (len(parents.get(_tail(c), range(99))), -len(classes.get(c, ())), c))
        )

    facts = [_event(iri, table[iri], class_of(iri)) for iri in events]
    relations = [_assertion(iri, table[iri]) for iri in classes.get(KG + "Assertion", ())]
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
            nodes.setdefault(name, Node(name, "entity", "Thing", _tail(name)))
    return tuple(facts), nodes


def _statement(fact: Fact) -> tuple[str, str, str]:
    return fact.subject, fact.cls, fact.object or fact.value


def _place(values: dict[str, _Values], table: _Table) -> tuple[float, float] | None:
    """Read where it lies, of its geometry or of itself; longitude first."""
    geometry = table.get(_usual(values, GEO + "hasGeometry"), {})
    lat, long = _usual(values, WGS84 + "lat"), _usual(values, WGS84 + "long")
    wkt = _usual(geometry, GEO + "asWKT") or _usual(values, GEO + "asWKT")
    return point(wkt or f"POINT({long} {lat})")


def _entity(iri: str, table: _Table, cls: str) -> Node:
    values = table[iri]
    label = _usual(values, SKOS + "prefLabel") or _usual(values, RDFS + "label") or _tail(iri)
    names = {*_all(values, SKOS + "prefLabel"), *_all(values, SKOS + "altLabel")} - {label}
    return Node(_short(iri), "entity", cls, label, tuple(sorted(names)), point=_place(values, table))


def _event(iri: str, values: dict[str, _Values], cls: str) -> Fact:
    roles, literals = [], []
    for predicate, objects in values.items():
        if predicate.startswith(KG) and predicate not in _FIELDS:
            for value, is_iri in objects:
                name = _tail(predicate)
                if is_iri:
                    roles.append((name, _short(value)))
                else:
                    literals.append((name, value))
    return Fact(
        id=_short(iri),
        kind="event",
        cls=cls,
        label=_usual(values, RDFS + "label") or _usual(values, KG + "trigger") or cls,
        mode=_tail(_usual(values, KG + "mode")).removeprefix("mode-"),
        roles=tuple(sorted(roles)),
        values=tuple(sorted(literals)),
        **_common(values),
    )


def _assertion(iri: str, values: dict[str, _Values]) -> Fact:
    objects = sorted(values.get(RDF + "object", ()))
    value, is_iri = objects[0] if objects else ("", False)
    return Fact(
        id=_short(iri),
        kind="relation",
        cls=_tail(_usual(values, RDF + "predicate")),
        subject=_short(_usual(values, RDF + "subject")),
        object=_short(value) if is_iri else "",
        value="" if is_iri else value,
        **_common(values),
    )


def _plain(iri: str, values: dict[str, _Values]) -> Iterator[Fact]:
    """Yield triples an entity has in its own right, for instance from a curated file."""
    for predicate, objects in values.items():
        if predicate.startswith(KG) and predicate not in _FIELDS:
            name = _tail(predicate)
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


def _common(values: dict[str, _Values]) -> dict[str, Any]:
    """Read the fields that events and assertions share, by their names in Fact."""
    try:
        confidence = float(_usual(values, KG + "confidence"))
    except ValueError:
        confidence = None
    return {
        "begin": _usual(values, KG + "beginDate"),
        "end": _usual(values, KG + "endDate"),
        "basis": _usual(values, KG + "dateBasis"),
        "realis": _usual(values, KG + "realis") or "actual",
        "according_to": tuple(_short(iri) for iri in _all(values, KG + "accordingTo")),
        "confidence": confidence,
        "sentences": tuple(_short(iri) for iri in _all(values, PROV + "wasDerivedFrom")),
    }


def _sentences(table: _Table, classes: _Classes, wanted: set[str]) -> tuple[Sentence, ...]:
    """Read the wanted sentences in their order, with the mentions that stand in them."""
    marks: dict[str, set[Mark]] = {}
    for iri in classes.get(KG + "Mention", ()):
        values = table[iri]
        sentence, node = _usual(values, NIF + "referenceContext"), _usual(values, KG + "refersTo")
        if node and _short(sentence) in wanted:
            mark = Mark(_number(values, "beginIndex"), _number(values, "endIndex"), _short(node))
            marks.setdefault(_short(sentence), set()).add(mark)
    found = []
    for iri in classes.get(KG + "Sentence", ()):
        name = _short(iri)
        if name in wanted:
            values = table[iri]
            article = _usual(values, NIF + "referenceContext") or iri.partition("#")[0]
            begin = _number(values, "beginIndex")
            text = _usual(values, NIF + "isString")
            inside = (Mark(m.begin - begin, m.end - begin, m.node) for m in marks.get(name, ()))
            fitting = [m for m in inside if 0 <= m.begin < m.end <= len(text)]
            ordered = tuple(sorted(fitting, key=lambda m: (m.begin, -m.end, m.node)))
            found.append(Sentence(name, _short(article), begin, text, ordered))
    return tuple(sorted(found, key=lambda s: (s.article, s.begin, s.id)))


def _paper(name: str, values: dict[str, _Values]) -> Paper:
    return Paper(
        id=name,
        title=_usual(values, SCHEMA + "headline") or _usual(values, DCTERMS + "identifier") or _tail(name),
        date=_usual(values, SCHEMA + "datePublished"),
        source=_usual(values, DCTERMS + "source"),
        url=web_address(_usual(values, SCHEMA + "url")),
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


def _all(values: Mapping[str, _Values], predicate: str) -> list[str]:
    return sorted(value for value, _ in values.get(predicate, ()))


def _usual(values: Mapping[str, _Values], predicate: str) -> str:
    """Return the value most graphs give; among equals the first by alphabet; nothing where there is none."""
    counted = values.get(predicate)
    return min(counted.items(), key=lambda item: (-item[1], item[0]))[0][0] if counted else ""


def _number(values: Mapping[str, _Values], name: str) -> int:
    text = _usual(values, NIF + name)
    return int(text) if text.isdecimal() else 0


def _short(iri: str) -> str:
    return iri.removeprefix(BASE)


def _tail(iri: str) -> str:
    return iri.replace("#", "/").rstrip("/").rpartition("/")[2]
