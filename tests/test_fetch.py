"""URLs and feeds, fetched from servers on this machine that do what servers should not."""

from __future__ import annotations

import gzip
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from kgraph import cli, fetch, pipeline
from kgraph.errors import ReadError
from kgraph.fetch import FetchError, Limits, Page, Web, feeds, get, pages
from kgraph.fetch.address import check, shown
from kgraph.fetch.articles import read_sources
from kgraph.model import Article, Extraction, Problem

HERE = Limits(seconds=5, patience=2, allow_private=True, size=1 << 20)
TALK = "The navy of Norland opened a repair yard at Kestrel Bay on Monday, its commander told reporters."
PAGE = f"<html><head><title>Yard opened</title></head><body><article><p>{TALK}</p></article></body></html>"
needs_feedparser = pytest.mark.skipif(find_spec("feedparser") is None, reason="needs feedparser")

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A server on this machine; ``answers`` says what each path gives, ``asked`` what was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.hosts: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.hosts.append(self.headers["Host"])
                site.answers.get(self.path, status(404))(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # clients leave when they have enough

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=partial(self.server.serve_forever, 0.02), daemon=True).start()

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def give(self, path: str, body: bytes | str, media: str = "text/html", **headers: str) -> str:
        """Answer a path with a body; returns its address."""
        data = body.encode() if isinstance(body, str) else body

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Type", media)
            handler.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(data)

        self.answers[path] = answer
        return self.url(path)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def status(code: int, **headers: str) -> Answer:
    """Return what answers with a status code."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()

    return answer


def failure(url: str, limits: Limits = HERE, **options: Any) -> str:
    """Return the one line that a URL ends in."""
    with pytest.raises(FetchError) as caught:
        get(url, limits=limits, sleep=lambda seconds: None, **options)
    line = str(caught.value)
    assert line.isprintable()
    assert "; " in line
    return line


def found(
    *paths: str, web: Web | None = None, limits: Limits = HERE, feed: bool = False, feed_text: bool = False
) -> tuple[list[Article], list[str]]:
    """Return the articles at URLs and in feeds, and the problems as lines."""
    problems: list[Problem] = []
    web = web or Web(limits=limits, feed=feed, feed_text=feed_text)
    articles = list(read_sources(web.sources(paths, on_problem=problems.append), on_problem=problems.append))
    assert all(str(problem).isprintable() for problem in problems)
    return articles, [str(problem) for problem in problems]


# ---------------------------------------------------------------- where it may lead


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("169.254.169.254", "link-local"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "unknown"),
        ("fc00::1", "private"),
        ("fec0::1", "private"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "unspecified"),  # noqa: S104 - it is refused
        ("::", "unspecified"),
        ("240.0.0.1", "private"),
        ("255.255.255.255", "private"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("::127.0.0.1", "reserved"),
        ("2002:7f00:1::", "loopback"),
        ("64:ff9b::7f00:1", "loopback"),
        ("64:ff9b::808:808", ""),
        ("8.8.8.8", ""),
        ("2606:4700::1111", ""),
    ],
)
def test_addresses_of_ones_own_are_known(address: str, kind: str) -> None:
    assert (
        (check(address, allow_private=False) in ("private", "reserved"))
        if kind == "private"
        else (check(address, allow_private=False) == kind)
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://user:word@example.org/",
        "http://example.org\\@127.0.0.1/",
        "http://exa mple.org/",
        "http://example.org/\r\nX: y",
        "http://[::1/",
        "http://example.org:99999/",
        "http:///path",
        "http://./",
        "ftp://example.org/",
        "file:///etc/hosts",
        "javascript:alert(1)",
        "http://" + "a" * 5000,
        "http://" + "a" * 300 + ".org/",
        "http://ex\u2028ample.org/",
        "http://\ud800/",
        "",
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    """None of them is asked for, by whatever spelling it names this machine."""
    failure(url, Limits(seconds=5))


def test_a_password_is_not_shown() -> None:
    assert "word" not in shown("https://user:word@example.org/a")
    _, problems = found("https://user:word@example.org/a")
    assert len(problems) == 1
    assert "word@" not in problems[0]


def test_this_machine_only_if_asked_for(site: Site) -> None:
    url = site.give("/a.html", PAGE)
    assert "--allow-private" in failure(url, Limits(seconds=5))
    assert site.asked == []
    assert get(url, limits=HERE).body == PAGE.encode()


def test_the_address_that_was_checked_is_the_one_connected_to(site: Site) -> None:
    """A name that means another address at the second look-up gains nothing: there is no second look-up."""
    looked_up: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["93.184.216.34"] if len(looked_up) == 1 else ["127.0.0.1"]

    made: list[Any] = []

    def connect(to: tuple[str, int], timeout: float) -> socket.socket:
        made.append(to[0])
        raise ConnectionRefusedError("refused")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "create_connection", connect)
        line = failure(f"http://news.example:{site.port}/a.html", Limits(seconds=5), resolver=rebinding)
    assert made == ["93.184.216.34"]  # the second try looked up anew, and was refused
    assert "loopback address 127.0.0.1" in line
    assert site.asked == []


def test_one_bad_address_of_several_is_enough() -> None:
    line = failure("http://news.example/", Limits(seconds=5), resolver=lambda *_: ["8.8.8.8", "10.0.0.1"])
    assert "private address 10.0.0.1" in line


def test_the_host_header_keeps_the_name(site: Site) -> None:
    site.give("/a.html", PAGE)
    url = f"http://news.example:{site.port}/a.html"
    assert get(url, limits=HERE, resolver=lambda *_: ["127.0.0.1"]).url == url
    assert site.hosts == [f"news.example:{site.port}"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_tls_keeps_the_name(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is checked against the name of the URL, though the connection goes to a number."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=news.example"
    subprocess.run(  # noqa: S603
        ["openssl", *make.split(), "-addext", "subjectAltName=DNS:news.example"]  # noqa: RUF005
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    site.give("/a.html", PAGE)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    assert get(f"https://news.example:{site.port}/a.html", limits=HERE, resolver=here).body == PAGE.encode()
    assert "certificate" in failure(f"https://other.example:{site.port}/a.html", resolver=here)
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate" in failure(f"https://news.example:{site.port}/a.html", resolver=here)


# ---------------------------------------------------------------- redirects


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://127.0.0.1:1/", "loopback"),
        ("http://169.254.169.254/latest/meta-data/", "link-local"),
        ("http://2130706433/", "a number for a host"),
        ("file:///etc/passwd", "scheme 'file'"),
        ("gopher://example.org/", "scheme 'gopher'"),
        ("http://a:b@example.org/", "password"),
        ("http://[/", "is no URL"),
    ],
)
def test_redirects_are_checked_as_urls_are(site: Site, location: str, said: str) -> None:
    """A site in the open, for once this machine under another number, leads to what it should not."""
    site.answers["/a"] = status(302, Location=location)
    with pytest.MonkeyPatch.context() as patch:
        connect = socket.create_connection
        patch.setattr(socket, "create_connection", lambda to, timeout: connect(("127.0.0.1", site.port)))
        line = failure(
            "http://news.example/a",
            Limits(seconds=5),
            resolver=lambda host, port: ["8.8.8.8"] if host == "news.example" else [host],
        )
    assert said in line
    assert site.asked == ["/a"]


def test_redirects_lead_to_the_page_or_end(site: Site) -> None:
    site.give("/end.html", PAGE)
    for step in range(5):
        site.answers[f"/{step}"] = status(301, Location=f"/{step + 1}" if step < 4 else "end.html")
    assert get(site.url("/0"), limits=HERE).url == site.url("/end.html")
    site.answers["/more"] = status(307, Location="/0")
    assert "more than 5 times" in failure(site.url("/more"))
    site.answers["/loop"] = status(302, Location="/loop")
    assert "more than 5 times" in failure(site.url("/loop"))
    assert site.asked.count("/loop") == 6


# ---------------------------------------------------------------- size and time


def test_what_is_too_large_is_not_read(site: Site) -> None:
    small = Limits(seconds=5, allow_private=True, size=100_000)
    said = site.give("/said", b"x" * 100_001)
    assert "larger than" in failure(said, small)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 10_000)

    site.answers["/endless"] = endless
    assert "larger than" in failure(site.url("/endless"), small)
    assert len(get(site.give("/fits", b"x" * 100_000), limits=small).body) == 100_000


def packed(data: bytes, packing: str) -> bytes:
    """Pack data one way after the other."""
    for each in packing.split(", "):
        data = gzip.compress(data) if each == "gzip" else zlib.compress(data)
    return data


@pytest.mark.parametrize(
    "packing", ["gzip", "deflate", "gzip, gzip", "gzip, gzip, gzip, gzip, gzip, gzip, gzip"]
)
def test_packed_pages_and_bombs(site: Site, packing: str) -> None:
    """50 MB packed into little are never unpacked."""
    bomb = site.give(
        "/bomb",
        packed(b"\0" * (50 << 20 if packing == "gzip" else 20 << 20), packing),
        Content_Encoding=packing,
    )
    begun = time.process_time()
    line = failure(bomb)
    assert "larger than 1 MB" in line or "cannot be unpacked" in line
    assert time.process_time() - begun < 0.5
    page = site.give("/page", packed(PAGE.encode(), packing), Content_Encoding=packing)
    if packing.count("gzip") < 6:
        assert get(page, limits=HERE).body == PAGE.encode()


def test_damaged_and_unknown_packing(site: Site) -> None:
    assert "cannot be unpacked" in failure(site.give("/a", b"no gzip at all", Content_Encoding="gzip"))
    assert "comes packed as br" in failure(site.give("/b", b"\x8b\x00\x80", Content_Encoding="br"))


def dripping(head: bytes, drop: bytes, pause: float = 0.05) -> Answer:
    """Return what sends a head at once, and then a little again and again."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        while True:
            handler.wfile.write(drop)
            handler.wfile.flush()
            time.sleep(pause)

    return answer


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (b"", b"H"),
        (b"HTTP/1.0 200 OK\r\n\r\n", b""),
    ],
)
def test_a_byte_now_and_then_is_ended(site: Site, head: bytes, drop: bytes) -> None:
    site.answers["/drip"] = dripping(head, drop)
    begun = time.monotonic()
    assert "not there after 0.4 s" in failure(
        site.url("/drip"), Limits(seconds=0.4, patience=0.3 if drop else 9, allow_private=True)
    )
    assert time.monotonic() - begun < 1.5


def test_a_server_that_says_nothing(site: Site) -> None:
    site.answers["/still"] = lambda handler: time.sleep(1)
    begun = time.monotonic()
    assert "nothing came for 0.1 s" in failure(
        site.url("/still"), Limits(seconds=5, patience=0.1, allow_private=True)
    )
    assert time.monotonic() - begun < 1
    assert site.asked == ["/still"] * 2  # one second try


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"",
    ],
)
def test_answers_that_are_none(site: Site, raw: bytes) -> None:
    """Huge headers, another protocol, half a page: one line, after one second try."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(raw)

    site.answers["/raw"] = answer
    assert "cannot be fetched from 127.0.0.1" in failure(site.url("/raw"))
    assert len(site.asked) == 2


# ---------------------------------------------------------------- status codes


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (404, "not there"),
        (410, "not there"),
        (403, "refused"),
        (500, "fails"),
        (418, "not given"),
        (304, "not given"),
    ],
)
def test_status_codes(site: Site, code: int, said: str) -> None:
    site.answers["/a"] = status(code)
    line = failure(site.url("/a"))
    assert said in line
    assert str(code) in line
    assert len(site.asked) == 1


def test_a_busy_server_is_asked_once_more(site: Site) -> None:
    """After the time it names, if that is short; not at all if it names none or a long one."""
    waits: list[float] = []

    def busy(code: int, after: str | None) -> str:
        headers = {} if after is None else {"Retry_After": after}
        tries = iter([status(code, **headers)])
        site.give("/page", PAGE)
        page = site.answers["/page"]
        site.answers["/busy"] = lambda handler: next(tries, page)(handler)
        return site.url("/busy")

    assert get(busy(429, "2"), limits=HERE, sleep=waits.append).body == PAGE.encode()
    assert get(busy(503, "Mon, 01 Jan 2018 00:00:00 GMT"), limits=HERE, sleep=waits.append).body
    assert waits == [2, 0]
    assert "busy (429)" in failure(busy(429, None))
    assert "come again in 3600 s" in failure(busy(503, "3600"))
    for odd in ("soon", "-1", "9" * 30, "Mon, 99 Jan 99999 00:00:00 GMT"):
        assert "busy" in failure(busy(503, odd))
    site.answers["/always"] = status(429, Retry_After="0")
    site.asked.clear()
    assert "busy" in failure(site.url("/always"))
    assert len(site.asked) == 2


def test_a_broken_connection_is_tried_once_more(site: Site) -> None:
    site.give("/page", PAGE)
    page = site.answers["/page"]
    tries = iter([lambda handler: None])
    site.answers["/once"] = lambda handler: next(tries, page)(handler)
    assert get(site.url("/once"), limits=HERE, sleep=lambda seconds: None).body == PAGE.encode()


# ---------------------------------------------------------------- what it is


@pytest.mark.parametrize(
    ("path", "media", "body", "suffix"),
    [
        ("/a", "text/html; charset=utf-8", b"<html>", ".html"),
        ("/a.php", "TEXT/HTML", b"<html>", ".html"),
        ("/a", "application/pdf", b"%PDF-1.4", ".pdf"),
        ("/a.html", "text/html", b"%PDF-1.4", ".pdf"),
        ("/a", "text/plain", b"Words", ".txt"),
        ("/a.md", "text/plain", b"# Words", ".md"),
        ("/a", "application/json", b"{}", ".json"),
        ("/a", "application/x-ndjson", b"{}", ".jsonl"),
        ("/a.csv", "application/octet-stream", b"a,b", ".csv"),
        ("/a", "", b"<p>x", ".html"),
        ("/a", "", b"x", ".txt"),
        ("/a", "application/xhtml+xml", b"<html/>", ".html"),
        ("/a", "application/xml", b"<?xml version='1.0'?><html/>", ".html"),
    ],
)
def test_type_and_address_choose_the_reader(path: str, media: str, body: bytes, suffix: str) -> None:
    kind = media.partition(";")[0].lower()
    assert (
        pages.source(Page(f"http://a.example{path}", kind, "", body), asked="http://a.example").suffix
        == suffix
    )


@pytest.mark.parametrize(
    ("media", "body", "said"),
    [
        ("image/png", b"\x89PNG", "no article"),
        ("text/xml", b"<?xml version='1.0'?><rss version='2.0'>", "--feed"),
        ("application/atom+xml", b"<feed xmlns='x'>", "--feed"),
        ("text/html", b" \n", "empty"),
        ("application/x\x1b[31m", b"x", "no article"),
    ],
)
def test_what_is_no_article_is_said(media: str, body: bytes, said: str) -> None:
    with pytest.raises(FetchError, match=said) as caught:
        pages.source(Page("http://a.example/", media, "", body), asked="http://a.example/")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("Señor".encode("latin-1"), "iso-8859-1", "Señor"),
        ("Шойгу".encode("cp1251"), "windows-1251", "Шойгу"),
        ("Señor".encode(), "iso-8859-1", "Señor"),  # it is UTF-8, whatever the server says
        ("Señor".encode("utf-16-le"), "utf-16le", "Señor"),
        ("Señor".encode("latin-1"), "idna", None),
        ("Señor".encode("latin-1"), "unicode_escape", None),
        ("Señor".encode("latin-1"), "no-such", None),
        (b"\xff", "us-ascii", None),
        (b'<meta charset="koi8-r">\xff', "iso-8859-1", None),  # the page itself says so
    ],
)
def test_the_encoding_of_the_header(body: bytes, charset: str, text: str | None) -> None:
    """It counts where the page says nothing and is not UTF-8."""
    assert pages.in_utf8(body, charset) == (body if text is None else text.encode())


def test_a_page_in_the_encoding_of_its_header_is_read(site: Site) -> None:
    body = PAGE.replace("Norland", "Ñorvía").encode("latin-1")
    url = site.give("/a", body, "text/html; charset=ISO-8859-1")
    articles, problems = found(url)
    assert problems == []
    assert "Ñorvía" in articles[0].text
    assert articles[0].url == url


def test_ids_are_readable_and_stable() -> None:
    ids = [
        pages.article_id(url)
        for url in (
            "https://www.example.org/2018/may/yard-opened.html",
            "https://www.example.org/2018/may/yard-opened.html?page=2",
            "https://www.example.org/2018/may/yard%20opened.html",
            "https://example.org/",
            "https://example.org/../../<script>",
            "https://example.org/" + "long/" * 300,
            "https://example.org/статья",
        )
    ]
    assert len(set(ids)) == len(ids)
    assert ids[0] == "example.org-2018-may-yard-opened-d7a724119f"
    assert all(len(id) < 80 and id.replace("-", "").replace(".", "").isalnum() for id in ids)
    assert pages.article_id("https://www.example.org/2018/may/yard-opened.html?utm_source=x#top") == ids[0]


# ---------------------------------------------------------------- feeds

RSS2 = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour &amp; Sea</title>{items}
</channel></rss>"""
RSS1 = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour</title>
 </channel><item rdf:about="{link}"><title>Yard opened</title><link>{link}</link>
 <dc:date>2018-05-08T23:30:00-04:00</dc:date><dc:creator>A. Writer</dc:creator></item></rdf:RDF>"""
RSS091 = """<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://127.0.0.1:9/never.dtd"><rss version="0.91"><channel><title>Harbour</title><item>
 <title>Yard opened</title><link>{link}</link></item></channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title><entry>
 <id>tag:example.org,2018:1</id><title type="html">Yard &lt;b&gt;opened&lt;/b&gt;</title><link href="{link}"/>
 <updated>2018-05-09T03:30:00Z</updated><author><name>A. Writer</name></author></entry></feed>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour",
        "items": [
            {
                "id": "1",
                "url": "LINK",
                "title": "Yard opened",
                "date_published": "2018-05-08T23:30:00-04:00",
                "authors": [{"name": "A. Writer"}],
            }
        ],
    }
)


def item(link: str, *, guid: str = "", text: str = "", more: str = "") -> str:
    """Return an item of RSS 2.0."""
    parts = [f"<title>Yard opened</title><link>{link}</link>" if link else "<title>Yard opened</title>"]
    parts += [f"<guid isPermaLink='false'>{guid}</guid>"] if guid else []
    parts += [f"<content:encoded><![CDATA[{text}]]></content:encoded>"] if text else []
    return f"<item>{''.join(parts)}<pubDate>Tue, 08 May 2018 23:30:00 -0400</pubDate>{more}</item>"


@needs_feedparser
@pytest.mark.parametrize("form", ["RSS 2.0", "RSS 1.0", "RSS 0.91", "Atom", "JSON"])
def test_every_kind_of_feed_is_read(site: Site, form: str, tmp_path: Path) -> None:
    """Title, day in UTC, author and source are those of the feed; the text is that of the link."""
    link = site.give("/news/yard.html", PAGE)
    body = {
        "RSS 2.0": RSS2.format(items=item("yard.html", more="<dc:creator>A. Writer</dc:creator>")),
        "RSS 1.0": RSS1.format(link=link),
        "RSS 0.91": RSS091.format(link=link),
        "Atom": ATOM.format(link=link),
        "JSON": JSON.replace("LINK", link),
    }[form]
    media = "application/feed+json" if form == "JSON" else "text/xml"
    articles, problems = found(site.give("/news/feed", body, media), feed=True)
    assert problems == []
    (article,) = articles
    assert article.title == "Yard opened"
    assert article.text == TALK
    assert article.url == link
    assert article.source in ("Harbour", "Harbour & Sea", "127.0.0.1")
    if form != "RSS 0.91":
        assert article.date == "2018-05-09"
        assert dict(article.extra) == {"author": '"A. Writer"'}
    if form != "RSS 2.0":  # a file, with links in full
        file = tmp_path / ("feed.json" if form == "JSON" else "feed.xml")
        file.write_text(body, encoding="utf-8")
        assert found(str(file), feed=True)[0] == articles


@needs_feedparser
def test_an_entry_is_the_same_next_time(site: Site) -> None:
    """An id of its own counts, then the address; what was read is not fetched again in one run."""
    link = site.give("/yard.html", PAGE)
    feed = site.give("/feed", RSS2.format(items=item(link, guid="17") + item(f"{link}?n=2")), "text/xml")
    web = Web(feed=True, limits=HERE)
    first = [article.id for article in found(feed, web=Web(feed=True, limits=HERE))[0]]
    site.give("/yard.html?n=2", PAGE)
    second = [article.id for article in found(feed, web=web)[0]]
    assert len(set(second)) == 2
    assert first == second[:1]
    site.asked.clear()
    assert found(feed, web=web) == ([], [])
    assert site.asked == ["/feed"]


@needs_feedparser
def test_the_text_of_the_feed_where_the_link_fails(site: Site) -> None:
    gone = site.url("/gone.html")
    page = site.give("/yard.html", PAGE)
    own = f"<p>{TALK.replace('Monday', 'Tuesday')}</p>"
    body = RSS2.format(
        items=item(gone, text=own) + item(gone + "?2") + item(page, text=own) + item("", text=own)
    )
    feed = site.give("/feed", body, "text/xml")
    articles, problems = found(feed, feed=True)
    assert ["Tuesday" in article.text for article in articles] == [True, False, True]
    assert len(problems) == 1
    assert "gone.html?2: is not there (404)" in problems[0]
    site.asked.clear()
    articles, problems = found(feed, feed=True, feed_text=True)
    assert ["Tuesday" in article.text for article in articles] == [True, True, True]
    assert "has no text in the feed" in problems[0]
    assert site.asked == ["/feed"]


@needs_feedparser
def test_robots_are_heard(site: Site) -> None:
    """For what a feed lists; a page that the user names is fetched."""
    open_, closed = site.give("/open.html", PAGE), site.give("/closed/a.html", PAGE)
    site.give("/robots.txt", "User-agent: *\nDisallow: /closed/\n", "text/plain")
    feed = site.give("/feed", RSS2.format(items=item(open_) + item(closed)), "text/xml")
    articles, problems = found(feed, feed=True)
    assert [article.url for article in articles] == [open_]
    assert "robots.txt" in problems[0]
    assert site.asked.count("/robots.txt") == 1
    assert len(found(closed)[0]) == 1


HOSTILE = "</title></script><img src=x onerror=alert(1)>\u202e\x85 {{7*7}}"


@needs_feedparser
def test_hostile_entries(site: Site) -> None:
    """Links to elsewhere are refused one by one, and texts come as texts."""
    good = site.give("/yard.html", PAGE)
    odd = ["file:///etc/passwd", "javascript:alert(1)", "http://169.254.169.254/", "http://[", "//"]
    items = [item(link) for link in odd] + [item(good)]
    items += [
        f"<item><title><![CDATA[{HOSTILE}]]></title><link>{good}?h</link><pubDate>never</pubDate></item>"
    ]
    site.give("/yard.html?h", PAGE.replace("<title>Yard opened</title>", ""))
    feed = site.give("/feed", RSS2.format(items="".join(items)), "text/xml")
    articles, problems = found(feed, feed=True, limits=HERE)
    assert articles[0].url == good
    assert len(articles) + len(problems) == len(items)
    assert "root:" not in str(articles)
    parsed = feeds.parse(RSS2.format(items=items[-1]).encode())
    assert "<img" not in parsed.entries[0].title
    assert parsed.entries[0].date == ""


BOMB = '<!DOCTYPE r [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@needs_feedparser
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-7"])
@pytest.mark.parametrize("entity", [BOMB + "]>", '<!DOCTYPE r [<!ENTITY i SYSTEM "file:///etc/passwd">]>'])
def test_entities_are_not_followed(encoding: str, entity: str) -> None:
    text = RSS2.format(items="<item><title>x &i;</title><link>http://a.example/</link></item>")
    declared = text.replace('"1.0"?>', f'"1.0" encoding="{encoding}"?>{entity}', 1)
    begun = time.monotonic()
    if encoding == "utf-7":  # "<!" is not seen before it is decoded; feedparser drops the declarations
        read = str(feeds.parse(declared.encode(encoding).replace(b"<!ENTITY", b"+ADwAIQ-ENTITY")))
        assert "x" in read
        assert "root:" not in read
        assert len(read) < 1000
    else:
        with pytest.raises(FetchError, match="declares entities"):
            feeds.parse(declared.encode(encoding))
    assert time.monotonic() - begun < 5


@needs_feedparser
def test_a_feed_that_takes_for_ever_is_ended() -> None:
    """The parser needs time that grows with the square of what is open."""
    begun = time.monotonic()
    with pytest.raises(FetchError, match=r"not read within 0.7 s"):
        feeds.parse(b"<a " * 500_000, seconds=0.7)
    assert time.monotonic() - begun < 3
    with pytest.raises(FetchError, match="larger than 8 MB"):
        feeds.parse(b"<" * (9 << 20))


@needs_feedparser
def test_what_is_no_feed_is_said(site: Site) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/rss&amp;x">'
    page = site.give("/a.html", PAGE.replace("<title>", link + "<title>"))
    _, problems = found(page, feed=True)
    assert f"is a page, not a feed; skipped; its feed is {site.url('/rss&x')}" in problems[0]
    for body in ("Words.", "{}", "[1]", '{"items": 3}', "{" * 100_000, "\0\0\0"):
        _, problems = found(site.give("/b", body, "text/plain"), feed=True)
        assert len(problems) == 1, body[:20]
    _, problems = found(site.give("/c", RSS2.format(items=""), "text/xml"), feed=True)
    assert "lists no article" in problems[0]
    odd = {"id": 7, "url": 3, "title": [], "date_published": {}, "authors": 1, "content_text": "<b"}
    assert feeds.parse(json.dumps({"items": [1, odd]}).encode()).entries[0].content == "&lt;b"


# ---------------------------------------------------------------- as a user has it


def test_urls_among_files(site: Site, tmp_path: Path) -> None:
    """A page that fails costs one line, and the others are read."""
    file = tmp_path / "own.txt"
    file.write_text(TALK, encoding="utf-8")
    good, picture = site.give("/yard.html", PAGE), site.give("/a.png", b"\x89PNG", "image/png")
    problems: list[Problem] = []
    paths = [good, str(file), site.url("/gone"), picture, site.give("/a.pdf", b"%PDF-1.4", "application/pdf")]
    articles, total = pipeline.find(paths, on_problem=problems.append, web=Web(limits=HERE))
    assert [article.text for article in articles] == [TALK, TALK]
    assert total == 5
    assert [problem.path for problem in problems] == paths[2:]
    with pytest.raises(ReadError, match="URLs"):
        pipeline.find([], on_problem=problems.append)


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command find nothing in articles, at once."""
    monkeypatch.setattr(pipeline.Resources, "load", lambda *_, **__: None)
    monkeypatch.setattr(pipeline, "extract", lambda articles, **_: map(Extraction, articles))


@pytest.mark.usefixtures("no_model")
def test_the_command_refuses_this_machine(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 and one line, without the option; nothing was asked for."""
    url = site.give("/yard.html", PAGE)
    with pytest.raises(SystemExit) as ended:
        cli.main(["extract", url])
    assert ended.value.code == 1
    assert "loopback address 127.0.0.1; skipped; if that is what you want, give --allow-private" in " ".join(
        capsys.readouterr().err.split()
    )
    assert site.asked == []


@needs_feedparser
@pytest.mark.usefixtures("no_model")
def test_the_command_reads_a_feed(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3 where one of two entries is gone."""
    link = site.give("/yard.html", PAGE)
    feed = site.give("/feed", RSS2.format(items=item(link) + item(site.url("/gone"))), "text/xml")
    with pytest.raises(SystemExit) as ended:
        cli.main(["extract", feed, "--feed", "--allow-private"])
    assert ended.value.code == 3
    answer = capsys.readouterr()
    assert json.loads(answer.out)["url"] == link
    assert "is not there (404)" in answer.err


def test_the_command_is_told_what_is_missing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra one line says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    _, problems = found(site.give("/feed", RSS2.format(items=""), "text/xml"), feed=True)
    assert "pip install 'kgraph[feeds]'" in problems[0]


def test_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """--every goes on until the wait is interrupted; without it there is one round."""
    from kgraph import cli_build

    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    assert len(list(cli_build.rounds(60))) == 3
    assert all(59 < wait <= 60 for wait in waits)
    assert len(list(cli_build.rounds(None))) == 1
    assert fetch.Web().limits.redirects == 5
