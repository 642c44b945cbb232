"""What a reader reads: a file, a member of an archive, or what a URL gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes that can be opened anew, and what is known of them before they are read.

    ``shown`` is how problems name it, printable: a path, ``news.zip!may/talks.html``, a URL. ``suffix`` is in
    small letters with its dot and chooses the reader. ``open`` raises OSError. ``stated`` holds fields of the
    article (title, date, source, author …) that a feed or a mail gives; what the bytes say themselves goes
    before them.
    """

    shown: str
    suffix: str
    open: Callable[[], BinaryIO]
    url: str | None = None
    stated: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_file(cls, path: Path, *, shown: str) -> Source:
        """Return the source that a file is."""
        return cls(shown, path.suffix.lower(), lambda: path.open("rb"))
