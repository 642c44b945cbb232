"""What a file is, by its name: its kind, and what it is packed by."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath

COMPRESSED = (".bz2", ".gz", ".xz")
ARCHIVES = (".tar", ".tbz2", ".tgz", ".txz", ".zip")
SUFFIXES = frozenset((*ARCHIVES, *COMPRESSED))
"""Of archives and compressed files."""


def suffix(name: str, known: Collection[str]) -> str | None:
    """Kind of a file by its name, of what is in it where it is compressed; None for what is not read.

    ``talks.html.gz`` is ``.html``, ``news.tar.gz`` is ``.tar``, both unpacked on the way.
    """
    path = PurePosixPath(name.lower())
    kind = path.suffix
    if kind in COMPRESSED:
        kind = PurePosixPath(path.stem).suffix
        return kind if kind in known or kind in ARCHIVES else None
    return kind if kind in known or kind in ARCHIVES else None


def stem(name: str) -> str:
    """Return the name without its suffix, and without that of what it is compressed by."""
    path = PurePosixPath(name)
    if path.suffix.lower() in COMPRESSED and PurePosixPath(path.stem).suffix:
        path = PurePosixPath(path.stem)
    return path.stem
