"""Files to articles: text, Markdown, JSON Lines, JSON and web pages.

Nothing here stops at bad input: each problem is reported in one line and the rest goes on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from kgraph.errors import ReadError, printable
from kgraph.model import Article, Problem
from kgraph.read import paths as _paths
from kgraph.read.dates import iso_date
from kgraph.read.encoding import decode
from kgraph.read.fields import Report
from kgraph.read.html import read_html
from kgraph.read.jsonl import loads, read_json, read_jsonl
from kgraph.read.text import read_text

__all__ = ["READERS", "Reader", "count", "expand", "read"]

Reader = Callable[[Path, str, Report], Iterator[tuple[int | None, Article]]]
"""From a file, a name for articles without an id, and where problems go, to (line, article)."""

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        ".htm": read_html,
        ".html": read_html,
        ".json": read_json,
        ".jsonl": read_jsonl,
        ".md": read_text,
        ".ndjson": read_jsonl,
        ".txt": read_text,
    }
)


def read(
    paths: Iterable[str | Path], *, on_problem: Callable[[Problem], None], date: str | None = None
) -> Iterator[Article]:
    """Articles of files, folders and globs, in the order of their paths; every id once.

    ``date`` is given to articles that state none. Raises ReadError at once where it is no date;
    anything wrong with a file goes to ``on_problem``, and the other files are read.
    """
    default = None if date is None else iso_date(date)
    if date is not None and default is None:
        raise ReadError(f"{printable(date[:40])!r} is no date; write YYYY-MM-DD")
    return _read(paths, on_problem, default)


def expand(paths: Iterable[str | Path], *, on_problem: Callable[[Problem], None]) -> list[Path]:
    """Files that ``read`` would read: sorted, each once; hidden and other files in folders are passed over.

    A path that matches nothing, or a file of an unknown kind named as such, goes to ``on_problem``.
    """
    return _paths.expand(_single(paths), READERS, on_problem)


def count(files: Iterable[Path]) -> int:
    """About how many articles are in files, for a progress bar: bad ones are counted with the good."""
    return sum(_articles_in(file) for file in files)


def _read(paths: Iterable[str | Path], report: Report, date: str | None) -> Iterator[Article]:
    """Yield the articles of every file; a second one of the same id is reported and left out."""
    first: dict[str, str] = {}
    files = expand(paths, on_problem=report)
    names = _paths.names(files)
    for file in files:
        shown = printable(str(file))
        try:
            for line, article in READERS[file.suffix.lower()](file, names[file], report):
                place = shown if line is None else f"{shown}:{line}"
                if article.id in first:
                    reason = f"has the id '{printable(article.id[:80])}' of {first[article.id]}"
                    report(Problem(shown, reason, "skipped; give each article an id of its own", line))
                    continue
                first[article.id] = place
                yield dataclasses.replace(article, date=article.date or date)
        except OSError as error:
            why = error.strerror or type(error).__name__
            report(Problem(shown, f"cannot be read ({why})", "skipped; check the file and its permissions"))


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
