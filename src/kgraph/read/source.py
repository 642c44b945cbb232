"""What a reader reads: a file, a member of an archive, or what a URL gave."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from kgraph.errors import ReadError


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes that can be opened anew, and what is known of them before they are read.

    ``shown`` is how problems name it, printable: a path, ``news.zip!may/talks.html``, a URL. ``suffix`` is in
    small letters with its dot and chooses the reader. ``open`` raises OSError. ``stated`` holds fields of the
    article (title, date, source, author …) that a feed or a mail gives; what the bytes say themselves goes
    before them. ``name`` is the id of an article that states none, made from the URL where it is empty.
    ``path`` is the file where the bytes are those of a plain file.
    """

    shown: str
    suffix: str
    open: Callable[[], BinaryIO]
    url: str | None = None
    stated: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    path: Path | None = None

    @classmethod
    def of_file(cls, path: Path, *, shown: str, name: str = "") -> Source:
        """Return the source that a file is."""
        return cls(shown, path.suffix.lower(), lambda: path.open("rb"), name=name, path=path)

    def bounded(self, size: int) -> Source:
        """Return the same source, whose ``read`` raises ReadError beyond ``size`` bytes; 0 is no bound."""
        return dataclasses.replace(self, limit=size) if size else self

    limit: int = 0
    """Bytes that ``read`` takes at most; 0 is no bound."""

    def read(self) -> bytes:
        """All bytes. Raises OSError, and ReadError where they are more than ``limit``."""
        with self.open() as handle:
            if not self.limit:
                return handle.read()
            data = handle.read(self.limit + 1)
        if len(data) > self.limit:
            raise ReadError(f"is larger than {megabytes(self.limit)}")
        return data


def megabytes(size: int) -> str:
    """Write a number of bytes as people say it."""
    return f"{size / 1_000_000:,.0f} MB" if size >= 1_000_000 else f"{size:,} bytes"
