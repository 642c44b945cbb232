r"""Reading on a Dask cluster (needs kgraph\[cluster]): a task is a shard, a worker has processes of its own.

A task takes text and gives text. What reads is not the Dask worker but a process that it starts
(``process.Reader``), so that an article that ends it, or takes too long, ends no worker of the cluster.
Whoever can reach a Dask scheduler can run code on all of its machines: use one that you trust, in a network
that you trust.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from importlib import import_module
from types import TracebackType
from typing import Any, Self

from kgraph.errors import KGraphError
from kgraph.work.process import Job, Reader
from kgraph.work.task import Finished, Shard, outcome_from, outcome_to_json, task_from_json, task_to_json

_idle: dict[str, list[Reader]] = {}
"""Processes of a Dask worker that wait for the next task, by their job."""
_lock = threading.Lock()
PATIENCE = 20
"""Seconds in which the scheduler has to answer."""
LOSSES = 5
"""How often a shard may lose its Dask worker before the build ends."""


def read_shard(job: str, tasks: list[str]) -> str:
    """Read a shard on a worker of the cluster; JSON in, JSON out. The worker's part of the work."""
    with _lock:
        waiting = _idle.setdefault(job, [])
        reader = waiting.pop() if waiting else Reader(Job.from_json(job))
    try:
        outcomes = [outcome_to_json(outcome) for outcome in reader.read([task_from_json(t) for t in tasks])]
    except KGraphError as error:
        reader.end()
        return json.dumps({"error": str(error)})
    except BaseException:
        reader.end()
        raise
    with _lock:
        waiting.append(reader)
    return f"[{', '.join(outcomes)}]"


def end_readers() -> None:
    """End the processes of a worker that wait."""
    with _lock:
        for reader in [reader for waiting in _idle.values() for reader in waiting]:
            reader.end()
        _idle.clear()


class Cluster:
    """Reads shards on a Dask cluster; a context manager that ends what it started.

    ``address`` is that of a scheduler, None starts a cluster on this machine. Raises KGraphError where Dask
    is not installed or the scheduler does not answer.
    """

    def __init__(self, job: Job, *, address: str | None, workers: int) -> None:
        try:
            distributed: Any = import_module("distributed")
        except ImportError as error:
            raise KGraphError(
                "--engine dask needs distributed; install it: pip install 'kgraph[cluster]'"
            ) from error
        self.started = 0
        self._job = job.to_json()
        self._own: Any = None
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        try:
            if address is None:
                self._own = distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None, memory_limit=0
                )
            self._client: Any = distributed.Client(
                self._own or address, timeout=PATIENCE, set_as_default=False
            )
        except (OSError, ValueError, RuntimeError) as error:
            self._shut()
            why = " ".join(str(error).split())[:120]
            raise KGraphError(
                f"{address or 'dask'}: no Dask scheduler answers ({why}); check --address"
            ) from error

    def map(self, shards: Iterator[Shard]) -> Iterator[Finished]:
        """Yield what becomes of each shard, as they are done; twice as many are under way as can be read."""
        under_way: dict[Any, tuple[Shard, int]] = {}
        more = True
        while more or under_way:
            self.started = sum(self._client.nthreads().values()) or self.started
            while more and len(under_way) < 2 * max(self.started, 1):
                shard = next(shards, None)
                if shard is None:
                    more = False
                    break
                under_way[self._submit(shard)] = (shard, 0)
            if not under_way:
                return
            future = self._next()
            shard, losses = under_way.pop(future)
            if future.status == "finished":
                yield _finished(shard, future.result())
            elif losses + 1 < LOSSES:  # the workers were lost, not by what is in it
                under_way[self._submit(shard)] = (shard, losses + 1)
            else:
                why = type(future.exception()).__name__
                raise KGraphError(
                    f"the cluster lost its workers {LOSSES} times over the same articles ({why}); "
                    "mend it and build again: what was read is kept"
                )

    def rest(self) -> list[Finished]:
        """Return nothing: what was not done is left to the next build."""
        return []

    def _next(self) -> Any:
        """Wait for the next shard that is done; KGraphError where there is no scheduler any more."""
        while True:
            try:
                return self._done.get(timeout=PATIENCE)
            except queue.Empty:
                if self._client.status != "running":
                    raise KGraphError(
                        "the Dask scheduler is gone; build again when it is back: what was read is kept"
                    ) from None

    def _submit(self, shard: Shard) -> Any:
        tasks = [task_to_json(task) for task in shard.tasks]
        future = self._client.submit(read_shard, self._job, tasks, pure=False)
        future.add_done_callback(self._done.put)
        return future

    def _shut(self) -> None:
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Self:
        """Return the cluster itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes of the workers, and the cluster if it was started here."""
        if kind is None:
            self._client.run(end_readers)
        self._client.close()
        self._shut()


def _finished(shard: Shard, answer: str) -> Finished:
    values = json.loads(answer)
    if isinstance(values, dict):
        raise KGraphError(values["error"])
    pairs = zip(values, shard.tasks, strict=True)
    return Finished(shard.number, tuple(outcome_from(value, task) for value, task in pairs))
