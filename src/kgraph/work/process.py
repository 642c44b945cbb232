"""A process that reads, seen from outside: started when needed, watched, started again when it ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from kgraph.errors import KGraphError
from kgraph.work import Limits
from kgraph.work.task import Cause, Failed, Outcome, Task, outcome_from, task_to_json
from kgraph.work.worker import OUT_OF_MEMORY

# -P: a file of the folder where the build was started is no module of ours.
COMMAND: tuple[str, ...] = (sys.executable, "-P", "-m", "kgraph.work.worker")
"""What starts a process."""
START = 300.0
"""Seconds that a process may take to load the model."""
TRIES = 2
"""How often an article is tried that ends its process."""
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Job:
    """What a process is told at its start: the settings as JSON, their fingerprint, and its limits."""

    settings: str
    fingerprint: str
    limits: Limits

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read back what ``to_json`` gave."""
        value = json.loads(text)
        return cls(value["settings"], value["fingerprint"], Limits(**value["limits"]))


class Closed(Exception):  # noqa: N818 - no error: the build was ended
    """Nothing is to be read any more."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a process ended."""

    why: str
    cause: Cause


class Reader:
    """A process that reads; one thread may use it, ``close`` may be called from any."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._is_late = False

    def read(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Yield what becomes of each task, in their order.

        An article that ends its process, or is not done in time, is tried once more, alone in a new process;
        then it has failed, and the rest goes on. Raises Closed after ``close``, and KGraphError where no
        process can be started that reads.
        """
        done = tries = 0
        while done < len(tasks):
            ended = None
            for outcome in self._exchange(tasks[done : done + 1] if tries else tasks[done:]):
                if isinstance(outcome, _Ended):
                    ended = outcome
                    break
                yield outcome
                done, tries = done + 1, 0
            if ended is not None:
                tries += 1
                if tries >= TRIES:
                    yield Failed(tasks[done], ended.why, ended.cause)
                    done, tries = done + 1, 0

    def close(self) -> None:
        """End the process, whatever it does."""
        self._closed = True
        process = self._process
        if process is not None:
            _kill(process)

    def end(self) -> None:
        """End the process and wait until it is gone; only when no thread uses it."""
        self.close()
        if self._process is not None:
            with contextlib.suppress(Closed):
                self._ended(self._process)

    def _exchange(self, tasks: Sequence[Task]) -> Iterator[Outcome | _Ended]:
        """Yield the outcome of each task, or how the process ended before it was done with all."""
        process = self._process or self._start()
        allowed = self.job.limits.allowed
        timer = self._watch(process, allowed(tasks[0].article.text))
        try:
            with contextlib.suppress(OSError):  # it ended; what it had answered is read all the same
                _write(process, b"".join(task_to_json(task).encode() + b"\n" for task in tasks))
            for task, following in zip(tasks, [*tasks[1:], None], strict=True):
                answer = _answer(process)
                timer.cancel()
                if answer is None:
                    yield self._ended(process, task)
                    return
                if following is not None:
                    timer = self._watch(process, allowed(following.article.text))
                yield outcome_from(answer, task)
        finally:
            timer.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise Closed
        env = {**os.environ, **dict.fromkeys(_ONE_THREAD, "1")}
        here = Path(__file__).parents[2]
        if here.name not in ("site-packages", "dist-packages"):  # it is to read with this kgraph and no other
            paths = [str(here), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
            env["PYTHONPATH"] = os.pathsep.join(paths)
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
            )
        except OSError as error:
            raise KGraphError(f"no process can be started that reads: {error.strerror or error}") from error
        self._process = process
        if self._closed:  # meanwhile
            _kill(process)
        limits = self.job.limits
        timer = self._watch(process, START)
        first = {
            "settings": self.job.settings,
            "fingerprint": self.job.fingerprint,
            "seconds": limits.seconds,
            "megabytes": limits.megabytes,
        }
        try:
            with contextlib.suppress(OSError):
                _write(process, json.dumps(first).encode() + b"\n")
            answer = _answer(process)
        finally:
            timer.cancel()
        if answer is None:
            why = self._ended(process).why
            raise KGraphError(f"a process that reads ended when it started: it {why}; try fewer --workers")
        if "error" in answer:
            self._ended(process)
            raise KGraphError(answer["error"])
        return process

    def _watch(self, process: subprocess.Popen[bytes], seconds: float) -> threading.Timer:
        """End the process after so many seconds, unless the timer is cancelled."""

        def late() -> None:
            self._is_late = True
            _kill(process)

        self._is_late = False
        timer = threading.Timer(seconds, late)
        timer.daemon = True
        timer.start()
        return timer

    def _ended(self, process: subprocess.Popen[bytes], task: Task | None = None) -> _Ended:
        """Say how the process ended; Closed where that is what was wanted."""
        _kill(process)
        late, code = self._is_late, process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process = None
        if self._closed:
            raise Closed
        if late:
            seconds = START if task is None else self.job.limits.allowed(task.article.text)
            return _Ended(f"took longer than {seconds:g} s", "time")
        if code == OUT_OF_MEMORY:
            return _Ended(f"needed more than {self.job.limits.megabytes:,} MB of memory", "memory")
        return _Ended(f"ended the process that read it ({_named(code)})", "crash")


def _write(process: subprocess.Popen[bytes], data: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - for the types; it is a pipe
    process.stdin.write(data)
    process.stdin.flush()


def _answer(process: subprocess.Popen[bytes]) -> dict[str, Any] | None:
    """Return the next answer; None where the process ended before it was whole."""
    assert process.stdout is not None  # noqa: S101
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        return None
    answer: dict[str, Any] = json.loads(line)
    return answer


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


def _named(code: int) -> str:
    """Return the exit code of a process in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
