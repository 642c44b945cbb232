"""What the processes of the server do: answer queries in the formats of the protocol, draw the page."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kgraph.errors import KGraphError, QueryError
from kgraph.names import PREFIXES
from kgraph.query.process import Reader, Reply, run
from kgraph.query.scan import hide, refuse, tokens
from kgraph.store import READINGS, Graph

TEXT = "text/plain; charset=utf-8"
LONGEST = 240  # characters of a message; Oxigraph names every character that it would have taken


def main(folder: str, memory: int) -> None:
    """Answer what is asked on stdin."""
    run(folder, memory, reply)


def reply(reader: Reader, request: Mapping[str, Any]) -> Reply:
    """Answer a query (see ``answer``), draw the page, or only open the store, where neither is asked."""
    try:
        graph = reader.graph()
        if "query" in request:
            status, media, body = answer(graph, request)
        elif "page" in request:
            status, media, body = page(graph, request["page"])
        else:
            status, media, body = 200, TEXT, b""
    except KGraphError as error:
        status, media, body = _problem(500, str(error))
    return Reply({"status": status, "media": media, "version": reader.version}, body)


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
        result = graph.store.query(
            hide(request["query"], found, str(READINGS)), prefixes=dict(PREFIXES), **options
        )
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
        error = _as_asked(request["query"], error)
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


def _as_asked(sparql: str, error: SyntaxError) -> SyntaxError:
    """Return the error with its place in the query as it was asked, before anything was hidden in it."""
    try:
        ox.Store().query(sparql, prefixes=dict(PREFIXES))
    except SyntaxError as found:
        return found
    return error


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
