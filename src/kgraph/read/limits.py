"""How large, how long and how deep what is read may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FIELDS = ("text", "title", "date", "url", "source", "author", "id")
"""What a column of a table may be."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on hostile or broken input; what exceeds one costs itself alone and gives one line."""

    size: int = 50_000_000
    """Bytes of a file or member that is read as a whole; lines and rows that are streamed have it each."""
    seconds: float = 60.0
    """Time that a reader in a process of its own may take for one file."""
    memory: int = 2_000_000_000
    """Bytes of address space of that process."""
    depth: int = 3
    """Archives within archives."""
    members: int = 100_000
    """Members of an archive, with those of archives within it."""
    expanded: int = 10_000_000_000
    """Bytes of all members of an archive together."""
    ratio: int = 200
    """How many times its own size an archive may expand to, beyond the first 10 MB."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How articles are read, apart from where they are."""

    date: str | None = None
    """Day (any form that ``iso_date`` reads) of articles that state none."""
    any_language: bool = False
    """Whether articles that are not in English are kept."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns of tables by field (``{"text": "Body"}``), where their names do not say it."""
    limits: Limits = Limits()
