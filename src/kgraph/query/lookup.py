"""From what a person calls something to its IRI in the graph."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from kgraph.errors import QueryError
from kgraph.names import BASE, PREFIXES
from kgraph.query.faults import near
from kgraph.query.library import Parameter
from kgraph.query.rows import Iri
from kgraph.store import Graph
from kgraph.terms import Value, clean, is_iri

_KG, _SKOS = PREFIXES["kg"], PREFIXES["skos"]
_LABELS = tuple(ox.NamedNode(_SKOS + name) for name in ("prefLabel", "altLabel"))
_ARTICLE = (
    ox.NamedNode(PREFIXES["dcterms"] + "identifier"),
    ox.NamedNode(PREFIXES["schema"] + "headline"),
)
_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_NEAR = 6


def value_of(graph: Graph, parameter: Parameter, text: str) -> Value:
    """Return the value of a parameter for what a person wrote; QueryError where nothing fits, or several."""
    if parameter.kind == "text":
        return text
    if parameter.kind == "number":
        try:
            return int(text)
        except ValueError:
            raise QueryError(f"{parameter.name} is a whole number, not {text!r}") from None
    if text.startswith(("http://", "https://")) and is_iri(text):
        return Iri(text)
    if parameter.kind == "Class":
        return _class(graph, text)
    if parameter.kind == "fact":
        iri = f"{BASE}article/{text}"
        if not is_iri(iri) or not _is_there(graph, iri):
            raise QueryError(
                f"no fact {text!r}; give the IRI of an event or assertion, or its end after {BASE}article/"
            )
        return Iri(iri)
    return look_up(graph, text, cls=None if parameter.kind == "node" else parameter.kind)


def _class(graph: Graph, name: str) -> Iri:
    """Return the IRI of a class of which the graph has something."""
    found = graph.store.query("SELECT DISTINCT ?c { ?x a ?c }")
    known = {str(row[0].value) for row in found}  # type: ignore[union-attr]
    local = {iri.removeprefix(_KG): iri for iri in known if iri.startswith(_KG)}
    wanted = name.removeprefix("kg:")
    if wanted not in local:
        hint = ", ".join(near(wanted, local) or sorted(local))
        raise QueryError(f"nothing in the graph is a {name!r}; nearest: {hint}")
    return Iri(local[wanted])


def look_up(graph: Graph, name: str, *, cls: str | None = None) -> Iri:
    """Return the IRI of what has this name: a label in any of its forms, the end of its IRI, or its IRI.

    Case, spaces and a leading "the" do not matter. ``cls`` is a class of the ontology (``Base``), of which it
    must be; ``Article`` goes by id and headline. QueryError names the near ones where none has the name, and
    all where several have it.
    """
    properties = _ARTICLE if cls == "Article" else _LABELS
    for iri in (name, f"{BASE}entity/{name}", f"{BASE}article/{name}"):
        if is_iri(iri) and iri.startswith(BASE) and _is_there(graph, iri) and _is_a(graph, iri, cls):
            return Iri(iri)
    found = _exactly(graph, name, properties, cls) or _folded(graph, name, properties, cls)
    if len(found) == 1:
        return Iri(found.pop())
    what = "article" if cls == "Article" else cls or "node"
    if found:
        several = ", ".join(_shown(graph, iri) for iri in sorted(found))
        raise QueryError(f"{name!r} is the name of {len(found)}: {several}; give one by the end of its IRI")
    hint = ", ".join(repr(each) for each in _near(graph, name, properties, cls))
    raise QueryError(f"no {what} has the name {name!r}; nearest: {hint or 'none'}")


def _exactly(graph: Graph, name: str, properties: tuple[ox.NamedNode, ...], cls: str | None) -> set[str]:
    """Return what has just this label; quick, for it is looked up in the index of the store."""
    text = clean(name)
    return {
        quad.subject.value
        for predicate in properties
        for label in (ox.Literal(text, language="en"), ox.Literal(text))
        for quad in graph.store.quads_for_pattern(None, predicate, label, ox.DefaultGraph())
        if isinstance(quad.subject, ox.NamedNode) and _is_a(graph, quad.subject.value, cls)
    }


def _folded(graph: Graph, name: str, properties: tuple[ox.NamedNode, ...], cls: str | None) -> set[str]:
    wanted = _fold(name)
    return {
        iri for iri, label in _labels(graph, properties) if _fold(label) == wanted and _is_a(graph, iri, cls)
    }


def _near(graph: Graph, name: str, properties: tuple[ox.NamedNode, ...], cls: str | None) -> list[str]:
    """Return the names that hold this one or all its words, then those spelt like it."""
    known = {label for iri, label in _labels(graph, properties) if _is_a(graph, iri, cls)}
    words = set(_fold(name).split())
    holding = sorted((label for label in known if words and words <= set(_fold(label).split())), key=len)
    return list(dict.fromkeys([*holding[:_NEAR], *near(name, known)]))[:_NEAR]


def _labels(graph: Graph, properties: tuple[ox.NamedNode, ...]) -> Iterator[tuple[str, str]]:
    for predicate in properties:
        for quad in graph.store.quads_for_pattern(None, predicate, None, ox.DefaultGraph()):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                yield quad.subject.value, quad.object.value


def _fold(text: str) -> str:
    words = text.casefold().split()
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def _is_there(graph: Graph, iri: str) -> bool:
    found = graph.store.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph())
    return next(iter(found), None) is not None


def _is_a(graph: Graph, iri: str, cls: str | None) -> bool:
    if cls is None:
        return True
    kind = ox.NamedNode(_KG + cls)
    found = graph.store.quads_for_pattern(ox.NamedNode(iri), _TYPE, kind, ox.DefaultGraph())
    return next(iter(found), None) is not None


def _shown(graph: Graph, iri: str) -> str:
    """Return the end of an IRI with its label, to tell it from its namesakes."""
    for predicate in (_LABELS[0], _ARTICLE[1]):
        for quad in graph.store.quads_for_pattern(ox.NamedNode(iri), predicate, None, ox.DefaultGraph()):
            if isinstance(quad.object, ox.Literal):
                return f"{_end(iri)} ({quad.object.value})"
    return _end(iri)


def _end(iri: str) -> str:
    for family in ("entity/", "article/"):
        if iri.startswith(BASE + family):
            return iri.removeprefix(BASE + family)
    return iri
