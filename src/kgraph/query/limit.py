"""Ask a store within limits: in a process of its own, which can be killed.

Oxigraph's Python API has no timeout, and a query cannot be stopped from within. The process opens the store
for reading only, unless it is to update it.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from kgraph.errors import KGraphError, QueryError
from kgraph.query.library import NamedQuery, read
from kgraph.query.run import Answer
from kgraph.rdf import Value

TIMEOUT = 30.0
"""Seconds that an answer may take where nothing else is said."""
MAX_ROWS = 100_000
"""Rows or triples of an answer where nothing else is said."""

# Not "-m": that would look for modules in the folder where the user happens to be.
_CHILD = "import sys; sys.path[:] = sys.argv[1:]; from kgraph.query.child import main; main()"


class Request(NamedTuple):
    """What the process is asked."""

    path: Path
    query: NamedQuery
    bindings: dict[str, Value]
    parameters: dict[str, str]
    max_rows: int | None
    allow_network: bool
    update: bool
    timeout: float


def ask(
    path: str | Path,
    query: str | NamedQuery,
    bindings: Mapping[str, Value] | None = None,
    parameters: Mapping[str, str] | None = None,
    *,
    timeout: float = TIMEOUT,
    max_rows: int | None = MAX_ROWS,
    allow_network: bool = False,
    update: bool = False,
) -> Answer:
    """Answer a query over the store in a folder within ``timeout`` seconds and ``max_rows`` rows or triples.

    ``bindings`` are values; ``parameters`` are what a person wrote, of which names are looked up. An update
    (``update=True``) is answered by True. Raises QueryError where the time is over or the query cannot be
    answered, StoreError where the store cannot be opened.
    """
    import subprocess  # not above: the child has no use for it, and starts the sooner

    named = read(query) if isinstance(query, str) else query
    request = Request(
        Path(path),
        named,
        dict(bindings or {}),
        dict(parameters or {}),
        max_rows,
        allow_network,
        update,
        timeout,
    )
    # What is run is this interpreter with this package and path, so nothing is to be looked for (-S).
    command = [sys.executable, "-S", "-P", "-c", _CHILD, *sys.path]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as child:  # noqa: S603
        try:
            out, err = child.communicate(pickle.dumps(request), timeout=timeout)
        except subprocess.TimeoutExpired:
            raise QueryError(
                f"not done within {timeout:g} s; ask for less, or allow more with --timeout"
            ) from None
        finally:
            child.kill()  # also when the user interrupts
    if not out:
        last = err.decode(errors="replace").strip().splitlines()[-1:]
        why = last[0] if last else "it was killed, perhaps for want of memory"
        raise QueryError(f"the query ended early: {why}")
    answer = pickle.loads(out)  # noqa: S301 - from our own process
    if isinstance(answer, KGraphError):
        raise answer
    if not isinstance(answer, Answer):
        raise QueryError(f"the query ended early: {answer!r}")
    return answer
