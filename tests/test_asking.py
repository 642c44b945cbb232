"""Asking by name and within limits: named queries, names looked up, formats, faults, what is killed."""

from __future__ import annotations

import datetime
import functools
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph import cli, store
from kgraph.errors import QueryError, StoreError
from kgraph.query import (
    Iri,
    MalformedQueryError,
    Rows,
    ask,
    find,
    library,
    look_up,
    named,
    names,
    parameters,
    query,
    select,
    to_csv,
    to_text,
    to_tsv,
    to_xml,
)
from kgraph.query.change import ADDED, update
from kgraph.rdf import BASE, PREFIXES
from kgraph.store import Graph

ENTITY, ARTICLE = BASE + "entity/", BASE + "article/"
STRIKE, TALKS = ARTICLE + "a#event-Assault-10-16", ARTICLE + "a#event-Consultation-5-8"
BLAME, PLAN = ARTICLE + "a#event-Accusation-20-26", ARTICLE + "b#event-Retreat-30-36"

# One article; {n} tells the copies apart: the same happenings, told in other words with another figure.
ARTICLE_TEXT = """
<{article}> a kg:Article ; dcterms:identifier "{id}" ; schema:headline "Keld {id}" ;
  dc:source "Post {id}" ;
  schema:datePublished "2031-05-0{n}"^^xsd:date .
<{article}#char=0,9> a kg:Sentence ; nif:isString "Sentence one of {id}." ; kg:offset 0 ;
  nif:beginIndex 0 ; nif:endIndex 9 ; dcterms:isPartOf <{article}> .
e:place\\/brannoch a kg:AirBase, kg:Base, kg:Place ; skos:prefLabel "Brannoch Air Base"@en ;
  skos:altLabel "Brannoch"@en ; kg:operatedBy e:actor\\/guard ; kg:locatedIn e:actor\\/keldland .
e:place\\/home a kg:Base, kg:Place ; skos:prefLabel "Home Field"@en ; kg:operatedBy e:actor\\/guard ;
  kg:locatedIn e:actor\\/norvia .
e:actor\\/guard a kg:MilitaryForce, kg:Actor ; skos:prefLabel "Norvian Guard"@en ;
  kg:partOf e:actor\\/norvia .
e:actor\\/norvia a kg:State, kg:Actor ; skos:prefLabel "Norvia"@en ; skos:altLabel "the Republic"@en .
e:actor\\/keldland a kg:State, kg:Actor ; skos:prefLabel "Keldland"@en ; skos:altLabel "the Republic"@en .
e:person\\/holm a kg:Person, kg:Actor ; skos:prefLabel "Ada Holm"@en .
<{strike}> a kg:Assault, kg:Event ; kg:actor e:actor\\/guard ; kg:recipient e:actor\\/keldland ;
  kg:base e:place\\/brannoch ; kg:killed {killed} ; kg:trigger "struck {id}" ;
  kg:beginDate "{date}"^^xsd:{type} ;
  kg:realis "actual" ; kg:confidence 0.{n} ; prov:wasDerivedFrom <{article}#char=0,9> ;
  prov:wasGeneratedBy <run:x> .
<{article}#assertion-1> a kg:Assertion ; rdf:subject <{strike}> ; rdf:predicate kg:killed ;
  rdf:object {killed} ;
  kg:realis "actual" ; kg:confidence 0.{n} ; kg:accordingTo e:person\\/holm ;
  prov:wasDerivedFrom <{article}#char=0,9> ; prov:wasGeneratedBy <run:x> .
<{talks}> a kg:Consultation, kg:Event ; kg:actor e:person\\/holm ;
  kg:recipient e:actor\\/norvia, e:actor\\/keldland ;
  kg:mode kg:mode-meet ; kg:trigger "met {id}" ; kg:realis "actual" ; kg:confidence 0.{n} ;
  prov:wasDerivedFrom <{article}#char=0,9> ; prov:wasGeneratedBy <run:x> .
<{blame}> a kg:Accusation, kg:Event ; kg:actor e:actor\\/keldland ; kg:recipient e:actor\\/norvia ;
  kg:accordingTo e:person\\/holm ; kg:trigger "accused {id}" ; kg:realis "actual" ; kg:confidence 0.{n} ;
  prov:wasDerivedFrom <{article}#char=0,9> ; prov:wasGeneratedBy <run:x> .
<{plan}> a kg:Retreat, kg:Event ; kg:actor e:actor\\/norvia ; kg:trigger "will leave {id}" ;
  kg:realis "planned" ;
  kg:confidence 0.{n} ; {own} prov:wasDerivedFrom <{article}#char=0,9> ; prov:wasGeneratedBy <run:x> .
<{article}#mention-1-2> a kg:Mention ; kg:refersTo e:actor\\/norvia ;
  nif:referenceContext <{article}#char=0,9> .
"""


def article(id: str, n: int, killed: int, date: str) -> list[ox.Quad]:
    """Return the statements of an article; ``b`` says without a source what ``a`` says by one."""
    names = {"strike": STRIKE, "talks": TALKS, "blame": BLAME, "plan": PLAN, "article": ARTICLE + id}
    text = ARTICLE_TEXT.format(
        id=id,
        n=n,
        killed=killed,
        date=date,
        type="date" if len(date) == 10 else "gYearMonth",
        own="" if id == "a" else "kg:accordingTo e:person\\/holm ;",
        **names,
    )
    head = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in {**PREFIXES, "e": ENTITY}.items())
    parsed = ox.parse(head + text, format=ox.RdfFormat.TURTLE)
    name = ox.NamedNode(ARTICLE + id)
    return [ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in parsed]


def fill(graph: Graph) -> Graph:
    """Put two articles that tell the same into a graph."""
    for id, n, killed, date in (("a", 1, 13, "2031-05"), ("b", 2, 17, "2031-05-01")):
        graph.replace(ARTICLE + id, article(id, n, killed, date))
    return graph


@pytest.fixture
def graph() -> Graph:
    """Return the two articles in memory."""
    return fill(Graph.memory())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the two articles as a store on disk."""
    path = tmp_path_factory.mktemp("asking") / "store"
    with store.open(path, create=True) as made:
        fill(made)
    return path


def by_name(graph: Graph, name: str, **given: str) -> Rows:
    """Answer a named query as the command does."""
    found = find(name)
    return select(graph, found.sparql, **parameters(graph, found, given))


# ---------------------------------------------------------------- named queries


def test_each_query_says_what_it_takes() -> None:
    """A description, and parameters that are variables of the query, of kinds that are known."""
    kinds = {"node", "fact", "text", "number", "Article", "Class", "Base", "Actor", "State"}
    for name in names():
        found = find(name)
        assert found.about.endswith(".")
        for parameter in found.parameters:
            assert f"?{parameter.name}" in found.sparql.partition("SELECT")[2], (name, parameter.name)
            assert parameter.kind in kinds
    assert "    base=  the base; without it all of them" in list(library.listing())


@pytest.mark.parametrize("name", sorted({*names()} - {"copies"}))
def test_what_two_articles_tell_is_one_row(graph: Graph, name: str) -> None:
    """No two rows of a query stand for one event, but for each source of a figure."""
    rows = select(graph, named(name))
    assert rows
    keys = {"evidence": ("fact", "article"), "conflicting-figures": ("event", "article"), "counts": ("kind",)}
    plain = [column for column in ("event", "fact", "base", "node", "article") if column in rows.columns][:1]
    extra = [column for column in ("actor", "role", "operatingState") if column in rows.columns]
    key = keys.get(name, (*plain, *extra))
    assert len({tuple(row[column] for column in key) for row in rows}) == len(rows)


def test_events_at_a_base(graph: Graph) -> None:
    """The strike, with its most exact date and both articles."""
    (row,) = by_name(graph, "events-at-base", base="brannoch")
    assert (row.baseName, row.date, row["class"]) == (
        "Brannoch Air Base",
        datetime.date(2031, 5, 1),
        "Assault",
    )
    assert (row.actors, row.articles, row.event) == ("Norvian Guard", 2, Iri(STRIKE))
    assert row.accordingTo is None
    assert row.sentence == "Sentence one of a."
    assert by_name(graph, "events-at-base", base="Brannoch", realis="planned") == []


def test_timeline_of_an_actor(graph: Graph) -> None:
    """What Norvia does and what is done to it."""
    rows = by_name(graph, "timeline-of-actor", actor="Norvia")
    assert [(row.role, row["class"]) for row in rows] == [
        ("recipient", "Accusation"),
        ("recipient", "Consultation"),
        ("actor", "Retreat"),
    ]
    assert [row["class"] for row in by_name(graph, "timeline-of-actor", actor="Norvia", role="actor")] == [
        "Retreat"
    ]


def test_who_met_and_accuses_whom(graph: Graph) -> None:
    """One row per event, also where one of several who take part is asked for."""
    (met,) = by_name(graph, "who-met-whom", actor="Norvia")
    assert (met.who, met.whom, met.how) == ("Ada Holm", "Keldland, Norvia", "meet")
    assert by_name(graph, "who-met-whom", actor="Norvian Guard") == []
    (blamed,) = by_name(graph, "who-accuses-whom")
    assert (blamed.who, blamed.whom, blamed.accordingTo) == ("Keldland", "Norvia", "Ada Holm")


def test_bases_abroad(graph: Graph) -> None:
    """A base of a force of Norvia in Keldland, not the one at home."""
    (row,) = by_name(graph, "bases-abroad")
    assert (row.name, row.kind, row.operators) == ("Brannoch Air Base", "AirBase", "Norvian Guard")
    assert (row.operatingState, row.locatedIn) == ("Norvia", "Keldland")
    assert by_name(graph, "bases-abroad", state="Keldland") == []


def test_what_is_only_claimed(graph: Graph) -> None:
    """A plan, and what only a source says; not the strike, nor the figures of it."""
    rows = {row.what: row for row in by_name(graph, "claims")}
    assert set(rows) == {"Accusation", "Retreat"}
    assert (rows["Accusation"].accordingTo, rows["Accusation"].confidence) == ("Ada Holm", 0.2)
    assert [row.what for row in by_name(graph, "claims", realis="planned")] == ["Retreat"]
    assert {row.what for row in by_name(graph, "claims", source="Ada Holm")} == {"Accusation", "Retreat"}
    graph.store.update(
        f"DELETE WHERE {{ GRAPH <{ARTICLE}b> {{ <{BLAME}> <{PREFIXES['kg']}accordingTo> ?x }} }}"
    )
    assert "Accusation" not in {row.what for row in by_name(graph, "claims")}, "article b tells it as its own"


def test_evidence_and_figures(graph: Graph) -> None:
    """Each article's sentence and number."""
    rows = by_name(graph, "evidence", fact=STRIKE.removeprefix(ARTICLE))
    assert [(row.article, row.sentence) for row in rows] == [
        (ARTICLE + "a", "Sentence one of a."),
        (ARTICLE + "b", "Sentence one of b."),
    ]
    figures = by_name(graph, "conflicting-figures")
    assert [(row.what, row.number, row.headline, row.accordingTo) for row in figures] == [
        ("killed", 13, "Keld a", "Ada Holm"),
        ("killed", 17, "Keld b", "Ada Holm"),
    ]
    graph.replace(ARTICLE + "b", article("b", 2, 13, "2031-05-01"))
    assert by_name(graph, "conflicting-figures") == [], "they agree"


def test_most_connected_and_articles_about(graph: Graph) -> None:
    """Facts are counted once, whoever tells them; articles by their mentions."""
    (holm,) = by_name(graph, "most-connected", **{"class": "kg:Person"})
    assert (holm.name, holm.facts, holm.neighbours) == ("Ada Holm", 1, 2)
    with pytest.raises(QueryError, match="nothing in the graph is a 'Persn'; nearest: Person"):
        by_name(graph, "most-connected", **{"class": "Persn"})
    rows = by_name(graph, "articles-about", about="Norvia")
    assert [(row.headline, row.mentions) for row in rows] == [("Keld a", 1), ("Keld b", 1)]


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    "name",
    [
        "Brannoch Air Base",
        "Brannoch",
        "brannoch  AIR base",
        "the Brannoch",
        "place/brannoch",
        ENTITY + "place/brannoch",
    ],
)
def test_a_name_in_any_form_is_found(graph: Graph, name: str) -> None:
    """Labels, other case and spaces, the end of the IRI, the IRI."""
    assert look_up(graph, name, cls="Base") == Iri(ENTITY + "place/brannoch")


def test_names_that_fit_nothing_or_several(graph: Graph) -> None:
    """The near ones are named, or all of them; a class leaves out what is none of it."""
    with pytest.raises(QueryError, match="no Base has the name 'Branoch'; nearest: 'Brannoch'"):
        look_up(graph, "Branoch", cls="Base")
    with pytest.raises(QueryError, match="no Base has the name 'Norvia'; nearest: none"):
        look_up(graph, "Norvia", cls="Base")
    with pytest.raises(QueryError, match=r"name of 2: actor/keldland \(Keldland\), actor/norvia \(Norvia\)"):
        look_up(graph, "the Republic")
    assert look_up(graph, "Keld b", cls="Article") == Iri(ARTICLE + "b")
    assert look_up(graph, "b", cls="Article") == Iri(ARTICLE + "b")
    with pytest.raises(QueryError, match="no fact 'a#x'"):
        by_name(graph, "evidence", fact="a#x")
    with pytest.raises(QueryError, match="events-at-base has no parameter 'bse'; known: base, realis"):
        by_name(graph, "events-at-base", bse="x")


def test_a_hostile_name_is_only_a_name(graph: Graph) -> None:
    """What is written is looked up or bound, never part of the query."""
    for text in ('"@en } DROP ALL #', "https://x.example/> } #", "\ud800", "*", "(", "?base"):
        with pytest.raises(QueryError, match="has the name"):
            by_name(graph, "events-at-base", base=text)
    assert by_name(graph, "events-at-base", realis='" } #') == []


def test_binding_within_a_subquery_changes_no_answer(graph: Graph) -> None:
    """It is put inside only where that comes to the same."""
    norvia = Iri(ENTITY + "actor/norvia")
    inner = "SELECT ?e WHERE { SELECT ?e ?a WHERE { ?e kg:actor ?a } ORDER BY ?e LIMIT 1 }"
    assert select(graph, inner, a=norvia) == [], "the one row of the subquery is of another actor"
    counted = "SELECT ?n WHERE { SELECT (COUNT(?e) AS ?n) WHERE { ?e kg:actor ?a } }"
    assert [row.n for row in select(graph, counted, n=4)] == [4]
    other = "SELECT ?a ?e WHERE { SELECT ?e WHERE { ?e kg:actor ?a } }"
    assert len(select(graph, other, a=norvia)) == 4, "that ?a is another variable"


# ---------------------------------------------------------------- formats


def values(graph: Graph) -> Rows:
    """Return rows with every kind of term."""
    terms = """<http://a.example/?x&y> "x"@en "y" 3 -2.5 "2017-03"^^xsd:gYearMonth UNDEF true
      "tab\\t line\\n return\\r quote\\" back\\\\slash" "<&>'\\"" 1e3 "x"^^xsd:integer"""
    return select(graph, f"SELECT ?x ?y WHERE {{ VALUES ?x {{ {terms} }} }}")


@pytest.mark.parametrize(
    ("format", "reader"), [("tsv", ox.QueryResultsFormat.TSV), ("xml", ox.QueryResultsFormat.XML)]
)
def test_formats_are_read_back(graph: Graph, format: str, reader: ox.QueryResultsFormat) -> None:
    """Oxigraph's own parsers give the same terms."""
    rows = values(graph)
    parsed = ox.parse_query_results(to_text(rows, format).encode(), format=reader)
    assert isinstance(parsed, ox.QuerySolutions)
    assert [variable.value for variable in parsed.variables] == ["x", "y"]
    assert [str(solution["x"]) for solution in parsed] == [str(row._terms[0]) for row in rows]


def test_what_has_no_such_format(graph: Graph) -> None:
    """ASK has no rows, CONSTRUCT is a graph, SELECT is none."""
    assert "<boolean>true</boolean>" in to_xml(True)
    assert to_tsv(Rows(["a", "b"])) == "?a\t?b\n"
    assert to_csv(Rows(["a"])) == "a\r\n"
    for value, format in ((True, "csv"), ([], "json"), (Rows(["a"]), "ttl")):
        with pytest.raises(QueryError, match="use --format"):
            to_text(value, format)


def test_data_frame(graph: Graph) -> None:
    """Columns with the types of pandas."""
    pandas = pytest.importorskip("pandas", reason="pandas is optional")
    frame = by_name(graph, "events-at-base").df()
    assert list(frame.columns)[:2] == ["baseName", "date"]
    assert frame.date.iloc[0] == pandas.Timestamp(2031, 5, 1)
    assert str(frame.articles.dtype) == "Int64"
    assert list(Rows(["a"]).df().columns) == ["a"]
    assert select(graph, "SELECT ?n WHERE { VALUES ?n { 1 UNDEF } }").df().n.isna().sum() == 1


def test_data_frame_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to install."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(QueryError, match="pip install pandas"):
        Rows(["a"]).df()


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("sparql", "line", "column", "said"),
    [
        ("SELECT ?x WHERE {\n ?x a ?y .\n ?z FILTR(?x) }", 3, 5, "did you mean FILTER?"),
        ("SELECT ?x WHER { ?x a ?y }", 1, 11, "did you mean WHERE?"),
        ("SELCT ?x {}", 1, 1, "did you mean SELECT?"),
        ("SELECT ?x WHERE { ?x a ?y", 1, 26, "a { is not closed"),
        ("SELECT ?x WHERE { ?x a ?y }}", 1, 28, "'}' is not expected here"),
        ("SELECT ?x { ?x a 'äöü𝄞' .\r\n ?x 2 3 }", 2, 5, "'2' is not expected here"),
        ("SELECT ?x { ?x a 'abc }", 1, 24, "a text is not closed"),
        ("SELECT * { ?x a <bad iri> }", 1, 17, "this is no IRI"),
        ("SELECT * { # {\n ?x skso:name 1 }", 2, 5, "unknown prefix skso:; nearest: skos:"),
        ("SELECT * { ?x zz:name 1 }", 1, 15, "unknown prefix zz:; nearest: dc:, dcterms:, foaf:"),
        ("SELECT (COUNT(?x) AS ?n) ?y { ?x a ?y }", 1, 40, "neither in GROUP BY nor in an aggregate"),
        ("", 1, 1, "the query is empty"),
        ('SELECT * { ?x a "one\nline" }', 1, 21, "this is not SPARQL"),
    ],
)
def test_faults_have_a_place(graph: Graph, sparql: str, line: int, column: int, said: str) -> None:
    """Line, column, and what may have been meant."""
    with pytest.raises(MalformedQueryError) as caught:
        query(graph, sparql)
    assert said in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.shown == sparql.split("\n")[line - 1].replace("\r", " ")
    assert caught.value.caret == column - 1


def test_a_long_line_is_cut_around_the_place(graph: Graph) -> None:
    """What is shown fits a terminal, and the caret is still under the place."""
    with pytest.raises(MalformedQueryError) as caught:
        query(graph, f"SELECT * {{ {'?x a ?y . ' * 50} FILTR }}")
    assert len(caught.value.shown) <= 90
    assert caught.value.shown[caught.value.caret :].startswith("FILTR")


# ---------------------------------------------------------------- limits


def test_a_store_is_asked_in_another_process(folder: Path) -> None:
    """Rows, yes and no, and triples come back, with names looked up there; others may read meanwhile."""
    with store.open(folder, read_only=True):
        answer = ask(folder, find("events-at-base"), parameters={"base": "Brannoch"})
    assert isinstance(answer.value, Rows)
    assert [row.event for row in answer.value] == [Iri(STRIKE)]
    assert not answer.cut
    assert ask(folder, "ASK { ?x a ?c }", {"c": PREFIXES["kg"] + "Base"}).value is True
    made = ask(folder, "CONSTRUCT WHERE { ?x kg:operatedBy ?y }").value
    assert not isinstance(made, bool | Rows)
    assert "kg:operatedBy" in to_text(made, "ttl")


def test_errors_come_from_the_other_process(folder: Path, tmp_path: Path) -> None:
    """As they are, with the place of a fault."""
    with pytest.raises(MalformedQueryError, match="line 1, column 10") as caught:
        ask(folder, "SELECT * WHER {}")
    assert caught.value.caret == 9
    with pytest.raises(StoreError, match="no such store"):
        ask(tmp_path / "none", "ASK {}")
    with pytest.raises(QueryError, match="DROP is an update"):
        ask(folder, "DROP ALL")
    with pytest.raises(QueryError, match="asks another machine"):
        ask(folder, "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def test_the_time_is_kept(folder: Path) -> None:
    """A product of all with all is ended, by killing who works on it."""
    begun = time.monotonic()
    with pytest.raises(QueryError, match="not done within 1 s; ask for less, or allow more with --timeout"):
        ask(folder, CROSS, timeout=1)
    assert time.monotonic() - begun < 5


def test_rows_are_limited(folder: Path) -> None:
    """No more than asked for, the first ones, and it is known that there are more."""
    everything = "SELECT ?s WHERE { ?s ?p ?o } ORDER BY DESC(?s)"
    first = ask(folder, everything, max_rows=3)
    assert isinstance(first.value, Rows)
    assert (len(first.value), first.cut) == (3, True)
    whole = ask(folder, everything).value
    assert isinstance(whole, Rows)
    assert whole[:3] == first.value
    assert not ask(folder, everything, max_rows=len(whole)).cut
    assert ask(folder, "CONSTRUCT WHERE { ?s ?p ?o }", max_rows=3).cut
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    assert ask(folder, endless, max_rows=10).cut, "what is cut need not be made"


# ---------------------------------------------------------------- updates


def is_whole(graph: Graph) -> bool:
    """Whether the union is that of the articles, and no more."""
    return {quad.triple for quad in graph.quads()} == set(graph.triples())


@pytest.mark.parametrize(
    ("sparql", "asked", "expected"),
    [
        ("INSERT DATA { <x:a> <x:b> <x:c> }", f"ASK {{ GRAPH {ADDED} {{ <x:a> <x:b> <x:c> }} }}", True),
        ("DELETE WHERE { ?s kg:killed 13 } ; # one", "ASK { GRAPH ?g { ?s kg:killed 13 } }", False),
        ("DELETE WHERE { ?s a kg:Base }", "ASK { GRAPH ?g { ?s a kg:Base } }", False),
        ("INSERT DATA { GRAPH <x:g> { <x:a> <x:b> 1 } }", "ASK { <x:a> <x:b> 1 }", True),
        (f"DELETE WHERE {{ GRAPH <{ARTICLE}a> {{ ?s kg:killed ?n }} }}", "ASK { ?s kg:killed 13 }", False),
        (f"DELETE WHERE {{ GRAPH <{ARTICLE}a> {{ ?s a kg:Base }} }}", "ASK { ?s a kg:Base }", True),
        (
            "PREFIX x: <x:> INSERT { ?s x:is 1 } WHERE { ?s a kg:Base }",
            "PREFIX x: <x:> ASK { ?s x:is 1 }",
            True,
        ),
        ("DROP DEFAULT", "ASK { GRAPH ?g { ?s ?p ?o } }", False),
    ],
)
def test_updates_keep_the_union(graph: Graph, sparql: str, asked: str, expected: bool) -> None:
    """What is changed in the union or in an article is changed in the other."""
    update(graph, sparql)
    assert query(graph, asked) is expected
    assert is_whole(graph)


@pytest.mark.parametrize(
    ("sparql", "said"),
    [
        ("SELECT * {}", "SELECT changes nothing"),
        ("LOAD <http://127.0.0.1:9/x>", "LOAD asks another machine"),
        ("DROP ALL ;load<http://127.0.0.1:9/x>", "LOAD asks another machine"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE asks another"),
        ("DELETE WHERE { ?s ?p ?a } ; INSRT DATA { }", "line 1, column 29"),
    ],
)
def test_updates_that_are_refused_change_nothing(graph: Graph, sparql: str, said: str) -> None:
    """Queries, faults, and what asks other machines."""
    before = set(graph.store)
    with pytest.raises(QueryError, match=said):
        update(graph, sparql)
    assert set(graph.store) == before


def test_an_update_from_outside(tmp_path: Path) -> None:
    """It is on disk afterwards."""
    with store.open(tmp_path / "s", create=True) as made:
        fill(made)
    assert ask(tmp_path / "s", "INSERT DATA { <x:a> <x:b> 1 }", update=True).value is True
    assert ask(tmp_path / "s", "ASK { <x:a> <x:b> 1 }").value is True


# ---------------------------------------------------------------- the command


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run ``kgraph query`` and return its exit code, output and errors."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["query", *map(str, arguments)])
    return int(caught.value.code or 0), *capsys.readouterr()


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By name with a name looked up; output is only the answer; what is cut is said, with code 3."""
    go = functools.partial(run, capsys, "--store", folder)
    code, out, err = go("--name", "events-at-base", "base=Brannoch Air Base", "-f", "tsv")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith("?baseName\t?date\t?class")
    assert len(out.splitlines()) == 2
    code, out, err = go("--name", "events-at-base", "base=Branoch")
    assert (code, out) == (1, "")
    assert "nearest: 'Brannoch'" in err
    code, out, err = go("SELECT ?s { ?s ?p ?o }", "--max-rows", 2, "--format", "csv")
    assert (code, len(out.splitlines())) == (3, 3)
    assert err == "there is more: cut after 2 rows; see --max-rows\n"
    assert go("SELECT ?s { ?s a ?c }", f"c={PREFIXES['kg']}AirBase", "-f", "csv")[1].splitlines()[1:] == [
        ENTITY + "place/brannoch"
    ]
    assert go(CROSS, "--timeout", 1)[0] == 1
    assert go("INSERT DATA { <x:a> <x:b> 1 }")[0] == 1
    assert go("--name", "nothing")[0] == 1
    assert "events-at-base: What happens" in go("--list")[1]


def test_a_fault_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line, a caret under the place, and what is wrong."""
    code, out, err = run(capsys, "--store", folder, "SELECT ?x\nWHERE { ?x FILTR }")
    assert (code, out) == (1, "")
    assert err.splitlines()[:2] == ["WHERE { ?x FILTR }", "           ^"]
    assert "line 2, column 12" in err
