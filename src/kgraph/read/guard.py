"""Readers of formats that can crash, hang or eat memory run in a process of their own, which can be killed.

One process reads one source after the other and is started anew when it dies; what it was at is named in one
line. Both sides speak JSON over pipes.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from kgraph.errors import ReadError
from kgraph.model import Article, Problem
from kgraph.read.fields import Report
from kgraph.read.limits import Limits
from kgraph.read.source import Source, megabytes

if TYPE_CHECKING:
    import subprocess

# Not "-m": that would look for modules in the folder where the user happens to be.
_CHILD = "import sys; sys.path[:] = sys.argv[1:]; from kgraph.read.worker import main; main()"


class Guard:
    """The process, started when it is first needed; close it, or use it as a context."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if it runs."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            with contextlib.suppress(OSError):  # what was not yet sent
                child.communicate()

    def read(
        self, reader: str, source: Source, name: str, report: Report, options: Mapping[str, Any]
    ) -> Iterator[tuple[int | None, Article]]:
        """Yield (line, article) of what ``reader`` (``module:function``) reads in the process.

        ``options`` are keyword arguments of it. Raises OSError and ReadError as the reader would, and
        ReadError where it takes too long, dies or fails.
        """
        path = None if source.limit else source.path  # what is bounded is read here, and sent
        whole = b"" if path is not None else source.read()
        request = {
            "reader": reader,
            "name": name,
            "shown": source.shown,
            "suffix": source.suffix,
            "url": source.url,
            "stated": dict(source.stated),
            "limit": source.limit,
            "path": None if path is None else str(path),
            "size": len(whole),
            "options": dict(options),
        }
        spent = 0.0
        done = False
        try:
            answer, spent = self._ask(json.dumps(request).encode() + b"\n" + whole, spent)
            while not (done := "done" in answer):
                if "article" in answer:
                    fields = answer["article"]
                    fields["extra"] = tuple((key, value) for key, value in fields["extra"])
                    yield answer["line"], Article(**fields)
                elif "problem" in answer:
                    report(Problem(**answer["problem"]))
                elif "refused" in answer:
                    done = "ended" not in answer
                    raise ReadError(answer["refused"])
                else:
                    done = True
                    raise OSError(answer["errno"], answer["reason"])
                answer, spent = self._ask(b"", spent)
        finally:
            if not done:
                self.close()  # it is still at a source that nobody wants any more, or dead

    def _ask(self, request: bytes, spent: float) -> tuple[dict[str, Any], float]:
        """Send a request, if any, and return the next answer and the seconds spent waiting so far.

        Only the time waited counts, for what is done with the articles meanwhile is no fault of the reader.
        """
        import threading

        child = self._running()
        assert child.stdin is not None  # noqa: S101 - both are pipes
        assert child.stdout is not None  # noqa: S101
        late = threading.Event()

        def kill() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(max(self._limits.seconds - spent, 0.0), kill)
        timer.daemon = True
        begun = time.monotonic()
        timer.start()
        line = b""
        try:
            child.stdin.write(request)
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            pass
        finally:
            timer.cancel()
        if late.is_set():
            raise ReadError(f"takes longer than {self._limits.seconds:g} s to read")
        if not line.endswith(b"\n"):
            size = megabytes(self._limits.memory)
            raise ReadError(f"cannot be read (its reader crashed, or needs more memory than {size})")
        answer: dict[str, Any] = json.loads(line)
        return answer, spent + time.monotonic() - begun

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the process, started where there is none."""
        if self._child is not None and self._child.poll() is not None:
            self.close()
        if self._child is None:
            import subprocess  # not above: most files need no such process

            command = [sys.executable, "-P", "-c", _CHILD, *sys.path]
            pipe, none = subprocess.PIPE, subprocess.DEVNULL
            self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=none)  # noqa: S603
            hello = json.dumps({"memory": self._limits.memory}).encode() + b"\n"
            assert self._child.stdin is not None  # noqa: S101
            with contextlib.suppress(BrokenPipeError):
                self._child.stdin.write(hello)
        return self._child
