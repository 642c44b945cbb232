"""Sources to articles through the readers of files.

To be replaced by the function of ``kgraph.read`` that reads an iterable of sources, once there is one: this
is the only place that has to change.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from kgraph.model import Article, Problem
from kgraph.read import READERS
from kgraph.read.source import Source


def read_sources(
    sources: Iterable[Source], *, on_problem: Callable[[Problem], None], date: str | None = None
) -> Iterator[Article]:
    """Yield the articles of sources; what is wrong with one goes to ``on_problem``."""
    with tempfile.TemporaryDirectory() as folder:
        for source in sources:
            reader = READERS.get(source.suffix)
            if reader is None:
                reason = f"is of a kind ({source.suffix}) that kgraph does not read"
                on_problem(Problem(source.shown, reason, f"skipped; known: {' '.join(sorted(READERS))}"))
                continue
            file = Path(folder, f"page{source.suffix}")
            with source.open() as given, file.open("wb") as copy:
                shutil.copyfileobj(given, copy)

            def report(problem: Problem, shown: str = source.shown) -> None:
                on_problem(replace(problem, path=shown))

            for _, article in reader(file, source.stated.get("id", "page"), report):
                yield _completed(article, source, date)


def _completed(article: Article, source: Source, date: str | None) -> Article:
    stated = source.stated
    extra = dict(article.extra)
    if "author" in stated:
        extra.setdefault("author", json.dumps(stated["author"], ensure_ascii=False))
    return replace(
        article,
        title=article.title or stated.get("title", ""),
        date=article.date or stated.get("date") or date,
        source=article.source or stated.get("source"),
        url=article.url or stated.get("url") or source.url,
        extra=tuple(sorted(extra.items())),
    )
