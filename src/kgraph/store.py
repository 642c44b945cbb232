"""The graph of many articles: one named graph each, on Oxigraph, in memory or in a folder.

One more named graph, ``READINGS``, holds what was read from each article before it was joined to the others,
so that a later build can join anew without reading anything again. It is no part of the union nor of an
export.

The default graph is kept as the union of the named ones. Oxigraph can also make a union while it answers, but
then finds a statement once per article that holds it, and a join of two labels as often as their product.

``Graph`` is written and asked through pyoxigraph, which replaces an article in one transaction and runs
SPARQL natively; ``Graph.dataset`` gives the same data through rdflib's API.
"""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pyoxigraph as ox

from kgraph import folder
from kgraph.errors import StoreError
from kgraph.names import BASE, PREFIXES
from kgraph.terms import Value, is_iri

if TYPE_CHECKING:
    import rdflib
    from networkx import MultiDiGraph

    from kgraph.query import Row

READINGS = ox.NamedNode(f"{BASE}readings")
"""The graph of readings; each article has one statement for each part of its reading."""
_STORE_ERRORS = (OSError, RuntimeError, ValueError)  # what pyoxigraph raises from below
_PUBLISH_EVERY = 5.0  # seconds; each time is a small file or two more, which Oxigraph joins later
_WAIT = 0.2  # seconds in which somebody who only asks who writes lets go of the lock
_WRITING: set[str] = set()  # the folders that this process writes
_PILED = 4  # batches stored in bulk; each adds a layer of files that every question has to look through
_BULK = 10_000  # statements; with fewer, files of their own cost more than they save


class StoredArticle(NamedTuple):
    """One article of a graph: its IRI, which also names its graph, and its own id."""

    iri: str
    id: str


class Described(NamedTuple):
    """One article to store: its IRI, its statements, and the parts of its reading that go with them."""

    iri: str
    quads: Collection[ox.Quad]
    reading: Mapping[str, str]


class Graph:
    """Everything read from a set of articles; the default view is the union of their graphs.

    Made by ``Graph.memory()`` or ``open(path)``; a context manager. After ``close`` every use raises
    StoreError.
    """

    def __init__(
        self,
        store: ox.Store,
        path: Path | None = None,
        *,
        read_only: bool = False,
        shown: folder.Shown | None = None,
    ) -> None:
        self._store: ox.Store | None = store
        self._shown = shown
        self._release = weakref.finalize(self, _let_go, None if read_only else path, shown)
        self._published = time.monotonic()
        self._piled = 0
        self.path = path
        self.read_only = read_only

    @classmethod
    def memory(cls) -> Graph:
        """Return an empty graph that lives as long as the process."""
        return cls(ox.Store())

    @property
    def store(self) -> ox.Store:
        """The Oxigraph store beneath, for this package and for those who need its speed."""
        if self._store is None:
            raise StoreError("the graph is closed; open it again")
        return self._store

    @cached_property
    def dataset(self) -> rdflib.Dataset:
        """The same data as an rdflib Dataset, to read; what is written past ``replace`` is in no union."""
        import rdflib
        from oxrdflib import OxigraphStore

        class Dataset(rdflib.Dataset):
            """rdflib's, without the warning that 7.6 gives for its own use of this property."""

            default_context = property(lambda self: self._default_context)

        # Not default_union=True: the default graph is the union already, with each statement once.
        dataset = Dataset(store=OxigraphStore(store=self.store))
        for prefix, namespace in PREFIXES.items():
            dataset.bind(prefix, namespace, replace=True)
        return dataset

    @property
    def size(self) -> int:
        """The number of different statements."""
        return sum(1 for _ in self.triples())

    def triples(self) -> Iterator[ox.Triple]:
        """Yield the union of all articles, each statement once, in no order."""
        for quad in self._find(graph=ox.DefaultGraph()):
            yield quad.triple

    def quads(self) -> Iterator[ox.Quad]:
        """Yield the statements of every article with the article's graph, in no order."""
        for graph in self._graphs():
            yield from self._find(graph=graph)

    def _graphs(self) -> list[ox.NamedNode]:
        """Return the graphs of the articles."""
        try:
            found = list(self.store.named_graphs())
        except _STORE_ERRORS as error:
            raise folder.unreadable(self.path, error) from error
        return [graph for graph in found if isinstance(graph, ox.NamedNode) and graph != READINGS]

    def _find(
        self,
        subject: ox.NamedNode | None = None,
        predicate: ox.NamedNode | None = None,
        *,
        graph: ox.NamedNode | ox.DefaultGraph,
    ) -> Iterator[ox.Quad]:
        """Yield statements of one graph; StoreError where the store is damaged."""
        try:
            yield from self.store.quads_for_pattern(subject, predicate, None, graph)
        except _STORE_ERRORS as error:
            raise folder.unreadable(self.path, error) from error

    def replace(
        self, article_iri: str, quads: Iterable[ox.Quad], *, reading: Mapping[str, str] | None = None
    ) -> None:
        """Put ``quads`` in the place of all that the article's graph holds, wholly or not at all.

        ``reading`` are parts of the article's reading that change with it. No quads: the article is removed,
        and its reading with it. Raises StoreError for a quad of another graph, or when the store cannot be
        written.
        """
        if not is_iri(article_iri):
            raise StoreError(f"{article_iri!r} is no IRI of an article")
        graph = ox.NamedNode(article_iri)
        fresh = ox.Store()  # a store of its own gives numbers the form they will be stored in
        for quad in quads:
            if quad.graph_name != graph:
                raise StoreError(f"a statement for {quad.graph_name} cannot go into the graph {article_iri}")
            fresh.add(quad)
        new = {quad.triple for quad in fresh}
        try:
            update = [self._update(graph, new)]
            kept = self.reading(article_iri) if new else {}
            update.append(self._read_anew(graph, {**kept, **(reading or {})} if new else {}))
            if any(update):
                self.update(" ; ".join(part for part in update if part))
        except _STORE_ERRORS as error:
            raise folder.unwritable(self.path, error) from error

    def holds(self, article_iri: str) -> bool:
        """Whether the graph has any statement of an article."""
        try:
            return self.store.contains_named_graph(ox.NamedNode(article_iri))
        except _STORE_ERRORS as error:
            raise folder.unreadable(self.path, error) from error

    def add(self, articles: Sequence[Described]) -> None:
        """Store articles that the graph does not hold yet, all of them or none.

        Many together take a third of the time of one by one; but they are one transaction held in memory, so
        pass at most some 50,000 statements. Raises StoreError for an article that the graph holds already, a
        quad of another graph, or when the store cannot be written.
        """
        for iri, quads, _ in articles:
            if not is_iri(iri):
                raise StoreError(f"{iri!r} is no IRI of an article")
            if self.holds(iri):
                raise StoreError(f"{iri} is in the graph already; replace it")
            graph = ox.NamedNode(iri)
            for quad in quads:
                if quad.graph_name != graph:
                    raise StoreError(f"a statement for {quad.graph_name} cannot go into the graph {iri}")

        def statements() -> Iterator[ox.Quad]:
            for iri, quads, reading in articles:
                for quad in quads:
                    yield quad
                    yield ox.Quad(quad.subject, quad.predicate, quad.object)
                for triple in _parts(ox.NamedNode(iri), reading):
                    yield ox.Quad(triple.subject, triple.predicate, triple.object, READINGS)

        try:
            if sum(len(article.quads) for article in articles) < _BULK:
                self.store.extend(statements())
            else:
                self.store.bulk_extend(statements())
                self._piled += 1
            self._publish_in_time()
        except _STORE_ERRORS as error:
            raise folder.unwritable(self.path, error) from error

    def update(self, sparql: str) -> None:
        """Run a SPARQL update as it is, wholly or not at all; raises what pyoxigraph raises.

        For this package, which keeps the default graph the union: ``kgraph.query.change`` is for others.
        """
        self.store.update(sparql)
        self._publish_in_time()

    def publish(self) -> None:
        """Let those who read the folder see what was written; done anyhow every few seconds and on close."""
        if self.path is not None and not self.read_only:
            try:
                folder.publish(self.store, self.path)
            except _STORE_ERRORS as error:
                raise folder.unwritable(self.path, error) from error
            self._published = time.monotonic()

    def _publish_in_time(self) -> None:
        if time.monotonic() - self._published >= _PUBLISH_EVERY:
            self.publish()

    @property
    def version(self) -> str:
        """Which of the published states this graph is, where it was opened to be read; "" otherwise."""
        return "" if self._shown is None else self._shown.path.name

    @property
    def outdated(self) -> bool:
        """Whether a newer state was published since the graph was opened to be read; open it anew to see."""
        return (
            self.path is not None and self._shown is not None and folder.newest(self.path) != self._shown.path
        )

    def keep(self, article_iri: str, reading: Mapping[str, str]) -> None:
        """Put the reading of an article in the place of the one before, wholly or not at all."""
        if not is_iri(article_iri):
            raise StoreError(f"{article_iri!r} is no IRI of an article")
        try:
            update = self._read_anew(ox.NamedNode(article_iri), reading)
            if update:
                self.update(update)
        except _STORE_ERRORS as error:
            raise folder.unwritable(self.path, error) from error

    def keep_all(self, readings: Mapping[str, Mapping[str, str]]) -> None:
        """Do what ``keep`` does for many articles, each wholly or not at all.

        Those of which the graph knows nothing go in without the detour over SPARQL, in a tenth of the time.
        """
        fresh: list[ox.Quad] = []
        update = []
        for iri, reading in readings.items():
            if not is_iri(iri):
                raise StoreError(f"{iri!r} is no IRI of an article")
            article = ox.NamedNode(iri)
            if next(self._find(article, graph=READINGS), None) is not None:
                update.append(self._read_anew(article, reading))
                continue
            parts = _parts(article, reading)
            fresh += (ox.Quad(item.subject, item.predicate, item.object, READINGS) for item in parts)
        try:
            if any(update):
                self.store.update(" ; ".join(part for part in update if part))
            if fresh:
                self.store.extend(fresh)
        except _STORE_ERRORS as error:
            raise folder.unwritable(self.path, error) from error

    def part(self, article_iri: str, name: str) -> str | None:
        """Return one part of an article's reading; None where there is none."""
        found = self._find(
            ox.NamedNode(article_iri), ox.NamedNode(f"{READINGS.value}#{name}"), graph=READINGS
        )
        quad = next(found, None)
        return quad.object.value if quad is not None and isinstance(quad.object, ox.Literal) else None

    def reading(self, article_iri: str) -> dict[str, str]:
        """Return the parts of an article's reading by name; empty where there is none."""
        found = self._find(ox.NamedNode(article_iri), graph=READINGS)
        return {
            quad.predicate.value.removeprefix(f"{READINGS.value}#"): quad.object.value
            for quad in found
            if isinstance(quad.object, ox.Literal)
        }

    def readings(self, part: str) -> Iterator[tuple[str, str]]:
        """Yield one part of every article's reading with the article's IRI, in no order."""
        name = ox.NamedNode(f"{READINGS.value}#{part}")
        for quad in self._find(None, name, graph=READINGS):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                yield quad.subject.value, quad.object.value

    def lacking(self, part: str, having: str) -> list[str]:
        """Return the IRIs of articles whose reading has one part and lacks another, sorted.

        Asked in SPARQL, which compares without loading the texts of all articles. Raises StoreError where the
        store is damaged.
        """
        lacked, had = (ox.NamedNode(f"{READINGS.value}#{name}") for name in (part, having))
        try:
            rows = self.store.query(
                f"SELECT ?article WHERE {{ GRAPH {READINGS} {{ ?article {had} ?text "
                f"FILTER NOT EXISTS {{ ?article {lacked} ?other }} }} }}"
            )
            return sorted(row["article"].value for row in rows)  # type: ignore[union-attr]
        except _STORE_ERRORS as error:
            raise folder.unreadable(self.path, error) from error

    def _read_anew(self, article: ox.NamedNode, reading: Mapping[str, str]) -> str:
        """Return the SPARQL that makes the reading of an article this one; "" if it is already."""
        new = set(_parts(article, reading))
        old = {quad.triple for quad in self._find(article, graph=READINGS)}
        parts = []
        if old - new:
            parts.append(f"DELETE DATA {{ GRAPH {READINGS} {{ {_lines(old - new)} }} }}")
        if new - old:
            parts.append(f"INSERT DATA {{ GRAPH {READINGS} {{ {_lines(new - old)} }} }}")
        return " ; ".join(parts)

    def _update(self, graph: ox.NamedNode, new: set[ox.Triple]) -> str:
        """Return the SPARQL that makes ``graph`` hold ``new``, and the union follow; "" if it does already.

        One update is one transaction; pyoxigraph has no other way to remove and add in one. The text is made
        of terms by Oxigraph's own serializer, so nothing an article says can break out of it.
        """
        old = {quad.triple for quad in self._find(graph=graph)}
        parts = []
        if old - new:
            gone = old - new
            lost = [triple for triple in gone if not self._is_elsewhere(triple, graph)]
            parts.append(f"DELETE DATA {{ {_lines(lost)} GRAPH {graph} {{ {_lines(gone)} }} }}")
        if new - old:
            added = _lines(new - old)
            parts.append(f"INSERT DATA {{ {added} GRAPH {graph} {{ {added} }} }}")
        if old and not new:
            parts.append(f"DROP SILENT GRAPH {graph}")
        return " ; ".join(parts)

    def _is_elsewhere(self, triple: ox.Triple, graph: ox.NamedNode) -> bool:
        """Whether another article makes the statement too, so that it stays in the union."""
        own = {graph, ox.DefaultGraph()}
        holders = self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        return any(holder.graph_name not in own for holder in holders)

    def articles(self) -> list[StoredArticle]:
        """Return the articles of the graph, sorted by IRI."""
        identifier = ox.NamedNode(PREFIXES["dcterms"] + "identifier")
        found = []
        for graph in self._graphs():
            for quad in self._find(graph, identifier, graph=graph):
                if isinstance(quad.object, ox.Literal):
                    found.append(StoredArticle(graph.value, quad.object.value))
        return sorted(found)

    def query(self, sparql: str, **bindings: Value) -> list[Row]:
        """Return the rows of a SELECT, in its order or else sorted; see ``kgraph.query``.

        The prefixes of kgraph are known; ``bindings`` give variables a value. Raises QueryError.
        """
        from kgraph.query import select

        return select(self, sparql, **bindings)

    def export(
        self,
        path: str | Path,
        *,
        format: str | None = None,
        flat: bool = False,
        events: Literal["nodes", "folded"] = "nodes",
    ) -> None:
        """Write the graph to a file in the format of its suffix; KGraphError names the known ones.

        ``format`` chooses another than the suffix, "csv" and "neo4j" for a folder of tables; ``flat`` writes
        the actual facts alone as plain triples; ``events`` are nodes or edges of GraphML and GEXF.
        """
        from kgraph.export import export

        export(self, Path(path), format=format, flat=flat, events=events)

    def to_networkx(self, *, events: Literal["nodes", "folded"] = "nodes") -> MultiDiGraph:
        """Return a networkx graph of entities and events, with IRIs as nodes.

        ``events="nodes"``: an event is a node with an edge to each participant, the role as key;
        ``"folded"``: an event is an edge from each actor to each other participant. Relations are edges in
        both. Attributes are str, int or float and missing where nothing is known: ``kind`` ("entity",
        "event"), ``class``, ``label``, ``realis``, ``confidence``, ``beginDate``, ``start`` and ``end`` (the
        first and last day), ``articles`` (how many tell it).
        """
        from kgraph.export import to_networkx

        return to_networkx(self, events=events)

    def view(self, path: str | Path, **options: Any) -> None:
        """Write the graph as one interactive HTML file; ``options`` are those of ``kgraph.view``."""
        from kgraph.view import view  # type: ignore[import-not-found,import-untyped,unused-ignore]

        view(self, Path(path), **options)

    def _repr_html_(self) -> str:
        """Show the 300 most connected nodes in a notebook, in a frame that cannot reach the notebook."""
        from html import escape

        from kgraph.view import html  # type: ignore[import-not-found,import-untyped,unused-ignore]

        text = escape(html(self, max_nodes=300), quote=True)
        return (
            '<iframe sandbox="allow-scripts allow-downloads allow-popups" title="kgraph" loading="lazy" '
            f'style="width: 100%; height: 640px; border: 0" srcdoc="{text}"></iframe>'
        )

    def close(self) -> None:
        """Write out and let go of the folder, so that another process may open it."""
        if self._store is None:
            return
        dataset = self.__dict__.pop("dataset", None)
        if dataset is not None:
            dataset.close()
        store, self._store = self._store, None
        try:
            if self.path is not None and not self.read_only:
                if self._piled >= _PILED:
                    store.optimize()
                folder.publish(store, self.path)
                folder.end(self.path)
        except _STORE_ERRORS as error:
            raise folder.unwritable(self.path, error) from error
        finally:
            del store  # before the folder is let go
            self._release()

    def __enter__(self) -> Graph:
        """Return the graph itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the graph, also after an error."""
        self.close()


def open(path: str | Path, *, create: bool = False, read_only: bool = False) -> Graph:
    """Open the graph in a folder; ``create`` makes the folder and an empty graph where there is none.

    One process may write at a time. With ``read_only`` any number may read, also while one writes: each sees
    the state that was published when it opened the graph, and nothing in the folder is touched. A folder that
    may not be written is opened so, unless ``create`` asks for more. Raises StoreError in one line that says
    what to do.
    """
    path = Path(path)
    folder.check(path, create=create)
    if create or (not read_only and os.access(path, os.W_OK)):
        return _to_write(path)
    return _to_read(path)


def _to_write(path: Path) -> Graph:
    made = folder.is_made(path)
    try:
        try:
            store = ox.Store(str(path))
        except OSError as error:
            if not folder.is_locked(error):
                raise
            time.sleep(_WAIT)
            store = ox.Store(str(path))
        folder.mark(path)
        folder.tidy(path)
        if made and folder.newest(path) is None:  # it was made before anything was published
            folder.publish(store, path)
        folder.begin(path)
    except _STORE_ERRORS as error:
        raise folder.unopened(path, error) from error
    _WRITING.add(_key(path))
    return Graph(store, path)


def _to_read(path: Path) -> Graph:
    key = _key(path)
    may_write = os.access(path, os.W_OK) and key not in _WRITING
    if may_write and folder.is_behind(path) and not folder.is_written(path):
        # Not all is published, and nobody is there who will do it: a writer was killed.
        with suppress(StoreError):
            _to_write(path).close()
    shown = folder.shown(path)
    try:
        if shown is not None:
            return Graph(ox.Store.read_only(str(shown.path)), path, read_only=True, shown=shown)
        if key in _WRITING or folder.is_written(path):
            raise folder.unpublished(path)
        return Graph(ox.Store.read_only(str(path)), path, read_only=True)
    except BaseException as error:
        if shown is not None:
            shown.release()
        if isinstance(error, _STORE_ERRORS):
            raise folder.unopened(path, error) from error
        raise


def _let_go(path: Path | None, shown: folder.Shown | None) -> None:
    if path is not None:
        _WRITING.discard(_key(path))
    if shown is not None:
        shown.release()


def _key(path: Path) -> str:
    return os.path.realpath(path)


def _parts(article: ox.NamedNode, reading: Mapping[str, str]) -> Iterator[ox.Triple]:
    """Yield one statement for each part of an article's reading."""
    for name, text in reading.items():
        yield ox.Triple(article, ox.NamedNode(f"{READINGS.value}#{name}"), ox.Literal(text))


def _lines(triples: Iterable[ox.Triple]) -> str:
    """Return triples as N-Triples, which SPARQL reads as well."""
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
