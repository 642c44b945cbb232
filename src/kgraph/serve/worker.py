"""A process that answers queries on one store, one after the other, and may be killed at any time.

It reads one request per line of JSON and gives one line of JSON with the length of what follows. Whatever a
query does to it, a loop without end, a deep nesting, all of the memory, ends this process and no other.
"""

from __future__ import annotations

import contextlib
import io
import json
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from kgraph import snapshot
from kgraph import store as stores
from kgraph.errors import KGraphError, QueryError, StoreError
from kgraph.query.scan import refuse, tokens
from kgraph.rdf import PREFIXES
from kgraph.store import Graph

TEXT = "text/plain; charset=utf-8"
LONGEST = 240  # characters of a message; Oxigraph names every character that it would have taken
GRACE = 2  # seconds after which a worker ends itself, should nobody be left to kill it


class TooLongError(Exception):
    """The answer has more bytes than are allowed."""


class _Bounded(io.BytesIO):
    """Takes so many bytes and no more: an answer is refused before it fills the memory."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self._most:
            raise TooLongError
        return super().write(data)


def answer(graph: Graph, request: Mapping[str, Any]) -> tuple[int, str, bytes]:
    """Return the status code, the media type and the body of the answer to a query.

    ``request`` has query, default_graphs, named_graphs, size (bytes at most), and for each of rows, answers
    (yes or no) and graphs the (media type, format) that is wanted, or None.
    """
    try:
        found = tokens(request["query"])
        # FROM picks graphs of the store, as the request's own parameters do; Oxigraph fetches none.
        refuse(request["query"], [token for token in found if token[:2] != ("word", "FROM")])
    except QueryError as error:
        return _problem(403, str(error))
    options: dict[str, Any] = {}
    try:
        if request["default_graphs"] or request["named_graphs"]:
            for name in ("default_graph", "named_graph"):
                options[name.replace("named_graph", "named_graphs")] = [
                    ox.NamedNode(iri) for iri in request[f"{name}s"]
                ]
    except ValueError as error:
        return _problem(400, f"the graphs must be named by absolute IRIs: {error}")
    body = _Bounded(request["size"])
    try:
        result = graph.store.query(request["query"], prefixes=dict(PREFIXES), **options)
        kind, known = _kind(result)
        wanted = request[kind]
        if wanted is None:
            return _problem(406, f"the answer comes as {known}; name one of them in Accept")
        media, name = wanted
        if isinstance(result, ox.QueryTriples):
            prefixes = dict(PREFIXES) if name == "TURTLE" else None
            ox.serialize(result, body, format=getattr(ox.RdfFormat, name), prefixes=prefixes)
        else:
            result.serialize(body, format=getattr(ox.QueryResultsFormat, name))
    except SyntaxError as error:
        if "Prefix not found" in str(error):
            place = str(error).partition(": ")[0]
            return _problem(400, f"malformed SPARQL: {place}: unknown prefix; known: {', '.join(PREFIXES)}")
        return _problem(400, f"malformed SPARQL: {error}")
    except TooLongError:
        most = request["size"] // (1 << 20)
        return _problem(
            403, f"the answer has more than {most} MB; ask for less, or in parts with LIMIT and OFFSET"
        )
    except (OSError, RuntimeError, ValueError, OverflowError) as error:
        return _problem(500, f"the query cannot be answered: {error}")
    text = _sorted_head(body.getvalue()) if name == "TURTLE" else body.getvalue()
    return 200, f"{media}; charset=utf-8" if media.startswith("text/") else media, text


def _sorted_head(text: bytes) -> bytes:
    """Put the prefixes of Turtle, which Oxigraph writes in any order, into one."""
    lines = text.split(b"\n", len(PREFIXES))
    size = sum(line.startswith(b"@prefix ") for line in lines[: len(PREFIXES)])
    return b"\n".join([*sorted(lines[:size]), *lines[size:]])


def page(graph: Graph, title: str) -> tuple[int, str, bytes]:
    """Return the page that draws the graph."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        try:
            graph.view(path, title=title)
        except KGraphError as error:
            return _problem(500, str(error))
        return 200, "text/html; charset=utf-8", path.read_bytes()


def _kind(result: object) -> tuple[str, str]:
    """Return the key of a request that says how such an answer is wanted, and what there is."""
    if isinstance(result, ox.QueryTriples):
        return "graphs", "Turtle, N-Triples, RDF/XML, JSON-LD"
    if isinstance(result, ox.QueryBoolean):
        return "answers", "JSON, XML"
    return "rows", "JSON, XML, CSV, TSV"


def _problem(status: int, line: str) -> tuple[int, str, bytes]:
    line = " ".join(line.split())
    return (
        status,
        TEXT,
        f"{line if len(line) <= LONGEST else line[:LONGEST] + ' …'}\n".encode("utf-8", "replace"),
    )


def _limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a killed query leaves no file behind


def _send(out: IO[bytes], status: int, media: str, body: bytes) -> None:
    out.write(json.dumps({"status": status, "media": media, "length": len(body)}).encode() + b"\n")
    out.write(body)
    out.flush()


def _open(folder: Path) -> tuple[Graph, int]:
    """Open what the store held when it was last closed, whoever writes it now."""
    if not snapshot.newest(folder):  # a store from before there were snapshots, which may not be written
        return stores.open(folder, read_only=True), 0
    store, held, number = snapshot.open(folder)
    return Graph(store, folder, read_only=True, release=held.release), number


def run(folder: str, memory: int, requests: IO[bytes], out: IO[bytes]) -> None:
    """Answer until there is nothing more to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; who started us decides
    _limit_memory(memory)
    try:
        graph, number = _open(Path(folder))
    except StoreError as error:
        _send(out, *_problem(500, str(error)))
        return
    _send(out, *_problem(200, "ready"))
    alarm = getattr(signal, "alarm", lambda seconds: 0)  # the kernel's, so that it ends native code as well
    for line in requests:
        request = json.loads(line)
        alarm(int(request["seconds"]) + GRACE)
        if snapshot.newest(Path(folder)) != number:
            with contextlib.suppress(StoreError):  # the one that is open stays as long as it is
                newer, number = _open(Path(folder))
                graph.close()
                graph = newer
        _send(out, *(page(graph, request["page"]) if "page" in request else answer(graph, request)))
        alarm(0)


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), sys.stdin.buffer, sys.stdout.buffer)
