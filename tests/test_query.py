"""SPARQL in, typed rows out: one order, bound variables, nothing that writes or leaves the machine."""

from __future__ import annotations

import copy
import csv
import datetime
import functools
import io
import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph import ontology, store
from kgraph.errors import QueryError
from kgraph.query import Iri, Row, Rows, describe, named, names, query, select, to_csv, to_json
from kgraph.rdf import PREFIXES, article_iri, quads
from kgraph.store import Graph
from samples import HOSTILE, RUN, SENTENCES, sample

load = functools.cache(ontology.load)
ENTITY = "https://w3id.org/kgraph/entity/"


@pytest.fixture(scope="module", params=["memory", "disk"])
def graph(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Fill a graph of each kind with two articles that tell the same."""
    folder = tmp_path_factory.mktemp("query") / "store"
    with Graph.memory() if request.param == "memory" else store.open(folder, create=True) as made:
        for id in ("a", "b"):
            made.replace(article_iri(id), quads(sample(id), ontology=load(), run=RUN))
        yield made


def values(*terms: str) -> Rows:
    """Return one row per term as Oxigraph gives it."""
    with Graph.memory() as empty:
        return select(empty, f"SELECT ?x WHERE {{ VALUES ?x {{ {' '.join(terms)} }} }}")


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("3", 3),
        ("0.83", 0.83),
        ("1e3", 1000.0),
        ("true", True),
        ('"text"', "text"),
        ('"text"@en', "text"),
        ("<http://a.example/>", Iri("http://a.example/")),
        ('"2017-12-11"^^xsd:date', datetime.date(2017, 12, 11)),
        ('"2017-03"^^xsd:gYearMonth', "2017-03"),
        ('"2017"^^xsd:gYear', "2017"),
        ('"-0044-03-15"^^xsd:date', "-0044-03-15"),
        ('"2017-01-02T03:04:05"^^xsd:dateTime', datetime.datetime(2017, 1, 2, 3, 4, 5)),
        ('"x"^^xsd:integer', "x"),
    ],
)
def test_values_are_python_values(term: str, expected: object) -> None:
    """Each kind of literal has its Python type; what does not fit one stays text."""
    (row,) = values(term)
    assert row.x == expected
    assert type(row.x) is type(expected)


def test_rows_are_read_by_name_and_place() -> None:
    """A row is a small named tuple, also for columns called like its methods."""
    with Graph.memory() as empty:
        (row,) = select(empty, 'SELECT (1 AS ?count) (2 AS ?asdict) ("c" AS ?c) ?none WHERE {}')
    assert (row.count, row["asdict"], row[2], row.none) == (1, 2, "c", None)
    assert list(row) == [1, 2, "c", None]
    assert len(row) == 4
    assert row.asdict() == {"count": 1, "asdict": 2, "c": "c", "none": None}
    assert repr(row) == "Row(count=1, asdict=2, c='c', none=None)"
    assert copy.copy(row) == row
    with pytest.raises(AttributeError, match="no column 'where'; known: count, asdict, c, none"):
        _ = row.where
    with pytest.raises(KeyError, match="no column"):
        _ = row["where"]
    assert Row(["a"], [None]) != Row(["b"], [None])
    assert hash(Row(["a"], [None])) == hash(Row(["a"], [None]))
    with pytest.raises(AttributeError):
        pickle.loads(pickle.dumps(Row(["a"], [None]))).missing  # noqa: B018, S301 - our own bytes


def test_columns_are_known_without_rows(graph: Graph) -> None:
    """A table of no rows still has its head."""
    rows = select(graph, "SELECT ?a ?b WHERE { ?a kg:nothing ?b }")
    assert rows == []
    assert rows.columns == ("a", "b")


def test_forms(graph: Graph) -> None:
    """ASK gives a bool, CONSTRUCT and DESCRIBE an rdflib graph; select takes only SELECT."""
    assert query(graph, "ASK { ?s a kg:Assault }") is True
    assert query(graph, "ASK { ?s a kg:Accident }") is False
    made = query(graph, "CONSTRUCT { ?s kg:actor ?o } WHERE { ?s kg:actor ?o }")
    assert not isinstance(made, (bool, Rows))
    assert len(made) == 6
    described = query(graph, f"DESCRIBE <{ENTITY}actor/norvia>")
    assert not isinstance(described, (bool, Rows))
    assert len(described) == 4
    with pytest.raises(QueryError, match="only SELECT gives rows"):
        graph.query("ASK {}")


def test_rows_are_sorted_unless_the_query_sorts(graph: Graph) -> None:
    """Without ORDER BY rows come sorted; with it they keep its order, a subquery's does not count."""
    plain = [row.l for row in graph.query("SELECT ?l WHERE { ?s skos:prefLabel ?l }")]
    assert plain == sorted(plain)
    assert len(plain) == len(set(plain)) == 10
    down = [row.l for row in graph.query("SELECT ?l WHERE { ?s skos:prefLabel ?l } order by DESC(?l)")]
    assert down == sorted(plain, reverse=True)
    inner = "SELECT ?l WHERE { { SELECT ?l WHERE { ?s skos:prefLabel ?l } ORDER BY DESC(?l) } }"
    assert [row.l for row in graph.query(inner)] == plain


NORVIA = Iri(ENTITY + "actor/norvia")


@pytest.mark.parametrize(
    ("sparql", "bindings", "count"),
    [
        ("SELECT ?e WHERE { ?e kg:actor ?a }", {"a": NORVIA}, 4),
        ("SELECT ?e WHERE { ?e kg:actor ?a }", {"a": str(NORVIA)}, 4),
        ("SELECT ?e ?a { ?e kg:actor ?a }", {"a": NORVIA}, 4),
        ("SELECT * WHERE { ?e kg:actor ?a . ?e kg:realis ?r }", {"a": NORVIA, "r": "planned"}, 2),
        ("SELECT (COUNT(?e) AS ?n) WHERE { ?e kg:actor ?a } GROUP BY ?r", {"a": NORVIA}, 1),
        ("SELECT (EXISTS { ?x a kg:Base } AS ?b) ?e WHERE { ?e kg:killed ?n }", {"n": 13}, 2),
        ("SELECT ?e WHERE { SELECT ?e ?a WHERE { ?e kg:actor ?a } }", {"a": NORVIA}, 4),
        ("SELECT ?e WHERE { ?e a kg:Event FILTER NOT EXISTS { ?e kg:actor ?a } } # }", {"a": NORVIA}, 2),
        ("SELECT ?e WHERE { ?e kg:object ?o }", {"o": '" } DROP ALL #'}, 0),
        ("SELECT ?e WHERE { ?e kg:object ?o }", {"o": "a depot near Port Keld"}, 2),
    ],
)
def test_bound_variables_need_not_be_projected(
    graph: Graph, sparql: str, bindings: dict[str, str | int], count: int
) -> None:
    """A binding holds wherever the variable stands; hostile text is only ever a value."""
    assert len(graph.query(sparql, **bindings)) == count


def test_bindings_elsewhere(graph: Graph) -> None:
    """ASK and CONSTRUCT bind too; an unknown variable is named; no WHERE, no binding."""
    assert query(graph, "ASK { ?e kg:actor ?a }", a=NORVIA) is True
    assert query(graph, "ASK { ?e kg:actor ?a }", a="Norvia") is False
    made = query(graph, "CONSTRUCT { ?e kg:actor ?a } WHERE { ?e kg:actor ?a }", a=NORVIA)
    assert not isinstance(made, (bool, Rows))
    assert len(made) == 4
    with pytest.raises(QueryError, match=r"\?b is not in the query; its variables: a, e"):
        graph.query("SELECT ?e WHERE { ?e kg:actor ?a }", b=1)
    with pytest.raises(QueryError, match="WHERE"):
        query(graph, "DESCRIBE ?x", x=NORVIA)


@pytest.mark.parametrize(
    "sparql",
    [
        "INSERT DATA { <x:a> <x:b> <x:c> }",
        "delete where { ?s ?p ?o }",
        "PREFIX x: <http://select.example/> # SELECT\nDROP ALL",
        "CLEAR ALL",
        "LOAD <http://127.0.0.1:9/x>",
        "WITH <http://g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CREATE GRAPH <http://g>",
    ],
)
def test_updates_are_refused(graph: Graph, sparql: str) -> None:
    """A query never changes the graph."""
    before = graph.size
    with pytest.raises(QueryError, match="is an update"):
        query(graph, sparql)
    assert graph.size == before


@pytest.mark.parametrize(
    "sparql",
    [
        "SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * WHERE { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * WHERE { VALUES ?x { <http://127.0.0.1:9/> } SERVICE ?x { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:9/> SELECT * WHERE { ?a ?b 1SERVICE:x{ ?s ?p ?o } }",
        "SELECT * WHERE { ?s ?p ?a FILTER(?a<1)SERVICE?x#>\n{ ?s ?p ?o } }",
        "SELECT * WHERE { ?s ?p ?a FILTER(?a<'b>')SERVICE <http://127.0.0.1:9/> { ?s ?p 'o' } }",
        "SELECT * WHERE { ?s ?p '''it's \\''' SERVICE''' . SERVICE<http://127.0.0.1:9/>{ ?s ?p ?o } }",
        "SELECT * WHERE { <http://a\\u0041#b> ?p ?o SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "ASK { { SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } } }",
    ],
)
def test_service_is_refused_however_it_hides(graph: Graph, sparql: str) -> None:
    """No query makes a network request."""
    with pytest.raises(QueryError, match="SERVICE"):
        query(graph, sparql)


def test_from_is_refused(graph: Graph) -> None:
    """FROM would leave the union; the message says what to write."""
    with pytest.raises(QueryError, match="GRAPH <article IRI>"):
        query(graph, "SELECT * FROM NAMED <http://g> WHERE { ?s ?p ?o }")


def test_the_words_may_stand_in_text_and_names(graph: Graph) -> None:
    """A string, comment, variable or IRI that says service, from or drop is no such thing."""
    sparql = """PREFIX from: <http://service.example/service/>  # SERVICE FROM DROP
    SELECT ?service ?from WHERE { ?service from:drop "SERVICE 'FROM" , 'DROP "x' , \"\"\"LOAD " x\"\"\"@from .
      ?from kg:service <http://a.example/service#from> FILTER(?from < 3 && 4 > 2) }"""
    assert graph.query(sparql) == []


@pytest.mark.parametrize(
    "sparql",
    ["", "SELECT", "SELECT ?x WHERE { ?x", "SELECT ?x WHERE { ?x bad:name 1 }", "hello", "\x00", "?" * 5000],
)
def test_malformed_queries_are_named_in_one_line(graph: Graph, sparql: str) -> None:
    """The parser's message in one line that fits a terminal."""
    with pytest.raises(QueryError, match="malformed SPARQL") as caught:
        graph.query(sparql)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 260


def test_every_named_query_answers_alike_on_every_store(graph: Graph) -> None:
    """The queries that come with kgraph parse, find something, and say what they are for."""
    empty = {"conflicting-figures", "copies", "who-accuses-whom", "who-met-whom"}
    assert empty < set(names())
    with Graph.memory() as other:
        for id in ("b", "a"):
            other.replace(article_iri(id), quads(sample(id), ontology=load(), run=RUN))
        for name in names():
            rows = graph.query(named(name))
            assert bool(rows) == (name not in empty)  # those have tests of their own
            assert rows == other.query(named(name))
            assert describe(name).endswith(".")
    with pytest.raises(QueryError, match="no query named 'x'; known: articles-about, bases"):
        named("x")
    with pytest.raises(QueryError, match="no query named"):
        named("../named/bases")


def test_demo_rows(graph: Graph) -> None:
    """One row per event with everything a reader asks first, dated ones first."""
    rows = graph.query(named("demo"))
    assert [row["class"] for row in rows] == ["Assault", "Assault", "Retreat", "Retreat", *["Deployment"] * 2]
    first, planned = rows[0], rows[2]
    assert first.date == datetime.date(2031, 12, 11)
    assert (first.actors, first.recipients) == ("Norvian Air Force", None)
    assert first.places == "Port Keld, depot near Port Keld"
    assert (first.realis, first.accordingTo, first.sentence) == ("actual", None, SENTENCES[0])
    assert (planned.date, planned.realis, planned.accordingTo) == ("2032-03", "planned", "Ada Holm")


def test_claims_are_what_is_not_plain_fact(graph: Graph) -> None:
    """A planned event, a negated one and a denied alliance, each with who says so."""
    rows = {
        (row.what, row.who, row.whom, row.realis, row.accordingTo) for row in graph.query(named("claims"))
    }
    assert rows == {
        ("alliedWith", "Keldland", "Free Column", "negated", "Ada Holm"),
        ("Deployment", "Norvia", None, "negated", None),
        ("Retreat", "Norvia", None, "planned", "Ada Holm"),
    }


def test_named_queries_take_bindings(graph: Graph) -> None:
    """A base, an actor and a fact can be picked."""
    rows = graph.query(named("bases"), base=ENTITY + "place/brannoch-air-base")
    assert [(r.name, r.kind, r.operators, r.locations, r.articles) for r in rows] == [
        ("Brannoch Air Base", "AirBase", "Norvia", "Keldland", 2)
    ]
    assert len(graph.query(named("events-at-base"), base=ENTITY + "place/brannoch-air-base")) == 2
    assert len(graph.query(named("timeline-of-actor"), actor=NORVIA, role="actor")) == 4
    assert graph.query(named("timeline-of-actor"), actor=NORVIA, role="recipient") == []
    (row,) = graph.query(named("evidence"), fact=article_iri("a") + "#event-Assault-42-48")
    assert (row.sentence, row.begin, row.source) == (SENTENCES[0], 0, "The Keld Courier")
    assert len(graph.query(named("events"), realis="planned")) == 2


def test_csv() -> None:
    """A spreadsheet reads the values back, nothing bound is empty."""
    rows = values('"a,b"', '"line\\nbreak \\"q\\""@en', "3", "UNDEF", f'"{HOSTILE}"')
    text = to_csv(rows)
    assert text.startswith("x\r\n")
    assert {line[0] if line else "" for line in csv.reader(io.StringIO(text, newline=""))} == {
        *("x", "a,b", 'line\nbreak "q"', "3", "", HOSTILE)
    }


def test_json_is_sparql_results_json() -> None:
    """The standard's shape, which Oxigraph's own parser reads back to the same terms."""
    rows = values("<http://a.example/>", '"x"@en', '"y"', "3", '"2017-03"^^xsd:gYearMonth', "UNDEF")
    body = json.loads(to_json(rows))
    assert body["head"] == {"vars": ["x"]}
    assert {"x": {"type": "uri", "value": "http://a.example/"}} in body["results"]["bindings"]
    assert {"x": {"type": "literal", "value": "3", "datatype": PREFIXES["xsd"] + "integer"}} in (
        body["results"]["bindings"]
    )
    parsed = ox.parse_query_results(to_json(rows), format=ox.QueryResultsFormat.JSON)
    assert isinstance(parsed, ox.QuerySolutions)
    assert [Row(["x"], tuple(solution)) for solution in parsed] == rows
    assert json.loads(to_json(True)) == {"head": {}, "boolean": True}
    assert (
        to_json(Rows(["a"]))
        == '{\n "head": {\n  "vars": [\n   "a"\n  ]\n },\n "results": {\n  "bindings": []\n }\n}\n'
    )


def test_named_queries_lie_in_the_package() -> None:
    """The files are found beside the code, as in an installed wheel."""
    folder = Path(store.__file__).parent / "query" / "named"
    assert sorted(path.stem for path in folder.iterdir()) == names()
