"""Every format reads back to the same statements, has fixed bytes, and fails without harm."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from kgraph import ontology, store
from kgraph.errors import KGraphError
from kgraph.export import FORMATS, export
from kgraph.rdf import article_iri, quads
from kgraph.store import Graph
from samples import HOSTILE, RUN, sample

load = functools.cache(ontology.load)
UNION = (".ttl", ".nt")


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


@pytest.mark.parametrize("suffix", FORMATS)
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
    turtle = rdflib.Graph().parse(tmp_path / "out.ttl", format="turtle")
    lines = rdflib.Graph().parse(tmp_path / "out.nt", format="nt")
    assert len(turtle) == graph.size
    decimals = rdflib.XSD.decimal
    keep = [t for t in turtle if getattr(t[2], "datatype", None) != decimals]  # 1.0 there, 1 in the store
    assert set(keep) <= set(lines)


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
        for suffix in (".ttl", ".trig", ".nq", ".nt", ".jsonld"):
            graph.export(tmp_path / f"out{suffix}")
            found = {
                str(q.object) for q in ox.parse(path=tmp_path / f"out{suffix}", rename_blank_nodes=False)
            }
            assert found == {str(quad.object) for quad in graph.quads()}, suffix


def test_an_empty_graph_is_a_valid_file(tmp_path: Path) -> None:
    """Nothing found is a file without statements."""
    with Graph.memory() as empty:
        for suffix in FORMATS:
            empty.export(tmp_path / f"out{suffix}")
            assert list(ox.parse(path=tmp_path / f"out{suffix}")) == []


def test_unknown_suffixes_name_the_known(graph: Graph, tmp_path: Path) -> None:
    """The message lists what can be written; the suffix may be in capitals."""
    for name in ("out.xml", "out", ".ttl"):
        with pytest.raises(KGraphError, match=r"known: \.ttl, \.trig, \.nt, \.nq, \.jsonld"):
            graph.export(tmp_path / name)
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
