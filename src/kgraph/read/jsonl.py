"""JSON Lines, and JSON files with one article or a list of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from kgraph.errors import ReadError
from kgraph.model import Article
from kgraph.read.encoding import decode, lines
from kgraph.read.fields import Report, Where, article, type_name
from kgraph.read.source import Source

_NOT_TEXT = "skipped; save it as UTF-8 text or leave it out"
_NOT_JSON = "skipped; correct it or leave it out"
_MOST_PARTS = 2_000_000  # lists and objects of one text: a hundred bytes of memory for each bracket


def read_jsonl(source: Source, name: str, report: Report) -> Iterator[tuple[int | None, Article]]:
    """Yield (line, article) of each line; an article without an id gets ``<name>-<line>``. Raises OSError."""
    empty = True
    try:
        for number, line in lines(source):
            empty = False
            where = Where(source, report, line=number)
            if isinstance(line, ReadError):
                where.problem(str(line), _NOT_TEXT)
                continue
            try:
                value = loads(line)
            except ValueError as error:
                where.problem(_malformed(error, line=False), _NOT_JSON)
                continue
            read = _article(value, f"{name}-{number}", where)
            if read is not None:
                yield number, read
    except ReadError as error:
        Where(source, report).problem(str(error), _NOT_TEXT)
    else:
        if empty:
            Where(source, report).problem("is empty", "skipped; put articles in it or leave it out")


def read_json(source: Source, name: str, report: Report) -> Iterator[tuple[int | None, Article]]:
    """Yield the article of an object, or those of a list (ids ``<name>-<item>``). Raises OSError."""
    where = Where(source, report)
    try:
        content = decode(source.read())
    except ReadError as error:
        where.problem(str(error), _NOT_TEXT)
        return
    if not content.strip():
        where.problem("is empty", "skipped; put articles in it or leave it out")
        return
    try:
        value = loads(content)
    except ValueError as error:
        where.problem(_malformed(error, line=True), _NOT_JSON)
        return
    if not isinstance(value, list):
        read = _article(value, name, where)
        if read is not None:
            yield None, read
        return
    if not value:
        where.problem("is an empty list", "skipped; put articles in it or leave it out")
    for number, item in enumerate(value, start=1):
        read = _article(item, f"{name}-{number}", Where(source, report, item=number))
        if read is not None:
            yield None, read


def loads(text: str) -> object:
    """Return the value of a JSON text; NaN and infinities, which some writers put for nothing, are None.

    Raises ValueError where the text is no JSON, nested too deeply or holds a number too long to read.
    """
    if text.count("[") + text.count("{") > _MOST_PARTS:
        raise ValueError("it has too many parts")
    try:
        value: object = json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def _finite(text: str) -> float | None:
    """Return a float; None for one too large for a computer's numbers, which JSON could not write back."""
    number = float(text)
    return number if math.isfinite(number) else None


def _malformed(error: ValueError, *, line: bool) -> str:
    """Say in one line why a JSON text could not be read."""
    if not isinstance(error, json.JSONDecodeError):
        why = "a number in it is too long" if "digits" in str(error) else str(error)
        return f"is not valid JSON ({why})"
    at = f"line {error.lineno}, column {error.colno}" if line else f"column {error.colno}"
    return f"is not valid JSON ({error.msg} at {at})"


def _article(value: object, default_id: str, where: Where) -> Article | None:
    """Check that a JSON value is an object and make its article."""
    if not isinstance(value, dict):
        where.problem(f"is {type_name(value)}, not an object", "skipped; write one object for each article")
        return None
    return article(value, default_id=default_id, where=where)
