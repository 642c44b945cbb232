"""Files, archives and pages to articles: text, Markdown, JSON, tables, mails, web pages and PDF.

Nothing here stops at bad input: each problem is reported in one line and the rest goes on.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kgraph.errors import ReadError, printable
from kgraph.model import Article, Problem
from kgraph.read import paths as _paths
from kgraph.read import plugins
from kgraph.read.dates import iso_date
from kgraph.read.encoding import decode
from kgraph.read.fields import Report
from kgraph.read.guard import Guard
from kgraph.read.jsonl import loads, read_json, read_jsonl
from kgraph.read.language import foreign
from kgraph.read.limits import Limits, Reading
from kgraph.read.source import Source
from kgraph.read.text import read_text

__all__ = ["READERS", "Limits", "Reader", "Reading", "Source", "count", "expand", "read", "read_sources"]

Reader = Callable[[Source, str, Report], Iterator[tuple[int | None, Article]]]
"""From a source, a name for articles without an id, and where problems go, to (line, article)."""


class _Later:
    """A reader whose module is loaded when it first reads; ``name`` is ``module:function``."""

    def __init__(self, name: str) -> None:
        self.name = f"kgraph.read.{name}"

    def __call__(
        self, source: Source, name: str, report: Report, **options: Any
    ) -> Iterator[tuple[int | None, Article]]:
        module, _, function = self.name.partition(":")
        reader: Reader = getattr(importlib.import_module(module), function)
        return reader(source, name, report, **options)


_csv, _html, _mhtml = _Later("tables:read_csv"), _Later("html:read_html"), _Later("mail:read_mhtml")

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        ".csv": _csv,
        ".eml": _Later("mail:read_mail"),
        ".htm": _html,
        ".html": _html,
        ".json": read_json,
        ".jsonl": read_jsonl,
        ".md": read_text,
        ".mht": _mhtml,
        ".mhtml": _mhtml,
        ".ndjson": read_jsonl,
        ".parquet": _Later("tables:read_parquet"),
        ".pdf": _Later("pdf:read_pdf"),
        ".tsv": _csv,
        ".txt": read_text,
    }
)

_GUARDED = frozenset(
    {".eml", ".htm", ".html", ".mht", ".mhtml", ".parquet", ".pdf"}
)  # native or complex code
_STREAMED = frozenset({".csv", ".jsonl", ".ndjson", ".tsv"})  # bounded line by line
_TABLES = frozenset({".csv", ".parquet", ".tsv"})


def read(
    paths: Iterable[str | Path],
    *,
    on_problem: Callable[[Problem], None],
    date: str | None = None,
    reading: Reading | None = None,
) -> Iterator[Article]:
    """Articles of files, folders and globs, in the order of their paths; every id once.

    Archives and compressed files are read in place. ``date`` is given to articles that state none;
    ``reading`` says what else is wanted. Raises ReadError at once where a date is none; anything wrong with a
    file goes to ``on_problem``, and the other files are read.
    """
    reading = _checked(reading, date)
    return _read(of_files(paths, on_problem=on_problem), reading, on_problem)


def read_sources(
    sources: Iterable[Source],
    *,
    on_problem: Callable[[Problem], None],
    date: str | None = None,
    reading: Reading | None = None,
) -> Iterator[Article]:
    """Articles of sources, in their order; every id once. The same as ``read`` for what is already found.

    Articles that are not in English are set aside, each with a line and all with a count, unless
    ``reading.any_language``.
    """
    return _read(sources, _checked(reading, date), on_problem)


def suffixes() -> frozenset[str]:
    """Kinds of files that are read, archives apart."""
    return frozenset({*READERS, *plugins.installed()})


def expand(paths: Iterable[str | Path], *, on_problem: Callable[[Problem], None]) -> list[Path]:
    """Files that ``read`` would read: sorted, each once; hidden and other files in folders are passed over.

    A path that matches nothing, or a file of an unknown kind named as such, goes to ``on_problem``.
    """
    return _paths.expand(_single(paths), suffixes(), on_problem)


def count(files: Iterable[Path]) -> int:
    """About how many articles are in files, for a progress bar: bad ones are counted with the good."""
    return sum(_articles_in(file) for file in files)


def _checked(reading: Reading | None, date: str | None) -> Reading:
    """Return how to read, with its date as YYYY-MM-DD."""
    reading = reading or Reading()
    given = date if date is not None else reading.date
    if given is None:
        return reading
    day = iso_date(given)
    if day is None:
        raise ReadError(f"{printable(given[:40])!r} is no date; write YYYY-MM-DD")
    return dataclasses.replace(reading, date=day)


def of_files(paths: Iterable[str | Path], *, on_problem: Callable[[Problem], None]) -> Iterator[Source]:
    """The sources that files, folders and globs are, in the order of their paths."""
    files = expand(paths, on_problem=on_problem)
    names = _paths.names(files)
    for file in files:
        yield Source.of_file(file, shown=printable(str(file)), name=names[file])


def _read(sources: Iterable[Source], reading: Reading, report: Report) -> Iterator[Article]:
    """Yield the articles of every source; a second one of the same id is reported and left out."""
    first: dict[str, str] = {}
    aside: Counter[str] = Counter()
    asks = not reading.any_language
    with Guard(reading.limits) as guard:
        for place, line, article in _all(sources, reading, guard, report):
            language = None
            if asks:
                try:
                    language = foreign(article.text)
                except ImportError as error:
                    asks = False
                    reason = f"languages cannot be told apart ({printable(str(error))})"
                    report(Problem("in all", reason, "all are read; pip install pycld2"))
            if language is not None:
                aside[language] += 1
                reason = f"is in {language}, not English"
                report(Problem(place, reason, "set aside; --any-language keeps it", line))
                continue
            at = place if line is None else f"{place}:{line}"
            if article.id in first:
                reason = f"has the id '{printable(article.id[:80])}' of {first[article.id]}"
                report(Problem(place, reason, "skipped; give each article an id of its own", line))
                continue
            first[article.id] = at
            yield dataclasses.replace(article, date=article.date or reading.date)
    if aside.total() > 1:
        told = ", ".join(f"{number} {name}" for name, number in sorted(aside.items()))
        reason = f"{aside.total()} articles are not in English ({told})"
        report(Problem("in all", reason, "set aside; --any-language keeps them"))


def _all(
    sources: Iterable[Source], reading: Reading, guard: Guard, report: Report
) -> Iterator[tuple[str, int | None, Article]]:
    """Yield (place, line, article) of every source and what is packed in it; faults cost only their own."""
    from kgraph.read import archive

    known = suffixes()
    for given in sources:
        outer = dataclasses.replace(given, name=given.name or _paths.slug(given.url or given.shown))
        try:
            for source in archive.unpacked(outer, known, reading.limits, report):
                try:
                    for line, article in _one(source, reading, guard, report):
                        yield source.shown, line, article
                except (ReadError, OSError) as error:
                    report(_fault(source, error))
        except ReadError as error:
            remedy = "what is left of it is skipped; pack it again or leave it out"
            report(Problem(outer.shown, str(error), remedy))
        except OSError as error:
            report(_fault(outer, error))


def _fault(source: Source, error: ReadError | OSError) -> Problem:
    """Say what is wrong with a source, and what to do unless the error says so itself."""
    if isinstance(error, OSError):
        why = printable(error.strerror or type(error).__name__)
        return Problem(source.shown, f"cannot be read ({why})", "skipped; check the file and its permissions")
    remedy = "skipped" if ";" in str(error) else "skipped; correct it or leave it out"
    return Problem(source.shown, str(error), remedy)


def _one(
    source: Source, reading: Reading, guard: Guard, report: Report
) -> Iterator[tuple[int | None, Article]]:
    """Yield (line, article) of one source, by its reader."""
    name = source.name
    if source.suffix not in _STREAMED and not (source.suffix == ".parquet" and source.path is not None):
        source = source.bounded(reading.limits.size)
    options: dict[str, Any] = {"columns": dict(reading.columns)} if source.suffix in _TABLES else {}
    reader = READERS.get(source.suffix)
    if reader is None:
        theirs = plugins.installed().get(source.suffix)
        if theirs is None:
            raise ReadError("is of a kind that kgraph does not read")
        yield from guard.read(theirs, source, name, report, options)
    elif source.suffix in _GUARDED and isinstance(reader, _Later):
        yield from guard.read(reader.name, source, name, report, options)
    else:
        yield from reader(source, name, report, **options)


def _single(paths: Iterable[str | Path]) -> Iterable[str | Path]:
    """Take one path for a list of one: a string is otherwise read letter by letter."""
    return [paths] if isinstance(paths, str | Path) else paths


def _articles_in(file: Path) -> int:
    """Count the lines, list items or the one article of a file; 0 where it cannot be read."""
    try:
        if file.suffix.lower() in {".jsonl", ".ndjson"}:
            with file.open("rb") as handle:
                return sum(1 for line in handle if line.strip())
        if file.suffix.lower() == ".json":
            value = loads(decode(file.read_bytes()))
            return len(value) if isinstance(value, list) else 1
    except (OSError, ReadError, ValueError):
        return 0
    return 1
