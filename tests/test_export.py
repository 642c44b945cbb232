"""Every format reads back to the same statements, has fixed bytes, and fails without harm."""

from __future__ import annotations

import difflib
import functools
import importlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from kgraph import ontology, store
from kgraph.errors import KGraphError
from kgraph.export import FORMATS, RDF, export
from kgraph.export.sorting import ordered
from kgraph.rdf import article_iri, quads
from kgraph.store import Graph
from samples import HOSTILE, RUN, sample

load = functools.cache(ontology.load)
UNION = (".ttl", ".nt", ".rdf")


def fill(graph: Graph, *ids: str) -> Graph:
    for id in ids:
        graph.replace(article_iri(id), quads(sample(id), ontology=load(), run=RUN))
    return graph


@pytest.fixture
def graph() -> Iterator[Graph]:
    """Two articles in memory."""
    with Graph.memory() as made:
        yield fill(made, "a", "b")


def stored(found: Iterator[ox.Quad]) -> set[ox.Quad]:
    """Return quads with numbers in the form a store gives them."""
    made = ox.Store()
    made.extend(found)
    return set(made)


@pytest.mark.parametrize("suffix", RDF)
def test_reading_back_gives_the_same_statements(graph: Graph, tmp_path: Path, suffix: str) -> None:
    """Oxigraph's parser finds what was in the graph, hostile text included."""
    path = tmp_path / f"out{suffix}"
    graph.export(path)
    found = stored(ox.parse(path=path))
    if suffix in UNION:
        assert {quad.triple for quad in found} == set(graph.triples())
    else:
        assert found == set(graph.quads())
    assert {quad.graph_name.value for quad in found if isinstance(quad.graph_name, ox.NamedNode)} == (
        set() if suffix in UNION else {article_iri("a"), article_iri("b")}
    )


def test_rdflib_reads_the_turtle(graph: Graph, tmp_path: Path) -> None:
    """A second, independent parser agrees on every statement."""
    graph.export(tmp_path / "out.ttl")
    graph.export(tmp_path / "out.nt")
    graph.export(tmp_path / "out.rdf")
    turtle = rdflib.Graph().parse(tmp_path / "out.ttl", format="turtle")
    lines = rdflib.Graph().parse(tmp_path / "out.nt", format="nt")
    assert len(turtle) == graph.size
    assert set(rdflib.Graph().parse(tmp_path / "out.rdf", format="xml")) == set(lines)
    decimals = rdflib.XSD.decimal
    keep = [t for t in turtle if getattr(t[2], "datatype", None) != decimals]  # 1.0 there, 1 in the store
    assert set(keep) <= set(lines)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own use of it
@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated")
def test_rdflib_reads_jsonld(graph: Graph, tmp_path: Path) -> None:
    """The second parser finds the same in JSON-LD, with the context that the file brings along."""
    for suffix in (".jsonld", ".nt"):
        graph.export(tmp_path / f"out{suffix}", flat=True)
    linked = rdflib.Graph().parse(data=(tmp_path / "out.jsonld").read_text(), format="json-ld")
    assert set(linked) == set(rdflib.Graph().parse(tmp_path / "out.nt", format="nt"))


@pytest.mark.parametrize("suffix", FORMATS)
def test_same_graph_same_bytes(graph: Graph, tmp_path: Path, suffix: str) -> None:
    """Neither the order of building, nor rebuilding, nor the kind of store shows in the file."""
    graph.export(tmp_path / f"one{suffix}")
    with store.open(tmp_path / "store", create=True) as other:
        fill(other, "b", "c", "a", "a").replace(article_iri("c"), [])
        other.export(tmp_path / f"two{suffix}")
    first = (tmp_path / f"one{suffix}").read_bytes()
    assert first == (tmp_path / f"two{suffix}").read_bytes()
    assert b"\r" not in first


def test_turtle_is_made_to_be_read(graph: Graph, tmp_path: Path) -> None:
    """Prefixes, short IRIs, the class first, one predicate a line, an article before its parts."""
    graph.export(tmp_path / "out.ttl")
    text = (tmp_path / "out.ttl").read_text(encoding="utf-8")
    assert text.startswith("@base <https://w3id.org/kgraph/> .\n@prefix kg: <https://w3id.org/kgraph#> .\n")
    assert "\n<article/a#event-Assault-42-48> a kg:Assault , kg:Event ;\n    kg:actor <" in text
    assert '    kg:beginDate "2032-03"^^xsd:gYearMonth ;\n' in text
    assert "    kg:killed 13 ;\n" in text
    assert "    kg:confidence 1.0 ;\n" in text
    subjects = [line.split()[0] for line in text.splitlines() if line.startswith("<article/a")]
    assert subjects[0] == "<article/a>"
    assert subjects.index("<article/a#char=0,91>") < subjects.index("<article/a#char=92,188>")
    assert f'"{HOSTILE}"@en' in text


@pytest.mark.parametrize("suffix", [".ttl", ".trig"])
def test_invisible_characters_are_spelt_out(graph: Graph, tmp_path: Path, suffix: str) -> None:
    """No mark that turns the reading direction works on the reader of the file."""
    graph.export(tmp_path / f"out{suffix}")
    text = (tmp_path / f"out{suffix}").read_text(encoding="utf-8")
    assert "\\u202Eevil\\u200F" in text
    assert not set(text) & set("\u202e\u200f\x07\x00")


def test_jsonld_has_a_context_and_graphs(graph: Graph, tmp_path: Path) -> None:
    """Prefixed names, one graph per article."""
    graph.export(tmp_path / "out.jsonld")
    body = json.loads((tmp_path / "out.jsonld").read_text(encoding="utf-8"))
    assert body["@context"]["kg"] == "https://w3id.org/kgraph#"
    assert [part["@id"] for part in body["@graph"]] == [article_iri("a"), article_iri("b")]
    nodes = {node["@id"]: node for node in body["@graph"][0]["@graph"]}
    assert nodes["https://w3id.org/kgraph/entity/actor/norvia"]["@type"] == ["kg:Actor", "kg:State"]


def test_foreign_statements_are_written_too(tmp_path: Path) -> None:
    """What others put into a graph of their own comes out valid: odd IRIs, datatypes, blank nodes."""
    name = ox.NamedNode("http://g")
    odd = [
        *(
            "https://w3id.org/kgraph/entity/actor/..",
            "https://w3id.org/kgraph#a.b",
            "https://schema.org/",
            "urn:x",
        ),
        *(
            "https://w3id.org/kgraph/article/a%20b#x(y)",
            "https://w3id.org/kgraph/",
            "https://w3id.org/kgraph#-1",
        ),
    ]
    objects: list[ox.NamedNode | ox.Literal | ox.BlankNode] = [ox.NamedNode(iri) for iri in odd]
    objects += [ox.Literal(text, datatype=ox.NamedNode("urn:t")) for text in ("", '"""', "\\", "a\tb\r\n")]
    objects += [ox.Literal("x", language="en-gb"), ox.Literal(1.5), ox.Literal(True), ox.BlankNode("b")]
    given = [ox.Quad(name, ox.NamedNode("https://schema.org/a.b"), value, name) for value in objects]
    with Graph.memory() as graph:
        graph.replace("http://g", given)
        for suffix in RDF:
            graph.export(tmp_path / f"out{suffix}")
            read = ox.parse(path=tmp_path / f"out{suffix}", rename_blank_nodes=False)
            # No XML name begins with a digit: blank nodes have one letter more there.
            mark = "_:b" if suffix == ".rdf" else "_:"
            found = {str(quad.object).replace(mark, "_:") for quad in read}
            assert found == {str(quad.object) for quad in graph.quads()}, suffix


def test_an_empty_graph_is_a_valid_file(tmp_path: Path) -> None:
    """Nothing found is a file without statements."""
    with Graph.memory() as empty:
        for suffix in RDF:
            for flat in (False, True):
                empty.export(tmp_path / f"out{suffix}", flat=flat)
                assert list(ox.parse(path=tmp_path / f"out{suffix}")) == []
        for suffix in set(FORMATS) - set(RDF):
            empty.export(tmp_path / f"out{suffix}")
            assert (tmp_path / f"out{suffix}").exists()


def test_unknown_suffixes_name_the_known(graph: Graph, tmp_path: Path) -> None:
    """The message lists what can be written; the suffix may be in capitals."""
    for name in ("out.xml", "out", ".ttl", "out.json"):
        with pytest.raises(
            KGraphError, match=r"known: \.ttl, \.trig, .*\.ftm\.json; as folders.*: csv, neo4j"
        ):
            graph.export(tmp_path / name)
    with pytest.raises(KGraphError, match=r"unknown format 'xls'; known: \.ttl"):
        graph.export(tmp_path / "out.ttl", format="xls")
    with pytest.raises(KGraphError, match=r"only RDF can be flat; choose one of \.ttl"):
        graph.export(tmp_path / "out.gexf", flat=True)
    graph.export(tmp_path / "OUT.TTL")
    assert (tmp_path / "OUT.TTL").stat().st_size > 1000


def test_unwritable_output_is_one_line(graph: Graph, tmp_path: Path) -> None:
    """A folder, a missing folder and a file as folder are named; nothing is left behind."""
    (tmp_path / "dir.ttl").mkdir()
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "dir.ttl", tmp_path / "missing" / "x.ttl", tmp_path / "file" / "x.ttl"):
        with pytest.raises(KGraphError, match="cannot be written") as caught:
            graph.export(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dir.ttl", "file"]


def test_a_full_disk_leaves_the_old_files(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks off in the middle is one line; neither file nor folder is half new."""

    def broken(pieces: object) -> Iterator[str]:
        yield "half"
        raise OSError(28, "No space left on device")

    graph.export(tmp_path / "csv", format="csv")
    (tmp_path / "out.nq").write_text("old")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    monkeypatch.setattr("kgraph.export.lines.ordered", broken)
    monkeypatch.setattr(importlib.import_module("kgraph.export.tables"), "_csv", broken)
    for name, format in (("out.nq", None), ("csv", "csv"), ("fresh", "csv")):
        with pytest.raises(KGraphError, match="cannot be written: No space left on device; choose") as caught:
            graph.export(tmp_path / name, format=format)
        assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before
    assert not (tmp_path / "fresh").exists()


def test_a_damaged_store_is_one_line(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is blamed, not the file that cannot be made from it."""

    def damaged(self: Graph) -> Iterator[ox.Quad]:
        raise OSError("Corruption: block checksum mismatch")
        yield

    monkeypatch.setattr(Graph, "quads", damaged)
    with pytest.raises(KGraphError, match="memory: cannot be read: Corruption: block checksum mismatch"):
        graph.export(tmp_path / "out.nq")


@pytest.mark.parametrize("suffix", [*FORMATS, "csv", "neo4j"])
def test_readings_never_leave_the_store(graph: Graph, tmp_path: Path, suffix: str) -> None:
    """What a later build needs is in no export."""
    graph.keep(article_iri("a"), {"part": "SECRET"})
    graph.export(tmp_path / "out", format=suffix)
    files = [path for path in (tmp_path / "out", *tmp_path.glob("out/*")) if path.is_file()]
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "SECRET" not in text
        assert "kgraph/readings" not in text


@pytest.mark.parametrize("run_size", [1, 100, 10**9])
def test_lines_are_sorted_in_little_memory(run_size: int) -> None:
    """The same order whether all is sorted at once or each line by itself; odd line ends are no ends."""
    lines = [
        f"{text}\n" for text in ("b", "a b", "a", "é", "\u2028x", "\x85", "a\rb", "𝄞", "\uffff", "", "a")
    ]
    assert list(ordered(iter(lines), run_size=run_size)) == sorted(lines)


def test_turtle_sorts_alike_in_runs(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spilling to disk does not show in any file."""
    for suffix in RDF:
        graph.export(tmp_path / f"one{suffix}")
    monkeypatch.setattr(ordered, "__kwdefaults__", {"run_size": 1000})
    for suffix in RDF:
        graph.export(tmp_path / f"two{suffix}")
        assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_one_changed_article_is_a_small_diff(graph: Graph, tmp_path: Path) -> None:
    """Only lines of that article change."""
    for suffix in (".ttl", ".nq", ".trig"):
        graph.export(tmp_path / f"one{suffix}")
    fill(graph, "c")
    for suffix in (".ttl", ".nq", ".trig"):
        graph.export(tmp_path / f"two{suffix}")
        one, two = ((tmp_path / f"{name}{suffix}").read_text().splitlines() for name in ("one", "two"))
        assert [line for line in difflib.ndiff(one, two) if line.startswith("- ")] == []


@pytest.mark.parametrize("suffix", RDF)
def test_flat_holds_the_actual_facts_alone(graph: Graph, tmp_path: Path, suffix: str) -> None:
    """Entities, actual relations and events as plain triples; nothing planned, denied or about evidence."""
    graph.export(tmp_path / f"out{suffix}", flat=True)
    found = list(ox.parse(path=tmp_path / f"out{suffix}"))
    assert {quad.graph_name for quad in found} == {ox.DefaultGraph()}
    triples = {quad.triple for quad in found}
    assert triples < set(graph.triples())
    lines = {str(triple).replace("https://w3id.org/kgraph", "") for triple in triples}
    assert "</entity/place/brannoch-air-base> <#operatedBy> </entity/actor/norvia>" in lines
    assert "</entity/actor/keldland> <#alliedWith> </entity/actor/free-column>" not in lines
    assert "</article/b#event-Assault-42-48> <#base> </entity/place/depot-near-port-keld>" in lines
    assert not [line for line in lines if "Retreat" in line or "#char=" in line or "#assertion" in line]
    names = {quad.predicate.value.rpartition("#")[2] for quad in found}
    assert not names & {"realis", "accordingTo", "confidence", "refersTo", "wasDerivedFrom"}


def test_flat_takes_what_some_article_tells_as_actual(tmp_path: Path) -> None:
    """An event that one article tells and another denies is there as the first one tells it."""
    kg, type_ = "https://w3id.org/kgraph#", ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    event = ox.NamedNode("https://w3id.org/kgraph/event/raid")
    with Graph.memory() as graph:
        for name, realis, actor in (("one", "actual", "norvia"), ("two", "negated", "keldland")):
            article = ox.NamedNode(article_iri(name))
            said: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]]
            said = [(type_, ox.NamedNode(f"{kg}Event")), (ox.NamedNode(f"{kg}realis"), ox.Literal(realis))]
            said += [(ox.NamedNode(f"{kg}actor"), ox.NamedNode(f"https://x.example/{actor}"))]
            graph.replace(article.value, [ox.Quad(event, p, o, article) for p, o in said])
        graph.export(tmp_path / "out.nt", flat=True)
    text = (tmp_path / "out.nt").read_text()
    assert "norvia" in text
    assert "keldland" not in text


def test_a_failed_export_leaves_the_old_file(graph: Graph, tmp_path: Path) -> None:
    """The file is whole at every moment: the old one or the new one."""
    path = tmp_path / "out.ttl"
    path.write_text("old")
    graph.close()
    with pytest.raises(KGraphError, match="closed"):
        export(graph, path)
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["out.ttl"]


def test_turtle_is_quick(tmp_path: Path) -> None:
    """20,000 statements in well under three seconds of processor time."""
    with Graph.memory() as graph:
        label = ox.NamedNode("http://www.w3.org/2004/02/skos/core#altLabel")
        graph.store.extend(
            ox.Quad(
                ox.NamedNode(f"https://w3id.org/kgraph/entity/actor/a{i}"), label, ox.Literal(f"label {j}")
            )
            for i in range(1000)
            for j in range(20)
        )
        start = time.process_time()
        graph.export(tmp_path / "out.ttl")
        assert time.process_time() - start < 3
        assert graph.size == 20_000


@pytest.mark.parametrize(("suffix", "said"), [("graphml", ">25.5<"), ("gexf", '"25.5"')])
def test_networks_say_where_places_lie(tmp_path: Path, suffix: str, said: str) -> None:
    """Latitude and longitude of a place's geometry are attributes of its node."""
    article = "https://w3id.org/kgraph/article/x"
    text = (
        "@prefix kg: <https://w3id.org/kgraph#> . @prefix geo: <http://www.opengis.net/ont/geosparql#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @base <https://w3id.org/kgraph/> .\n"
        f"<{article}> {{ <{article}> a kg:Article . <entity/place/p> a kg:Place ; skos:prefLabel 'P'@en ;\n"
        "geo:hasGeometry <geometry/place/p> . <geometry/place/p> geo:asWKT 'POINT(51.3 25.5)' . }"
    )
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TRIG)
    store.extend([ox.Quad(*quad.triple) for quad in store])  # the union, as Graph keeps it
    export(Graph(store), path := tmp_path / f"g.{suffix}")
    written = path.read_text(encoding="utf-8")
    assert '"latitude"' in written
    assert said in written
