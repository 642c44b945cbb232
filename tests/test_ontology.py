"""The ontology file holds the design's names, and a broken one is refused with a usable message."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from kgraph import ontology
from kgraph.errors import OntologyError

ACTORS = "Actor State GovernmentBody MilitaryForce ArmedGroup InternationalOrganization Organization Person"
BASES = "Base AirBase NavalBase ArmyBase MissileSite Headquarters TrainingArea Depot"
PLOVER = {
    "Agreement": "AGREE",
    "Consultation": "CONSULT",
    "Support": "SUPPORT",
    "Concession": "CONCEDE",
    "Cooperation": "COOPERATE",
    "Aid": "AID",
    "Retreat": "RETREAT",
    "Request": "REQUEST",
    "Accusation": "ACCUSE",
    "Rejection": "REJECT",
    "Threat": "THREATEN",
    "Protest": "PROTEST",
    "Sanction": "SANCTION",
    "Mobilization": "MOBILIZE",
    "Coercion": "COERCE",
    "Assault": "ASSAULT",
}
OWN_EVENTS = "Event Statement Deployment Exercise BaseChange WeaponsTest Capture Defeat Accident"
OTHERS = "Place Equipment Document Nationality Article Sentence Assertion Mention"
CLASSES = sorted([*f"{ACTORS} {BASES} {OWN_EVENTS} {OTHERS}".split(), *PLOVER])
PROPERTIES = """
    actor recipient place base instrument object mode beginDate endDate dateBasis realis accordingTo
    killed injured quantity operatedBy locatedIn stationedAt memberOf partOf leads represents position
    nationality alliedWith fights supports uses refersTo trigger confidence offset
    ploverCode
"""
MODES = """
    withdraw release disarm ceasefire access resign aerial artillery bombing explosives firearms beat
    abduct torture execute assassinate arrest deport seize raid restrict censor curfew martial-law
    blockade demo riot strike boycott military police cyber embargo expel sever convict meet visit call
    mediate diplomatic economic humanitarian materiel exercise opened closed handed-over built-up
    nuclear missile-test naval airspace defeat capture crash collision fire explosion
"""
PREFIXES = """
@prefix kg: <https://w3id.org/kgraph#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix schema: <https://schema.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
THING = 'kg:Thing a owl:Class ; rdfs:label "thing" ; skos:definition "A thing." .\n'


@pytest.fixture(scope="module")
def shipped() -> ontology.Ontology:
    """Load the ontology as shipped."""
    return ontology.load()


def write(folder: Path, text: str) -> Path:
    """Write a Turtle file with the usual prefixes and this text."""
    path = folder / "mine.ttl"
    path.write_text(PREFIXES + text, encoding="utf-8")
    return path


def test_every_class_of_the_design_is_there(shipped: ontology.Ontology) -> None:
    """Neither more nor fewer: the names are fixed, and a new one is a decision."""
    assert sorted(shipped.classes) == CLASSES


def test_every_property_of_the_design_is_there(shipped: ontology.Ontology) -> None:
    """Neither more nor fewer properties than the design and the evidence need."""
    assert sorted(shipped.properties) == sorted(PROPERTIES.split())


def test_modes_are_there(shipped: ontology.Ontology) -> None:
    """The modes that news needs are known by their bare names."""
    assert set(MODES.split()) <= shipped.modes


def test_labels_and_definitions_say_something(shipped: ontology.Ontology) -> None:
    """Every class and property can be explained to a reader."""
    entries: list[ontology.Class | ontology.Property] = [
        *shipped.classes.values(),
        *shipped.properties.values(),
    ]
    for entry in entries:
        assert entry.label
        assert len(entry.definition) > 15, entry.name
        assert entry.definition.endswith("."), entry.name


def test_plover_codes(shipped: ontology.Ontology) -> None:
    """The sixteen classes of PLOVER carry its codes, and no other class does."""
    assert {name: cls.plover for name, cls in shipped.classes.items() if cls.plover} == PLOVER


@pytest.mark.parametrize(
    ("cls", "ancestor", "expected"),
    [
        ("AirBase", "Base", True),
        ("AirBase", "Place", True),
        ("AirBase", "AirBase", True),
        ("Base", "AirBase", False),
        ("Deployment", "Mobilization", True),
        ("Capture", "Assault", True),
        ("Defeat", "Event", True),
        ("Exercise", "Mobilization", False),
        ("State", "Actor", True),
        ("State", "Place", False),
    ],
)
def test_is_a(shipped: ontology.Ontology, cls: str, ancestor: str, expected: bool) -> None:
    """Ancestors are followed to the top, and only upwards."""
    assert shipped.is_a(cls, ancestor) is expected


@pytest.mark.parametrize(
    ("name", "subject", "object_", "expected"),
    [
        ("operatedBy", "AirBase", "State", True),
        ("operatedBy", "State", "AirBase", False),
        ("operatedBy", None, "State", True),
        ("locatedIn", "NavalBase", "State", True),
        ("locatedIn", "Person", None, False),
        ("stationedAt", "Equipment", "Base", True),
        ("position", "Person", "literal", True),
        ("position", "Person", "State", False),
        ("killed", "Assault", "integer", True),
        ("quantity", "Aid", "literal", True),
        ("quantity", "Aid", "integer", True),
        ("beginDate", "Retreat", "date", True),
        ("mode", "Retreat", "concept", True),
        ("accordingTo", "Assertion", "Organization", True),
        ("accordingTo", "Mention", "Organization", True),
        ("accordingTo", "Article", "Organization", False),
        ("place", "Assault", "State", True),
        ("base", "Assault", "Place", False),
        ("ploverCode", "Place", "literal", True),
    ],
)
def test_accepts(
    shipped: ontology.Ontology, name: str, subject: str | None, object_: str | None, expected: bool
) -> None:
    """Domain and range are kept, with subclasses, alternatives and kinds of value."""
    assert shipped.accepts(name, subject=subject, object=object_) is expected


def test_unknown_names_are_refused_with_the_known_ones(shipped: ontology.Ontology) -> None:
    """A slip of the pen in a caller is not quietly False."""
    with pytest.raises(OntologyError, match=r"kgraph\.ttl: 'Airbase' is not a class; known: .*AirBase"):
        shipped.is_a("Airbase", "Base")
    with pytest.raises(OntologyError, match=r"'operates' is not a property; known: .*operatedBy"):
        shipped.accepts("operates")
    with pytest.raises(OntologyError, match="'Bse' is not a class"):
        shipped.accepts("operatedBy", subject="Bse")


def test_rdflib_reads_the_same_statements() -> None:
    """Ordinary tools load the file: no blank node, no import, every term of ours that is used is declared."""
    path = ontology.data_dir() / "kgraph.ttl"
    graph = rdflib.Graph().parse(path, format="turtle")
    assert len(graph) == sum(1 for _ in ox.parse(path=path, format=ox.RdfFormat.TURTLE))
    assert not [term for triple in graph for term in triple if isinstance(term, rdflib.BNode)]
    assert (None, rdflib.OWL.imports, None) not in graph
    assert (rdflib.URIRef("https://w3id.org/kgraph"), rdflib.RDF.type, rdflib.OWL.Ontology) in graph
    declared = set(graph.subjects(rdflib.RDF.type))
    used = {
        term
        for triple in graph
        for term in triple
        if isinstance(term, rdflib.URIRef) and term.startswith(ontology.KG)
    }
    assert used <= declared


def test_adding_a_class_is_an_edit_of_the_file(tmp_path: Path) -> None:
    """A user's own copy with one entry more knows the class and its ancestors."""
    text = (ontology.data_dir() / "kgraph.ttl").read_text(encoding="utf-8")
    path = tmp_path / "kgraph.ttl"
    path.write_text(
        text + 'kg:Mutiny a owl:Class ; rdfs:subClassOf kg:Protest ; rdfs:label "mutiny"@en ;\n'
        'rdfs:comment "Soldiers refuse orders."@en .\n',
        encoding="utf-8",
    )
    mine = ontology.load(path)
    assert mine.classes["Mutiny"].parents == {"Mutiny", "Protest", "Event"}
    assert mine.accepts("actor", subject="Mutiny", object="MilitaryForce")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kg:Thing a owl:Class ;;; rdfs:label .", "no valid Turtle"),
        ("", "no owl:Class in the namespace"),
        ('kg:Thing a owl:Class ; skos:definition "x" .', "kg:Thing has no rdfs:label"),
        ('kg:Thing a owl:Class ; rdfs:label "x" .', "kg:Thing has no skos:definition or rdfs:comment"),
        (
            THING + 'kg:Sub a owl:Class ; rdfs:subClassOf kg:Thng ; rdfs:label "x" ; skos:definition "x" .',
            "kg:Sub rdfs:subClassOf: 'kg:Thng' is not a class; known: Sub, Thing",
        ),
        (
            THING
            + 'kg:p a owl:ObjectProperty ; rdfs:label "p" ; skos:definition "p" ; rdfs:domain kg:Thng .',
            "kg:p rdfs:domain: 'kg:Thng' is not a class; known: Thing",
        ),
        (
            THING
            + 'kg:p a owl:DatatypeProperty ; rdfs:label "p" ; skos:definition "p" ; rdfs:range xsd:strng .',
            "kg:p rdfs:range: 'xsd:strng' is not a class",
        ),
        (THING + 'kg:shy a skos:Concept ; skos:prefLabel "shy" .', "kg:shy is a skos:Concept"),
        (
            THING
            + 'kg:mode-x a skos:Concept ; skos:prefLabel "x" ; skos:definition "x" ; skos:related kg:Thng .',
            "kg:mode-x skos:related: 'kg:Thng' is not a class",
        ),
        (THING + "<https://w3id.org/kgraph#a/b> a owl:Class .", "kg:a/b is no plain name"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """One line names the file, the entry and, where a name is wrong, the known ones."""
    path = write(tmp_path, text)
    with pytest.raises(OntologyError) as caught:
        ontology.load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_or_binary_file_is_refused(tmp_path: Path) -> None:
    """Neither ends in a traceback of the parser."""
    with pytest.raises(OntologyError, match=r"absent\.ttl: cannot be read"):
        ontology.load(tmp_path / "absent.ttl")
    with pytest.raises(OntologyError, match="cannot be read"):
        ontology.load(tmp_path)
    path = tmp_path / "binary.ttl"
    path.write_bytes(b"\xff\xfe\x00kg:\x80")
    with pytest.raises(OntologyError, match="no valid Turtle"):
        ontology.load(path)


def test_circles_and_several_languages(tmp_path: Path) -> None:
    """Classes that are each other's subclass end, and English is preferred."""
    path = write(
        tmp_path,
        'kg:A a owl:Class ; rdfs:subClassOf kg:B ; skos:definition "x" ;\n'
        'rdfs:label "Sache"@de , "thing"@en .\n'
        'kg:B a owl:Class ; rdfs:subClassOf kg:A ; rdfs:label "B" ; skos:definition "x" .\n',
    )
    mine = ontology.load(path)
    assert mine.classes["A"].parents == {"A", "B"}
    assert mine.classes["A"].label == "thing"
