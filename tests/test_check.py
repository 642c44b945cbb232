"""What kgraph writes satisfies the shapes, and each kind of error planted in it is found and told."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph import cli, ontology, rdf, store
from kgraph.errors import KGraphError, OntologyError
from kgraph.model import Extraction, Telling
from kgraph.rdf import BASE, PREFIXES
from kgraph.store import Graph
from samples import RUN, SENTENCES, TEXT, sample, span

pytest.importorskip("pyshacl", reason="kgraph check needs pySHACL: pip install 'kgraph[check]'")

from kgraph.check import Shapes, Violation, check, load_shapes

ARTICLE = BASE + "article/keld-2031"
ENTITY = BASE + "entity/"
EVENT, TELLING = ARTICLE + "#event-Assault-42-48", ARTICLE + "#telling-Assault-42-48"
PLAN = ARTICLE + "#event-Retreat-{0.begin}-{0.end}".format(span("withdraw"))
MENTION, SENTENCE = ARTICLE + "#mention-24-41", ARTICLE + "#char=0,91"
NAVY, BASE_NODE, MINISTER = "actor/norvian-air-force", "place/brannoch-air-base", "person/ada-holm"

shapes = functools.cache(load_shapes)
load = functools.cache(ontology.load)
Change = tuple[str, str, str]


@functools.cache
def small() -> Extraction:
    """Return the sample with one event, one plan and three relations: quick to check."""
    whole = sample()
    used = {"m1", "m2", "m3", "m4", "m5", "m6", "m7", "m9", "m8", "m11", "m12", "m15"}
    return dataclasses.replace(
        whole,
        events=whole.events[:2],
        relations=(
            dataclasses.replace(whole.relations[0], object="m8"),
            whole.relations[2],
            whole.relations[3],
        ),
        mentions=tuple(mention for mention in whole.mentions if mention.id in used),
    )


def turtle(text: str) -> list[ox.Triple]:
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    return [quad.triple for quad in ox.parse(prefixes + text, format=ox.RdfFormat.TURTLE)]


def quad(triple: ox.Triple, article: str) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(article))


def stored(*extractions: Extraction, changes: Iterable[Change] = ()) -> Graph:
    """Return a graph of extractions, with some properties of nodes (subject, predicate, values) changed."""
    graph = Graph.memory()
    for extraction in extractions:
        quads = set(rdf.quads(extraction, ontology=load(), run=RUN))
        article = rdf.article_iri(extraction.article.id)
        for subject, predicate, values in changes:
            node = subject if subject.startswith("http") else ENTITY + subject
            (probe,) = turtle(f"<{node}> {predicate} 0 .")
            gone = {q for q in quads if (q.subject, q.predicate) == (probe.subject, probe.predicate)}
            new = turtle(f"<{node}> {predicate} {values} .") if values else []
            quads = (quads - gone) | {quad(triple, article) for triple in new}
        graph.replace(article, quads)
    return graph


def found(graph: Graph, own: Shapes | None = None) -> list[Violation]:
    return list(check(graph, ontology=load(), shapes=own or shapes()))


def assertion(predicate: str) -> str:
    """Return the IRI of the small sample's only assertion with a predicate."""
    quads = rdf.quads(small(), ontology=load(), run=RUN)
    (iri,) = {
        str(quad.subject).strip("<>")
        for quad in quads
        if quad.predicate.value == PREFIXES["rdf"] + "predicate"
        and quad.object == ox.NamedNode(PREFIXES["kg"] + predicate)
    }
    return iri


def test_the_sample_conforms() -> None:
    """A graph with every feature, hostile text included, is as it must be; every article is counted."""
    steps: list[tuple[int, int]] = []
    graph = stored(sample(), sample("other"))
    on_step = lambda done, facts: steps.append((done, facts))  # noqa: E731
    assert list(check(graph, ontology=load(), shapes=shapes(), on_step=on_step)) == []
    assert steps == [(1, 7), (2, 14)]


def test_a_happening_that_several_articles_tell_conforms() -> None:
    """It has words that tell it in each article, twice in one of them, and each article's figures."""
    shared = ARTICLE + "#event-Assault-42-48"
    whole = sample()
    retold = (Telling(span("withdraw"), whole.sentences[1]),)
    event = dataclasses.replace(whole.events[0], key=shared, label="struck", retold=retold)
    first = dataclasses.replace(whole, events=(event,))
    second = dataclasses.replace(
        sample("other"), events=(dataclasses.replace(event, retold=(), trigger=span("killing")),)
    )
    assert found(stored(first, second)) == []


PLANTED = [
    # article
    (ARTICLE, "dcterms:identifier", '"a", "b"', "not exactly one id"),
    (ARTICLE, "schema:datePublished", '"yesterday"', "its date schema:datePublished is 'yesterday'"),
    (ARTICLE, "rdf:type", "schema:NewsArticle", "the graph describes no article of its own name"),
    # sentence
    (SENTENCE, "nif:endIndex", "", "does not end at one offset"),
    (SENTENCE, "nif:isString", '"short"', "the sentence's text has 5 characters, but its offsets 0 to 91"),
    (SENTENCE, "kg:offset", "", "does not begin at one place of the article"),
    (SENTENCE, "nif:beginIndex", "7", "whose text begins at 0"),
    (SENTENCE, "nif:referenceContext", f"<{ARTICLE}>", "and in no other"),
    (SENTENCE, "dcterms:isPartOf", "", "does not stand in exactly one article"),
    # mentions
    (MENTION, "nif:beginIndex", '"24"', "does not begin at one offset"),
    (MENTION, "nif:beginIndex", "-1", "does not begin at one offset (nif:beginIndex) that is 0 or more"),
    (MENTION, "nif:endIndex", "20", "and before its end"),
    (MENTION, "nif:endIndex", "500", "the mention at 24 to 500 lies outside its sentence of 91 characters"),
    (MENTION, "nif:anchorOf", '"Norvian navy"', "'Norvian navy', but the sentence has 'Norvian air force'"),
    (MENTION, "nif:anchorOf", "", "not exactly one text"),
    (MENTION, "nif:referenceContext", f"<{ARTICLE}>", "does not stand in exactly one sentence"),
    (MENTION, "kg:refersTo", "", "means no entity and no event"),
    (MENTION, "kg:refersTo", f"<{ENTITY}{NAVY}>, <{ENTITY}{MINISTER}>", "only events may share their words"),
    (MENTION, "kg:refersTo", f"<{ENTITY}person/nobody>", "person/nobody is spoken of (kg:refersTo) but"),
    # entities
    (NAVY, "skos:prefLabel", '"Air Force"@en, "Navy"@en', "not exactly one name"),
    (NAVY, "skos:prefLabel", '"Air Force"', "with its language"),
    (NAVY, "skos:prefLabel", "", "not exactly one name"),
    (MINISTER, "skos:altLabel", '"Ada Holm"@en', "another name (skos:altLabel)"),
    (NAVY, "rdf:type", "kg:Actor, kg:State, kg:MilitaryForce", "it is both kg:MilitaryForce and kg:State"),
    (BASE_NODE, "rdf:type", "kg:AirBase, kg:Place", "a kg:AirBase, but not said to be a kg:Base, which"),
    (NAVY, "rdf:type", "kg:Actor, kg:Navy", "its class kg:Navy is not in the ontology"),
    (NAVY, "owl:sameAs", "<https://www.wikidata.org/entity/Q7184>", "nobody decided to be the same"),
    (NAVY, "kg:fights", f"<{ENTITY}actor/norvia>", "no assertion of the article tells it as actual"),
    (NAVY, "kg:owns", f"<{ENTITY}actor/norvia>", "its property kg:owns is not in the ontology"),
    # events
    (EVENT, "rdf:type", "kg:Event, kg:Assault, kg:Aid", "it is both kg:Aid and kg:Assault"),
    (EVENT, "rdf:type", "kg:Event, kg:Capture", "a kg:Capture, but not said to be a kg:Assault"),
    (EVENT, "kg:realis", '"certain"', "one of actual, planned, hypothetical and negated: 'certain'"),
    (EVENT, "kg:realis", '"actual", "planned"', "its realis is not exactly one"),
    (EVENT, "kg:realis", "", "its realis is not exactly one"),
    (EVENT, "kg:confidence", "1.2", "decimal number from 0 to 1: '1.2'"),
    (EVENT, "kg:confidence", '"high"', "decimal number from 0 to 1: 'high'"),
    (EVENT, "prov:wasDerivedFrom", "", "was not read from a sentence"),
    (EVENT, "prov:wasDerivedFrom", f"<{ARTICLE}#char=92,187>", "in a sentence that it was not read from"),
    (EVENT, "prov:wasGeneratedBy", "", "not made by exactly one run"),
    (EVENT, "kg:mode", "kg:mode-loud", "its mode is more than one, or not one of the ontology"),
    (
        EVENT,
        "kg:beginDate",
        '"2031-12"^^xsd:date',
        "its date kg:beginDate is '2031-12', which is no xsd:date",
    ),
    (EVENT, "kg:beginDate", '"2031-12-11"', "which is no xsd:date"),
    (EVENT, "kg:beginDate", "", "a date basis, explicit, but no date"),
    (EVENT, "kg:dateBasis", "", "dated 2031-12-11, but nothing says how the date is known"),
    (EVENT, "kg:dateBasis", '"guess"', "one of explicit, relative and publication: 'guess'"),
    (EVENT, "kg:endDate", '"2031-11"^^xsd:gYearMonth', "it ends (2031-11) before it begins (2031-12-11)"),
    (EVENT, "kg:killed", "-13", "its number kg:killed is -13"),
    (EVENT, "kg:killed", '"many"', "its kg:killed is 'many', which is not what that takes"),
    (EVENT, "kg:actor", f"<{ENTITY}place/port-keld>", "its kg:actor is 'place/port-keld', which is not"),
    (EVENT, "kg:base", f"<{ENTITY}place/port-keld>", "its kg:base is 'place/port-keld', which is not"),
    (EVENT, "kg:leads", f"<{ENTITY}{NAVY}>", "it has kg:leads 'actor/norvian-air-force', but is of none"),
    (PLAN, "kg:accordingTo", '"Holm"', "who says it (kg:accordingTo) is a text"),
    (TELLING, "kg:refersTo", f"<{PLAN}>", "no words of the article tell the event"),
    # assertions
    ("operatedBy", "rdf:subject", f"<{ENTITY}{MINISTER}>", "person/ada-holm is of none of the classes that"),
    ("operatedBy", "rdf:subject", "", "the assertion has not exactly one subject"),
    ("operatedBy", "rdf:object", f"<{ENTITY}place/port-keld>", "'place/port-keld' is not what kg:operatedBy"),
    ("operatedBy", "rdf:predicate", "kg:owns", "its predicate kg:owns is no property of the ontology"),
    ("operatedBy", "kg:realis", '"planned"', "no assertion of the article tells it as actual"),
    ("alliedWith", "kg:realis", '"actual"', "does not stand as a plain fact"),
    (
        "position",
        "rdf:object",
        f"<{ENTITY}{NAVY}>",
        "'actor/norvian-air-force' is not what kg:position takes",
    ),
    ("position", "prov:wasDerivedFrom", "", "was not read from a sentence"),
]


@pytest.mark.parametrize(
    ("node", "predicate", "values", "said"),
    PLANTED,
    ids=[f"{n}-{row[1]}-{row[2][:12]}" for n, row in enumerate(PLANTED)],
)
def test_each_planted_error_is_found(node: str, predicate: str, values: str, said: str) -> None:
    """One property of one node is spoiled; the message says it, and which article it is in."""
    if node in ("operatedBy", "alliedWith", "position"):
        node = assertion(node)
    violations = found(stored(small(), changes=[(node, predicate, values)]))
    assert [item for item in violations if said in item.message], [str(item) for item in violations]
    assert predicate == "dcterms:identifier" or {item.article for item in violations} == {"keld-2031"}


def test_the_small_sample_conforms() -> None:
    """What the errors are planted in has none of its own."""
    assert found(stored(small())) == []


def test_a_violation_says_where_and_what_to_do() -> None:
    """Article, node with its name, what is wrong, what to do; and the sentence."""
    (item,) = found(stored(small(), changes=[(EVENT, "kg:realis", '"certain"')]))
    assert str(item) == (
        "keld-2031: #event-Assault-42-48 (struck): its realis is not exactly one of actual, planned, "
        "hypothetical and negated: 'certain'; build the article again; if it stays, report it as a fault of "
        "kgraph"
    )
    assert item.sentence == SENTENCES[0]
    (name, *_) = found(stored(small(), changes=[(NAVY, "skos:prefLabel", "")]))
    assert "kgraph curate rename" in str(name)
    assert name.sentence == SENTENCES[0]
    (alliance, *_) = found(stored(small(), changes=[(assertion("alliedWith"), "kg:confidence", "7.0")]))
    assert "(actor/keldland kg:alliedWith actor/free-column)" in str(alliance)
    assert alliance.sentence == SENTENCES[3]


def test_what_a_person_decided_may_be_the_same_as_another() -> None:
    """owl:sameAs stands where a decision says so; another decision is not enough."""
    other = "https://www.wikidata.org/entity/Q7184"

    def curated(line: str) -> Extraction:
        entities = tuple(
            dataclasses.replace(entity, same_as=(other,), curated=(line,)) if entity.id == "e1" else entity
            for entity in small().entities
        )
        return dataclasses.replace(small(), entities=entities)

    assert found(stored(curated(f"same-as {NAVY} {other}  # known"))) == []
    (item,) = found(stored(curated(f"rename {NAVY} 'Air Force'")))
    assert "nobody decided" in item.message
    assert "kgraph curate same-as" in item.remedy


def test_one_node_has_one_name_and_one_class_everywhere() -> None:
    """What each article may say for itself, the store as a whole may not."""
    graph = stored(small())
    other = dataclasses.replace(small(), article=dataclasses.replace(small().article, id="other"))
    renamed = tuple(
        dataclasses.replace(entity, label="Air Force", cls="Organization") if entity.id == "e1" else entity
        for entity in other.entities
    )
    quads = rdf.quads(dataclasses.replace(other, entities=renamed), ontology=load(), run=RUN)
    graph.replace(BASE + "article/other", quads)
    said = {(item.article, item.message) for item in found(graph)}
    assert said == {
        ("keld-2031", "its name is another in other articles: Air Force"),
        ("keld-2031", "its class is another in other articles: kg:Organization"),
        ("other", "its name is another in other articles: Norvian Air Force"),
        ("other", "its class is another in other articles: kg:MilitaryForce"),
    }


def test_a_union_that_is_out_of_step_is_seen() -> None:
    """Statements written past kgraph stand in the union only, or in an article only."""
    graph = stored(small())
    (alone, named) = turtle("<urn:x> kg:fights <urn:y> . <urn:a> dcterms:title 'b' .")
    graph.store.add(ox.Quad(*alone))
    graph.store.add(quad(named, ARTICLE))
    assert [item.message for item in found(graph)] == [
        "1 of its statements are missing in the union of all articles",
        "1 statements of the union stand in no article",
    ]


def test_own_class_is_known_by_its_ontology(tmp_path: Path) -> None:
    """A store built with a user's class conforms with that ontology and not with ours."""
    path = tmp_path / "kgraph.ttl"
    path.write_text(
        (ontology.data_dir() / "kgraph.ttl").read_text(encoding="utf-8")
        + 'kg:Inspection a owl:Class ; rdfs:subClassOf kg:Event ; rdfs:label "i"@en ;\n'
        'skos:definition "x"@en .\n'
        "kg:inspector a owl:ObjectProperty ; rdfs:domain kg:Inspection ; rdfs:range kg:Person ;\n"
        'rdfs:label "i"@en ; skos:definition "x"@en .\n',
        encoding="utf-8",
    )
    mine = ontology.load(path)
    event = dataclasses.replace(small().events[0], cls="Inspection", roles=())
    extraction = dataclasses.replace(small(), events=(event,))
    graph = Graph.memory()
    quads = list(rdf.quads(extraction, ontology=mine, run=RUN))
    graph.replace(ARTICLE, quads)
    assert list(check(graph, ontology=mine, shapes=shapes())) == []
    said = "its class kg:Inspection is not in the ontology; name the ontology it was built with by --ontology"
    assert [item for item in found(graph) if said in str(item)]
    (wrong,) = turtle(f"<{ARTICLE}#event-Inspection-42-48> kg:inspector <{ENTITY}{NAVY}> .")
    graph.replace(ARTICLE, [*quads, quad(wrong, ARTICLE)])
    messages = [item.message for item in check(graph, ontology=mine, shapes=shapes())]
    assert messages == ["its kg:inspector is 'actor/norvian-air-force', which is not what that takes"]


OWN = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <https://w3id.org/kgraph#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix prov: <http://www.w3.org/ns/prov#> .
"""
SOURCED = """<urn:sourced> sh:targetClass kg:Event ; sh:property <urn:said> .
<urn:said> sh:path kg:accordingTo ; sh:minCount 1 ; sh:message "nobody says so" ; rdfs:comment "find out" ."""


def test_own_shapes(tmp_path: Path) -> None:
    """A user's file is used instead of ours, with its own words on what to do."""
    path = tmp_path / "mine.ttl"
    path.write_text(OWN + SOURCED, encoding="utf-8")
    (item,) = found(stored(small()), load_shapes(path))
    assert (item.node, item.message, item.remedy) == (EVENT, "nobody says so", "find out")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: No such file"),
        ("kg:x a sh:NodeShape", "no valid Turtle"),
        (OWN + 'kg:x rdfs:label "x" .', "holds no SHACL shape"),
        (OWN + "<urn:x> sh:targetClass kg:Event ; sh:property [ sh:minCount 1 ] .", "cannot be followed"),
        (
            OWN + '<urn:x> sh:targetClass kg:Event ; sh:sparql [ sh:select "SELECT $this { oops" ] .',
            "cannot be followed",
        ),
    ],
)
def test_shapes_that_are_none(tmp_path: Path, text: str | None, said: str) -> None:
    """A file that cannot be used is said in one line, never taken for one that finds nothing."""
    path = tmp_path / "mine.ttl"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(OntologyError, match=said) as caught:
        found(stored(small()), load_shapes(path))
    assert "\n" not in str(caught.value)


def test_without_pyshacl(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is named with the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "pyshacl", None)
    with pytest.raises(KGraphError, match=r"pip install 'kgraph\[check\]'"):
        load_shapes()


def test_offsets_are_code_points() -> None:
    """Characters beyond the basic plane before a mention do not shift it."""
    text = "On 🛩🛩 day the Norvian air force struck a depot near Port Keld, killing 13 people."
    assert len(TEXT) > len(text)
    whole = small()
    sentence = dataclasses.replace(whole.sentences[0], begin=0, end=len(text), text=text)
    where = text.index("Norvian air force")
    mention = dataclasses.replace(
        whole.mentions[0],
        span=dataclasses.replace(whole.mentions[0].span, begin=where, end=where + len("Norvian air force")),
    )
    extraction = dataclasses.replace(
        whole,
        article=dataclasses.replace(whole.article, text=text),
        sentences=(sentence,),
        mentions=(mention,),
        events=(),
        relations=(),
    )
    assert found(stored(extraction)) == []


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Violations with their sentence on stdout, the count on stderr, exit code 1; 0 where all is right."""
    folder = tmp_path / "kgraph.db"

    def run() -> tuple[int, str, str]:
        try:
            cli.main(["check", "--store", str(folder)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    with store.open(folder, create=True) as graph:
        quads = list(rdf.quads(small(), ontology=load(), run=RUN))
        graph.replace(ARTICLE, quads)
    code, out, err = run()
    assert (code, out) == (0, "")
    assert re.search(r"1 article and 5 facts checked in [0-9.]+ s, 0 violations", err)
    with store.open(folder) as graph:
        realis = PREFIXES["kg"] + "realis"
        graph.replace(
            ARTICLE, [q for q in quads if q.predicate.value != realis or str(q.subject) != f"<{EVENT}>"]
        )
    code, out, err = run()
    assert code == 1
    first, second = out.splitlines()
    assert first.startswith("keld-2031: #event-Assault-42-48 (struck): its realis is not exactly one")
    assert second == f"    {SENTENCES[0]}"
    assert "1 violation" in err
