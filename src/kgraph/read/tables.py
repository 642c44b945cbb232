"""Tables with one article in each row: .csv, .tsv and .parquet."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kgraph.errors import ReadError, printable
from kgraph.model import Article
from kgraph.read.encoding import LONGEST_LINE, detect
from kgraph.read.fields import Report, Where, article
from kgraph.read.source import Source

NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text",
        "body",
        "content",
        "article",
        "article_text",
        "full_text",
        "fulltext",
        "story",
        "maintext",
    ),
    "title": ("title", "headline", "head", "heading"),
    "date": (
        "date",
        "published",
        "publish_date",
        "publication_date",
        "published_at",
        "pubdate",
        "date_publish",
    ),
    "url": ("url", "link", "href", "web_url", "permalink"),
    "source": ("source", "publisher", "outlet", "publication", "newspaper", "source_domain", "site"),
    "author": ("author", "byline", "authors", "writer", "creator"),
    "id": ("id", "article_id", "uid", "guid"),
}
"""Names of columns by field, the likeliest first; capitals, spaces and hyphens make no difference."""

_SAMPLE = 65_536
_DELIMITERS = ",;\t|"
_BATCH = 64  # rows of a Parquet file held at once


def read_csv(
    source: Source, name: str, report: Report, *, columns: Mapping[str, str] | None = None
) -> Iterator[tuple[int | None, Article]]:
    """Yield (line, article) of each row; an article without an id gets ``<name>-<row>``.

    The first row names the columns; ``columns`` says which is which where ``NAMES`` does not know. Encoding
    and delimiter are found. Rows are streamed. Raises OSError, and ReadError where it is no such table.
    """
    with source.open() as handle:
        start = handle.read(_SAMPLE)
    if not start.strip():
        raise ReadError("is empty")
    codec = detect(start)
    with (
        source.open() as handle,
        io.TextIOWrapper(handle, encoding=codec, errors="replace", newline="") as text,
    ):
        limit = csv.field_size_limit(min(LONGEST_LINE, sys.maxsize))
        try:
            rows = csv.reader(_Lines(text), delimiter=_delimiter(start, codec, source.suffix), strict=False)
            header = next(rows, [])
            chosen = choose(header, columns or {})
            number = 0
            while True:
                try:
                    row = next(rows, None)
                except csv.Error as error:
                    Where(source, report, line=rows.line_num).problem(
                        f"is no row of a table ({error})", "skipped; correct it or leave it out"
                    )
                    continue
                if row is None:
                    return
                if not any(cell.strip() for cell in row):
                    continue
                number += 1
                where = Where(source, report, line=rows.line_num)
                if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
                    where.problem(
                        f"has {len(row)} cells, not {len(header)}",
                        "read without the last; quote the delimiter",
                    )
                found = _article(dict(zip(header, row, strict=False)), chosen, f"{name}-{number}", where)
                if found is not None:
                    yield rows.line_num, found
        finally:
            csv.field_size_limit(limit)


def read_parquet(
    source: Source, name: str, report: Report, *, columns: Mapping[str, str] | None = None
) -> Iterator[tuple[int | None, Article]]:
    """Yield the article of each row, as ``read_csv`` does. Raises OSError, and ReadError for no table.

    Needs pyarrow.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise ReadError("needs the package pyarrow; pip install 'kgraph[parquet]'") from error
    try:
        with source.open() as handle, parquet.ParquetFile(handle, memory_map=False) as table:
            header = [str(column) for column in table.schema_arrow.names]
            chosen = choose(header, columns or {})
            number = 0
            for batch in table.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    where = Where(source, report, item=number)
                    values = {column: _plain(value) for column, value in row.items()}
                    found = _article(values, chosen, f"{name}-{number}", where)
                    if found is not None:
                        yield None, found
    except (pyarrow.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        first = printable(" ".join(str(error).split()))[:120]
        raise ReadError(f"is no Parquet file, or damaged ({first})") from None


def choose(header: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Field of each known column. Raises ReadError where none is the text, or one named is not there."""
    given = {_plain_name(column): column for column in reversed(header)}
    chosen: dict[str, str] = {}
    for field, names in NAMES.items():
        if field in columns:
            column = given.get(_plain_name(columns[field]))
            if column is None:
                raise ReadError(f"has no column '{printable(columns[field][:60])}'; it has {_listed(header)}")
            chosen[column] = field
            continue
        for each in names:
            column = given.get(each)
            if column is not None and column not in chosen:
                chosen[column] = field
                break
    if "text" not in chosen.values():
        raise ReadError(f"has no column of texts; name it with --column text=NAME; it has {_listed(header)}")
    return chosen


def _listed(header: Sequence[str]) -> str:
    """List the columns on one line of bounded length."""
    names = ", ".join(printable(column.strip()[:40]) for column in header[:20] if column.strip())
    return (names or "none") + (", …" if len(header) > 20 else "")


def _plain_name(column: str) -> str:
    return "_".join(column.strip().lower().replace("-", " ").replace("_", " ").split())


def _article(values: Mapping[str, Any], chosen: Mapping[str, str], name: str, where: Where) -> Article | None:
    """Make the article of a row; columns that kgraph does not know are kept as they are."""
    fields: dict[str, object] = {}
    for column, value in values.items():
        if column in chosen:
            fields[chosen[column]] = None if isinstance(value, str) and not value.strip() else value
        elif column.strip() and value not in (None, "") and column not in chosen.values():
            fields[column] = value
    return article(fields, default_id=name, where=where)


def _plain(value: object) -> object:
    """Return a value of a Parquet cell as JSON has it: times as ISO 8601, bytes and the like as text."""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value)


def _delimiter(start: bytes, codec: str, suffix: str) -> str:
    """Return the delimiter of a table: the tab of .tsv, else the commonest in the row of names.

    csv.Sniffer is not asked: it takes letters for delimiters, and its time grows with the square of a text.
    """
    if suffix == ".tsv":
        return "\t"
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    lines = decoder.decode(start).lstrip("\r\n\ufeff").splitlines()
    first = lines[0] if lines else ""
    outside = "".join(first.split('"')[::2])  # not what is quoted
    return max(_DELIMITERS, key=outside.count)


class _Lines:
    """The lines of a text, each of bounded length, without the NUL characters that csv does not take."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        return line.replace("\0", "")
