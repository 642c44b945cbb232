"""URLs, fetched from servers on this machine that do what servers should not."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from kgraph.fetch import FetchError, Limits, Page, get, pages
from kgraph.fetch.address import check, shown
from sites import HERE, PAGE, Answer, Site, failure, found, running, status


@pytest.fixture
def site() -> Iterator[Site]:
    """Return a server of the test's own."""
    with running() as made:
        yield made


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
