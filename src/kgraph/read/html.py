"""Web pages saved as files: main text and metadata by trafilatura."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kgraph.errors import ReadError
from kgraph.model import Article
from kgraph.read.dates import iso_date
from kgraph.read.encoding import decode
from kgraph.read.fields import Report, Where, article

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_WRITTEN_DATE = re.compile(
    r"[0-9]{4}([-/]?)[0-9]{1,2}\1[0-9]{1,2}"
    r"|[0-9]{1,2}(?:st|nd|rd|th)?\s+[A-Za-z]{3,9}\.?,?\s+[0-9]{4}"
    r"|[A-Za-z]{3,9}\.?\s+[0-9]{1,2}(?:st|nd|rd|th)?,?\s+[0-9]{4}"
)
# What the page states counts; a date guessed from its text or capped by today's clock does not.
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-12-31"}


def read_html(path: Path, name: str, report: Report) -> Iterator[tuple[int | None, Article]]:
    """Yield the article of an .html file: its main text, paragraphs set apart by an empty line.

    Offsets refer to that text, not to the markup. Raises OSError.
    """
    where = Where(path, report)
    data = path.read_bytes()
    if not data.strip():
        where.problem("is empty", "skipped; save the page again or leave it out")
        return
    try:
        page = _page(data)
    except ReadError as error:
        where.problem(str(error), "skipped; save the page again or leave it out")
        return
    try:
        import trafilatura  # slow to import, and only web pages need it
    except ImportError as error:
        reason = f"needs the package trafilatura, which does not load ({str(error).splitlines()[0]})"
        where.problem(reason, "skipped; install kgraph again with its dependencies")
        return
    found = trafilatura.bare_extraction(
        page, include_comments=False, with_metadata=True, date_extraction_params=_DATES
    )
    fields = found if isinstance(found, dict) or found is None else found.as_dict()
    text = (fields or {}).get("text") or ""
    if not fields or not text.strip():
        where.problem("has no main text", "skipped; save the page's text as .txt or leave it out")
        return
    stated = {
        "title": fields.get("title"),
        "date": _stated(fields.get("date"), page),
        "source": fields.get("sitename") or fields.get("hostname"),
        "url": fields.get("url"),
        "text": "\n\n".join(line for line in text.split("\n") if line.strip()),
    }
    read = article(stated, default_id=name, where=where)
    if read is not None:
        yield None, read


def _stated(date: object, page: str) -> str | None:
    """Return the date found in a page where the page has that very day; a missing day was guessed as 1."""
    if isinstance(date, str) and any(
        iso_date(written[0]) == date for written in _WRITTEN_DATE.finditer(page)
    ):
        return date
    return None


def _page(data: bytes) -> str:
    """Decode a page: UTF-8 where it is, else as it says itself, else as any file. Raises ReadError."""
    stated = _CHARSET.search(data[:4096])
    if stated is not None:
        for codec in ("utf-8", stated[1].decode("ascii")):
            try:
                text = data.decode(codec)
            except (LookupError, UnicodeError):
                continue
            if "\0" not in text:
                return _XML_DECLARATION.sub("", text.removeprefix("\ufeff"), count=1)
    return _XML_DECLARATION.sub("", decode(data), count=1)
