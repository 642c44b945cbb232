"""What of a store does not satisfy the shapes of ``ontology/shapes.ttl`` (SHACL), article by article.

Each article's graph is copied into a small Oxigraph store together with what the ontology says of classes and
properties, and pySHACL validates that: its constraints in SPARQL then take milliseconds, where rdflib's own
engine takes seconds. Memory is bounded by the largest article. Needs ``pip install 'kgraph[check]'``.

What no single article shows is looked at beside: that a node has one name and one class in all articles, and
that the union holds what the articles hold.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kgraph.errors import KGraphError, OntologyError
from kgraph.ontology import Ontology, data_dir
from kgraph.rdf import BASE, PREFIXES
from kgraph.store import READINGS, Graph

if TYPE_CHECKING:
    import rdflib

Step = Callable[[int, int], None]
"""Hears after each article how many articles and how many facts are checked."""

AGAIN = "build the article again; if it stays, report it as a fault of kgraph"
_KG, _RDF, _RDFS, _SKOS = (PREFIXES[name] for name in ("kg", "rdf", "rdfs", "skos"))
_NIF, _PROV, _SCHEMA, _SH = (
    PREFIXES["nif"],
    PREFIXES["prov"],
    PREFIXES["schema"],
    "http://www.w3.org/ns/shacl#",
)
_TYPE = ox.NamedNode(_RDF + "type")
_NAME = ox.NamedNode(_SKOS + "prefLabel")
_OF_TERMS = {
    _TYPE.value,
    *(_RDFS + name for name in ("subClassOf", "domain", "range")),
    *(_SCHEMA + name for name in ("domainIncludes", "rangeIncludes")),
}
"""What the shapes ask of the ontology."""
_SHORT = {BASE + "entity/": "", **{namespace: f"{prefix}:" for prefix, namespace in PREFIXES.items()}}


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it must be."""

    article: str
    """The article's id; the IRI of its graph where it has none."""
    node: str
    """The IRI of what is wrong."""
    label: str
    """Its name, its words in the text, or ""."""
    message: str
    remedy: str
    sentence: str
    """The sentence it stands in or was read from; "" where there is none."""

    def __str__(self) -> str:
        of_article = self.node.startswith(f"{BASE}article/")
        _, mark, place = self.node.partition("#")
        name = (mark + place or "article") if of_article else shorten(self.node)
        label = f" ({self.label})" if self.label else ""
        return f"{self.article}: {name}{label}: {self.message}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes, read once for all articles, and what to do where one is not satisfied."""

    graph: rdflib.Graph
    remedies: Mapping[str, str]


def load_shapes(path: Path | None = None) -> Shapes:
    """Read a Turtle file of shapes, by default the shipped one; OntologyError for a file that holds none."""
    _pyshacl()
    import rdflib

    path = path or data_dir() / "shapes.ttl"
    graph = rdflib.Graph()
    try:
        parsed = rdflib.Graph().parse(data=path.read_text(encoding="utf-8"), format="turtle")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise OntologyError(f"{path}: cannot be read: {reason}; name a Turtle file of shapes") from error
    except Exception as error:  # the parser lets out what it meets
        reason = " ".join(str(error).split())[:200]
        raise OntologyError(f"{path}: no valid Turtle: {reason}") from error
    for subject, predicate, value in parsed:
        graph.add((subject, predicate, _typed(value)))
    used = {str(predicate) for predicate in graph.predicates()}
    if not used & {_SH + name for name in ("property", "sparql", "path", "targetClass", "targetNode")}:
        raise OntologyError(f"{path}: holds no SHACL shape; name a Turtle file of shapes")
    remedies = {str(shape): str(text) for shape, text in graph.subject_objects(rdflib.RDFS.comment)}
    return Shapes(graph, remedies)


def check(
    graph: Graph, *, ontology: Ontology, shapes: Shapes | None = None, on_step: Step | None = None
) -> Iterator[Violation]:
    """Yield what is violated, article by article in the order of their IRIs.

    ``ontology`` is the one that the store was built with. Raises KGraphError where pySHACL is missing or
    cannot follow the shapes.
    """
    known = shapes or load_shapes()
    terms = list(_terms(ontology))
    facts = 0
    names = sorted(name.value for name in graph.store.named_graphs() if isinstance(name, ox.NamedNode))
    articles = [name for name in names if name != READINGS.value]
    for done, name in enumerate(articles, start=1):
        triples = [
            quad.triple for quad in graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name))
        ]
        article = _Article(name, triples)
        yield from article.violations(known, terms)
        yield from article.elsewhere(graph.store)
        yield from article.copied(graph.store)
        facts += sum(1 for triple in triples if triple.predicate.value == _KG + "confidence")
        if on_step is not None:
            on_step(done, facts)
    yield from _strays(graph.store)


class _Article:
    """The graph of one article in a store of its own."""

    def __init__(self, iri: str, triples: list[ox.Triple]) -> None:
        self.iri = iri
        self.triples = triples
        self.store = ox.Store()
        self.store.extend([ox.Quad(*triple) for triple in triples])
        self.id = self.text(iri, PREFIXES["dcterms"] + "identifier") or iri

    def violations(self, shapes: Shapes, terms: list[ox.Triple]) -> Iterator[Violation]:
        """Yield what pySHACL finds, sorted, each once however many constraints of a shape it breaks."""
        if ox.Quad(ox.NamedNode(self.iri), _TYPE, ox.NamedNode(_KG + "Article")) not in self.store:
            yield self.violation(self.iri, "the graph describes no article of its own name", AGAIN)
        self.store.extend([ox.Quad(*triple) for triple in terms])
        found = {self._violation(*result) for result in _results(self.store, shapes)}
        yield from sorted(found, key=lambda item: (item.node, item.message))

    def elsewhere(self, union: ox.Store) -> Iterator[Violation]:
        """Yield where other articles, or the union, tell otherwise of this article's nodes."""
        missing = sum(1 for triple in self.triples if ox.Quad(*triple) not in union)
        if missing:
            message = f"{missing} of its statements are missing in the union of all articles"
            yield self.violation(self.iri, message, AGAIN)
        for node in sorted(
            {
                triple.subject.value
                for triple in self.triples
                if triple.predicate.value in (_NAME.value, _KG + "realis")
                and isinstance(triple.subject, ox.NamedNode)
            }
        ):
            for predicate, what in ((_NAME, "name"), (_TYPE, "class")):
                of = ox.NamedNode(node)
                here = {quad.object for quad in self.store.quads_for_pattern(of, predicate, None)}
                told = union.quads_for_pattern(of, predicate, None, ox.DefaultGraph())
                other = {quad.object for quad in told} - here
                if other:
                    known = ", ".join(sorted(shorten(getattr(term, "value", str(term))) for term in other))
                    message = f"its {what} is another in other articles: {known}"
                    yield self.violation(node, message, "build all articles again")

    def copied(self, union: ox.Store) -> Iterator[Violation]:
        """Yield where the report that the article is said to be a copy of is not in the store."""
        for original in self.values(self.iri, _PROV + "alternateOf"):
            known = ox.Quad(ox.NamedNode(original), _TYPE, ox.NamedNode(_KG + "Article"))
            if known not in union or original == self.iri:
                message = f"it is said to be a copy of {shorten(original)}, which is no other article"
                yield self.violation(self.iri, message, "build all articles again")

    def _violation(self, node: str, message: str, remedy: str, value: str | None) -> Violation:
        return self.violation(node, message if value is None else f"{message}: '{value}'", remedy)

    def violation(self, node: str, message: str, remedy: str) -> Violation:
        """Return the violation of a node, with its label and its sentence."""
        names = (_SKOS + "prefLabel", _NIF + "anchorOf", _RDFS + "label")
        label = next((found for name in names if (found := self.text(node, name))), "")
        predicate = self.text(node, _RDF + "predicate")
        if predicate:
            ends = (self.text(node, _RDF + name) for name in ("subject", "object"))
            subject, value = (shorten(end) for end in ends)
            label = f"{subject} {shorten(predicate)} {value}"
        message = shorten(message.replace(f"{self.iri}#", "#").replace(self.iri, "the article"))
        return Violation(self.id, node, label, message, remedy, self._sentence(node))

    def _sentence(self, node: str) -> str:
        """Find the sentence a node is, stands in, was read from or is first mentioned in."""
        places = [node]
        places += self.values(node, _NIF + "referenceContext") + self.values(node, _PROV + "wasDerivedFrom")
        for mention in self.store.quads_for_pattern(None, ox.NamedNode(_KG + "refersTo"), ox.NamedNode(node)):
            if isinstance(mention.subject, ox.NamedNode):
                places += self.values(mention.subject.value, _NIF + "referenceContext")
        for place in sorted(places[1:], key=self._begin):
            if text := self.text(place, _NIF + "isString"):
                return text
        return self.text(node, _NIF + "isString")

    def _begin(self, sentence: str) -> tuple[int, str]:
        begin = self.text(sentence, _KG + "offset")
        return (int(begin) if begin.isdecimal() else 0, sentence)

    def values(self, subject: str, predicate: str) -> list[str]:
        """Return the values of a property as text."""
        found = self.store.quads_for_pattern(ox.NamedNode(subject), ox.NamedNode(predicate), None)
        return [quad.object.value for quad in found if not isinstance(quad.object, ox.Triple)]

    def text(self, subject: str, predicate: str) -> str:
        """Return the first value of a property as text, "" where there is none."""
        return min(self.values(subject, predicate), default="")


def _results(store: ox.Store, shapes: Shapes) -> Iterator[tuple[str, str, str, str | None]]:
    """Yield node, message, remedy and, where the message does not name it, the value of each result."""
    import rdflib
    from oxrdflib import OxigraphStore

    sh = rdflib.Namespace(_SH)
    pyshacl = _pyshacl()
    default = rdflib.URIRef("urn:x-rdflib:default")
    data = rdflib.Graph(store=OxigraphStore(store=store), identifier=default)
    try:
        with _quiet():
            # Nothing is written with these options, so "inplace" only saves a copy.
            _, report, _ = pyshacl.validate(data, shacl_graph=shapes.graph, inplace=True)
    except (RuntimeError, ValueError, SyntaxError) as error:
        reason = " ".join(str(error).split())[:300]
        raise OntologyError(f"the shapes cannot be followed: {reason}; correct them") from error
    if not isinstance(report, rdflib.Graph):  # pySHACL returns this failure, and raises the others
        raise OntologyError(f"the shapes cannot be followed: {report}; correct them")
    for result in report.objects(None, sh.result):
        node, value = str(report.value(result, sh.focusNode)), report.value(result, sh.value)
        shape, constraint = report.value(result, sh.sourceShape), report.value(result, sh.sourceConstraint)
        message = min(str(text) for text in report.objects(result, sh.resultMessage))
        remedy = shapes.remedies.get(str(constraint)) or shapes.remedies.get(str(shape)) or AGAIN
        # A message in SPARQL names the value where it has something to say.
        shown = None if value is None or constraint is not None or str(value) == node else str(value)
        yield node, message, remedy, shown


def _terms(ontology: Ontology) -> Iterator[ox.Triple]:
    """Yield what the ontology's file says of kinds, parents, domains and ranges."""
    for quad in ox.parse(path=ontology.path, format=ox.RdfFormat.TURTLE):
        if quad.predicate.value in _OF_TERMS and str(getattr(quad.subject, "value", "")).startswith(_KG):
            yield quad.triple


def _strays(union: ox.Store) -> Iterator[Violation]:
    """Yield a violation where the union holds what no article says."""
    strays = 0
    for quad in union.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        holders = union.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        strays += all(holder.graph_name == ox.DefaultGraph() for holder in holders)
    if strays:
        message = f"{strays} statements of the union stand in no article"
        yield Violation("store", "union", "", message, "build the store anew", "")


def shorten(text: str) -> str:
    """Return text with the IRIs of known namespaces made short."""
    for namespace, prefix in _SHORT.items():
        text = text.replace(namespace, prefix)
    return text


def _typed(term: rdflib.term.Node) -> rdflib.term.Node:
    """Return a plain literal as an xsd:string, as terms from Oxigraph are; for rdflib the two differ."""
    import rdflib

    if isinstance(term, rdflib.Literal) and not term.language and not term.datatype:
        return rdflib.Literal(str(term), datatype=rdflib.XSD.string)
    return term


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each malformed number or date; the shapes name them."""
    logger = logging.getLogger("rdflib.term")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _pyshacl() -> Any:
    try:
        import pyshacl
    except ImportError as error:
        raise KGraphError("pySHACL is missing; install it with: pip install 'kgraph[check]'") from error
    return pyshacl
