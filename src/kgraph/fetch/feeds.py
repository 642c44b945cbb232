"""RSS, Atom and JSON feeds as lists of entries."""

from __future__ import annotations

import datetime
import html
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from kgraph.errors import ReadError, printable
from kgraph.fetch.address import FetchError, is_url
from kgraph.fetch.pages import CHARSETS
from kgraph.read.dates import iso_date
from kgraph.read.encoding import decode, without_surrogates
from kgraph.read.jsonl import loads

LARGEST = 8 << 20
"""Bytes of a feed."""
SECONDS = 20.0
"""That reading one may take."""
ENTRIES = 5_000
"""That are taken of one; those further down are old."""
_FIELD = 2_000  # characters of a title, a name, an address
_TAG = re.compile(r"<[^<>]{0,1000}>")
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})")
_ALTERNATE = re.compile(
    rb"<link\b[^>]{0,300}?type=[\"']?application/(?:rss|atom|feed)\+(?:xml|json)[^>]{0,300}", re.I
)
_HREF = re.compile(rb"href=[\"']?([^\"'\s>]{1,500})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed; what it does not say is "". ``date`` is YYYY-MM-DD, in UTC."""

    guid: str
    link: str
    title: str
    date: str
    author: str
    content: str
    """The whole text as HTML, if the feed has it."""
    summary: str
    """What the feed says in short, as HTML; some put the whole text there."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The title of a feed, and its entries in their order."""

    title: str
    entries: tuple[Entry, ...]


def parse(body: bytes, *, url: str = "", media: str = "", seconds: float = SECONDS) -> Feed:
    """Read a feed of any kind; ``url`` is where it lay, to which its links are relative.

    Raises FetchError for what is none, for one that declares entities, and for one that takes too long.
    """
    if len(body) > LARGEST:
        raise FetchError(f"is larger than {LARGEST >> 20} MB", "skipped; a feed lists what is new")
    start = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[")):
        return _json_feed(body, url)
    plain = body.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")  # UTF-16 too
    if not plain.startswith(b"<"):
        raise _no_feed(body, url)
    # In UTF-7 and its kin a declaration does not look like one; feedparser would follow it.
    encoding = _ENCODING.search(plain[:200])
    if encoding and not CHARSETS.fullmatch(encoding[1].decode("ascii").lower()):
        raise FetchError("is in an encoding that no feed needs", "skipped; save it as UTF-8")
    if _ENTITY.search(plain):
        raise FetchError("declares entities of its own, as no feed need", "skipped; take them out")
    found = _apart(body, media, url, seconds)
    if not found["is_feed"] and not found["entries"]:
        raise _no_feed(body, url)
    return Feed(
        _line(found["title"]),
        tuple(
            Entry(
                guid=_short(entry["guid"]),
                link=_link(entry["link"], url),
                title=_line(entry["title"]),
                date=_day(entry["date"]),
                author=_line(entry["author"]),
                content=_text(entry["content"]),
                summary=_text(entry["summary"]),
            )
            for entry in found["entries"][:ENTRIES]
        ),
    )


def page(entry: Entry, text: str) -> bytes:
    """Return the text of an entry as a page, in UTF-8."""
    title = html.escape(entry.title)
    parts = f"<title>{title}</title></head><body><article>{_paragraphs(text)}</article></body></html>"
    return f'<!doctype html><html><head><meta charset="utf-8">{parts}'.encode("utf-8", "replace")


def _paragraphs(text: str) -> str:
    """Return HTML as it is, and mere text in paragraphs."""
    if _TAG.search(text):
        return text
    return "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", text) if part.strip())


def _apart(body: bytes, media: str, url: str, seconds: float) -> Any:
    """Read RSS or Atom in a process of its own, which is killed when the time is over."""
    if importlib.util.find_spec("feedparser") is None:
        raise FetchError("needs feedparser", "install it with: pip install 'kgraph[feeds]'")
    # -P: a file of the folder where the user is is no module of ours.
    command = [sys.executable, "-P", "-m", "kgraph.fetch.parse", media[:200], url]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=seconds, check=False)  # noqa: S603
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise FetchError(f"is not read within {seconds:g} s", "skipped; it is no sound feed") from None
    except ValueError:
        raise FetchError("cannot be read as a feed", "skipped; it is no sound feed") from None


def _json_feed(body: bytes, url: str) -> Feed:
    """Read a JSON Feed: https://www.jsonfeed.org/version/1.1/ ."""
    try:
        value = loads(decode(body))
    except (ReadError, ValueError):
        value = None
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(items, list):
        raise FetchError("is JSON, but no JSON Feed", "skipped; leave --feed out if it holds articles")
    return Feed(
        _line(value.get("title")),
        tuple(_json_entry(item, url) for item in items[:ENTRIES] if isinstance(item, dict)),
    )


def _json_entry(item: Mapping[str, Any], url: str) -> Entry:
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = [_line(each.get("name")) for each in authors or [] if isinstance(each, dict)]
    content = _text(item.get("content_html")) or _escaped(item.get("content_text"))
    return Entry(
        guid=_short(str(item.get("id") or "")),
        link=_link(item.get("url") or item.get("external_url"), url),
        title=_line(item.get("title"), is_html=False),
        date=_json_day(item.get("date_published") or item.get("date_modified")),
        author=", ".join(name for name in names if name),
        content=content,
        summary=_escaped(item.get("summary")),
    )


def _no_feed(body: bytes, url: str) -> FetchError:
    """Return the error of what is no feed; a page often names its feed."""
    found = _ALTERNATE.search(body[:200_000])
    named = found and _HREF.search(found[0])
    if named:
        link = _link(html.unescape(named[1].decode("utf-8", "replace")), url)
        return FetchError("is a page, not a feed", f"skipped; its feed is {printable(link)}")
    return FetchError("is no feed", "skipped; leave --feed out if it is an article")


def _day(seconds: object) -> str:
    if not isinstance(seconds, int):
        return ""
    try:
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def _json_day(value: object) -> str:
    if not isinstance(value, str):
        return ""
    try:
        when = datetime.datetime.fromisoformat(value.strip())
        return (when.astimezone(datetime.UTC) if when.tzinfo else when).date().isoformat()
    except (ValueError, OverflowError):
        return iso_date(value) or ""


def _link(value: object, base: str) -> str:
    """Return an address in full; "" where it is none of http(s)."""
    try:
        link = urljoin(base, _short(value).strip())
    except ValueError:
        return ""
    return link if is_url(link) else ""


def _line(value: object, *, is_html: bool = True) -> str:
    """Return a title or name as one line of plain text."""
    text = _text(value)[:_FIELD]
    if is_html:
        text = html.unescape(_TAG.sub("", text))
    return " ".join(text.split())


def _short(value: object) -> str:
    return _text(value)[:_FIELD]


def _text(value: object) -> str:
    return without_surrogates(value) if isinstance(value, str) else ""


def _escaped(value: object) -> str:
    return html.escape(_text(value), quote=False)
