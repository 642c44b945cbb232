"""The loop of a build: which articles have to be read, who reads them, and what is kept of it."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kgraph import rdf, settle
from kgraph.errors import KGraphError, printable
from kgraph.gazetteer import Gazetteer
from kgraph.model import Article, Problem
from kgraph.ontology import Ontology
from kgraph.resources import Resources, Settings
from kgraph.store import Graph
from kgraph.work import Plan
from kgraph.work.dead import DeadLetters
from kgraph.work.here import Here
from kgraph.work.parts import Parts
from kgraph.work.pool import Pool
from kgraph.work.process import Job
from kgraph.work.task import SHARD_ARTICLES, SHARD_CHARACTERS, Failed, Finished, Outcome, Shard, Task, shards

FEW = 40
"""With fewer articles to read, starting a process costs more than it saves."""
BATCH = 16
"""Articles of a shard that is read in this process: so often progress is told and what was read is kept."""
SLOWEST = 5
Readings = Mapping[str, Mapping[str, str]]
"""Parts of readings by the IRIs of their articles."""
_SAY_EVERY = 500  # unchanged articles between two words of progress


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: articles stored, those that failed, about how many there are, and facts found."""

    articles: int
    failed: int
    total: int
    facts: int
    unchanged: int = 0
    """Articles that the store holds as they would be read."""

    @property
    def done(self) -> int:
        """How many articles are behind us."""
        return self.articles + self.failed + self.unchanged


@dataclass(frozen=True, slots=True)
class Ready:
    """What a build has at hand: what joining needs, and what reading will need."""

    ontology: Ontology
    gazetteer: Gazetteer
    run: rdf.Run
    load: Callable[[], Resources]
    """Called only where an article is to be read in this process."""
    loaded: bool
    settings: Settings | None
    fingerprint: str | None


@dataclass(slots=True)
class Tally:
    """What a build did."""

    articles: int = 0
    facts: int = 0
    unchanged: int = 0
    resumed: int = 0
    aside: int = 0
    workers: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, str]] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many articles could not be read."""
        return self.causes.total()


class Engine(Protocol):
    """Who reads shards."""

    @property
    def started(self) -> int:
        """How many processes read."""

    def map(self, shards: Iterator[Shard]) -> Iterator[Finished]:
        """Yield what becomes of each shard, as they are done."""

    def rest(self) -> list[Finished]:
        """After an interruption: end, and return what was read and not yielded."""


class Loop:
    """Reads articles into a graph; ``tally`` says how far it is.

    ``seen`` holds the IRIs of the articles that there were, if others are to be pruned.
    """

    def __init__(
        self,
        graph: Graph,
        ready: Ready,
        plan: Plan,
        dead: DeadLetters,
        *,
        total: int,
        force: bool,
        retry: bool,
        prune: bool,
        report: Callable[[Problem], None],
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.tally = Tally()
        self.seen: set[str] = set()
        self._graph = graph
        self.ready = ready
        self._plan = plan
        self.dead = dead
        self._total = total
        self._force = force
        self._retry = retry
        self._prune = prune
        self._report = report
        self._on_progress = on_progress
        self._said: Progress | None = None
        self._parts = self._open_parts()
        self._waiting: dict[int, Readings | Path] = {}
        self._next = 0

    def read(self, articles: Iterable[Article]) -> None:
        """Keep what every article says, in the place of what was read of it before.

        However it ends, what was read is kept. Raises KGraphError where nothing can read or be written.
        """
        tasks = self._to_read(articles)
        ahead: list[Task] = []
        here = self._is_here()
        if here is None:  # it depends on how many there are
            ahead = list(itertools.islice(tasks, FEW))
            here = len(ahead) < FEW
        tasks = itertools.chain(ahead, tasks)
        size = BATCH if here else min(max(self._total // (4 * self._plan.processes), 5), SHARD_ARTICLES)
        parts = self._parts if not here or self._plan.parts else None
        with self._engine(here=here) as engine:
            try:
                for finished in engine.map(shards(tasks, articles=size, characters=SHARD_CHARACTERS)):
                    self._take(finished, parts)
            except BaseException:
                for finished in engine.rest():
                    self._waiting[finished.number] = self._count(finished.outcomes)
                for number in sorted(self._waiting):
                    self._keep(self._waiting.pop(number))
                raise
            finally:
                self.tally.workers = engine.started
        self._say(always=True)
        if self._parts is not None:
            self._parts.clear()

    # ------------------------------------------------------------ which

    def _to_read(self, articles: Iterable[Article]) -> Iterator[Task]:
        """Yield what has to be read; the rest is counted, or taken from what an ended build had read."""
        for article in articles:
            task = Task.of(article, self.ready.fingerprint)
            iri = rdf.article_iri(article.id)
            if self._prune:
                self.seen.add(iri)
            if not self._force and task.input and self._graph.part(iri, settle.INPUT) == task.input:
                self.tally.unchanged += 1
                self.dead.solve(article.id)
                if self.tally.unchanged % _SAY_EVERY == 0:
                    self._say()
            elif not (self._force or self._retry) and self.dead.has(article.id, task.input):
                self.tally.aside += 1
            elif self._parts is not None and (left := self._parts.take(task.input)) is not None:
                settle.keep_all(self._graph, {left.article: left.reading})
                self.tally.resumed += 1
            else:
                yield task

    # ------------------------------------------------------------ who

    def _is_here(self) -> bool | None:
        """Whether this process reads; None where that depends on how many articles there are."""
        if self.ready.settings is None or self.ready.fingerprint is None:
            if self._plan.here is False:
                raise KGraphError(
                    "these resources were put together by hand, and no other process can make them; "
                    "give kgraph.build none, or read with one worker and no limits"
                )
            return True
        # Who has loaded a model wants it to be used.
        return True if self._plan.here is None and self.ready.loaded else self._plan.here

    def _engine(self, *, here: bool) -> AbstractContextManager[Engine]:
        settings, fingerprint = self.ready.settings, self.ready.fingerprint
        if here or settings is None or fingerprint is None:
            return Here(self.ready.load)
        job = Job(settings.to_json(), fingerprint, self._plan.limits)
        if self._plan.engine == "dask":
            from kgraph.work.cluster import Cluster

            return Cluster(job, address=self._plan.address, workers=self._plan.processes)
        return Pool(job, workers=self._plan.processes)

    def _open_parts(self) -> Parts | None:
        run, store = self.ready.run, self._graph.path
        path = self._plan.parts or (None if store is None else work_of(store))
        if path is None:
            return None
        versions = {"kgraph": run.version, "model": run.model, "settings": self.ready.fingerprint or ""}
        return Parts(path, versions=versions, kept=self._plan.parts is not None)

    # ------------------------------------------------------------ what is kept

    def _take(self, finished: Finished, parts: Parts | None) -> None:
        """Write what was read of a shard; put into the store what has its turn."""
        file = None if parts is None else parts.write(finished)
        readings = self._count(finished.outcomes)
        # What lies on the disk need not be held until its turn comes.
        self._waiting[finished.number] = readings if file is None else file
        while self._next in self._waiting:
            self._keep(self._waiting.pop(self._next))
            self._next += 1
        self._say()

    def _count(self, outcomes: Iterable[Outcome]) -> Readings:
        """Count what became of articles; return the readings of those that were read."""
        readings = {}
        for outcome in outcomes:
            if isinstance(outcome, Failed):
                self._fail(outcome)
                continue
            readings[outcome.article] = outcome.reading
            self.dead.solve(outcome.id)
            self.tally.articles += 1
            self.tally.facts += outcome.facts
            heapq.heappush(self.tally.slowest, (round(outcome.seconds, 2), outcome.id))
            if len(self.tally.slowest) > SLOWEST:
                heapq.heappop(self.tally.slowest)
        return readings

    def _keep(self, read: Readings | Path) -> None:
        """Put readings, or those of a part, into the store."""
        if not isinstance(read, Path):
            settle.keep_all(self._graph, read)
        elif self._parts is not None:
            settle.keep_all(self._graph, self._parts.load(read))
            self._parts.drop(read)

    def _fail(self, failed: Failed) -> None:
        self.dead.add(failed)
        self.tally.causes[failed.cause] += 1
        name = f"article {printable(failed.task.article.id[:80])}"
        if failed.cause == "error":
            remedy = "skipped; please report it as a fault of kgraph, with the article"
            self._report(Problem(name, f"cannot be worked out ({failed.why})", remedy))
            return
        aside = f"it is in {self.dead.path}; " if self.dead.path else ""
        remedy = f"skipped; {aside}split it, or allow more and try again: kgraph build --retry"
        self._report(Problem(name, f"cannot be read: {failed.why}", remedy))

    def _say(self, *, always: bool = False) -> None:
        tally = self.tally
        unchanged = tally.unchanged + tally.resumed
        done = tally.articles + tally.failed + unchanged
        now = Progress(tally.articles, tally.failed, max(self._total, done), tally.facts, unchanged)
        if self._on_progress is not None and now != self._said and (done or not always):
            self._on_progress(now)
        self._said = now


def work_of(store: Path) -> Path:
    """The folder in which a build of a store works: beside it."""
    return store.with_name(store.name + ".work")
