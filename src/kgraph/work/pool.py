"""Several processes that read shards side by side; each has its own model and is fed by a thread of ours."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from kgraph.work.process import Closed, Job, Reader
from kgraph.work.task import Finished, Outcome, Shard


class Pool:
    """Reads shards in up to ``workers`` processes; a context manager that leaves none of them behind."""

    def __init__(self, job: Job, *, workers: int) -> None:
        self.workers = max(workers, 1)
        self.started = 0
        self._job = job
        self._readers: list[Reader] = []
        self._threads: list[threading.Thread] = []
        self._todo: queue.SimpleQueue[Shard | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Finished | Exception] = queue.SimpleQueue()

    def map(self, shards: Iterator[Shard]) -> Iterator[Finished]:
        """Yield what becomes of each shard, as they are done.

        At most twice as many shards are taken from ``shards`` as there are processes, and a process is
        started only when there is a shard for it. Raises KGraphError where none can be started.
        """
        under_way = 0
        more = True
        while more or under_way:
            while more and under_way < 2 * self.workers:
                shard = next(shards, None)
                if shard is None:
                    more = False
                    break
                under_way += 1
                if len(self._threads) < min(under_way, self.workers):
                    self._start()
                self._todo.put(shard)
            if not under_way:
                return
            finished = self._done.get()
            if isinstance(finished, Exception):
                raise finished
            under_way -= 1
            yield finished

    def rest(self) -> list[Finished]:
        """End all processes; return what was read and not yielded, also of shards that were not done."""
        self._end()
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                finished = self._done.get_nowait()
                if isinstance(finished, Finished):
                    found.append(finished)
        return found

    def _start(self) -> None:
        reader = Reader(self._job)
        thread = threading.Thread(target=self._work, args=(reader,), daemon=True)
        self._readers.append(reader)
        self._threads.append(thread)
        self.started += 1
        thread.start()

    def _work(self, reader: Reader) -> None:
        """Feed one process until there is nothing more to do."""
        for shard in iter(self._todo.get, None):
            outcomes: list[Outcome] = []
            try:
                for outcome in reader.read(shard.tasks):
                    outcomes.append(outcome)  # one by one: what came before an exception counts
            except Closed:
                self._done.put(Finished(shard.number, tuple(outcomes)))
                return
            except Exception as error:  # it belongs to the build, which is in another thread
                self._done.put(error)
                return
            self._done.put(Finished(shard.number, tuple(outcomes)))

    def _end(self) -> None:
        for _ in self._threads:
            self._todo.put(None)
        for reader in self._readers:
            reader.close()
        for thread in self._threads:
            thread.join()
        for reader in self._readers:
            reader.end()

    def __enter__(self) -> Self:
        """Return the pool itself; nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all processes."""
        self._end()
