"""The ontology beside the vocabularies it leans on: complete, free of slips, and right by their definitions.

The checks after the pattern of OOPS! (the OntOlogy Pitfall Scanner) name its pitfalls, P04 and so on.
"""

from __future__ import annotations

import io
import itertools
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, XSD, URIRef

from kgraph import ontology, rdf
from kgraph.rdf import PREFIXES
from samples import RUN, sample

KG = rdflib.Namespace(PREFIXES["kg"])
SCHEMA = rdflib.Namespace(PREFIXES["schema"])
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)

# Where each vocabulary says its terms live, by its own documents.
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vann": "http://purl.org/vocab/vann/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# What the vocabularies themselves say of the terms that kgraph uses, as far as it bears on them.
DEFINED = """
prov:Entity owl:disjointWith prov:Activity .
prov:wasDerivedFrom rdfs:domain prov:Entity ; rdfs:range prov:Entity .
prov:wasGeneratedBy rdfs:domain prov:Entity ; rdfs:range prov:Activity .
foaf:Person rdfs:subClassOf foaf:Agent ; owl:disjointWith foaf:Organization , foaf:Document .
foaf:Organization rdfs:subClassOf foaf:Agent ; owl:disjointWith foaf:Document .
geo:Feature rdfs:subClassOf geo:SpatialObject ; owl:disjointWith geo:Geometry .
nif:Context rdfs:subClassOf nif:String . nif:Phrase rdfs:subClassOf nif:String .
nif:Sentence rdfs:subClassOf nif:String .
nif:beginIndex rdfs:domain nif:String . nif:endIndex rdfs:domain nif:String .
nif:anchorOf rdfs:domain nif:String .
nif:isString rdfs:domain nif:Context .
nif:referenceContext rdfs:domain nif:String ; rdfs:range nif:Context .
sem:hasActor rdfs:domain sem:Event ; rdfs:range sem:Actor .
sem:hasPlace rdfs:domain sem:Event ; rdfs:range sem:Place .
skos:Concept owl:disjointWith skos:ConceptScheme .
skos:inScheme rdfs:range skos:ConceptScheme .
rdf:subject rdfs:domain rdf:Statement . rdf:predicate rdfs:domain rdf:Statement .
rdf:object rdfs:domain rdf:Statement .
"""


@pytest.fixture(scope="module")
def terms() -> rdflib.Graph:
    """Read the ontology as shipped."""
    return rdflib.Graph().parse(ontology.data_dir() / "kgraph.ttl")


@pytest.fixture(scope="module")
def facts() -> rdflib.Graph:
    """Make the graph of the sample article."""
    graph = rdflib.Graph()
    for quad in rdf.quads(sample(), ontology=ontology.load(), run=RUN):
        text = f"{quad.subject} {quad.predicate} {quad.object} ."
        graph.parse(data=text, format="nt")
    return graph


def vocabulary(text: str = DEFINED) -> rdflib.Graph:
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in NAMESPACES.items())
    return rdflib.Graph().parse(data=head + text, format="turtle")


def named(graph: rdflib.Graph, *kinds: URIRef) -> set[Any]:
    """Return the terms of ours that are of some kind."""
    return {term for kind in kinds for term in graph.subjects(RDF.type, kind) if str(term).startswith(KG)}


def above(graph: rdflib.Graph, term: Any, predicate: URIRef = RDFS.subClassOf) -> set[Any]:
    """Return a class or property and all that are above it."""
    return set(graph.transitive_objects(term, predicate))


def clashes(graph: rdflib.Graph) -> set[tuple[str, str, str]]:
    """Return the nodes that domains, ranges and parents put into two classes that share no member."""
    kinds: dict[Any, set[Any]] = defaultdict(set)
    for subject, predicate, value in graph:
        if predicate == RDF.type:
            kinds[subject].add(value)
        for known in above(graph, predicate, RDFS.subPropertyOf):
            kinds[subject].update(graph.objects(known, RDFS.domain))
            if isinstance(value, URIRef):
                kinds[value].update(graph.objects(known, RDFS.range))
    found = set()
    for node, direct in kinds.items():
        every = {parent for kind in direct for parent in above(graph, kind)}
        for left, right in itertools.permutations(every, 2):
            if (left, OWL.disjointWith, right) in graph:
                found.add((str(node), str(left), str(right)))
    return found


def test_every_term_has_one_label_and_one_definition(terms: rdflib.Graph) -> None:
    """P08: each term of ours is explained once, in English; no two classes or properties share a label."""
    seen: dict[str, set[Any]] = defaultdict(set)
    for term in named(terms, OWL.Class, *PROPERTIES, SKOS.Concept, SKOS.ConceptScheme):
        concept = (term, RDF.type, SKOS.Concept) in terms
        labels = list(terms.objects(term, SKOS.prefLabel if concept else RDFS.label))
        definitions = list(terms.objects(term, SKOS.definition))
        assert len(labels) == len(definitions) == 1, term
        assert {getattr(text, "language", None) for text in (*labels, *definitions)} == {"en"}, term
        kind = "class" if (term, RDF.type, OWL.Class) in terms else "mode" if concept else "property"
        seen[f"{kind} {labels[0]}"].add(term)
    assert [label for label, of in seen.items() if len(of) > 1] == []


def test_every_property_has_a_domain_and_a_range(terms: rdflib.Graph) -> None:
    """P11, P19: each property says where it stands and what it takes; choices are schema's includes."""
    for term in named(terms, OWL.ObjectProperty, OWL.DatatypeProperty):
        for one, several in ((RDFS.domain, SCHEMA.domainIncludes), (RDFS.range, SCHEMA.rangeIncludes)):
            exact, choices = list(terms.objects(term, one)), list(terms.objects(term, several))
            assert (len(exact), bool(choices)) in ((1, False), (0, True)), (term, one)
            assert len(choices) != 1, (term, several)


def test_object_properties_take_things_and_datatype_properties_values(terms: rdflib.Graph) -> None:
    """P34, P35: ranges are of the property's kind, and each term has one kind only."""
    for kind, values in ((OWL.ObjectProperty, False), (OWL.DatatypeProperty, True)):
        for term in named(terms, kind):
            for taken in {*terms.objects(term, RDFS.range), *terms.objects(term, SCHEMA.rangeIncludes)}:
                is_value = str(taken).startswith(str(XSD)) or taken == RDF.langString
                assert is_value == values, (term, taken)
    for term in named(terms, OWL.Class, *PROPERTIES, SKOS.Concept):
        assert len(set(terms.objects(term, RDF.type))) == 1, term


def test_no_term_dangles(terms: rdflib.Graph) -> None:
    """P04, P34: what is used is declared, ours and others'; no class and no mode stands alone."""
    declared = set(terms.subjects(RDF.type))
    builtin = (str(OWL), str(RDF), str(RDFS), str(XSD))
    for subject, predicate, value in terms:
        for term in (subject, predicate, value):
            if isinstance(term, URIRef) and not str(term).startswith(builtin):
                assert (
                    term in declared
                    or predicate in (URIRef(NAMESPACES["dcterms"] + "license"),)
                    or (term == URIRef("https://w3id.org/kgraph/0.1.0"))
                ), term
    for term in named(terms, OWL.Class):
        assert list(terms.objects(term, RDFS.subClassOf)), term
    for term in named(terms, SKOS.Concept):
        assert (term, SKOS.inScheme, KG.modes) in terms, term


@pytest.mark.parametrize("predicate", [RDFS.subClassOf, RDFS.subPropertyOf])
def test_no_cycles(terms: rdflib.Graph, predicate: URIRef) -> None:
    """P06: nothing is below itself."""
    for term in set(terms.subjects(predicate)):
        for parent in terms.objects(term, predicate):
            assert term not in above(terms, parent, predicate), term


def test_a_subproperty_is_as_narrow_as_what_it_is_below(terms: rdflib.Graph) -> None:
    """What a property of SEM takes, its subproperty takes: subjects at least are of the class it names."""
    whole = terms + vocabulary()
    for term in named(terms, OWL.ObjectProperty):
        for parent in terms.objects(term, RDFS.subPropertyOf):
            for wanted in whole.objects(parent, RDFS.domain):
                assert wanted in above(whole, terms.value(term, RDFS.domain)), term
            exact = terms.value(term, RDFS.range)
            for wanted in whole.objects(parent, RDFS.range):
                assert exact is None or wanted in above(whole, exact), term


@pytest.mark.parametrize("name", ["kgraph.ttl", "shapes.ttl"])
def test_namespaces_are_the_vocabularies_own(name: str) -> None:
    """No prefix has a slip in it, and the names that rdf.py writes are the same."""
    graph = rdflib.Graph(bind_namespaces="none").parse(ontology.data_dir() / name)
    bound = {prefix: str(iri) for prefix, iri in graph.namespaces() if not str(iri).startswith(str(KG)[:22])}
    assert {prefix: NAMESPACES.get(prefix) for prefix in bound} == bound
    assert {prefix: NAMESPACES[prefix] for prefix in PREFIXES if prefix != "kg"} == {
        prefix: iri for prefix, iri in PREFIXES.items() if prefix != "kg"
    }


def test_header_names_version_licence_and_prefix(terms: rdflib.Graph) -> None:
    """P38, P41: the ontology says what it is and what may be done with it."""
    header = URIRef("https://w3id.org/kgraph")
    assert (header, RDF.type, OWL.Ontology) in terms
    vann, dcterms = NAMESPACES["vann"], NAMESPACES["dcterms"]
    for wanted in (vann + "preferredNamespaceUri", dcterms + "license", dcterms + "title", OWL.versionInfo):
        assert (header, URIRef(wanted), None) in terms, wanted
    assert str(terms.value(header, URIRef(vann + "preferredNamespaceUri"))) == str(KG)


def test_nothing_is_in_two_classes_that_exclude_each_other(terms: rdflib.Graph, facts: rdflib.Graph) -> None:
    """A reasoner that knows PROV-O, FOAF, GeoSPARQL, NIF, SEM and SKOS finds no contradiction."""
    assert clashes(terms + facts + vocabulary()) == set()


def test_a_contradiction_would_be_seen(terms: rdflib.Graph, facts: rdflib.Graph) -> None:
    """The check can fail: events are derived from sentences, so they are no activities of PROV."""
    wrong = vocabulary(DEFINED + "<https://w3id.org/kgraph#Event> rdfs:subClassOf prov:Activity .")
    assert {right for _, left, right in clashes(terms + facts + wrong)} == {NAMESPACES["prov"] + "Activity"}


def spans(facts: rdflib.Graph, kind: URIRef) -> Iterable[tuple[int, int, str, Any]]:
    """Yield begin, end, words and context of each string of a kind."""
    nif = rdflib.Namespace(NAMESPACES["nif"])
    for node in facts.subjects(RDF.type, kind):
        begin, end = facts.value(node, nif.beginIndex), facts.value(node, nif.endIndex)
        words = facts.value(node, nif.anchorOf)
        yield int(str(begin)), int(str(end)), str(words), facts.value(node, nif.referenceContext)


def test_offsets_count_in_the_text_of_their_context(facts: rdflib.Graph) -> None:
    """NIF: begin and end of a string are positions in the nif:isString of its nif:referenceContext."""
    nif = rdflib.Namespace(NAMESPACES["nif"])
    for begin, end, words, context in spans(facts, KG.Mention):
        assert str(facts.value(context, nif.isString))[begin:end] == words


def test_a_context_begins_at_0(facts: rdflib.Graph, terms: rdflib.Graph) -> None:
    """NIF: a context is the whole text that others are parts of, and is in no other context."""
    for kind in terms.subjects(RDFS.subClassOf, URIRef(NAMESPACES["nif"] + "Context")):
        for begin, _, _, context in spans(facts, URIRef(str(kind))):
            assert begin == 0
            assert context is None


def test_every_value_is_of_the_range_its_property_names(terms: rdflib.Graph, facts: rdflib.Graph) -> None:
    """The graph keeps the promises of the ontology, literals with their datatype."""
    seen = 0
    for subject, predicate, value in facts:
        ranges = {*terms.objects(predicate, RDFS.range), *terms.objects(predicate, SCHEMA.rangeIncludes)}
        if not str(predicate).startswith(KG) or not ranges:
            continue
        if isinstance(value, rdflib.Literal):
            kinds: set[Any] = {RDF.langString if value.language else value.datatype or XSD.string}
        else:
            kinds = {*facts.objects(value, RDF.type), *terms.objects(value, RDF.type)}
        assert kinds & ranges, (subject, predicate, value)
        seen += 1
    assert seen > 30


def test_loads_with_owlready2(terms: rdflib.Graph) -> None:
    """A tool that others wrote sees the same classes, parents, ranges and labels."""
    owlready2 = pytest.importorskip("owlready2", reason="owlready2 is not installed")
    world = owlready2.World()
    data = terms.serialize(format="nt", encoding="utf-8")
    loaded = world.get_ontology("https://w3id.org/kgraph#").load(fileobj=io.BytesIO(data))
    classes = {cls.iri for cls in loaded.classes() if cls.iri.startswith(str(KG))}
    assert classes == {str(term) for term in named(terms, OWL.Class)}
    kinds = {"object_properties": OWL.ObjectProperty, "data_properties": OWL.DatatypeProperty}
    for method, kind in kinds.items():
        found = {item.iri for item in getattr(loaded, method)() if item.iri.startswith(str(KG))}
        assert found == {str(term) for term in named(terms, kind)}, method
    air_base = world[str(KG.AirBase)]
    assert {cls.iri for cls in air_base.ancestors()} >= {
        str(KG.Base),
        str(KG.Place),
        NAMESPACES["sem"] + "Place",
    }
    assert world[str(KG.leads)].range == [world[str(KG.Actor)]]
    assert [(str(text), text.lang) for text in air_base.label] == [("air base", "en")]
