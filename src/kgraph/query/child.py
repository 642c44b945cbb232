"""The process that answers one query and ends; started by ``kgraph.query.limit`` and by nothing else."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys

from kgraph import store
from kgraph.errors import KGraphError
from kgraph.query.limit import Request
from kgraph.query.run import Answer, answer, parameters


def main() -> None:
    """Read a request from stdin, write its answer, or its error, to stdout; both are pickled."""
    with contextlib.suppress(AttributeError, ValueError):  # not on every system
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us ends us
    request: Request = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own program
    with contextlib.suppress(AttributeError, ValueError, OverflowError):
        # Should nobody be left to kill us, the system does.
        signal.setitimer(signal.ITIMER_REAL, request.timeout + 1)
    try:
        result: Answer | KGraphError = _answer(request)
    except KGraphError as error:
        result = error
    with os.fdopen(1, "wb") as out:
        pickle.dump(result, out)
    os._exit(0)  # what was only read needs no closing


def _answer(request: Request) -> Answer:
    if request.update:
        from kgraph.query.change import update

        with store.open(request.path) as graph:
            update(graph, request.query.sparql, allow_network=request.allow_network)
        return Answer(True)
    graph = store.open(request.path, read_only=True)
    values = parameters(graph, request.query, request.parameters) | request.bindings
    return answer(
        graph,
        request.query.sparql,
        values,
        max_rows=request.max_rows,
        allow_network=request.allow_network,
    )
