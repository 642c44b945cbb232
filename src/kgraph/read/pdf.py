"""PDF by PDFium: its text in reading order, without what is repeated on every page."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from kgraph.errors import ReadError, printable
from kgraph.model import Article
from kgraph.read import layout
from kgraph.read.dates import iso_date
from kgraph.read.fields import Report, Where, article
from kgraph.read.layout import Line, Page, Piece
from kgraph.read.source import Source

_MOST_PAGES = 2_000
_MOST_CHARACTERS = 5_000_000
_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_NO_TITLE = re.compile(
    r"(?:untitled|document|title|print|page|slide|microsoft \w+"
    r"|.{0,200}\.(?:docx?|indd|qxp|qxd|odt|rtf|tex|pdf|html?|pptx?))"
    r"[\s\d]*",
    re.IGNORECASE,
)
_NO_AUTHOR = frozenset({"", "admin", "administrator", "anonymous", "author", "owner", "unknown", "user"})
_MADE_BY = re.compile(r"^microsoft (?:word|powerpoint) - ", re.IGNORECASE)
_DAY = re.compile(r"D?:?([0-9]{4})([0-9]{2})([0-9]{2})")
_BREAKS = frozenset("\r\n\x0b\x0c\x85\u2028\u2029")
_HYPHENS = frozenset("\x02\xad\ufffe")  # what PDFium writes for a hyphen at the end of a line


def read_pdf(source: Source, name: str, report: Report) -> Iterator[tuple[int | None, Article]]:
    """Yield the article of a .pdf file; paragraphs are set apart by an empty line, offsets refer to that.

    The title is that of the metadata, else the largest text of the first page. The date is the one day that
    stands at the head or foot of the pages, else that of the metadata. Needs pypdfium2. Raises OSError, and
    ReadError where there is no text, or none without a password.
    """
    try:
        import pypdfium2
    except ImportError as error:
        raise ReadError("needs the package pypdfium2; pip install 'kgraph[pdf]'") from error
    data = source.read()
    if not data.strip():
        raise ReadError("is empty")
    try:
        document: Any = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR or "password" in str(error).lower():
            raise ReadError("is encrypted; save it without a password") from None
        raise ReadError(f"is no PDF, or damaged ({printable(str(error))[:100]})") from None
    try:
        fields = _fields(document, pypdfium2)
    finally:
        document.close()
    made = article(fields, default_id=name, where=Where(source, report))
    if made is not None:
        yield None, made


def _fields(document: Any, library: Any) -> dict[str, object]:
    """Return title, date, author and text of a document."""
    count = len(document)
    if count > _MOST_PAGES:
        raise ReadError(f"has {count:,} pages, an article at most {_MOST_PAGES:,}; split it")
    pages: list[Page] = []
    pictures = characters = 0
    for number in range(count):
        try:
            page = document[number]
        except library.PdfiumError:  # one page is damaged
            continue
        try:
            found = _page(page, library.raw)
            characters += sum(len(piece.text) for line in found.lines for piece in line)
            if characters > _MOST_CHARACTERS:
                raise ReadError(f"holds more than {_MOST_CHARACTERS:,} characters; split it")
            if not found.lines and _has_picture(page, library.raw):
                pictures += 1
            pages.append(found)
        except library.PdfiumError:
            continue
        finally:
            page.close()
    if not any(page.lines for page in pages):
        if pictures:
            raise ReadError("has no text, only pictures; run OCR on it")
        raise ReadError("has no text")
    shown = layout.arrange(pages)
    stated = document.get_metadata_dict(skip_empty=True)
    return {
        "title": _title(str(stated.get("Title", ""))) or shown.title,
        "author": _author(str(stated.get("Author", ""))),
        "date": shown.date or _made(str(stated.get("CreationDate", ""))),
        "text": shown.text,
    }


def _title(title: str) -> str:
    """Return the title of the metadata without what programs put there; "" where nothing is left."""
    title = _MADE_BY.sub("", " ".join(title[:500].split()))
    is_one = len(title) > 8 and " " in title and _NO_TITLE.fullmatch(title) is None
    return title if is_one and any(char.isalpha() for char in title) else ""


def _author(author: str) -> str | None:
    """Return the author of the metadata, where it is a name."""
    author = " ".join(author[:500].split())
    return None if author.strip("()").lower() in _NO_AUTHOR else author


def _made(stamp: str) -> str | None:
    """Return the day of a date as PDF writes it, D:20300304101500Z."""
    found = _DAY.match(stamp.strip())
    return iso_date("-".join(found.groups())) if found else None


def _has_picture(page: Any, raw: Any) -> bool:
    pictures = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
    objects = range(min(raw.FPDFPage_CountObjects(page), 1000))
    return any(raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, at)) in pictures for at in objects)


def _page(page: Any, raw: Any) -> Page:
    """Return the lines of a page, in the order of its content, each in pieces with wide gaps between them."""
    text = page.get_textpage()
    try:
        box = raw.FS_RECTF()
        lines: list[Line] = []
        chars: list[tuple[str, float, float, float, float]] = []
        for number in range(min(text.count_chars(), _MOST_CHARACTERS)):
            code = raw.FPDFText_GetUnicode(text, number)
            char = chr(code) if code < 0x110000 else "\ufffd"
            if char in _BREAKS:
                _end(chars, lines)
                continue
            if not raw.FPDFText_GetLooseCharBox(text, number, ctypes.byref(box)):
                continue
            here = (char, box.left, box.bottom, box.right, box.top)
            last = chars[-1] if chars else None
            if last is not None and last[0] in _HYPHENS and here[4] < last[2] + (last[4] - last[2]) * 0.5:
                _end(chars, lines)  # PDFium joins the parts of a word that is broken
            chars.append(here)
        _end(chars, lines)
        return Page(tuple(lines), page.get_height())
    finally:
        text.close()


def _end(chars: list[tuple[str, float, float, float, float]], lines: list[Line]) -> None:
    """Make a line of the characters so far, split where the gap is wider than between words."""
    pieces: list[Piece] = []
    begin = 0
    drawn = [(at, char) for at, char in enumerate(chars) if not char[0].isspace()]
    for (left_at, left), (right_at, right) in pairwise(drawn):
        if right[1] - left[3] > layout.GAP * max(right[4] - right[2], left[4] - left[2]):
            pieces += _piece(chars[begin : left_at + 1])
            begin = right_at
    pieces += _piece(chars[begin:])
    if pieces:
        lines.append(tuple(pieces))
    chars.clear()


def _piece(chars: list[tuple[str, float, float, float, float]]) -> list[Piece]:
    """Make a piece of characters that have something to show."""
    inked = [char for char in chars if not char[0].isspace()]
    if not inked:
        return []
    written = "".join("-" if char[0] in _HYPHENS else char[0] for char in chars)
    text = " ".join(written.split())
    heights = sorted(char[4] - char[2] for char in inked)
    return [
        Piece(
            text,
            min(char[1] for char in inked),
            min(char[2] for char in inked),
            max(char[3] for char in inked),
            max(char[4] for char in inked),
            round(heights[len(heights) // 2], 1),
        )
    ]
