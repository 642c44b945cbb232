"""What a URL gave as the source that a reader reads: its kind, its encoding, its id."""

from __future__ import annotations

import codecs
import hashlib
import io
import posixpath
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from kgraph.errors import printable
from kgraph.fetch.address import FetchError, shown
from kgraph.fetch.http import Page
from kgraph.read.source import Source

_SUFFIXES = {
    "application/gzip": ".gz",
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/ld+json": ".json",
    "application/pdf": ".pdf",
    "application/vnd.apache.parquet": ".parquet",
    "application/x-gzip": ".gz",
    "application/x-ndjson": ".jsonl",
    "application/x-pdf": ".pdf",
    "application/x-tar": ".tar",
    "application/xhtml+xml": ".html",
    "application/zip": ".zip",
    "message/rfc822": ".eml",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/tab-separated-values": ".tsv",
}
_VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/x-download"})
_OF_URLS = frozenset(_SUFFIXES.values()) | {".htm", ".ndjson", ".tgz", ".txt"}
_TEXTS = frozenset({".csv", ".eml", ".html", ".json", ".jsonl", ".md", ".tsv", ".txt"})
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")
# Encodings that pages are written in; Python knows others, some of which take long on purpose-made bytes.
CHARSETS = re.compile(
    r"(?:x-)?(?:utf-?(?:8|16|32)(?:-?[lb]e)?|us-ascii|iso-?8859.*|latin-?\d+|windows-?\d+|cp-?\d+|koi8-?\w+"
    r"|gb(?:k|2312|18030)|big5(?:-?hkscs)?|euc-?\w+|shift[-_]jis|sjis|iso-2022-\w+|mac-?\w+|tis-620)"
)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=", re.IGNORECASE)
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id")


def source(page: Page, *, asked: str, stated: Mapping[str, str] | None = None) -> Source:
    """Return what a reader reads of a page; its id is made of the URL that was asked for.

    Raises FetchError for what is no article: a feed, a picture, nothing at all.
    """
    if not page.body.strip():
        raise FetchError("is empty")
    suffix = _suffix(page)
    body = in_utf8(page.body, page.charset) if suffix in _TEXTS else page.body
    fields = {"id": article_id(asked), "url": page.url, **(stated or {})}
    return Source(shown(asked), suffix, lambda: io.BytesIO(body), page.url, fields, name=fields["id"])


def in_utf8(body: bytes, charset: str) -> bytes:
    """Return text in UTF-8 where only the server said in which encoding it is.

    What is UTF-8 already, has a byte order mark, or names its encoding itself stays as it is.
    """
    if (
        not charset
        or not CHARSETS.fullmatch(charset)
        or body.startswith((codecs.BOM_UTF8, b"\xff\xfe", b"\xfe\xff"))
    ):
        return body
    is_wide = "16" in charset or "32" in charset
    try:
        if not is_wide:
            body.decode("utf-8")
            return body
    except UnicodeDecodeError:
        if _META.search(body[:4096]):
            return body
    try:
        return body.decode(charset).encode()
    except (LookupError, UnicodeError):
        return body


def article_id(url: str, *, key: str = "") -> str:
    """Return an id that can be read and is the same each time: host, words of the path, and a hash.

    ``key`` is what tells the article from others of one URL, by default the URL without what only tells where
    a reader came from.
    """
    parts = urlsplit(url)
    asked = [(name, value) for name, value in parse_qsl(parts.query) if not _TRACKING.fullmatch(name)]
    plain = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(asked), ""))
    words = f"{(parts.hostname or '').removeprefix('www.')}{unquote(posixpath.splitext(parts.path)[0])}"
    read = re.sub(r"[^A-Za-z0-9.]+", "-", words).strip("-.")
    if len(read) > 60:
        read = read[:60].rsplit("-", 1)[0]
    digest = hashlib.sha256((key or plain).encode("utf-8", "replace")).hexdigest()[:10]
    return f"{read}-{digest}" if read else digest


def _suffix(page: Page) -> str:
    """Choose the reader by what the server says; where that says nothing, by URL and first bytes."""
    start = page.body[:2048].lstrip()
    by_url = posixpath.splitext(urlsplit(page.url).path)[1].lower()
    if start.startswith(b"%PDF-"):
        return ".pdf"
    if page.media in _SUFFIXES:
        return _SUFFIXES[page.media]
    if page.media.endswith(("/xml", "+xml")):
        if _FEED.search(start):
            raise FetchError("is a feed, not an article", "skipped; give --feed to read what it lists")
        if b"<html" in start.lower():
            return ".html"
        raise FetchError(f"is {printable(page.media)}, which is no article")
    if page.media in _VAGUE or page.media.startswith("text/"):
        if by_url in _OF_URLS:
            return by_url
        if _FEED.search(start):
            raise FetchError("is a feed, not an article", "skipped; give --feed to read what it lists")
        return ".html" if start[:1] == b"<" else ".txt"
    raise FetchError(f"is {printable(page.media)[:60]}, which is no article", "skipped; name its page")
