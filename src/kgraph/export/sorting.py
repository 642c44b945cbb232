"""Lines in order without holding them all: sorted runs in temporary files, then merged."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain

RUN_SIZE = 32_000_000
"""Characters that are sorted in memory at a time; with Python's own share about 100 MB."""


def ordered(lines: Iterable[str], *, run_size: int = RUN_SIZE) -> Iterator[str]:
    """Yield the lines sorted by code point; each ends in its only line feed.

    Up to ``run_size`` characters stay in memory; what is more goes to the folder for temporary files, which
    then needs as much room as the lines. Raises OSError where that room is not there.
    """
    with ExitStack() as stack:
        runs = []
        held: list[str] = []
        size = 0
        for line in lines:
            held.append(line)
            size += len(line)
            if size >= run_size:
                # A line ends at "\n" and nowhere else: an article may hold every other kind of line end.
                run = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n"))
                held.sort()
                run.writelines(held)
                run.seek(0)
                runs.append(run)
                held, size = [], 0
        held.sort()
        yield from heapq.merge(*runs, held) if runs else chain(held)
