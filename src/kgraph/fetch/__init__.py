"""URLs and feeds to sources that the readers read.

    URL -> address (is it one to connect to) -> http (one page, within limits) -> pages -> Source
    feed -> feeds (its entries) -> each entry's link as above, or the text that the feed has

Nothing here stops at bad input: each problem is reported in one line and the rest goes on.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from kgraph.errors import printable
from kgraph.fetch import feeds, pages
from kgraph.fetch.address import FetchError, is_url, shown
from kgraph.fetch.http import Limits, Page, get
from kgraph.fetch.robots import Robots
from kgraph.model import Problem
from kgraph.read.source import Source

__all__ = ["FetchError", "Limits", "Page", "Web", "get", "is_url"]

Report = Callable[[Problem], None]
Get = Callable[[str, Limits], Page]
_FEED_FILES = frozenset({".atom", ".rdf", ".rss", ".xml"})


def _get(url: str, limits: Limits) -> Page:
    return get(url, limits=limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """How URLs are read. One value may be used again and again: entries it has read are not fetched anew."""

    feed: bool = False
    """URLs, and files that are feeds, list articles, which are to be read."""
    feed_text: bool = False
    """Take the text that a feed has, and do not fetch its links."""
    limits: Limits = field(default_factory=Limits)
    get: Get = _get
    read: set[tuple[str, str, str]] = field(default_factory=set, compare=False)
    """Id, date and address of the entries that were read."""

    def takes(self, path: str | Path) -> bool:
        """Whether a path is read here, and not as a file: a URL, or with ``feed`` a file that is a feed."""
        if is_url(path):
            return True
        if not self.feed:
            return False
        file = Path(path)
        try:
            if file.suffix.lower() == ".json" and file.is_file():
                with file.open("rb") as stream:
                    return b"jsonfeed.org/version/" in stream.read(4096)
            return file.suffix.lower() in _FEED_FILES and file.is_file()
        except (OSError, ValueError):
            return False

    def sources(self, paths: Iterable[str | Path], *, on_problem: Report) -> Iterator[Source]:
        """Yield what is at URLs and in feeds, one after the other; each is fetched when it is asked for."""
        robots = Robots(lambda url: self.get(url, self.limits))
        for path in paths:
            try:
                if self.feed:
                    yield from self._entries(path, robots, on_problem)
                else:
                    url = str(path)
                    yield pages.source(self.get(url, self.limits), asked=url)
            except FetchError as error:
                on_problem(Problem(shown(str(path)), error.reason, error.remedy))

    def _entries(self, path: str | Path, robots: Robots, report: Report) -> Iterator[Source]:
        """Yield the articles that a feed lists. Raises FetchError where there is no feed."""
        page = self._feed(path)
        found = feeds.parse(page.body, url=page.url, media=page.media)
        if not found.entries:
            report(Problem(shown(str(path)), "lists no article", "skipped; try again later"))
        for entry in found.entries:
            key = _key(entry, page.url)
            mark = (key, entry.date, entry.link)
            if mark in self.read:
                continue
            try:
                yield self._entry(entry, key, found, page, robots)
            except FetchError as error:
                name = shown(entry.link) if entry.link else f"{shown(str(path))} ({_named(entry)})"
                report(Problem(name, error.reason, error.remedy))
            else:
                self.read.add(mark)

    def _feed(self, path: str | Path) -> Page:
        if is_url(path):
            return self.get(str(path), replace(self.limits, size=min(self.limits.size, feeds.LARGEST)))
        try:
            with Path(path).open("rb") as stream:
                return Page("", "", "", stream.read(feeds.LARGEST + 1))
        except OSError as error:
            raise FetchError(f"cannot be read ({error.strerror})", "skipped; check the file") from None

    def _entry(self, entry: feeds.Entry, key: str, feed: feeds.Feed, page: Page, robots: Robots) -> Source:
        """Return one article of a feed: what its link gives, or else the text that the feed has of it."""
        stated = {
            "id": pages.article_id(entry.link or page.url or "feed:", key=key),
            "title": entry.title,
            "date": entry.date,
            "author": entry.author,
            "source": feed.title,
            "url": entry.link,
        }
        stated = {name: value for name, value in stated.items() if value}
        own = entry.content or (entry.summary if self.feed_text or not entry.link else "")
        if self.feed_text or not entry.link:
            if not own:
                raise FetchError(
                    "has no text in the feed", "skipped; leave --feed-text out to fetch its page"
                )
            return _own(entry, own, stated)
        try:
            if not robots.allow(entry.link):
                raise FetchError("is not for programs, says its robots.txt", "skipped; save it as a file")
            return pages.source(self.get(entry.link, self.limits), asked=entry.link, stated=stated)
        except FetchError:
            if own:
                return _own(entry, own, stated)
            raise


def _own(entry: feeds.Entry, text: str, stated: dict[str, str]) -> Source:
    body = feeds.page(entry, text)
    name = shown(entry.link) if entry.link else _named(entry)
    return Source(name, ".html", lambda: io.BytesIO(body), entry.link or None, stated, name=stated["id"])


def _named(entry: feeds.Entry) -> str:
    return f"entry {printable((entry.title or entry.guid)[:80])!r}"


def _key(entry: feeds.Entry, url: str) -> str:
    """Return what an entry is known by: its own id if that is one for all feeds, else that with its site."""
    if ":" in entry.guid:
        return entry.guid
    if entry.guid:
        return f"{urlsplit(entry.link or url).netloc} {entry.guid}"
    return entry.link or f"{url} {entry.title} {entry.date}"
