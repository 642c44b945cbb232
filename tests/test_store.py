"""One contract for every store: replace an article's graph, read the union, fail in one clear line."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from kgraph import ontology, store
from kgraph.errors import StoreError
from kgraph.rdf import article_iri, quads
from kgraph.store import Graph
from samples import RUN, sample

load = functools.cache(ontology.load)
NODE = ox.NamedNode("http://a.example/x")


def put(graph: Graph, id: str) -> str:
    """Store the sample as one more article and return its IRI."""
    extraction = sample(id)
    graph.replace(article_iri(id), quads(extraction, ontology=load(), run=RUN))
    return article_iri(id)


def texts(graph: Graph) -> list[str]:
    """Return the literals of the union."""
    return sorted(triple.object.value for triple in graph.triples() if isinstance(triple.object, ox.Literal))


def quad(graph: str, text: str) -> ox.Quad:
    return ox.Quad(NODE, NODE, ox.Literal(text), ox.NamedNode(graph))


@pytest.fixture(params=["memory", "disk"])
def graph(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Graph]:
    """Make an empty graph of each kind."""
    made = Graph.memory() if request.param == "memory" else store.open(tmp_path / "store", create=True)
    with made:
        yield made


def test_union_holds_each_statement_once(graph: Graph) -> None:
    """An actor named in three articles is one node with one label."""
    for id in ("a", "b", "c"):
        put(graph, id)
    rows = graph.query(
        "SELECT ?label WHERE { <https://w3id.org/kgraph/entity/actor/norvia> skos:prefLabel ?label }"
    )
    assert [row.label for row in rows] == ["Norvia"]
    rows = graph.query("SELECT ?g WHERE { GRAPH ?g { ?s skos:prefLabel 'Norvia'@en } }")
    assert [row.g for row in rows] == [article_iri(id) for id in ("a", "b", "c")]
    assert graph.size == len(set(graph.triples())) < len(list(graph.quads()))


def test_replacing_an_article_leaves_nothing_of_the_old(graph: Graph) -> None:
    """The graph and the union forget what only the old version said, and keep what others say."""
    graph.replace("http://g/1", [quad("http://g/1", "old"), quad("http://g/1", "shared")])
    graph.replace("http://g/2", [quad("http://g/2", "shared")])
    graph.replace("http://g/1", [quad("http://g/1", "new")])
    assert texts(graph) == ["new", "shared"]
    graph.replace("http://g/2", [])
    assert texts(graph) == ["new"]
    assert [name.value for name in graph.store.named_graphs()] == ["http://g/1"]


def test_storing_twice_changes_nothing(graph: Graph) -> None:
    """A rebuild of the same articles is the same graph."""
    put(graph, "a")
    before = sorted(map(str, graph.store))
    put(graph, "a")
    assert sorted(map(str, graph.store)) == before


def test_a_failed_replacement_changes_nothing(graph: Graph) -> None:
    """Neither a quad of another graph nor an error half way leaves a mixture."""
    put(graph, "a")
    before = set(graph.store)

    def broken() -> Iterator[ox.Quad]:
        yield quad(article_iri("a"), "new")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        graph.replace(article_iri("a"), broken())
    with pytest.raises(StoreError, match="cannot go into the graph"):
        graph.replace(article_iri("a"), [quad(article_iri("a"), "x"), quad("http://g/2", "x")])
    with pytest.raises(StoreError, match="no IRI"):
        graph.replace("http://a> ; DROP ALL", [])
    assert set(graph.store) == before


def test_articles_are_listed_in_order(graph: Graph) -> None:
    """Each article by its IRI and its own id."""
    for id in ("b", "a c", "a"):
        put(graph, id)
    assert graph.articles() == sorted((article_iri(id), id) for id in ("a", "a c", "b"))


def test_dataset_is_rdflibs_view_of_the_union(graph: Graph) -> None:
    """The API of rdflib sees the same statements, each once, and the prefixes."""
    put(graph, "a")
    put(graph, "b")
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?s a kg:State }"
    assert [tuple(row) for row in graph.dataset.query(query)] == [(rdflib.Literal(2),)]  # type: ignore[arg-type]
    assert graph.size == len(graph.dataset) == len(list(graph.dataset.triples((None, None, None))))


def test_a_closed_graph_says_so(graph: Graph) -> None:
    """Use after closing is a clear error; closing twice is none."""
    _ = graph.dataset
    graph.close()
    graph.close()
    with pytest.raises(StoreError, match="closed"):
        _ = graph.size


def test_what_is_stored_is_there_again(tmp_path: Path) -> None:
    """A store on disk survives its process; opening it again needs no create."""
    with store.open(tmp_path / "deep" / "store", create=True) as graph:
        put(graph, "a")
        _ = graph.dataset
        size = graph.size
    with store.open(tmp_path / "deep" / "store") as graph:
        assert graph.size == size
        assert [article.id for article in graph.articles()] == ["a"]


def file(path: Path) -> Path:
    path.write_text("x")
    return path


def folder(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in names:
        (path / name).write_text("x")
    return path


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: file(path), "is a file, not the folder of a store"),
        (lambda path: file(path) / "below", "not the folder|cannot be used|no such store"),
        (lambda path: folder(path, "notes.txt"), "holds files but no store"),
        (lambda path: folder(path, "CURRENT"), "cannot be opened as a store"),
    ],
)
def test_what_is_no_store_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], said: str, create: bool
) -> None:
    """One line that names the path, and the files that were there stay as they were."""
    path = make(tmp_path / "given")
    before = sorted(tmp_path.rglob("*.txt"))
    with pytest.raises(StoreError, match=said) as caught:
        store.open(path, create=create)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert sorted(tmp_path.rglob("*.txt")) == before


def test_reading_needs_a_store(tmp_path: Path) -> None:
    """A missing or empty folder is not made into a store by reading."""
    with pytest.raises(StoreError, match="no such store; make it with: kgraph build"):
        store.open(tmp_path / "missing")
    with pytest.raises(StoreError, match="is empty; fill it with: kgraph build"):
        store.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_store_in_use_is_named(tmp_path: Path) -> None:
    """Another process that holds the store is said to do so; here and over there."""
    with store.open(tmp_path / "s", create=True):
        code = f"from kgraph import store; store.open({str(tmp_path / 's')!r})"
        done = subprocess.run(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert "StoreError" in done.stderr
        assert "in use by another process" in done.stderr
    store.open(tmp_path / "s").close()


def test_a_read_only_folder_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading needs no right to write; building says that it does."""
    with store.open(tmp_path / "s", create=True) as graph:
        put(graph, "a")
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with store.open(tmp_path / "s") as graph:
        assert len(graph.articles()) == 1
        with pytest.raises(StoreError, match="cannot be written"):
            put(graph, "b")
    with pytest.raises(StoreError, match="may not be written"):
        store.open(tmp_path / "s", create=True)
