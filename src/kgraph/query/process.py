"""Processes that answer questions on one store and may be killed at any time.

Oxigraph cannot be told to stop: whatever a question does, a loop without end, a deep nesting, all of the
memory, it does to a process of its own. One line of JSON asks; one line of JSON answers, with the length of
the body that follows it. The shell asks one question (``limit``), a server many of several processes
(``kgraph.serve.pool``).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from kgraph import store
from kgraph.store import Graph

GRACE = 2
"""Seconds after which a process ends itself, should nobody be left to kill it."""

# Not "-m": that would look for modules in the folder where the user happens to be. What is run is this
# interpreter with this package and path, so nothing is to be looked for (-S).
_START = (
    "import sys; module, folder, memory, *sys.path = sys.argv[1:]; "
    "from importlib import import_module; import_module(module).main(folder, int(memory))"
)


class Reply(NamedTuple):
    """What is answered: a few values that JSON takes, and the bytes that go with them."""

    head: Mapping[str, Any]
    body: bytes = b""


class Reader:
    """The store in a folder, as it was published last: opened when first asked, and anew when it changed."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._graph: Graph | None = None

    def graph(self) -> Graph:
        """Return the graph; StoreError where it cannot be read."""
        if self._graph is not None and self._graph.outdated:
            self._graph.close()
            self._graph = None
        if self._graph is None:
            self._graph = store.open(self.folder, read_only=True)
        return self._graph

    @property
    def version(self) -> str:
        """Which state of the store was read last; "" before anything was."""
        return "" if self._graph is None else self._graph.version


def command(module: str, folder: str | Path, *, memory: int = 0) -> list[str]:
    """Return the command of a process: ``module`` has a ``main(folder, memory)``; 0 bytes are no limit."""
    return [sys.executable, "-S", "-P", "-c", _START, module, str(folder), str(memory), *sys.path]


def ask_once(module: str, folder: str | Path, request: Mapping[str, Any]) -> tuple[bytes, str]:
    """Ask a process of its own, which has a ``reply`` for ``run``; return what it answered and complained.

    A program that has one thread, as a command of the shell, is forked: that saves to load all of it again.
    Raises TimeoutError where the ``seconds`` of the request are over.
    """
    if _has_one_thread():
        return _forked(module, folder, request), ""
    import subprocess

    pipe = subprocess.PIPE
    with subprocess.Popen(command(module, folder), stdin=pipe, stdout=pipe, stderr=pipe) as child:  # noqa: S603
        try:
            out, err = child.communicate(asking(request), timeout=request["seconds"])
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        finally:
            child.kill()  # also when the user interrupts
    return out, err.decode(errors="replace")


def _has_one_thread() -> bool:
    """Whether nothing else runs in this process that a fork would leave behind; Linux alone says."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir()) == 1
    except OSError:
        return False


def _forked(module: str, folder: str | Path, request: Mapping[str, Any]) -> bytes:
    import select
    from importlib import import_module

    answer = import_module(module).reply
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(source)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what breaks in there is said by us, in one line
            run(str(folder), 0, answer, requests=io.BytesIO(asking(request)), out=os.fdopen(sink, "wb"))
        os._exit(0)
    try:
        os.close(sink)
        end = time.monotonic() + request["seconds"]
        pieces: list[bytes] = []
        while select.select([source], [], [], max(end - time.monotonic(), 0))[0]:
            piece = os.read(source, 1 << 20)
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
        raise TimeoutError
    finally:
        os.close(source)
        os.kill(child, signal.SIGKILL)  # also when the user interrupts
        os.waitpid(child, 0)


def asking(request: Mapping[str, Any]) -> bytes:
    """Return a request as it is sent; ``seconds`` in it are what an answer may take."""
    return json.dumps(request).encode() + b"\n"


def head_of(line: bytes) -> dict[str, Any]:
    """Return the first line of an answer, whose ``length`` says how many bytes follow; EOFError for none."""
    if not line.endswith(b"\n"):
        raise EOFError
    head: dict[str, Any] = json.loads(line)
    return head


def run(
    folder: str,
    memory: int,
    answer: Callable[[Reader, Mapping[str, Any]], Reply],
    *,
    requests: IO[bytes] | None = None,
    out: IO[bytes] | None = None,
) -> None:
    """Answer until there is nothing more to read, from stdin to stdout where nothing else is said."""
    with contextlib.suppress(AttributeError, ValueError):  # not on every system
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; who started us decides
    _limit_memory(memory)
    reader = Reader(folder)
    out = out or os.fdopen(1, "wb")
    for line in requests or sys.stdin.buffer:
        request = json.loads(line)
        # The kernel's clock, so that it ends native code as well.
        with contextlib.suppress(AttributeError, ValueError, OverflowError):
            signal.setitimer(signal.ITIMER_REAL, request["seconds"] + GRACE)
        head, body = answer(reader, request)
        out.write(asking({**head, "length": len(body)}))
        out.write(body)
        out.flush()
        with contextlib.suppress(AttributeError, ValueError):
            signal.setitimer(signal.ITIMER_REAL, 0)


def _limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    if size:
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a killed query leaves no file behind
