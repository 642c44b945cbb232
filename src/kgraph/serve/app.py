"""The addresses: ``/`` draws the graph, ``/query`` asks it, ``/sparql`` answers programs."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Coroutine, Mapping
from importlib.resources import files
from typing import Any, TypeVar

import pyoxigraph as ox
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kgraph import snapshot
from kgraph.query import describe, named, names
from kgraph.rdf import PREFIXES
from kgraph.serve.pool import Answer, Pool
from kgraph.serve.protocol import ANSWERS, GRAPHS, RESULTS, Asked, RefusedError, asked, choose

LARGEST = 1 << 20
"""Bytes of a query."""
PATIENCE = 30
"""Seconds that a request may take to arrive."""
_OURS = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}
# An answer opened in a browser, for instance RDF/XML whose names are those of HTML, does nothing there.
_ANSWER = {"content-security-policy": "default-src 'none'; sandbox", "vary": "Accept"}
_LOCAL = re.compile(r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
_DESCRIPTION = f"""
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
[] a sd:Service ; sd:endpoint <%s> ; sd:supportedLanguage sd:SPARQL11Query ; sd:feature sd:EmptyGraphs ;
  sd:resultFormat {
    ", ".join(
        f"<http://www.w3.org/ns/formats/{name}>"
        for name in (
            "SPARQL_Results_JSON",
            "SPARQL_Results_XML",
            "SPARQL_Results_CSV",
            "SPARQL_Results_TSV",
            "Turtle",
            "N-Triples",
            "RDF_XML",
            "JSON-LD",
        )
    )
} .
"""
T = TypeVar("T")


def make(pool: Pool, *, title: str, loopback: bool = True) -> ASGIApp:
    """Return the application; with ``loopback`` it answers to the names of this machine only."""
    drawn: dict[int, Answer] = {}
    drawing = asyncio.Lock()

    async def explorer(request: Request) -> Response:
        """Draw the graph at the first visit, and anew when the store has changed."""
        async with drawing:
            now = snapshot.newest(pool.folder)
            if now not in drawn:
                answer = await _while_asked(request, pool.page(title))
                if answer.status != 200:
                    return Response(answer.body, answer.status, media_type=answer.media)
                link = b'</h1>\n  <a href="query">SPARQL</a>'  # the first is ours: texts escape theirs
                drawn.clear()
                drawn[now] = answer._replace(body=answer.body.replace(b"</h1>", link, 1))
            page = drawn[now]
        return Response(page.body, media_type=page.media, headers={"x-frame-options": "DENY"})

    async def sparql(request: Request) -> Response:
        """Answer a query, or describe the service where none is asked."""
        body = await _body(request) if request.method == "POST" else b""
        query = asked(
            request.method, request.url.query.encode(), request.headers.get("content-type", ""), body
        )
        accept = ", ".join(request.headers.getlist("accept"))
        if query is None:
            liked = choose(accept, [("text/turtle", ""), ("text/html", ""), *GRAPHS])
            if liked and liked[0] == "text/html":
                return RedirectResponse("query", 303)
            return _description(request, accept)
        answer = await _while_asked(request, pool.query(_request(query, accept)))
        headers = {**_ANSWER, **({"retry-after": "10"} if answer.status == 503 else {})}
        return Response(answer.body, answer.status, headers=headers, media_type=answer.media)

    routes = [
        Route("/", explorer),
        Route("/sparql", sparql, methods=["GET", "POST"]),
        Route("/query", _file("query.html", "text/html")),
        Route("/query.js", _file("query.js", "text/javascript")),
        Route("/query.css", _file("query.css", "text/css")),
        Route("/queries.json", _queries),
    ]
    application = Starlette(
        routes=routes,
        exception_handlers={RefusedError: _refused, HTTPException: _http, ClientDisconnect: _gone},
    )
    return _guarded(application, loopback)


def _request(query: Asked, accept: str) -> dict[str, Any]:
    return {
        "query": query.query,
        "default_graphs": query.default_graphs,
        "named_graphs": query.named_graphs,
        "rows": choose(accept, RESULTS),
        "answers": choose(accept, ANSWERS),
        "graphs": choose(accept, GRAPHS),
    }


async def _body(request: Request) -> bytes:
    """Return what was posted; refuses what is too large, packed, or does not arrive."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RefusedError(415, "a query is posted as it is, without Content-Encoding")
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                body += piece
                if len(body) > LARGEST:
                    raise RefusedError(413, f"a query has {LARGEST >> 20} MB at most")
    except TimeoutError:
        raise RefusedError(408, f"the request did not arrive within {PATIENCE} s") from None
    return bytes(body)


async def _while_asked(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Wait for ``work`` as long as somebody waits for it; else it is cancelled. Raises ClientDisconnect."""

    async def leaving() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    task, gone = asyncio.create_task(work), asyncio.create_task(leaving())
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect
    finally:
        task.cancel()
        gone.cancel()


def _description(request: Request, accept: str) -> Response:
    """Describe the service: https://www.w3.org/TR/sparql11-service-description/ ."""
    chosen = choose(accept, GRAPHS)
    if chosen is None:
        raise RefusedError(
            406, "the description of this service is a graph; ask for text/turtle, or give a query"
        )
    media, name = chosen
    # The address comes from the request: written by a serializer, it stays an IRI whatever it holds.
    try:
        endpoint = str(ox.NamedNode(str(request.url.replace(query="", fragment=""))))[1:-1]
    except ValueError:
        raise RefusedError(400, "the Host header is no name of a machine") from None
    triples = [quad.triple for quad in ox.parse(_DESCRIPTION % endpoint, format=ox.RdfFormat.TURTLE)]
    prefixes = {"sd": "http://www.w3.org/ns/sparql-service-description#"}
    body = ox.serialize(triples, format=getattr(ox.RdfFormat, name), prefixes=prefixes)
    return Response(body, headers=_ANSWER, media_type=media)


async def _queries(request: Request) -> Response:
    """Give the page our named queries and the prefixes that are known."""
    queries = [{"name": name, "about": describe(name), "sparql": named(name)} for name in names()]
    text = json.dumps({"prefixes": dict(PREFIXES), "queries": queries})
    return Response(text, media_type="application/json", headers=_ANSWER)


def _file(name: str, media: str) -> Any:
    body = (files("kgraph.serve") / name).read_bytes()
    policy = f"{_OURS}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    async def give(request: Request) -> Response:
        return Response(
            body, media_type=f"{media}; charset=utf-8", headers={"content-security-policy": policy}
        )

    return give


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - for the types
    return PlainTextResponse(f"{error}\n", error.status)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - for the types
    return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=error.headers)


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it


def _guarded(app: ASGIApp, loopback: bool) -> ASGIApp:
    """Add the headers that every answer has, and refuse names that another site could have given us.

    A page of another site may let its own name point to this machine and then read what is served here; the
    Host header still has that name.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message["headers"], *(pair for pair in more if pair[0] not in there)]
            await send(message)

        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        host = headers.get(b"host", b"localhost").decode("latin-1")
        if loopback and not _LOCAL.fullmatch(host):
            refusal = PlainTextResponse("this server answers to localhost only\n", 421)
            await refusal(scope, receive, with_headers)
        else:
            await app(scope, receive, with_headers)

    return guarded
