"""PDF."""

from __future__ import annotations

from collections.abc import Iterator

from kgraph.errors import ReadError
from kgraph.model import Article
from kgraph.read.fields import Report
from kgraph.read.source import Source


def read_pdf(source: Source, name: str, report: Report) -> Iterator[tuple[int | None, Article]]:
    """Yield the article of a PDF."""
    raise ReadError("needs the package pypdfium2; pip install 'kgraph[pdf]'")
    yield
