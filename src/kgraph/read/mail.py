"""Mails (.eml: newsletters, alerts) and pages saved with all their parts (.mhtml)."""

from __future__ import annotations

import email
import email.policy
import email.utils
from collections.abc import Iterator
from email.message import Message

from kgraph.errors import ReadError
from kgraph.model import Article
from kgraph.read.encoding import decode
from kgraph.read.fields import Report, Where, article
from kgraph.read.html import extracted
from kgraph.read.source import Source

_MOST_PARTS = 200
_DEEPEST = 20


def read_mail(source: Source, name: str, report: Report) -> Iterator[tuple[int | None, Article]]:
    """Yield the article of a mail: its plain text, else the main text of its HTML part.

    Title, date and author are its subject, its day as sent and the name of its sender. Raises OSError, and
    ReadError where it holds no text.
    """
    mail = _parsed(source.read())
    plain, pages = _parts(mail)
    fields = {"title": _header(mail, "Subject"), "date": _day(mail), "author": _sender(mail)}
    text = "\n\n".join(piece for piece in plain if piece.strip())
    if len(text.split()) < 20 and pages:  # "your mail program shows no HTML"
        found = [extracted(page) for page in pages]
        texts = [str(each["text"]) for each in found if each]
        text = "\n\n".join(texts) or text
    if not text.strip():
        raise ReadError("is a mail without text")
    fields["text"] = text.replace("\r\n", "\n").replace("\r", "\n")
    made = article(fields, default_id=name, where=Where(source, report))
    if made is not None:
        yield None, made


def read_mhtml(source: Source, name: str, report: Report) -> Iterator[tuple[int | None, Article]]:
    """Yield the article of a saved page: the main text of its first HTML part. Raises as ``read_mail``."""
    mail = _parsed(source.read())
    _, pages = _parts(mail)
    for page in pages:
        found = extracted(page)
        if found:
            address = _header(mail, "Snapshot-Content-Location") or _header(mail, "Content-Location")
            if address and not found.get("url") and address.startswith(("http://", "https://")):
                found["url"] = address
            found["title"] = found.get("title") or _header(mail, "Subject")
            made = article(found, default_id=name, where=Where(source, report))
            if made is not None:
                yield None, made
            return
    raise ReadError("has no main text" if pages else "is no saved page: no part of it is HTML")


def _parsed(data: bytes) -> Message:
    if not data.strip():
        raise ReadError("is empty")
    # The modern policy parses every header when it is read, and fails on some that are none.
    return email.message_from_bytes(data, policy=email.policy.compat32)


def _parts(mail: Message) -> tuple[list[str], list[str]]:
    """Return the plain texts and the HTML pages of a mail that are not attached files."""
    plain: list[str] = []
    pages: list[str] = []
    todo: list[tuple[Message, int]] = [(mail, 0)]
    seen = 0
    while todo and seen < _MOST_PARTS:
        part, depth = todo.pop(0)
        seen += 1
        if part.is_multipart():
            content = part.get_payload()
            if depth < _DEEPEST and isinstance(content, list):
                todo = [(each, depth + 1) for each in content if isinstance(each, Message)] + todo
            continue
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html") or _is_attached(part):
            continue
        (plain if kind == "text/plain" else pages).append(_text(part))
    return plain, pages


def _is_attached(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _text(part: Message) -> str:
    """Return the text of a part in the encoding it names, else in the likeliest."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        charset = part.get_content_charset()
        if charset is not None:
            return data.decode(charset)
    except (LookupError, ValueError):  # it names none, or not that of these bytes
        pass
    try:
        return decode(data)
    except ReadError:
        return ""


def _header(mail: Message, name: str) -> str | None:
    """Return a header as text on one line, with its encoded words read."""
    value = mail.get(name)
    if value is None:
        return None
    from email.errors import HeaderParseError
    from email.header import decode_header

    raw = str(value)[:10_000]
    try:
        pieces = decode_header(raw)
    except (HeaderParseError, ValueError):
        return " ".join(raw.split()) or None
    texts = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            texts.append(piece)
            continue
        try:
            texts.append(piece.decode(charset or "utf-8", errors="replace"))
        except (LookupError, ValueError):
            texts.append(piece.decode("utf-8", errors="replace"))
    return " ".join("".join(texts).split()) or None


def _day(mail: Message) -> str | None:
    """Return the day on which a mail was sent, as its own clock says."""
    found = email.utils.parsedate((_header(mail, "Date") or "")[:200])
    if found is None or not (1 <= found[1] <= 12 and 1 <= found[2] <= 31 and 1900 <= found[0] <= 2100):
        return None
    return f"{found[0]:04}-{found[1]:02}-{found[2]:02}"


def _sender(mail: Message) -> str | None:
    """Return the name of who sent a mail, else the address."""
    name, address = email.utils.parseaddr((_header(mail, "From") or "")[:1000])
    return name or address or None
