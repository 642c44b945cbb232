"""One contract for every store: replace an article's graph, read the union, fail in one clear line."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

import building
from kgraph import folder as folder_of
from kgraph import ontology, store
from kgraph.errors import StoreError
from kgraph.query.change import update
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
        assert "BusyError" in done.stderr
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


def test_new_articles_go_in_together(graph: Graph) -> None:
    """One by one or in a batch, through either way to store one, the store is the same; or nothing is."""
    batch = [
        store.Described(
            article_iri(id), list(quads(sample(id), ontology=load(), run=RUN)), {"names": f"of {id}"}
        )
        for id in ("a", "b", "c")
    ]
    with Graph.memory() as wanted:
        for article in batch:
            wanted.replace(article.iri, article.quads, reading=article.reading)
        graph.add(batch[:1])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store, "_BULK", 10)
            graph.add(batch[1:])
        assert sorted(map(str, graph.store)) == sorted(map(str, wanted.store))
    before = set(graph.store)
    other = store.Described(article_iri("d"), batch[0].quads, {})
    for wrong, said in ((batch, "in the graph already"), ([other], "cannot go into the graph")):
        with pytest.raises(StoreError, match=said):
            graph.add(wrong)
    with pytest.raises(StoreError, match="no IRI"):
        graph.add([store.Described("no iri", [], {})])
    assert set(graph.store) == before


def elsewhere(code: str, path: Path) -> str:
    """Run code in another process, where ``path`` is the store; return what it printed or its last line."""
    head = f"import kgraph; from kgraph import store; path = {str(path)!r}\n"
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", head + code], capture_output=True, text=True, check=False
    )
    return (done.stdout + done.stderr).strip().rpartition("\n")[2]


READ = "print(len(kgraph.open(path, read_only=True).articles()))"


def test_readers_and_a_writer_side_by_side(tmp_path: Path) -> None:
    """Each reader sees what was published when it opened the store, here and in other processes."""
    path = tmp_path / "s"
    with store.open(path, create=True) as graph:
        put(graph, "a")
        for said in (elsewhere(READ, path), elsewhere(READ, path)):
            assert "is being written for the first time; ask again" in said
        graph.publish()
        with store.open(path, read_only=True) as old:
            assert elsewhere(READ, path) == "1"
            put(graph, "b")
            assert not old.outdated
            assert elsewhere(READ, path) == "1"
            graph.publish()
            assert old.outdated
            assert len(old.articles()) == 1, "what was opened stays as it was"
            assert elsewhere(READ, path) == "2"
            assert "in use by another process" in elsewhere("store.open(path)", path)
            assert [item.name for item in published(path)] == ["1", "2"], "the first is still read"
        put(graph, "c")
    assert [item.name for item in published(path)] == ["3"]
    before = {str(file): file.stat().st_mtime_ns for file in path.rglob("*")}
    with store.open(path, read_only=True) as graph, store.open(path, read_only=True):
        assert elsewhere(READ, path) == "3"
        with pytest.raises(StoreError, match="opened only to be read"):
            put(graph, "d")
    assert before == {str(file): file.stat().st_mtime_ns for file in path.rglob("*")}


def published(path: Path) -> list[Path]:
    return sorted(item for item in (path / "published").iterdir() if item.is_dir())


def test_readers_do_not_wait_for_a_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While articles go in, and all is published each time, others open and ask; each sees whole articles."""
    path = tmp_path / "s"
    monkeypatch.setattr(store, "_PUBLISH_EVERY", 0.0)
    with store.open(path, create=True) as graph:
        put(graph, "a-0")
        whole = len(list(graph.quads()))
        code = (
            "import time\nseen, slowest = set(), 0.0\n"
            "while max(seen, default=0) < 20:\n"
            "    begun = time.monotonic()\n"
            "    with kgraph.open(path, read_only=True) as graph:\n"
            "        found = graph.query('SELECT ?g (COUNT(*) AS ?n) {GRAPH ?g {?s ?p ?o}} GROUP BY ?g')\n"
            "        seen.add(len(found))\n"
            f"        assert {{row.n for row in found}} == {{{whole}}}, found\n"
            "    slowest = max(slowest, time.monotonic() - begun)\n"
            "print(len(seen), slowest < 5)"
        )
        head = f"import kgraph; path = {str(path)!r}\n"
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", head + code]
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as reader:  # noqa: S603
            number = 0
            while reader.poll() is None:
                number += 1
                put(graph, f"a-{number % 20}")
                assert number < 5_000, "the reader does not come to its end"
            said, why = reader.communicate()
        assert said.endswith(" True\n"), why


def test_what_a_killed_writer_did_not_publish_is_seen(tmp_path: Path) -> None:
    """The next reader publishes it, where nobody writes; a store that may not be written is read as it is."""
    path = tmp_path / "s"
    code = (
        f"import os, sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom test_store import put\n"
        "graph = store.open(path, create=True); put(graph, 'a'); graph.publish(); put(graph, 'b')\n"
        "print('done', flush=True); os._exit(9)"
    )
    assert elsewhere(code, path) == "done"
    assert elsewhere(READ, path) == "2"
    assert not (path / "published" / "open").exists()


def test_graph_variables_see_articles_only(graph: Graph) -> None:
    """The graph of readings is no graph of the dataset that is asked; updates do not change it either."""
    article = put(graph, "a")
    graph.keep(article, {"facts": "what was read"})
    for asked in (
        "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
        "SELECT DISTINCT ?g { { GRAPH ?g { ?s ?p ?o } } UNION { GRAPH $h { ?s ?p ?o } BIND($h AS ?g) } }",
        "SELECT DISTINCT ?g { ?x a kg:Article OPTIONAL { GRAPH ?g { ?s ?p ?o FILTER(?o != '}') } } }",
        "SELECT ?g { GRAPH ?g {} }",
    ):
        assert [row.g for row in graph.query(asked)] == [article], asked
    assert graph.query("SELECT ?o { GRAPH ?g { ?s ?p ?o } FILTER(?o = 'what was read') }") == []
    assert [row.x for row in graph.query("SELECT ?x { GRAPH ?g { ?x ?p ?o } }", g=article)]
    update(graph, "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }")
    assert graph.reading(article) == {"facts": "what was read"}
    assert graph.articles() == []


def test_what_a_killed_process_leaves_is_removed(tmp_path: Path) -> None:
    """Logs of earlier openings and files of a batch that never ended; a reader leaves them."""
    store.open(tmp_path / "s", create=True).close()
    left = [tmp_path / "s" / name for name in ("LOG.old.17", "bulk-123.sst")]
    for path in left:
        path.write_text("x")
    store.open(tmp_path / "s", read_only=True).close()
    assert all(path.exists() for path in left)
    store.open(tmp_path / "s").close()
    assert not list((tmp_path / "s").glob("LOG.old.*"))
    assert not list((tmp_path / "s").glob("bulk-*"))


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("kgraph store 99\n", "made by a newer kgraph .form 99.*update kgraph"),
        ("nonsense", "is no mark of a"),
    ],
)
def test_a_store_of_another_kgraph_is_left_alone(tmp_path: Path, mark: str, said: str) -> None:
    """One line, for readers and writers, and nothing in it changes."""
    store.open(tmp_path / "s", create=True).close()
    (tmp_path / "s" / folder_of.MARK).write_text(mark)
    before = {file: file.read_bytes() for file in (tmp_path / "s").rglob("*") if file.is_file()}
    for options in ({}, {"create": True}, {"read_only": True}):
        with pytest.raises(StoreError, match=said) as caught:
            store.open(tmp_path / "s", **options)
        assert "\n" not in str(caught.value)
    assert before == {file: file.read_bytes() for file in (tmp_path / "s").rglob("*") if file.is_file()}


def test_a_store_without_a_mark_gets_one(tmp_path: Path) -> None:
    """What was made before there were marks, or before anything was published, can be read and written."""
    ox.Store(str(tmp_path / "s")).flush()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
        store.open(tmp_path / "s", read_only=True).close()
    assert not (tmp_path / "s" / folder_of.MARK).exists()
    store.open(tmp_path / "s", read_only=True).close()
    assert (tmp_path / "s" / folder_of.MARK).read_text() == f"kgraph store {folder_of.FORM}\n"


@pytest.mark.parametrize("way", ["cut", "empty", "changed", "gone"])
def test_a_damaged_store_says_so(tmp_path: Path, way: str) -> None:
    """Whatever file is cut, emptied, changed or lost: all there as before, or one line; never less."""
    whole, path = tmp_path / "whole", tmp_path / "s"
    with store.open(whole, create=True) as graph:
        put(graph, "a")
        graph.add([store.Described("http://g/1", [quad("http://g/1", "x" * 5000)], {})])
        size = len(graph.store)
    said = []
    for name in sorted(str(file.relative_to(whole)) for file in whole.rglob("*") if file.is_file()):
        for read_only in (True, False):
            shutil.rmtree(path, ignore_errors=True)
            shutil.copytree(whole, path)
            damage(path / name, way)
            try:
                with store.open(path, read_only=read_only) as graph:
                    read = len(list(graph.triples())) + len(list(graph.quads()))
                    assert [article.id for article in graph.articles()] == ["a"]
                assert read == size or name.endswith(".log"), name
            except StoreError as error:
                said.append(str(error))
    assert len(said) > 5
    assert all(line.startswith(f"{path}: ") and "\n" not in line for line in said)


def damage(file: Path, way: str) -> None:
    """Cut, empty, change or remove a file."""
    content = file.read_bytes()
    middle = len(content) // 2
    if way == "gone":
        file.unlink()
    elif way == "changed":
        turned = bytes(255 - byte for byte in content[middle : middle + 9])
        file.write_bytes(content[:middle] + turned + content[middle + 9 :])
    else:
        file.write_bytes(content[:middle] if way == "cut" else b"")


FULL = """
import resource, sys
from kgraph import store
from kgraph.errors import StoreError
sys.path.insert(0, {tests!r})
from building import build
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    with store.open({path!r}, create=True) as graph:
        build(graph, 0)
except StoreError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of file size here")
@pytest.mark.parametrize("limit", [1_000, 100_000])
def test_a_full_disk_says_so_and_loses_nothing(tmp_path: Path, limit: int) -> None:
    """A build that cannot write on ends in one line; with space again it is finished like any other."""
    path = tmp_path / "s"
    said = elsewhere(FULL.format(tests=str(Path(__file__).parent), limit=limit, path=str(path)), path)
    assert re.search(
        f"^{re.escape(str(path))}: cannot be .*too large.*free some space", said, re.IGNORECASE
    ), said
    with Graph.memory() as wanted:
        building.build(wanted, 0)
        with store.open(path, create=True) as graph:
            building.check_whole(graph)
            building.build(graph, 0)
            assert building.lines(graph) == building.lines(wanted)


def test_a_shell_command_forks_and_others_start_a_process(tmp_path: Path) -> None:
    """Rows, graphs, yes and no, faults and the end of the time are the same in both ways."""
    with store.open(tmp_path / "s", create=True) as graph:
        put(graph, "a")
    code = """
from kgraph.errors import KGraphError
from kgraph.query import ask, process, to_text
process._has_one_thread = lambda forks={forks}: forks
said = []
for sparql in (
    'SELECT ?o ?none ("a\\\\tb\\\\n\\\\"c\\\\"" AS ?t) (1.50 AS ?d) {{ ?s skos:prefLabel ?o }}',
    'SELECT * {{}}',
    'ASK {{ ?s a kg:Person }}',
    'CONSTRUCT {{ ?s a ?c }} {{ ?s a ?c }}',
    'SELECT * {{ ?s bad:x ?o }}',
    'SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }}',
):
    try:
        value, cut = ask(path, sparql, timeout=2, max_rows=5)
        text = to_text(value, 'json' if isinstance(value, bool) or hasattr(value, 'columns') else 'ttl')
        said.append((text, cut))
    except KGraphError as error:
        said.append((type(error).__name__, str(error), getattr(error, 'caret', None)))
print(said)
"""
    forked, started = (elsewhere(code.format(forks=forks), tmp_path / "s") for forks in (True, False))
    assert forked == started
    for wanted in ("not done within 2 s", "unknown prefix bad:", "boolean", "a\\\\tb\\\\n"):
        assert wanted in forked
