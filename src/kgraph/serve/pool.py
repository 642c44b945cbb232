"""The processes that answer: started when needed, kept for the next query, killed when one takes too long."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from kgraph import folder
from kgraph.errors import StoreError
from kgraph.query.process import asking, command, head_of

START = 60  # seconds that a process may take to open the store


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one query may use; ``workers`` run at a time, and others wait for as long as a query may run."""

    seconds: float = 30.0
    size: int = 64 << 20
    """Bytes of an answer."""
    memory: int = 2 << 30
    """Bytes of a process."""
    workers: int = 4
    page_seconds: float = 300.0
    """To draw the page of the graph, once."""


class Answer(NamedTuple):
    """Status code, media type and body; which version of the store it was read from."""

    status: int
    media: str
    body: bytes
    version: str = ""


class Pool:
    """Answers requests on the store in ``path``; one event loop may use it."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self._free = asyncio.Semaphore(limits.workers)
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._closed = False

    async def start(self) -> None:
        """Start the first process; StoreError where it cannot read the store."""
        self._idle.append(await self._worker())

    @property
    def version(self) -> str:
        """Which state of the store is published now."""
        last = folder.newest(self.path)
        return "" if last is None else last.name

    async def query(self, request: Mapping[str, Any]) -> Answer:
        """Answer a query (see ``worker.answer``), whatever happens: 503 if all are busy, 504 if slow."""
        return await self._ask({**request, "size": self.limits.size}, self.limits.seconds)

    async def page(self, title: str) -> Answer:
        """Return the page that draws the graph."""
        return await self._ask({"page": title}, self.limits.page_seconds)

    def close(self) -> None:
        """Kill all processes; what still asks is told 503."""
        self._closed = True
        for worker in self._all:
            _kill(worker)

    async def end(self) -> None:
        """Kill all processes and wait until they are gone."""
        self.close()
        await asyncio.gather(*(worker.wait() for worker in self._all))

    async def _ask(self, request: Mapping[str, Any], seconds: float) -> Answer:
        try:
            async with asyncio.timeout(self.limits.seconds):
                await self._free.acquire()
        except TimeoutError:
            return _line(503, f"{self.limits.workers} queries are running; try again later")
        worker = None
        try:
            worker = await self._next()
            async with asyncio.timeout(seconds):
                answer = await _exchange(worker, {**request, "seconds": seconds})
        except TimeoutError:
            return _line(504, f"the query took longer than {seconds:g} s and was ended; ask for less")
        except StoreError as error:
            return _line(503 if self._closed else 500, str(error))
        except (OSError, EOFError):
            if self._closed:
                return _line(503, "the server is ending")
            return _line(
                500, "the query ended the process that ran it: too deep or too much memory; ask for less"
            )
        else:
            self._idle.append(worker)
            worker = None
            return answer
        finally:
            if worker is not None:  # also when nobody waits for the answer any more
                _kill(worker)
                self._all.discard(worker)
            self._free.release()

    async def _next(self) -> Process:
        while self._idle:
            worker = self._idle.pop()
            if worker.returncode is None:
                return worker
            self._all.discard(worker)
        return await self._worker()

    async def _worker(self) -> Process:
        if self._closed:
            raise StoreError("the server is ending")
        started = command("kgraph.serve.worker", self.path, memory=self.limits.memory)
        worker = await asyncio.create_subprocess_exec(*started, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        self._all.add(worker)
        try:
            async with asyncio.timeout(START):
                ready = await _exchange(worker, {"seconds": START})
        except (OSError, EOFError, TimeoutError):
            ready = _line(500, f"{self.path}: no process can be started that reads it")
        except BaseException:
            _kill(worker)
            raise
        if ready.status != 200:
            _kill(worker)
            self._all.discard(worker)
            raise StoreError(ready.body.decode().strip())
        return worker


async def _exchange(worker: Process, request: Mapping[str, Any]) -> Answer:
    """Send a request and return the answer."""
    assert worker.stdin is not None  # noqa: S101 - for the types; both are pipes
    assert worker.stdout is not None  # noqa: S101
    worker.stdin.write(asking(request))
    await worker.stdin.drain()
    head = head_of(await worker.stdout.readline())
    body = await worker.stdout.readexactly(head["length"])
    return Answer(head["status"], head["media"], body, head["version"])


def _kill(worker: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        worker.kill()


def _line(status: int, line: str) -> Answer:
    return Answer(status, "text/plain; charset=utf-8", f"{line}\n".encode())
