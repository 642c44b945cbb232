"""What ``kgraph build`` does: once, or again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph import terminal
from kgraph.folder import BusyError

if TYPE_CHECKING:
    from kgraph import fetch, pipeline


def rounds(every: float | None) -> Iterator[terminal.Problems]:
    """Yield the problems of each round: of one, or with ``every`` of one after so many seconds, without end.

    Ends when the user interrupts the wait. A round that takes longer is followed by the next at once.
    """
    while True:
        begun = time.monotonic()
        yield terminal.Problems()
        if every is None:
            return
        try:
            time.sleep(max(begun + every - time.monotonic(), 0))
        except KeyboardInterrupt:
            return


def once(
    paths: list[str],
    store: Path,
    date: str | None,
    resources: Callable[[], pipeline.Resources],
    curation: Path | None,
    problems: terminal.Problems,
    web: fetch.Web,
    *,
    patient: bool,
) -> int:
    """Build once and say what the store holds; returns how many articles were read.

    ``patient``: a store that is in use costs a line, for there is a next round.
    """
    from kgraph import pipeline

    begun = time.monotonic()
    state = pipeline.Progress(0, 0, 0, 0)
    with terminal.bar() as show:

        def on_progress(now: pipeline.Progress) -> None:
            nonlocal state
            state = now
            show(now)

        try:
            graph = pipeline.build(
                paths,
                store=store,
                date=date,
                resources=resources,
                curation=curation,
                on_problem=problems,
                on_progress=on_progress,
                web=web,
            )
        except BusyError as error:
            if not patient:
                raise
            terminal.complain(f"kgraph: {error}", style="yellow")
            return 0
    with graph:
        terminal.counts(graph, f"{store} holds")
    seconds = time.monotonic() - begun
    terminal.stdout().print(
        f"{terminal.many(state.articles, 'article')} and {terminal.many(state.facts, 'fact')} read in "
        f"{seconds:.1f} s, "
        f"{terminal.many(problems.count, 'problem')}",
        highlight=False,
    )
    return state.articles
