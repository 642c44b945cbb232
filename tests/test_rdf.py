"""Facts become the promised quads, and nothing an article says makes a malformed term."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from typing import Any

import pyoxigraph as ox
import pytest

from kgraph import gazetteer, ontology
from kgraph.errors import KGraphError, OntologyError
from kgraph.gazetteer import Entry
from kgraph.model import Event, Extraction, Relation, Role
from kgraph.query import Iri
from kgraph.rdf import (
    BASE,
    PREFIXES,
    Run,
    article_iri,
    clean,
    date_literal,
    entity_iri,
    iris,
    is_iri,
    quads,
    slug,
    term,
    url_term,
)
from samples import HOSTILE, RUN, sample

load = functools.cache(ontology.load)
ARTICLE = BASE + "article/keld-2031"


def made(extraction: Extraction | None = None) -> list[Any]:
    return list(quads(extraction or sample(), ontology=load(), run=RUN))


def values(found: list[Any], subject: str, predicate: str) -> set[str]:
    """Return the objects of a subject; both may be short."""
    prefix, _, local = predicate.partition(":")
    subject = subject if subject.startswith("http") else BASE + subject
    wanted = PREFIXES[prefix] + local
    return {
        str(quad.object).replace(PREFIXES["kg"], "kg:").replace(BASE, "").replace(PREFIXES["xsd"], "xsd:")
        for quad in found
        if quad.subject.value == subject and quad.predicate.value == wanted
    }


def with_event(**changes: object) -> Extraction:
    extraction = sample()
    event: Event = dataclasses.replace(extraction.events[0], **changes)  # type: ignore[arg-type]
    return dataclasses.replace(extraction, events=(event,))


def with_relation(**changes: object) -> Extraction:
    extraction = sample()
    relation: Relation = dataclasses.replace(extraction.relations[0], **changes)  # type: ignore[arg-type]
    return dataclasses.replace(extraction, relations=(relation,))


def test_every_quad_is_in_the_articles_graph_once_and_no_node_is_blank() -> None:
    """One named graph per article, no doubles, no blank nodes."""
    found = made()
    assert {quad.graph_name.value for quad in found} == {ARTICLE}
    assert len(found) == len(set(found))
    assert not any(isinstance(term, ox.BlankNode) for quad in found for term in quad.triple)


def test_same_extraction_same_quads() -> None:
    """Two runs agree, in order too."""
    assert made() == made()


def test_article() -> None:
    """The article says its id, headline, date, source and URL."""
    found = made()
    assert values(found, ARTICLE, "rdf:type") == {"<kg:Article>"}
    assert values(found, ARTICLE, "dcterms:identifier") == {'"keld-2031"'}
    assert values(found, ARTICLE, "schema:datePublished") == {'"2031-12-12"^^<xsd:date>'}
    assert values(found, ARTICLE, "schema:url") == {"<https://news.example/2031/keld?x=1>"}
    assert values(found, ARTICLE, "dc:source") == {'"The Keld Courier"'}


def test_entity_has_its_class_and_all_ancestors() -> None:
    """An air base is found as a base and as a place without inference; an alias is not said twice."""
    found = made()
    base = "entity/place/brannoch-air-base"
    assert values(found, base, "rdf:type") == {"<kg:AirBase>", "<kg:Base>", "<kg:Place>"}
    assert values(found, base, "skos:prefLabel") == {'"Brannoch Air Base"@en'}
    assert values(found, "entity/actor/norvia", "skos:altLabel") == {'"Republic of Norvia"@en'}


def test_places_of_the_gazetteer_have_a_geometry_that_names_its_source() -> None:
    """As GeoSPARQL asks: a feature has a geometry, longitude first; what is no place has none."""
    where = {"lat": 51.5, "lon": -0.25, "located_by": "my bases.tsv"}
    keys = [entity.key for entity in sample().entities]
    entries = {key: Entry(key, key, "Place", **where) for key in keys}  # type: ignore[arg-type]
    known = dataclasses.replace(gazetteer.load(), entries=entries)
    found = list(quads(sample(), ontology=load(), run=RUN, gazetteer=known))
    kind, place, has = (
        PREFIXES[p] + n for p, n in (("rdf", "type"), ("kg", "Place"), ("geo", "hasGeometry"))
    )
    places = {str(q.subject) for q in found if q.predicate.value == kind and str(q.object) == f"<{place}>"}
    located = {str(q.subject) for q in found if q.predicate.value == has}
    assert located == places != set()
    first = min(places)[1:-1]
    geometry = f"geometry/{first.removeprefix(BASE + 'entity/')}"
    assert values(found, first, "geo:hasGeometry") == {f"<{geometry}>"}
    wkt = values(found, geometry, "geo:asWKT")
    assert wkt == {f'"POINT(-0.25 51.5)"^^<{PREFIXES["geo"]}wktLiteral>'}
    assert values(found, geometry, "dcterms:source") == {"<gazetteer/my-bases.tsv>"}
    assert not any(isinstance(term, ox.BlankNode) for quad in found for term in (quad.subject, quad.object))


def test_event() -> None:
    """An event carries roles, numbers, dates, trigger and evidence."""
    found = made()
    event = ARTICLE + "#event-Assault-42-48"
    assert values(found, event, "rdf:type") == {"<kg:Assault>", "<kg:Event>"}
    assert values(found, event, "kg:mode") == {"<kg:mode-aerial>"}
    assert values(found, event, "kg:actor") == {"<entity/actor/norvian-air-force>"}
    assert values(found, event, "kg:killed") == {'"13"^^<xsd:nonNegativeInteger>'}
    assert values(found, event, "kg:object") == {'"a depot near Port Keld"'}
    assert values(found, event, "kg:beginDate") == {'"2031-12-11"^^<xsd:date>'}
    assert values(found, event, "kg:realis") == {'"actual"'}
    assert values(found, event, "kg:confidence") == {'"0.83"^^<xsd:decimal>'}
    telling = ARTICLE + "#telling-Assault-42-48"
    assert values(found, telling, "kg:refersTo") == {"<article/keld-2031#event-Assault-42-48>"}
    assert values(found, telling, "nif:beginIndex") == {'"42"^^<xsd:nonNegativeInteger>'}
    assert values(found, event, "prov:wasDerivedFrom") == {"<article/keld-2031#char=0,91>"}
    assert values(found, event, "prov:wasGeneratedBy") == {"<run/0.1.0-0123456789ab>"}


def test_planned_event_says_by_whom() -> None:
    """What somebody announces is planned, according to them, with the precision of the text."""
    found = made()
    (event,) = {quad.subject.value for quad in found if "#event-Retreat" in quad.subject.value}
    assert values(found, event, "kg:realis") == {'"planned"'}
    assert values(found, event, "kg:accordingTo") == {"<entity/person/ada-holm>"}
    assert values(found, event, "kg:beginDate") == {'"2032-03"^^<xsd:gYearMonth>'}


def test_no_date_rather_than_a_wrong_one() -> None:
    """A decade is left out together with its basis."""
    found = made()
    (event,) = {quad.subject.value for quad in found if "#event-Deployment" in quad.subject.value}
    assert values(found, event, "kg:beginDate") == set()
    assert values(found, event, "kg:dateBasis") == set()


def test_actual_relation_is_an_assertion_and_an_edge() -> None:
    """An actual relation can be asked both ways, with its sentence behind the assertion."""
    found = made()
    base = "entity/place/brannoch-air-base"
    assert values(found, base, "kg:operatedBy") == {"<entity/actor/norvia>"}
    assert values(found, "entity/person/ada-holm", "kg:position") == {'"Minister"@en'}
    asserted = [q for q in found if q.predicate.value == PREFIXES["rdf"] + "predicate"]
    assert len(asserted) == 4
    for quad in asserted:
        assert re.fullmatch(re.escape(ARTICLE) + "#assertion-[0-9a-f]{12}", quad.subject.value)
        assert len(values(found, quad.subject.value, "prov:wasDerivedFrom")) == 1


@pytest.mark.parametrize("realis", ["planned", "hypothetical", "negated"])
def test_other_relations_are_never_an_edge(realis: str) -> None:
    """What is not actual stays an assertion."""
    found = made(with_relation(realis=realis))
    assert values(found, "entity/place/brannoch-air-base", "kg:operatedBy") == set()
    assert {f'"{realis}"'} == {
        str(quad.object) for quad in found if "#assertion" in quad.subject.value and "realis" in str(quad)
    }


def test_relation_read_twice_in_a_sentence_is_one_assertion() -> None:
    """The surer reading stays; there are never two confidences."""
    extraction = sample()
    first = extraction.relations[0]
    again = dataclasses.replace(first, id="r9", confidence=0.99)
    found = made(dataclasses.replace(extraction, relations=(first, again)))
    confidences = [q for q in found if "#assertion" in q.subject.value and "confidence" in q.predicate.value]
    assert [quad.object.value for quad in confidences] == ["0.99"]


def test_only_entities_with_a_name_or_a_part_are_written() -> None:
    """The nominal spokesman of no fact is left out with his mention; the nominal depot has a part."""
    found = made()
    subjects = {quad.subject.value for quad in found}
    assert BASE + "entity/person/spokesman" not in subjects
    assert BASE + "entity/place/depot-near-port-keld" in subjects
    refers = [quad.object.value for quad in found if quad.predicate.value == PREFIXES["kg"] + "refersTo"]
    assert len([iri for iri in refers if "#event-" not in iri]) == 14
    assert BASE + "entity/person/spokesman" not in refers


def test_mentions_point_to_their_sentence() -> None:
    """A mention knows its offsets, its text and the sentence around it."""
    found = made()
    mention = ARTICLE + "#mention-24-41"
    assert values(found, mention, "nif:anchorOf") == {'"Norvian air force"'}
    assert values(found, mention, "nif:referenceContext") == {"<article/keld-2031#char=0,91>"}
    assert values(found, ARTICLE + "#char=0,91", "dcterms:isPartOf") == {"<article/keld-2031>"}


def test_hostile_text_makes_valid_terms() -> None:
    """Control characters and surrogates are replaced one for one; markup stays plain text."""
    found = made()
    text = ox.serialize([quad.triple for quad in found], format=ox.RdfFormat.RDF_XML)
    assert text is not None
    assert len(list(ox.parse(text, format=ox.RdfFormat.RDF_XML))) == len(found)
    person = "entity/person/%3C%2Fscript%3E"
    assert values(found, person, "skos:prefLabel") == {f'"{HOSTILE}"@en'}
    assert '"bell \ufffd"@en' in values(found, person, "skos:altLabel")
    assert '"lone \ufffd"@en' in values(found, person, "skos:altLabel")


def test_two_events_on_one_trigger_stay_two() -> None:
    """Same class, same word, different facts: two IRIs, the same for the record and the graph."""
    extraction = sample()
    first = extraction.events[0]
    second = dataclasses.replace(first, id="v9", realis="negated")
    extraction = dataclasses.replace(extraction, events=(first, second))
    name = iris(extraction)
    assert (name(first), name(second)) == (
        ARTICLE + "#event-Assault-42-48",
        ARTICLE + "#event-Assault-42-48-2",
    )
    assert values(made(extraction), name(second), "kg:realis") == {'"negated"'}


@pytest.mark.parametrize(
    ("extraction", "said"),
    [
        (with_event(cls="Attack"), "'Attack' is not a class; known: Accident"),
        (with_event(mode="loud"), "'loud' is not a mode; known: abduct"),
        (with_event(roles=(Role("hero", mention="m1"),)), "'hero' is not a property; known: "),
        (with_event(roles=(Role("place", value="Raqqa"),)), "kg:place needs a mention, got 'Raqqa'"),
        (with_relation(predicate="owns"), "'owns' is not a property"),
        (with_relation(subject="m99"), "no mention 'm99'"),
        (with_event(according_to="m99"), "no mention 'm99'"),
    ],
)
def test_what_does_not_fit_is_named(extraction: Extraction, said: str) -> None:
    """A class, property or mention that is not there stops with the article and the known names."""
    with pytest.raises(KGraphError, match=re.escape(said)) as caught:
        made(extraction)
    assert "keld-2031" in str(caught.value)
    assert isinstance(caught.value, OntologyError) or "m99" in said


def test_roles_take_the_kind_of_their_property() -> None:
    """A mention for a literal becomes its text; a number in words or below zero is no number of people."""
    found = made(
        with_event(
            roles=(Role("object", mention="m2"), Role("killed", value="many"), Role("injured", value=-1))
        )
    )
    event = ARTICLE + "#event-Assault-42-48"
    assert values(found, event, "kg:object") == {'"depot"'}
    assert values(found, event, "kg:killed") == set()
    assert values(found, event, "kg:injured") == set()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("2017-12-11", "date"),
        ("2016-02-29", "date"),
        ("2017-12-11T14:00", "2017-12-11 date"),
        ("2017-03", "gYearMonth"),
        ("2017", "gYear"),
        ("-0200", "gYear"),
        ("-0044-03-15", "date"),
    ],
)
def test_dates_keep_their_precision(value: str, kind: str) -> None:
    """The literal is as precise as the text, and no more."""
    found = date_literal(value)
    text, _, kind = kind.rpartition(" ")
    assert found == ox.Literal(text or value, datatype=ox.NamedNode(PREFIXES["xsd"] + kind))


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "19", "199", "20170", "0000", "2017-13", "2017-00", "2017-02-30", "2017-02-29"),
        *("2016-W23", "2016-Q1", "2016-SU", "XXXX-06", "2016-06-XX", "P3D", "PRESENT_REF", "BC0200"),
        *("2017-1", "2017-12-11\n", "２０１７", "2017-12-11x", "-0044-02-30", "2017T12"),
    ],
)
def test_what_is_no_date_is_left_out(value: str | None) -> None:
    """Decades, weeks, seasons, durations and impossible days make no literal."""
    assert date_literal(value) is None


@pytest.mark.parametrize("url", ["https://a.example/x?y=%20&z#f", "http://a.example:8080", "http://a.de/Mün"])
def test_good_urls_are_iris(url: str) -> None:
    """A link of valid shape can be followed."""
    assert url_term(url) == ox.NamedNode(url)


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "data:text/html,x", "ftp://a.example/x", "file:///etc/passwd", "http:///x"),
        *(
            "http://",
            "http://a b",
            "http://a.example/<b>",
            'http://a.example/"',
            "http://a:99999/",
            "//a.example",
        ),
        *(
            "http://a.example/\u202egpj.exe",
            "http://a.example/\ud800",
            "http://[bad",
            "http://a.example/\n",
            "",
        ),
    ],
)
def test_bad_urls_stay_text(url: str) -> None:
    """Nothing that runs, breaks Turtle or hides its target becomes a link."""
    assert url_term(url) == ox.Literal(clean(url))


def test_iris_are_slugged_and_kept_apart() -> None:
    """Ids that slug alike get different IRIs; nothing climbs out of its folder or breaks an IRI."""
    assert article_iri("lavrov") == BASE + "article/lavrov"
    odd = ["a b", "a/b", "a<b>", "..", "../run/x", "é", "e", "", "x" * 500, "\ud800", "\u202e", "a\nb", "%2e"]
    found = [article_iri(id) for id in odd]
    assert len(set(found)) == len(odd)
    assert all(is_iri(iri) and "/.." not in iri for iri in found)
    assert len(max(found, key=len)) < 200
    assert slug("São Tomé") == "Sao-Tome"
    assert entity_iri("actor/united-states") == BASE + "entity/actor/united-states"
    assert entity_iri("person/a%20b") == BASE + "entity/person/a%20b"
    assert entity_iri("person/Ä <b>/50%") == BASE + "entity/person/%C3%84%20%3Cb%3E%2F50%25"
    assert entity_iri("person/..") == BASE + "entity/person/%2E%2E"


@pytest.mark.parametrize("key", ["", "actor", "actor/", "villain/x", "/x"])
def test_keys_of_another_shape_are_refused(key: str) -> None:
    """A key is family/name; another one is named with the known families."""
    with pytest.raises(KGraphError, match="families: person, actor"):
        entity_iri(key)


def test_run_is_named_by_version_and_model() -> None:
    """The IRI of a run holds no time; another model is another run."""
    assert RUN.iri == BASE + "run/0.1.0-0123456789ab"
    assert is_iri(Run("0.1.0", "some model").iri)
    assert Run("0.1.0", "some model").iri != Run("0.1.0", "another").iri


def test_python_values_become_terms() -> None:
    """What a person binds: an IRI for an http(s) IRI, a literal for all else."""
    xsd = PREFIXES["xsd"]
    assert term("https://a.example/x") == ox.NamedNode("https://a.example/x")
    assert term(Iri("https://a.example/x")) == ox.NamedNode("https://a.example/x")
    assert term("a> } DROP ALL") == ox.Literal("a> } DROP ALL")
    assert term(3) == ox.Literal("3", datatype=ox.NamedNode(xsd + "integer"))
    assert term(True) == ox.Literal("true", datatype=ox.NamedNode(xsd + "boolean"))
    assert term(datetime.date(2017, 1, 2)) == ox.Literal("2017-01-02", datatype=ox.NamedNode(xsd + "date"))


@pytest.mark.parametrize(("given", "written"), [(1.0, "1.0"), (0.123456, "0.1235"), (7, "1.0"), (-1, "0.0")])
def test_confidence_is_a_decimal_from_0_to_1(given: float, written: str) -> None:
    """Four digits at most; what is out of bounds is cut, what is no number is 0."""
    for value in (given, float("nan")):
        found = made(with_event(confidence=value))
        (shown,) = values(found, ARTICLE + "#event-Assault-42-48", "kg:confidence")
        assert shown.startswith(f'"{written}"' if value == value else '"0.0"')
