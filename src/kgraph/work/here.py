"""Reading in this process: for few articles, and for resources that no other process could make."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from kgraph.resources import Resources
from kgraph.work.task import Finished, Outcome, Shard, Task, fault, read_one

_log = logging.getLogger("kgraph")


class Here:
    """Reads shards one after the other; ``load`` gives what is needed when there is something to read."""

    started = 0

    def __init__(self, load: Callable[[], Resources]) -> None:
        self._load = load
        self._resources: Resources | None = None
        self._left: list[Finished] = []

    def map(self, shards: Iterator[Shard]) -> Iterator[Finished]:
        """Yield what becomes of each shard."""
        for shard in shards:
            outcomes: list[Outcome] = []
            try:
                for task in shard.tasks:
                    outcomes.append(self._read(task))
            except BaseException:
                self._left.append(Finished(shard.number, tuple(outcomes)))
                raise
            yield Finished(shard.number, tuple(outcomes))

    def rest(self) -> list[Finished]:
        """Return what was read of a shard in which the build was interrupted."""
        left, self._left = self._left, []
        return left

    def _read(self, task: Task) -> Outcome:
        """Read one article.

        This is one of two places where any Exception is caught: an article that meets a fault in the code or
        in the model must not cost the user all the others. The log has the traceback at level DEBUG.
        """
        if self._resources is None:
            self._resources = self._load()
        try:
            return read_one(task, self._resources)
        except Exception as error:
            _log.debug("extraction failed on article %r", task.article.id, exc_info=True)
            return fault(task, error)

    def __enter__(self) -> Self:
        """Return the reader itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: nothing was started."""
