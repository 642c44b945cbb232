"""kgraph serve, asked over HTTP by clients that others wrote; a server of its own, on a free port."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox
import pytest
import rdflib

from kgraph import cli, ontology, store
from kgraph.query import names
from kgraph.rdf import PREFIXES, article_iri, quads
from kgraph.serve import is_loopback
from kgraph.serve.protocol import ANSWERS, GRAPHS, RESULTS, Asked, RefusedError, asked, choose
from samples import HOSTILE, RUN, sample

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
NORVIA = "https://w3id.org/kgraph/entity/actor/norvia"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SECONDS = 2


class Reply(NamedTuple):
    """Status code, headers in small letters, and the body."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def media(self) -> str:
        """The media type alone."""
        return self.headers["content-type"].partition(";")[0]


class Server(NamedTuple):
    """A server that runs."""

    address: str
    process: subprocess.Popen[str]

    @property
    def sparql(self) -> str:
        """The address that queries are sent to."""
        return f"{self.address}/sparql"

    def send(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Reply:
        """Send a request as it is given."""
        place = urlsplit(self.address)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body, dict(headers or {}))
            reply = connection.getresponse()
            found = {name.lower(): value for name, value in reply.getheaders()}
            return Reply(reply.status, found, reply.read().decode())

    def ask(
        self, query: str, accept: str = "*/*", more: Mapping[str, str | list[str]] | None = None
    ) -> Reply:
        """Send a query by GET."""
        fields = urlencode({"query": query, **(more or {})}, doseq=True)
        return self.send(f"/sparql?{fields}", {"Accept": accept})

    def post(self, body: str | bytes, media: str, url_query: str = "") -> Reply:
        """Send something by POST."""
        data = body.encode() if isinstance(body, str) else body
        return self.send(f"/sparql{url_query}", {"Content-Type": media}, method="POST", body=data)


def command(*arguments: str) -> list[str]:
    """Return how kgraph is called here."""
    return [sys.executable, "-c", "from kgraph.cli import main; main()", *arguments]


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[Server]:
    """Serve a store on a free port until the end."""
    pytest.importorskip("uvicorn", reason="kgraph[serve] is not installed")
    pytest.importorskip("starlette", reason="kgraph[serve] is not installed")
    arguments = command("serve", "--store", str(folder), "--port", "0", *options)
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:  # noqa: S603
        assert process.stderr is not None
        try:
            said = ""
            while "is served at" not in said:
                line = process.stderr.readline()
                assert line, said
                said += line
            found = re.search(r"http://\S+?(?=/ )", said)
            assert found, said
            yield Server(found[0], process)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a store with two articles that tell the same."""
    path = tmp_path_factory.mktemp("serve") / "my store.db"
    with store.open(path, create=True) as graph:
        for id in ("a", "b"):
            graph.replace(article_iri(id), quads(sample(id), ontology=ontology.load(), run=RUN))
    return path


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """Serve that store; a query may take two seconds and its answer one megabyte."""
    with served(folder, "--timeout", str(SECONDS), "--max-mb", "1") as running:
        yield running


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Path:
    """Return a copy of that store for a server of the test's own."""
    shutil.copytree(folder, tmp_path / "own.db")
    return tmp_path / "own.db"


def number(reply: Reply) -> int:
    """Return the one number of an answer."""
    assert reply.status == 200, reply
    (row,) = json.loads(reply.text)["results"]["bindings"]
    (value,) = row.values()
    return int(value["value"])


# ---------------------------------------------------------------- the protocol, without a server


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("TEXT/CSV ; Q=0.4, application/xml;q=0.3", "text/csv"),
        ("text/csv;q=0.1, */*;q=0.5", "application/sparql-results+json"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, image/webp", "application/xml"),
        ("application/json", "application/json"),
        ("text/csv;q=nonsense, text/tab-separated-values;q=0.2", "text/tab-separated-values"),
        ("§§§, ;;;, text/csv", "text/csv"),
        (",;=/" * 5000, "application/sparql-results+json"),
        ("image/png", None),
        ("text/csv;q=0", None),
    ],
)
def test_formats_are_negotiated(accept: str, wanted: str | None) -> None:
    """The best that both know; nothing where there is none."""
    found = choose(accept, RESULTS)
    assert (found and found[0]) == wanted


def test_what_is_asked() -> None:
    """Each of the three ways to send a query gives the same."""
    there = Asked("ASK {}", ("http://a.example/1", "http://a.example/2"), ("http://a.example/3",))
    graphs = [("default-graph-uri", iri) for iri in there.default_graphs]
    graphs += [("named-graph-uri", iri) for iri in there.named_graphs]
    everything = urlencode([("query", "ASK {}"), *graphs]).encode()
    assert asked("GET", everything) == there
    assert asked("POST", b"", f"{FORM}; charset=UTF-8", everything) == there
    assert asked("POST", urlencode(graphs).encode(), DIRECT, b"ASK {}") == there
    assert asked("GET", b"") is None
    with pytest.raises(RefusedError, match="more than 2,000 fields"):
        asked("GET", b"&".join([b"a=b"] * 3000))


def test_this_machine() -> None:
    """Names and addresses that lead elsewhere are told apart."""
    assert [host for host in ("127.0.0.1", "127.3.2.1", "localhost", "::1") if not is_loopback(host)] == []
    assert [host for host in ("0.0.0.0", "::", "127.evil.example", "", "10.0.0.1") if is_loopback(host)] == []  # noqa: S104


# ---------------------------------------------------------------- the protocol


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        *((COUNT, media, media) for media, _ in RESULTS),
        *(("ASK {}", media, media) for media, _ in ANSWERS),
        *((f"DESCRIBE <{NORVIA}>", media, media) for media, _ in GRAPHS),
        ("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c }", "", "text/turtle"),
        (COUNT, "", "application/sparql-results+json"),
        (COUNT, "text/turtle, text/csv;q=0.1", "text/csv"),
    ],
)
def test_every_format(server: Server, query: str, accept: str, media: str) -> None:
    """The format that was asked for, which its own parser reads."""
    reply = server.ask(query, accept)
    assert (reply.status, reply.media) == (200, media)
    assert reply.headers["vary"] == "Accept"
    assert reply.headers["x-content-type-options"] == "nosniff"
    name = dict(GRAPHS if query[0] in "DC" else RESULTS)[media]
    if query[0] in "DC":
        assert list(ox.parse(reply.text, format=getattr(ox.RdfFormat, name)))
    elif (
        name == "CSV"
    ):  # loses types, so that nothing reads it back to terms; yes or no is not in the standard
        assert re.fullmatch(r"n\r\n\d+\r\n" if query == COUNT else "true", reply.text)
    else:
        assert ox.parse_query_results(reply.text, format=getattr(ox.QueryResultsFormat, name))


@pytest.mark.parametrize("media", ["application/sparql-results+json", "application/sparql-results+xml"])
def test_values_arrive_as_they_are(server: Server, media: str) -> None:
    """Hostile text, languages and types come through both formats that keep types."""
    values = f'"{HOSTILE}" "a\\tb\\n\\u00e9"@fr 3 "2031-12"^^xsd:gYearMonth <{NORVIA}>'
    query = f"SELECT ?x {{ VALUES ?x {{ {values} }} }}"
    kind = ox.QueryResultsFormat.from_media_type(media)
    rows = ox.parse_query_results(server.ask(query, media).text, format=kind)
    assert isinstance(rows, ox.QuerySolutions)
    assert [row[0] for row in rows] == [
        ox.Literal(HOSTILE),
        ox.Literal("a\tb\né", language="fr"),
        ox.Literal(3),
        ox.Literal("2031-12", datatype=ox.NamedNode(PREFIXES["xsd"] + "gYearMonth")),
        ox.NamedNode(NORVIA),
    ]


def test_same_query_same_bytes(server: Server) -> None:
    """Also for graphs, whose prefixes have no order of their own."""
    for media in ("text/turtle", "application/rdf+xml", "text/csv"):
        query = "SELECT * { ?s a kg:Event }" if media == "text/csv" else f"DESCRIBE <{NORVIA}>"
        assert len({server.ask(query, media).text for _ in range(4)}) == 1


@pytest.mark.parametrize(
    ("body", "media", "status", "line"),
    [
        (urlencode({"query": COUNT}), FORM, 200, ""),
        (urlencode({"query": COUNT}), f"{FORM}; charset=utf-8", 200, ""),
        (COUNT, DIRECT, 200, ""),
        (COUNT, f"{DIRECT}; charset=UTF-8", 200, ""),
        (COUNT, f"{DIRECT}; charset=utf-16", 415, "posted in UTF-8"),
        (COUNT, "text/plain", 415, "not as text/plain"),
        (COUNT, "", 415, "nothing named"),
        (COUNT, "application/sparql-update", 403, "read-only"),
        (urlencode({"update": "DROP ALL"}), FORM, 403, "read-only"),
        ("", FORM, 400, "no query"),
        ("", DIRECT, 400, "malformed SPARQL"),
        (urlencode([("query", COUNT), ("query", "ASK {}")]), FORM, 400, "one query"),
        (b'SELECT ("\xff" AS ?x) {}', DIRECT, 400, "not UTF-8"),
        (b"query=SELECT%20%FF", FORM, 400, "not UTF-8"),
        (COUNT + " " * (1 << 20), DIRECT, 413, "1 MB at most"),
        ("query=" + "x" * (1 << 20), FORM, 413, "1 MB at most"),
    ],
)
def test_post(server: Server, body: str | bytes, media: str, status: int, line: str) -> None:
    """What is posted is answered, or refused with the code and the line that say why."""
    reply = server.post(body, media)
    assert reply.status == status
    assert line in reply.text
    if status == 200:
        assert number(reply) > 100
    else:
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        assert reply.text.count("\n") == 1


@pytest.mark.parametrize(
    ("path", "method", "headers", "status", "line"),
    [
        ("/sparql?query=SELECT", "GET", {}, 400, "malformed SPARQL: error at 1:7"),
        (f"/sparql?query={quote('SELECT * { ?s bad:p ?o }')}", "GET", {}, 400, "unknown prefix; known: kg"),
        ("/sparql?query=%FF", "GET", {}, 400, "not UTF-8"),
        ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", "GET", {}, 400, "one query"),
        ("/sparql?query=ASK%7B%7D&update=DROP%20ALL", "GET", {}, 403, "read-only"),
        ("/sparql?query=DROP%20ALL", "GET", {}, 403, "is an update"),
        ("/sparql?query=ASK%7B%7D&default-graph-uri=no%20iri", "GET", {}, 400, "absolute IRIs"),
        ("/sparql?query=ASK%7B%7D&format=x&output=y&timeout=9999", "GET", {}, 200, "true"),
        ("/sparql?query=ASK%7B%7D", "PUT", {}, 405, "Method Not Allowed"),
        ("/sparql?query=ASK%7B%7D", "DELETE", {}, 405, "Method Not Allowed"),
        ("/sparql?query=ASK%7B%7D", "GET", {"Accept": "text/turtle"}, 406, "comes as JSON, XML;"),
        ("/sparql?query=ASK%7B%7D", "GET", {"Accept": "text/csv"}, 406, "comes as JSON, XML;"),
        (f"/sparql?query={quote(COUNT)}", "GET", {"Accept": "text/turtle"}, 406, "JSON, XML, CSV, TSV"),
        (
            f"/sparql?query={quote(f'DESCRIBE <{NORVIA}>')}",
            "GET",
            {"Accept": "text/csv"},
            406,
            "comes as Turtle",
        ),
        ("/sparql", "POST", {"Content-Type": DIRECT, "Content-Encoding": "gzip"}, 415, "Content-Encoding"),
        ("/", "POST", {}, 405, "Method Not Allowed"),
        ("/other", "GET", {}, 404, "Not Found"),
        ("/../../etc/passwd", "GET", {}, 404, "Not Found"),
        ("/query.js/../page.html", "GET", {}, 404, "Not Found"),
        ("/", "GET", {"Host": "rebound.example"}, 421, "localhost only"),
        ("/sparql?query=ASK%7B%7D", "GET", {"Host": "127.0.0.1.rebound.example"}, 421, "localhost only"),
        ("/sparql?query=ASK%7B%7D", "GET", {"Host": "localhost:99"}, 200, "true"),
    ],
)
def test_codes(
    server: Server, path: str, method: str, headers: dict[str, str], status: int, line: str
) -> None:
    """Each kind of wrong request has its code and one line of text."""
    reply = server.send(path, headers, method=method)
    assert (reply.status, line in reply.text) == (status, True), reply
    assert reply.headers["x-content-type-options"] == "nosniff"
    if status == 405:
        assert "GET" in reply.headers["allow"]
    if status >= 400:
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"


def test_graphs_that_are_asked(server: Server) -> None:
    """The graphs of the request are the data set; FROM is where the request names none; none are fetched."""
    a, b = article_iri("a"), article_iri("b")
    both = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?e a kg:Event } }"
    one = f"SELECT (COUNT(*) AS ?n) {{ <{a}> dcterms:identifier ?id }}"
    assert number(server.ask(one)) == 1
    assert number(server.ask(one, more={"default-graph-uri": a})) == 1
    assert number(server.ask(one, more={"default-graph-uri": b})) == 0
    assert number(server.ask(one, more={"default-graph-uri": [a, b]})) == 1
    assert number(server.ask(one, more={"named-graph-uri": a})) == 0
    assert number(server.ask(both)) == 2
    assert number(server.ask(both, more={"named-graph-uri": a})) == 1
    assert number(server.ask(both, more={"named-graph-uri": [a, b]})) == 2
    assert number(server.ask(both, more={"default-graph-uri": a})) == 0
    assert number(server.ask(one.replace(" {", f" FROM <{b}> {{", 1))) == 0
    assert number(server.ask(one.replace(" {", f" FROM <{b}> {{", 1), more={"default-graph-uri": a})) == 1
    assert number(server.post(one, DIRECT, "?" + urlencode({"default-graph-uri": b}))) == 0


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {{ SERVICE <{}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ service silent <{}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ VALUES ?x {{ <{}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
        "SELECT * {{ S\\u0045RVICE <{}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ ?s ?p ?a FILTER(?a<1)SERVICE?x#>\n{{ ?s ?p ?o }} VALUES ?x {{ <{}> }} }}",
        "SELECT * FROM <{}> {{ ?s ?p ?o }}",
        "SELECT * FROM NAMED <{}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "SELECT * {{ GRAPH <{}> {{ ?s ?p ?o }} }}",
        "DESCRIBE <{}>",
        "LOAD <{}>",
    ],
)
def test_nothing_is_fetched(server: Server, query: str) -> None:
    """No query makes the server speak to another one."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.setblocking(False)
        place = f"http://127.0.0.1:{other.getsockname()[1]}/"
        reply = server.ask(query.format(place), more={"named-graph-uri": place, "default-graph-uri": place})
        assert reply.status in (200, 400, 403)
        reply = server.ask(query.format(place))
        assert reply.status in (200, 400, 403)
        with pytest.raises(BlockingIOError):
            other.accept()


def test_description(server: Server) -> None:
    """Who asks nothing is told what there is; a browser is led to the page."""
    reply = server.send("/sparql")
    graph = rdflib.Graph().parse(data=reply.text, format="turtle")
    space = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert [str(place) for place in graph.objects(None, space.endpoint)] == [server.sparql]
    assert server.send("/sparql", {"Accept": "application/rdf+xml"}).media == "application/rdf+xml"
    assert server.send("/sparql", {"Accept": "image/png"}).status == 406
    page = server.send("/sparql", {"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    assert (page.status, page.headers["location"]) == (303, "query")
    head = server.send(f"/sparql?query={quote(COUNT)}", method="HEAD")
    assert (head.status, head.text) == (200, "")


# ---------------------------------------------------------------- clients of others


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:SPARQLWrapper", "ignore:ConjunctiveGraph is deprecated"
)
def test_sparqlwrapper(server: Server) -> None:
    """SPARQLWrapper gets rows, yes or no and graphs each way, and our line for a wrong query."""
    wrapper = pytest.importorskip("SPARQLWrapper", reason="SPARQLWrapper is not installed")
    client = wrapper.SPARQLWrapper(server.sparql)
    for method in (wrapper.GET, wrapper.POST):
        for how in (wrapper.URLENCODED, wrapper.POSTDIRECTLY):
            client.setMethod(method)
            client.setRequestMethod(how)
            client.setQuery("SELECT ?l { ?s a kg:AirBase ; skos:prefLabel ?l }")
            client.setReturnFormat(wrapper.JSON)
            found = client.queryAndConvert()["results"]["bindings"]
            assert [row["l"]["value"] for row in found] == ["Brannoch Air Base"]
            client.setReturnFormat(wrapper.XML)
            assert "Brannoch Air Base" in client.queryAndConvert().toxml()
            client.setReturnFormat(wrapper.CSV)
            assert b"Brannoch Air Base" in client.queryAndConvert()
            client.setReturnFormat(wrapper.TSV)
            assert b"Brannoch Air Base" in client.queryAndConvert()
    client.setQuery("ASK { ?s a kg:AirBase }")
    client.setReturnFormat(wrapper.JSON)
    assert client.queryAndConvert()["boolean"] is True
    client.setQuery(f"DESCRIBE <{NORVIA}>")
    for format in (wrapper.TURTLE, wrapper.N3, wrapper.RDFXML, wrapper.JSONLD):
        client.setReturnFormat(format)
        made = client.queryAndConvert()
        if isinstance(made, bytes):
            made = rdflib.Graph().parse(data=made, format="turtle")
        assert len(made) > 2, format
    client.setQuery("SELECT ?e { ?e a kg:Event }")
    client.setReturnFormat(wrapper.JSON)
    client.addDefaultGraph(article_iri("a"))
    assert len(client.queryAndConvert()["results"]["bindings"]) == 3
    client.setQuery("SELECT ?x {")
    with pytest.raises(wrapper.SPARQLExceptions.QueryBadFormed, match="malformed SPARQL: error at 1:12"):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format", ["xml", "json", "csv", "tsv"])
def test_rdflib_store(server: Server, method: str, format: str) -> None:
    """Rdflib's SPARQLStore answers queries and patterns as the store itself does."""
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    there = SPARQLStore(server.sparql, method=method, returnFormat=format)
    graph = rdflib.Graph(store=there)
    rows: Any = graph.query(
        "SELECT ?l { ?s a kg:AirBase ; skos:prefLabel ?l }",
        initNs={"kg": PREFIXES["kg"], "skos": PREFIXES["skos"]},
    )
    assert [str(row[0]) for row in rows] == ["Brannoch Air Base"]
    base = rdflib.URIRef("https://w3id.org/kgraph/entity/place/brannoch-air-base")
    assert {str(label) for label in graph.objects(base, rdflib.SKOS.prefLabel)} == {"Brannoch Air Base"}
    article = rdflib.Graph(store=there, identifier=rdflib.URIRef(article_iri("a")))
    if format in ("xml", "json"):  # the others have no yes or no
        assert (base, rdflib.RDF.type, rdflib.URIRef(PREFIXES["kg"] + "AirBase")) in graph
        assert bool(graph.query("ASK { ?s ?p ?o }").askAnswer) is True
        assert 0 < len(article) < len(graph)
    with pytest.raises(Exception, match=r"read.only|SPARQLStore"):
        graph.add((base, rdflib.RDF.type, base))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(server: Server, tmp_path: Path) -> None:
    """The lines that people type."""

    def curl(*arguments: str) -> tuple[str, str]:
        line = ["curl", "-s", "-m", "20", "-w", r"\n%{http_code} %{content_type}", *arguments]
        answer = subprocess.run(line, capture_output=True, check=True)  # noqa: S603
        body, _, status = answer.stdout.decode().rpartition("\n")
        return status, body

    (tmp_path / "q.rq").write_text("SELECT ?l { ?s a kg:AirBase ; skos:prefLabel ?l }", encoding="utf-8")
    file = f"query@{tmp_path}/q.rq"
    csv = "l\r\nBrannoch Air Base\r\n"
    want = ("-H", "Accept: text/csv")
    assert curl("-G", server.sparql, "--data-urlencode", file, *want) == ("200 text/csv; charset=utf-8", csv)
    assert curl(server.sparql, "--data-urlencode", file, *want)[1] == csv
    body = ("-H", f"Content-Type: {DIRECT}", "--data-binary", f"@{tmp_path}/q.rq")
    assert curl(server.sparql, *body, *want)[1] == csv
    assert curl(server.sparql, *body, "-H", "Transfer-Encoding: chunked", *want)[1] == csv
    assert curl(server.sparql, "-d", "ASK {}") == (
        "400 text/plain; charset=utf-8",
        "no query is given; send it as the field query\n",
    )
    assert curl("-X", "OPTIONS", server.sparql)[0].startswith("405")
    describe = f"query=DESCRIBE <{NORVIA}>"
    assert curl("-G", server.sparql, "--data-urlencode", describe)[0].startswith("200 text/turtle")


# ---------------------------------------------------------------- limits and hostile requests


def test_a_query_that_takes_too_long_is_ended(server: Server) -> None:
    """It gets 504 at its time, and others are answered meanwhile and afterwards."""
    with ThreadPoolExecutor(4) as threads:
        assert len(list(threads.map(server.ask, [COUNT] * 12))) == 12  # all processes have begun
        begun = time.monotonic()
        slow = [threads.submit(server.ask, ENDLESS) for _ in range(2)]
        assert number(server.ask(COUNT)) > 100
        quick = time.monotonic() - begun
        replies = [each.result() for each in slow]
    assert quick < SECONDS
    assert {(reply.status, "longer than 2 s" in reply.text) for reply in replies} == {(504, True)}
    assert SECONDS <= time.monotonic() - begun < SECONDS + 10
    assert number(server.ask(COUNT)) > 100


def test_a_large_answer_is_refused(server: Server) -> None:
    """It is not cut: who gets rows has all of them."""
    for query in ("SELECT * { ?a ?b ?c . ?d ?e ?f }", "CONSTRUCT { [] ?b ?f } { ?a ?b ?c . ?d ?e ?f }"):
        reply = server.ask(query)
        assert reply.status in (403, 504)
        assert ("1 MB" in reply.text) == (reply.status == 403)
    assert server.ask("SELECT * { ?a ?b ?c . ?d ?e ?f }").status == 403
    assert number(server.ask(COUNT)) > 100


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {" + "{" * 50_000 + "}" * 50_000 + "}",
        "SELECT (" + "(" * 100_000 + "1" + ")" * 100_000 + " AS ?x) {}",
        "SELECT * { FILTER(" + "!" * 200_000 + "true) }",
        "'''" * 100_000,
        "\x00" * 1000,
        "?" * 100_000,
        "SELECT * { ?s ?p '" + "\u202e" * 1000,
    ],
    ids=["groups", "brackets", "nots", "quotes", "nulls", "marks", "bidi"],
)
def test_hostile_queries_end_no_server(server: Server, query: str) -> None:
    """A query may end the process that runs it, never the server."""
    reply = server.post(query, DIRECT)
    assert reply.status in (400, 500, 504)
    assert reply.text.count("\n") == 1
    assert len(reply.text) < 400
    assert number(server.ask(COUNT)) > 100


@pytest.mark.parametrize(
    "request_",
    [
        b"\x00\xff\r\n\r\n",
        b"GET /sparql HTTP/9.9\r\n\r\n",
        b"GET /sparql?query=" + b"A" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n",
        b"GET /sparql HTTP/1.1\r\nHost: localhost\r\nAccept: \xff\xfe;q=\x80\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 999\r\n\r\nASK",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /%00%ff%0d%0aSet-Cookie:a=b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /sparql HTTP/1.1\r\nHost: localhost:1>\"'\r\n\r\n",
    ],
    ids=["bytes", "version", "long", "many", "hosts", "accept", "negative", "short", "chunk", "path", "host"],
)
def test_hostile_bytes_end_no_server(server: Server, request_: bytes) -> None:
    """Whatever is sent, the next request is answered; an error shows nothing of the inside."""
    place = urlsplit(server.address)
    connected = socket.create_connection((str(place.hostname), place.port), timeout=20)
    with connected as connection, contextlib.suppress(ConnectionError):
        connection.sendall(request_)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(4096)
        assert b"Traceback" not in answer
        assert b"Set-Cookie" not in answer.partition(b"\r\n\r\n")[0]
    assert number(server.ask(COUNT)) > 100


def test_many_at_once(server: Server) -> None:
    """Forty clients at a time all get their own answer."""

    def one(index: int) -> bool:
        reply = server.ask(f"SELECT ({index} AS ?n) {{}}")
        return number(reply) == index

    with ThreadPoolExecutor(40) as threads:
        assert all(threads.map(one, range(200)))


def test_who_leaves_frees_the_process(own: Path) -> None:
    """A query whose client has gone is ended, so that four of them block nobody for long."""
    with served(own, "--timeout", "30") as running:
        place = urlsplit(running.address)
        for _ in range(4):
            with socket.create_connection((str(place.hostname), place.port)) as connection:
                line = f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                connection.sendall(line.encode())
                time.sleep(0.3)
        begun = time.monotonic()
        assert number(running.ask(COUNT)) > 100
        assert time.monotonic() - begun < 10


def test_a_killed_process_is_replaced(own: Path) -> None:
    """What the system does to the process of a query is not seen by who asks next."""
    if not Path("/proc").is_dir():
        pytest.skip("needs /proc to find the process")
    with served(own) as running:
        assert number(running.ask(COUNT)) > 100
        for child in children(running.process.pid):
            os.kill(child, signal.SIGKILL)
        time.sleep(0.5)
        assert number(running.ask(COUNT)) > 100


# ---------------------------------------------------------------- pages


def test_pages_ask_nothing_of_others(server: Server) -> None:
    """The pages and what they load come from here, under a policy that forbids everything else."""
    page = server.send("/query")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    text = page.text + server.send("/query.css").text + server.send("/query.js").text
    assert not re.search(r"""(?:src|href|url\(|fetch\()\s*=?\s*["']?(?:https?:)?//""", text)
    assert "innerHTML" not in text
    assert not re.search(r"<script>|<style|\son\w+=|\sstyle=", page.text)
    for name in re.findall(r'(?:src|href)="(\w+\.\w+)"', page.text):
        assert server.send(f"/{name}").status == 200
    known = json.loads(server.send("/queries.json").text)
    assert [query["name"] for query in known["queries"]] == names()


def test_explorer(server: Server) -> None:
    """The page that draws the graph, with a way to the other one; drawn once."""
    first = server.send("/")
    begun = time.monotonic()
    second = server.send("/")
    assert time.monotonic() - begun < 1
    assert first.text == second.text
    assert (first.status, first.media) == (200, "text/html")
    assert "Brannoch Air Base" in first.text
    assert '<a href="query">' in first.text
    assert first.headers["x-frame-options"] == "DENY"
    assert HOSTILE not in first.text


# ---------------------------------------------------------------- begin and end


def children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    return [
        int(item.name) for item in Path("/proc").iterdir() if item.name.isdigit() and _parent(item) == process
    ]


def _parent(item: Path) -> int:
    try:
        return int((item / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_ctrl_c(own: Path, busy: bool) -> None:
    """It ends at once, with exit code 0, without a word more, and leaves no process and a store to write."""
    with served(own) as running:
        assert number(running.ask(COUNT)) > 100
        replies: list[Reply] = []
        asking = threading.Thread(target=lambda: replies.append(running.ask(ENDLESS)))
        if busy:
            asking.start()
            time.sleep(0.7)
        known = children(running.process.pid) if Path("/proc").is_dir() else []
        begun = time.monotonic()
        os.killpg(running.process.pid, signal.SIGINT)
        assert running.process.wait(20) == 0
        assert time.monotonic() - begun < 5
        assert running.process.stderr is not None
        assert running.process.stderr.read() == ""
        if busy:
            asking.join()
            assert [reply.status for reply in replies] == [503]
        assert [child for child in known if Path(f"/proc/{child}/cmdline").exists()] == []
    with store.open(own) as graph:
        assert graph.size > 100


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line that a call ends with."""
    pytest.importorskip("uvicorn", reason="kgraph[serve] is not installed")
    with pytest.raises(SystemExit) as caught:
        cli.main(["serve", *arguments])
    assert caught.value.code == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def test_what_cannot_be_served(capsys: pytest.CaptureFixture[str], own: Path, tmp_path: Path) -> None:
    """A missing store, a file, an empty folder and a port that is taken are one line each."""
    here = ("--store", str(tmp_path / "none"))
    assert "no such store" in refused(capsys, *here)
    (tmp_path / "file").write_text("x")
    assert "is a file" in refused(capsys, "--store", str(tmp_path / "file"))
    (tmp_path / "empty").mkdir()
    assert "is empty" in refused(capsys, "--store", str(tmp_path / "empty"))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said = refused(capsys, "--store", str(own), "--port", port)
        assert f"127.0.0.1:{port}: cannot be listened on: Address already in use; choose" in said
    assert "cannot be listened on" in refused(capsys, "--store", str(own), "--host", "no.such.invalid")


def test_what_is_written_while_it_is_served_is_seen(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store is served while it is built; answers and page follow as soon as something is published."""
    monkeypatch.setattr(store, "_PUBLISH_EVERY", 1000.0)
    asked = "ASK { ?x skos:prefLabel 'Sund Base'@en }"
    with store.open(own) as graph, served(own) as running:
        assert json.loads(running.ask(asked, "application/sparql-results+json").text)["boolean"] is False
        assert "Sund Base" not in running.send("/").text
        text = f"""<{NORVIA}> <{PREFIXES["skos"]}prefLabel> "Sund Base"@en ."""
        article = ox.NamedNode(article_iri("new"))
        found = ox.parse(text, format=ox.RdfFormat.N_TRIPLES)
        graph.replace(
            article.value, [ox.Quad(quad.subject, quad.predicate, quad.object, article) for quad in found]
        )
        assert json.loads(running.ask(asked, "application/sparql-results+json").text)["boolean"] is False
        graph.publish()
        assert json.loads(running.ask(asked, "application/sparql-results+json").text)["boolean"] is True
        assert "Sund Base" in running.send("/").text


def test_another_host_is_warned_of(own: Path) -> None:
    """Who lets others ask is told so, in one line before the address; other names are answered then."""
    pytest.importorskip("uvicorn", reason="kgraph[serve] is not installed")
    arguments = command("serve", "--store", str(own), "--port", "0", "--host", "0.0.0.0")  # noqa: S104
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr is not None
        first, second = process.stderr.readline(), process.stderr.readline()
        port = re.search(r":(\d+)/", second)
        assert port, first + second
        try:
            running = Server(f"http://127.0.0.1:{port[1]}", process)
            assert running.send("/query", {"Host": "kgraph.example"}).status == 200
        finally:
            process.kill()
    assert first.startswith("warning: 0.0.0.0 is not this machine alone")


def test_the_extra_may_be_missing(
    capsys: pytest.CaptureFixture[str], own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has not installed it is told how."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(SystemExit):
        cli.main(["serve", "--store", str(own)])
    assert "pip install 'kgraph[serve]'" in capsys.readouterr().err
