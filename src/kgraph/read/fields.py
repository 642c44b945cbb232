"""Named fields of one article, from whatever file, to a checked Article."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kgraph.errors import printable
from kgraph.model import Article, Problem
from kgraph.read.dates import iso_date
from kgraph.read.encoding import without_surrogates
from kgraph.read.source import Source

Report = Callable[[Problem], None]

_KNOWN = frozenset({"author", "id", "title", "date", "text", "url", "source"})
_JSON_TYPES = {
    bool: "true or false",
    dict: "an object",
    float: "a number",
    int: "a number",
    list: "a list",
    str: "a string",
}


@dataclass(frozen=True, slots=True)
class Where:
    """The source, and in one of many articles the line or item, that a problem is about."""

    source: Source
    report: Report
    line: int | None = None
    item: int | None = None

    def problem(self, reason: str, remedy: str) -> None:
        """Report one problem at this place."""
        reason = reason if self.item is None else f"item {self.item} {reason}"
        self.report(Problem(self.source.shown, reason, remedy, self.line))


def article(fields: Mapping[str, object], *, default_id: str, where: Where) -> Article | None:
    """One Article of fields; the text is taken unchanged. None where there is no text to read.

    A field of the wrong type, or a date that is none, is reported and left out; the rest is read.
    Fields that kgraph does not know are kept in ``extra``, sorted by name. What the source states counts
    where the fields say nothing.
    """
    stated = where.source.stated
    fields = {**fields, **{name: value for name, value in stated.items() if fields.get(name) is None}}
    text = fields.get("text")
    if text is None:
        where.problem("has no text", "skipped; give it a field text")
        return None
    if not isinstance(text, str):
        where.problem(f"has {type_name(text)} as text, not a string", "skipped; make text a string")
        return None
    if not text.strip():
        where.problem("has an empty text", "skipped; put the article's text in it or leave it out")
        return None
    return Article(
        id=_id(fields.get("id"), where) or default_id,
        title=" ".join((_string(fields, "title", where) or "").split()),
        text=without_surrogates(text),
        date=_date(fields.get("date"), where),
        source=_string(fields, "source", where),
        url=_string(fields, "url", where) or where.source.url,
        author=_author(fields, where),
        extra=_extra(fields, where),
    )


def type_name(value: object) -> str:
    """Name the type of a JSON value in words, with its article."""
    return "nothing" if value is None else _JSON_TYPES.get(type(value), f"a {type(value).__name__}")


def _string(fields: Mapping[str, object], name: str, where: Where) -> str | None:
    """Return a field that must be a string; None where it is missing, blank or of another type."""
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        where.problem(
            f"has {type_name(value)} as {name}, not a string", f"read without it; make {name} a string"
        )
        return None
    return without_surrogates(value).strip() or None


def _author(fields: Mapping[str, object], where: Where) -> str | None:
    """Return who wrote the article; several, as a list or one to a line, are set apart by ``; ``."""
    value = fields.get("author")
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        fields = {"author": "; ".join(value)}
    return " ".join((_string(fields, "author", where) or "").split()) or None


def _id(value: object, where: Where) -> str | None:
    """Return the article's id; a number counts as its digits."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return _string({"id": value}, "id", where)


def _date(value: object, where: Where) -> str | None:
    """Return the article's date as YYYY-MM-DD; one that is no certain day is reported and left out."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # 20180119 as a number is as clear as in quotes
    text = _string({"date": value}, "date", where)
    if text is None:
        return None
    date = iso_date(text)
    if date is None:
        shown = printable(text if len(text) <= 40 else text[:40] + "…")
        where.problem(f"has the date '{shown}', which is none", "read without a date; write YYYY-MM-DD")
    return date


def _extra(fields: Mapping[str, object], where: Where) -> tuple[tuple[str, str], ...]:
    """Keep the unknown fields as (name, JSON text), sorted."""
    kept = []
    for name in sorted(fields.keys() - _KNOWN):
        try:
            value = json.dumps(fields[name], ensure_ascii=False, sort_keys=True)
        except RecursionError:
            where.problem(
                f"has a field '{printable(name[:40])}' nested too deeply", "read without it; flatten it"
            )
            continue
        kept.append((without_surrogates(name), without_surrogates(value)))
    return tuple(kept)
