"""Web pages saved as files: main text and metadata by trafilatura."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgraph.errors import ReadError
from kgraph.model import Article
from kgraph.read.dates import iso_date
from kgraph.read.encoding import decode
from kgraph.read.fields import Report, Where, article
from kgraph.read.source import Source

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,500}>")
_WRITTEN_DATE = re.compile(
    r"[0-9]{4}([-/]?)[0-9]{1,2}\1[0-9]{1,2}"
    r"|[0-9]{1,2}(?:st|nd|rd|th)?\s+[A-Za-z]{3,9}\.?,?\s+[0-9]{4}"
    r"|[A-Za-z]{3,9}\.?\s+[0-9]{1,2}(?:st|nd|rd|th)?,?\s+[0-9]{4}"
)
# What the page states counts; a date guessed from its text or capped by today's clock does not.
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-12-31"}


def read_html(source: Source, name: str, report: Report) -> Iterator[tuple[int | None, Article]]:
    """Yield the article of an .html file: its main text, paragraphs set apart by an empty line.

    Offsets refer to that text, not to the markup. Raises OSError, and ReadError where it has no text.
    """
    where = Where(source, report)
    data = source.read()
    if not data.strip():
        where.problem("is empty", "skipped; save the page again or leave it out")
        return
    try:
        found = extracted(_page(data))
    except ReadError as error:
        where.problem(str(error), "skipped; save the page again or leave it out")
        return
    if not found:
        where.problem("has no main text", "skipped; save the page's text as .txt or leave it out")
        return
    read = article(found, default_id=name, where=where)
    if read is not None:
        yield None, read


def extracted(page: str) -> dict[str, object]:
    """Return title, date, source, author, url and text of a page; empty where it has no main text.

    Raises ReadError where trafilatura does not load.
    """
    try:
        import trafilatura  # slow to import, and only web pages need it
    except ImportError as error:
        why = str(error).splitlines()[0]
        raise ReadError(f"needs the package trafilatura, which does not load ({why})") from error
    found = trafilatura.bare_extraction(
        page, include_comments=False, with_metadata=True, date_extraction_params=_DATES
    )
    fields = found if isinstance(found, dict) or found is None else found.as_dict()
    text = (fields or {}).get("text") or ""
    if not fields or not text.strip():
        return {}
    return {
        "title": fields.get("title"),
        "date": _stated(fields.get("date"), page),
        "source": fields.get("sitename") or fields.get("hostname"),
        "author": fields.get("author"),
        "url": fields.get("url"),
        "text": "\n\n".join(line for line in text.split("\n") if line.strip()),
    }


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
                return _without_declaration(text.removeprefix("\ufeff"))
    return _without_declaration(decode(data))


def _without_declaration(page: str) -> str:
    """Cut off an XML declaration, with which lxml takes no text that is decoded already."""
    found = _XML_DECLARATION.match(page)
    return page if found is None else page[found.end() :]
