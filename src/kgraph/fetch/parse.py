"""A process that reads one RSS or Atom feed and may be killed: ``python -m kgraph.fetch.parse MEDIA URL``.

feedparser takes hours for some megabytes made for that purpose. The feed comes on the standard input, what it
says goes out as one JSON object.
"""

from __future__ import annotations

import calendar
import io
import json
import sys
import time
from typing import Any

MEMORY = 1 << 30
"""Bytes that the process may use."""


def read(body: bytes, media: str, url: str) -> dict[str, Any]:
    """Return ``title``, ``is_feed`` and ``entries`` of a feed: texts, dates as seconds since 1970."""
    import feedparser

    headers = {"content-type": media or "application/xml", "content-location": url}
    found = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    return {
        "title": found.feed.get("title", ""),
        "is_feed": bool(found.version),
        "entries": [_entry(entry) for entry in found.entries],
    }


def _entry(entry: Any) -> dict[str, Any]:
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    contents = [part.get("value", "") for part in entry.get("content", ())]
    return {
        "guid": entry.get("id", ""),
        "link": entry.get("link", ""),
        "title": entry.get("title", ""),
        "author": entry.get("author", ""),
        "date": _seconds(when),
        "content": max(contents, key=len, default=""),
        "summary": entry.get("summary", ""),
    }


def _seconds(when: Any) -> int | None:
    try:
        return None if when is None else calendar.timegm(time.struct_time(when))
    except (TypeError, ValueError, OverflowError):
        return None


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit_memory()
    json.dump(read(sys.stdin.buffer.read(), sys.argv[1], sys.argv[2]), sys.stdout)
