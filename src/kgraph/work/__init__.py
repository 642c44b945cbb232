"""The reading of many articles, in this process, in several, or on a cluster, and what is kept on the way.

Only reading is shared out, since no article needs another for it; joining and describing come after, in one
process. What is read of an article depends on the article and the settings alone, so it does not matter who
reads it or in which order.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["MAX_MEMORY", "MAX_SECONDS", "Limits", "Plan"]

Engine = Literal["processes", "dask"]

MAX_SECONDS = 120.0
"""Seconds that a process may take over one article: a thousand times the usual."""
MAX_MEMORY = 4000
"""Megabytes (10^6 bytes) that a process may hold: eight times what the model and a usual article take."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process that reads may use for one article."""

    seconds: float = MAX_SECONDS
    megabytes: int = MAX_MEMORY

    def allowed(self, text: str) -> float:
        """Return the seconds for an article: as many again for every 50,000 characters of its text."""
        return self.seconds * (1 + len(text) // 50_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who reads the articles.

    With neither ``workers`` nor limits given, few articles are read in this process, without limits, and more
    in as many processes as there are cores; a limit needs a process, so where one is given there is one.
    """

    workers: int | None = None
    """Processes; 1 with no limit given: this one. With Dask the number of a cluster that is started here."""
    max_seconds: float | None = None
    max_megabytes: int | None = None
    engine: Engine = "processes"
    address: str | None = None
    """Of the scheduler of a Dask cluster, ``tcp://HOST:PORT``; None starts one on this machine."""
    parts: Path | None = None
    """A folder that keeps what was read; None: a folder beside the store, removed at the end."""

    @property
    def limits(self) -> Limits:
        """The limits, with those that were not given."""
        return Limits(self.max_seconds or MAX_SECONDS, self.max_megabytes or MAX_MEMORY)

    @property
    def here(self) -> bool | None:
        """Whether articles are read in this process; None where their number decides."""
        if self.engine == "dask" or self.max_seconds or self.max_megabytes:
            return False
        return None if self.workers is None else self.workers <= 1

    @property
    def processes(self) -> int:
        """How many processes there may be."""
        return self.workers or cores()


def cores() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1
