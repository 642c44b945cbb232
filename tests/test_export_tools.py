"""Networks, tables, Cypher and FollowTheMoney, each read by the tool that it is for; hostile text in all."""

from __future__ import annotations

import csv
import functools
import importlib
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest

from kgraph import ontology
from kgraph.errors import KGraphError
from kgraph.export import FORMATS
from kgraph.export.cypher import literal
from kgraph.export.facts import Facts, Thing
from kgraph.export.ftm import ftm_id, schema
from kgraph.export.network import _days
from kgraph.rdf import BASE, PREFIXES, article_iri, quads
from kgraph.store import Graph
from samples import RUN, sample

load = functools.cache(ontology.load)
EVENT = article_iri("a") + "#event-Assault-42-48"
RETREAT = article_iri("a") + "#event-Retreat-128-136"
BASE_IRI, NORVIA = f"{BASE}entity/place/brannoch-air-base", f"{BASE}entity/actor/norvia"
ODD = f"{BASE}entity/actor/o'hara;a,b&c=(d)"
NASTY = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "'); MATCH (n) DETACH DELETE n; //",
    "\\u0027 OR \\\\u0027 \\",
    "a;b|c,d",
    "]]><x>&amp;",
    "one\ntwo\r\nthree\tfour\u2028five\x85six",
    "bell \x07 null \x00 lone \ufffe",
)


@pytest.fixture
def graph() -> Iterator[Graph]:
    """Two articles, and a third graph of names and statements that are out for harm."""
    with Graph.memory() as made:
        for id in ("a", "b"):
            made.replace(article_iri(id), quads(sample(id), ontology=load(), run=RUN))
        name, subject = ox.NamedNode(f"{BASE}article/odd"), ox.NamedNode(ODD)
        type_, label = ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(PREFIXES["skos"] + "altLabel")
        said: list[tuple[ox.NamedNode, Any]] = [(type_, ox.NamedNode(PREFIXES["kg"] + "Person"))]
        said += [(ox.NamedNode(PREFIXES["skos"] + "prefLabel"), ox.Literal(NASTY[0]))]
        said += [(label, ox.Literal(text)) for text in NASTY]
        said += [(ox.NamedNode(PREFIXES["kg"] + "odd:name"), ox.Literal(NASTY[1]))]
        said += [(ox.NamedNode(PREFIXES["kg"] + "leads"), ox.NamedNode(NORVIA))]
        made.replace(name.value, [ox.Quad(subject, p, o, name) for p, o in said])
        yield made


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def tool(name: str) -> Any:
    """Import a reader that need not be there."""
    return pytest.importorskip(name, reason=f"{name} is not installed")


def test_networkx_with_events_as_nodes(graph: Graph) -> None:
    """Roles and relations are edges by name; attributes are typed and none is None."""
    made = graph.to_networkx()
    assert made.nodes[BASE_IRI]["class"] == "AirBase"
    event = made.nodes[EVENT]
    assert (event["kind"], event["class"], event["killed"], event["realis"]) == (
        "event",
        "Assault",
        13,
        "actual",
    )
    assert (event["beginDate"], event["start"], event["end"]) == ("2031-12-11", "2031-12-11", "2031-12-11")
    assert made.edges[EVENT, f"{BASE}entity/place/port-keld", "place"]["kind"] == "role"
    operated = made.edges[BASE_IRI, NORVIA, "operatedBy"]
    assert (operated["articles"], operated["confidence"], operated["realis"]) == (2, 0.95, "actual")
    denied = made.edges[
        f"{BASE}entity/actor/keldland", f"{BASE}entity/actor/free-column", "alliedWith negated"
    ]
    assert denied["accordingTo"] == "Ada Holm"
    assert made.nodes[f"{BASE}entity/person/ada-holm"]["position"] == "Minister"
    values = [value for _, data in made.nodes(data=True) for value in data.values()]
    values += [value for *_, data in made.edges(data=True) for value in data.values()]
    assert {type(value) for value in values} == {str, int, float}


def test_networkx_with_events_folded(graph: Graph) -> None:
    """An event joins its actor with each other participant; there is no node for it."""
    made = graph.to_networkx(events="folded")
    assert {data["kind"] for _, data in made.nodes(data=True)} == {"entity"}
    found = {
        (target.rpartition("/")[2], data["role"])
        for _, target, data in made.edges(data=True)
        if data.get("event") == EVENT
    }
    assert found == {("depot-near-port-keld", "base"), ("port-keld", "place")}
    with pytest.raises(KGraphError, match="choose 'nodes' or 'folded'"):
        graph.to_networkx(events="flat")  # type: ignore[arg-type]


def test_a_meeting_joins_its_actors() -> None:
    """Actors without recipient are joined with one another, recipients without actor with the place."""
    type_, kg = ox.NamedNode(PREFIXES["rdf"] + "type"), PREFIXES["kg"]
    meeting, quake, name = (ox.NamedNode(f"{BASE}article/m{part}") for part in ("#event-1", "#event-2", ""))
    roles = [
        (meeting, "actor", "x"),
        (meeting, "actor", "y"),
        (quake, "recipient", "x"),
        (quake, "place", "z"),
    ]
    with Graph.memory() as graph:
        found = [ox.Quad(event, type_, ox.NamedNode(f"{kg}Event"), name) for event in (meeting, quake)]
        for event, role, who in roles:
            found.append(ox.Quad(event, ox.NamedNode(kg + role), ox.NamedNode(f"urn:x/{who}"), name))
        graph.replace(name.value, found)
        edges = graph.to_networkx(events="folded").edges(data="role")
    assert set(edges) == {("urn:x/x", "urn:x/y", "actor"), ("urn:x/x", "urn:x/z", "place")}


@pytest.mark.parametrize("events", ["nodes", "folded"])
@pytest.mark.parametrize("suffix", [".graphml", ".gexf"])
def test_networks_read_back(graph: Graph, tmp_path: Path, suffix: str, events: Any) -> None:
    """The nodes, edges and attributes that networkx wrote are those that it reads."""
    graph.export(tmp_path / f"out{suffix}", events=events)
    read = nx.read_graphml if suffix == ".graphml" else nx.read_gexf
    found, made = read(tmp_path / f"out{suffix}"), graph.to_networkx(events=events)
    assert set(found) == set(made)
    assert sorted(found.edges()) == sorted(made.edges())
    assert {n: d["label"] for n, d in found.nodes(data=True)} == {
        n: d["label"] for n, d in made.nodes(data=True)
    }
    if events == "nodes":
        assert found.nodes[EVENT]["killed"] == 13
        assert found.nodes[EVENT]["confidence"] == 0.83
    assert found.nodes[ODD]["aliases"] == made.nodes[ODD]["aliases"]
    assert "one two  three four five six" in found.nodes[ODD]["aliases"]


def test_igraph_reads_graphml(graph: Graph, tmp_path: Path) -> None:
    """A second reader agrees on nodes, edges and a number."""
    igraph = tool("igraph")
    graph.export(tmp_path / "out.graphml")
    found, made = igraph.Graph.Read_GraphML(str(tmp_path / "out.graphml")), graph.to_networkx()
    assert (found.vcount(), found.ecount()) == (len(made), made.number_of_edges())
    assert found.vs.find(id=EVENT)["killed"] == 13


def test_gexf_has_a_timeline_of_days(graph: Graph, tmp_path: Path) -> None:
    """Gephi wants days for its timeline and a type for each attribute; the day of writing is left out."""
    graph.export(tmp_path / "out.gexf")
    space = "{http://www.gexf.net/1.2draft}"
    root = ElementTree.parse(tmp_path / "out.gexf").getroot()  # noqa: S314
    top = root.find(f"{space}graph")
    assert top is not None
    assert (top.get("mode"), top.get("timeformat")) == ("dynamic", "date")
    spans = {node.get("id"): (node.get("start"), node.get("end")) for node in root.iter(f"{space}node")}
    assert spans[RETREAT] == ("2032-03-01", "2032-03-31")
    assert spans[NORVIA] == (None, None)
    assert all(node.get("label") for node in root.iter(f"{space}node"))
    types = {item.get("title"): item.get("type") for item in root.iter(f"{space}attribute")}
    assert (types["killed"], types["confidence"], types["realis"]) == ("long", "double", "string")
    assert "lastmodifieddate" not in (tmp_path / "out.gexf").read_text()


@pytest.mark.parametrize(
    ("begin", "end", "days"),
    [
        ("2024-02", "", ("2024-02-01", "2024-02-29")),
        ("2023", "", ("2023-01-01", "2023-12-31")),
        ("2023-05-02", "2023-06", ("2023-05-02", "2023-06-30")),
        ("", "2023-06", ("2023-06-01", "2023-06-30")),
        ("2023-05-02", "2022", ("2023-05-02", "2023-05-02")),
        ("-0044", "", ()),
        ("2023-13", "", ()),
        ("0000", "", ()),
        ("", "", ()),
    ],
)
def test_days_of_a_timeline(begin: str, end: str, days: tuple[str, ...]) -> None:
    """Months and years become their first and last day; an end is never before its begin."""
    assert tuple(_days(begin, end).values()) == days


def test_tables_for_pandas(graph: Graph, tmp_path: Path) -> None:
    """Four tables that belong together; each row is one line, each number a number."""
    graph.export(tmp_path / "tables", format="csv")
    files = {path.name: rows(path) for path in (tmp_path / "tables").iterdir()}
    assert sorted(files) == ["entities.csv", "events.csv", "evidence.csv", "relations.csv"]
    entities = {row["id"]: row for row in files["entities.csv"]}
    assert (entities[NORVIA]["class"], entities[NORVIA]["mentions"], entities[NORVIA]["articles"]) == (
        ("State", "4", "2")
    )
    event = next(row for row in files["events.csv"] if row["id"] == EVENT)
    assert (event["begin"], event["killed"], event["actor"]) == ("2031-12-11", "13", "Norvian Air Force")
    edges = {(row["subject"], row["predicate"], row["object"]) for row in files["relations.csv"]}
    assert {(BASE_IRI, "operatedBy", NORVIA), (EVENT, "place", f"{BASE}entity/place/port-keld")} <= edges
    told = [row for row in files["evidence.csv"] if row["fact"] == EVENT]
    assert [row["sentence"][:14] for row in told] == ["On 11 December"]
    assert {row["fact"] for row in files["evidence.csv"]} <= {
        row["id"] for name in ("events.csv", "relations.csv") for row in files[name]
    }
    for name, found in files.items():
        assert len((tmp_path / "tables" / name).read_text(encoding="utf-8").split("\n")) == len(found) + 2


def test_pandas_reads_the_tables(graph: Graph, tmp_path: Path) -> None:
    """It guesses the right types and joins facts with their evidence."""
    pandas = tool("pandas")
    graph.export(tmp_path / "tables", format="csv")
    events, evidence = (
        pandas.read_csv(tmp_path / "tables" / f"{name}.csv") for name in ("events", "evidence")
    )
    assert events["killed"].sum() == 26
    assert events["confidence"].dtype == "float64"
    joined = events.merge(evidence, left_on="id", right_on="fact")
    assert set(joined["article"]) == {article_iri("a"), article_iri("b")}


@pytest.mark.parametrize("format", ["csv", "neo4j"])
def test_no_cell_is_a_formula(graph: Graph, tmp_path: Path, format: str) -> None:
    """A spreadsheet computes nothing; only numbers begin with a sign."""
    graph.export(tmp_path / "out", format=format)
    cells = [v for path in (tmp_path / "out").iterdir() for row in rows(path) for v in row.values()]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert [cell for cell in cells if re.match(r"\s*[=+\-@]", cell)] == []
    assert not set("".join(cells)) & {"\x00", "\x07", "\n", "\r", "\t", "\u2028", "\x85"}


def test_neo4j_import(graph: Graph, tmp_path: Path) -> None:
    """Headers have types, ids are unique, every end of a relationship is a node, lists can be split."""
    graph.export(tmp_path / "neo4j", format="neo4j")
    files = {path.stem: rows(path) for path in (tmp_path / "neo4j").iterdir()}
    nodes = [row for name in ("entities", "events", "articles") for row in files[name]]
    ids = [row["id:ID"] for row in nodes]
    assert len(ids) == len(set(ids))
    norvia = next(row for row in nodes if row["id:ID"] == NORVIA)
    assert norvia[":LABEL"] == "Entity;Actor;State"
    assert norvia["aliases:string[]"] == "Republic of Norvia"
    event = next(row for row in nodes if row["id:ID"] == EVENT)
    assert (event["killed:long"], event["confidence:double"]) == ("13", "0.83")
    odd = next(row for row in nodes if row["id:ID"] == ODD)
    assert len(odd["aliases:string[]"].split(";")) == len(NASTY) - 1
    assert odd["odd_name:string[]"] == f"'{NASTY[1]}"
    for name in ("roles", "relations", "told-in", "mentioned-in"):
        assert files[name]
        for row in files[name]:
            assert {row[":START_ID"], row[":END_ID"]} <= set(ids)
            assert re.fullmatch(r"[A-Z_]+", row[":TYPE"])
    relation = next(row for row in files["relations"] if row[":TYPE"] == "OPERATED_BY")
    assert (relation["realis:string"], relation["confidence:double"]) == ("actual", "0.95")
    assert relation["sentences:string[]"].startswith("Norvia operates Brannoch")


def spoken(text: str) -> str:
    """Read a string of Cypher back, by the rules of Neo4j 5."""
    assert not re.search(r"[^ -~\u00a1-\U0010ffff]", text)
    parts = re.findall(r"'((?:[^'\\]|\\.)*)'", text)
    assert " + ".join(f"'{part}'" for part in parts) == text
    short = {"n": "\n", "r": "\r", "t": "\t"}
    return re.sub(
        r"\\(?:u([0-9A-F]{4})|(.))",
        lambda match: chr(int(match[1], 16)) if match[1] else short.get(match[2], match[2]),
        "".join(parts),
    )


@pytest.mark.parametrize("text", [*NASTY, "\\", "\\\\", "\\\u202eu", "'", "\\'", "\\U", "plain"])
def test_cypher_text_stays_text(text: str) -> None:
    """Nothing ends the string early, and no backslash is followed by a u of the text's own."""
    made = literal(text)
    assert spoken(made) == text
    # What Neo4j 4 does first, to everything: \u0027 becomes a quote. The text makes none.
    assert not re.search(r"\\u(?:0027|005C)", made)


def test_cypher_is_parsed(graph: Graph, tmp_path: Path) -> None:
    """The grammar of openCypher takes each statement but the constraint, which is Neo4j's own."""
    antlr4, grammar = tool("antlr4"), tool("antlr4_cypher")
    graph.export(tmp_path / "out.cypher")
    script = (tmp_path / "out.cypher").read_text(encoding="utf-8")
    constraint, _, rest = script.partition("\n")
    assert constraint.startswith("CREATE CONSTRAINT kgraph_id IF NOT EXISTS")
    errors: list[str] = []

    class Listener(antlr4.error.ErrorListener.ErrorListener):  # type: ignore[misc,name-defined]
        def syntaxError(self, *said: Any) -> None:  # noqa: N802
            errors.append(str(said[2:5]))

    statements = re.findall(r"UNWIND \[\n.*?\n\] AS row\n[^\n]*;\n", rest, re.DOTALL)
    assert "".join(statements) == rest
    for statement in {item.splitlines()[-1]: item for item in statements}.values():
        lexer = grammar.CypherLexer(antlr4.InputStream(statement))
        parser = grammar.CypherParser(antlr4.CommonTokenStream(lexer))
        for part in (lexer, parser):
            part.removeErrorListeners()
            part.addErrorListener(Listener())
        parser.script()
    assert errors == []
    assert "MERGE (a)-[r:`OPERATED_BY` {nth: row.nth}]->(b) SET r += row.has;" in rest
    assert "killed`: 13," in rest


def test_followthemoney_takes_every_entity(graph: Graph, tmp_path: Path) -> None:
    """Valid by its own model, every reference inside the file, and each thing in the schema that fits."""
    model = tool("followthemoney").model
    graph.export(tmp_path / "out.ftm.json")
    lines = (tmp_path / "out.ftm.json").read_text(encoding="utf-8").splitlines()
    records = {record["id"]: record for record in map(json.loads, lines)}
    assert len(records) == len(lines)
    for record in records.values():
        model.get(record["schema"]).validate(record)
        proxy = model.get_proxy(record, cleaned=False)
        for prop, value in proxy.itervalues():
            assert prop.type.validate(value), (prop, value)
            if prop.type.name == "entity":
                assert model.get(records[value]["schema"]).is_a(prop.range)
        assert set(record["properties"]) == set(proxy.properties)


def test_followthemoney_says_what_is_actual(graph: Graph, tmp_path: Path) -> None:
    """Planned events and denied relations are left out; a fact has its article and sentence."""
    graph.export(tmp_path / "out.ftm.json")
    records = [
        json.loads(line) for line in (tmp_path / "out.ftm.json").read_text(encoding="utf-8").splitlines()
    ]
    by_id = {record["id"]: record for record in records}
    assert by_id[ftm_id(NORVIA)]["schema"] == "PublicBody"
    assert by_id[ftm_id(f"{BASE}entity/person/ada-holm")]["properties"]["position"] == ["Minister"]
    assert by_id[ftm_id(ODD)]["properties"]["name"] == [NASTY[0]]
    assert by_id[ftm_id(EVENT)]["properties"]["date"] == ["2031-12-11"]
    assert by_id[ftm_id(EVENT)]["properties"]["proof"] == [ftm_id(article_iri("a"))]
    assert sum(record["schema"] == "Event" for record in records) == 2
    assert {record["properties"]["role"][0] for record in records if "role" in record["properties"]} == (
        {"operatedBy", "locatedIn", "leads"}
    )
    assert {record["schema"] for record in records if record["properties"].get("role") == ["leads"]} == (
        {"Directorship"}
    )


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("two Su-24 bombers", "Airplane"),
        ("aircraft carrier", "Vessel"),
        ("USS Laboon", "Vessel"),
        ("14 tanks", "Vehicle"),
        ("anti-aircraft missiles", "Asset"),
        ("S-400", "Asset"),
    ],
)
def test_equipment_by_its_last_word(label: str, expected: str) -> None:
    """Only what its name calls a vehicle is one."""
    assert schema(Thing("urn:x", "Equipment", ("Equipment",), label)) == expected


@pytest.mark.parametrize("format", [*FORMATS, "csv", "neo4j"])
def test_same_graph_same_bytes(graph: Graph, tmp_path: Path, format: str) -> None:
    """Neither the order of articles nor a second writing over the first shows."""
    graph.export(tmp_path / "one", format=format)
    with Graph.memory() as other:
        for id in ("article/odd", "b", "a"):
            iri = article_iri(id) if "/" not in id else BASE + id
            found = list(graph.store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
            other.replace(iri, reversed(found))
        for _ in range(2):
            other.export(tmp_path / "two", format=format)
    names = {path.name for path in (tmp_path / "one").glob("*")} or {""}
    for name in names:
        one, two = ((tmp_path / side / name if name else tmp_path / side) for side in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_conflicting_articles_stay_visible(tmp_path: Path) -> None:
    """A table shows what most articles say, and the evidence what each says."""
    kg, prov = PREFIXES["kg"], PREFIXES["prov"]
    event = ox.NamedNode(f"{BASE}event/raid")
    with Graph.memory() as graph:
        for name, realis in (("one", "negated"), ("three", "actual"), ("two", "actual")):
            article = ox.NamedNode(article_iri(name))
            said: list[tuple[str, Any]] = [(PREFIXES["rdf"] + "type", ox.NamedNode(f"{kg}Event"))]
            said += [(f"{kg}realis", ox.Literal(realis)), (f"{kg}killed", ox.Literal(len(name)))]
            said += [(f"{prov}wasDerivedFrom", ox.NamedNode(f"{article.value}#char=0,5"))]
            graph.replace(article.value, [ox.Quad(event, ox.NamedNode(p), o, article) for p, o in said])
        graph.export(tmp_path / "out", format="csv")
        (happening,) = Facts(graph).events
    assert (happening.realis, happening.values) == ("actual", (("killed", 3), ("killed", 5)))
    assert [row["killed"] for row in rows(tmp_path / "out" / "events.csv")] == ["5"]
    assert [row["realis"] for row in rows(tmp_path / "out" / "evidence.csv")] == [
        "negated",
        "actual",
        "actual",
    ]


def test_networkx_is_imported_when_asked_for() -> None:
    """RDF needs no networkx: the module that does is loaded by those formats alone."""
    text = Path(importlib.import_module("kgraph.export").__file__ or "").read_text(encoding="utf-8")
    assert not re.search(r"^(?:import|from) networkx|^from kgraph\.export\.network", text, re.MULTILINE)
