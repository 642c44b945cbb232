"""The graph as a file that other tools read: sorted, so that the same graph gives the same bytes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.export.jsonld import jsonld
from kgraph.export.lines import nquads, ntriples
from kgraph.export.turtle import trig, turtle
from kgraph.store import Graph

__all__ = ["export", "FORMATS", "write_whole"]

Writer = Callable[[Graph], Iterator[str]]

# One line per format. .ttl and .nt hold the union of all articles; the others keep one graph per article.
FORMATS: Mapping[str, Writer] = {
    ".ttl": turtle,
    ".trig": trig,
    ".nt": ntriples,
    ".nq": nquads,
    ".jsonld": jsonld,
}


def export(graph: Graph, path: Path) -> None:
    """Write ``graph`` to ``path`` in the format of its suffix.

    A failed export leaves an older file as it was. Raises KGraphError for an unknown suffix, naming the
    known ones, and for an output that cannot be written.
    """
    writer = FORMATS.get(path.suffix.lower())
    if writer is None:
        raise KGraphError(f"{path}: unknown format {path.suffix!r}; known: {', '.join(FORMATS)}")
    write_whole(path, writer(graph))


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write ``pieces`` to ``path`` as UTF-8, wholly or not at all; KGraphError where that cannot be done."""
    target = path.resolve()  # what a link points to is replaced, not the link
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        if target.is_dir():
            raise IsADirectoryError(0, "is a folder")
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        draft.replace(target)
    except OSError as error:
        raise KGraphError(
            f"{path}: cannot be written: {error.strerror or error}; choose another place"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
