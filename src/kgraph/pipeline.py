"""The straight line from files to a graph: read, annotate, extract, describe, store."""

from __future__ import annotations

import datetime
import logging
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kgraph import __version__
from kgraph import store as stores
from kgraph.errors import CurationError, ReadError, printable
from kgraph.model import Article, Extraction, Problem
from kgraph.read import Reading, count, expand, of_files, read, read_sources
from kgraph.resources import LIBRARIES
from kgraph.resources import Resources as Resources
from kgraph.resources import Settings as Settings
from kgraph.resources import load_ontology as load_ontology
from kgraph.work import Plan as Plan
from kgraph.work.dead import DeadLetters, dead_letters_of
from kgraph.work.loop import Loop, Ready
from kgraph.work.loop import Progress as Progress

if TYPE_CHECKING:
    from kgraph.fetch import Web
    from kgraph.resolve.curation import Decision

T = TypeVar("T")
Report = Callable[[Problem], None]
Paths = Iterable[str | Path] | str | Path

SAMPLES = Path(__file__).parent / "samples"
"""The folder of the sample articles that come with kgraph."""

BATCH_SIZE = 16
"""Articles annotated together; more would cost memory and hardly fill the model's passes better."""
_BATCH_CHARACTERS = 100_000  # a batch ends here too, so that long articles are annotated one by one
LONGEST = 1_000_000
"""Characters of one article: a book of 500 pages. What is longer is a file that was put together wrongly."""

_log = logging.getLogger("kgraph")


def find(
    paths: Paths,
    *,
    date: str | None = None,
    reading: Reading | None = None,
    on_problem: Report | None = None,
    web: Web | None = None,
) -> tuple[Iterator[Article], int]:
    """Return the articles of files, folders, globs and URLs, and about how many they are.

    ``date`` is given to articles that state none; ``reading`` says the rest; ``web`` says how URLs are read,
    and whether they are feeds. Problems go to ``on_problem``, by default the log; raises ReadError where
    there is nothing to read at all, or ``date`` is none.
    """
    from kgraph import fetch

    report = on_problem or _warn
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    web = web or fetch.Web()
    urls = [path for path in given if web.takes(path)]
    files = expand([path for path in given if path not in urls], on_problem=report)
    if not files and not urls:
        raise ReadError("there is no article to read; name files, folders, globs or URLs that hold some")
    if not urls:
        return read(files, on_problem=report, date=date, reading=reading), count(files)
    sources = chain(of_files(files, on_problem=report), web.sources(urls, on_problem=report))
    return read_sources(sources, on_problem=report, date=date, reading=reading), count(files) + len(urls)


def extract(
    articles: Iterable[Article],
    *,
    resources: Resources,
    on_problem: Report | None = None,
    batch_size: int = BATCH_SIZE,
) -> Iterator[Extraction]:
    """Yield what each article says, in their order; up to ``batch_size`` of them are annotated together.

    An article on which extraction fails goes to ``on_problem`` (by default the log) and the rest goes on.
    """
    report = on_problem or _warn
    for batch in _batches(_of_article_length(articles, report), batch_size):
        yield from _each(batch, resources.facts, report)


def build(
    paths: Paths = (),
    *,
    store: str | Path | None = None,
    date: str | None = None,
    reading: Reading | None = None,
    resources: Resources | Settings | Callable[[], Resources] | None = None,
    curation: str | Path | None = None,
    work: Plan | None = None,
    force: bool = False,
    prune: bool = False,
    retry: bool = False,
    on_problem: Report | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    web: Web | None = None,
    on_note: Callable[[str], None] | None = None,
) -> stores.Graph:
    """Read files, folders, globs and URLs (or one of them) and return the graph of their articles.

    ``store`` is the folder that keeps the graph, made where there is none; without it the graph is in memory.
    An article that the store holds already is replaced if anything about it, kgraph or its model has changed,
    and else not read again, unless ``force`` is set. ``prune`` removes the articles that are not among those
    of ``paths``; ``retry`` reads the store's dead letters and no paths. ``date`` (YYYY-MM-DD) is given to
    articles that state none; ``reading`` (``kgraph.read.Reading``) has limits, columns of tables, and whether
    articles in other languages are kept; ``web`` says how URLs are read, and whether they are feeds.
    ``resources`` may be settings, or a function that loads them, called when the store is open; with none or
    settings, many articles are read in several processes, as ``work`` says.
    ``curation`` is the file of decisions about nodes (``kgraph.resolve.curation``), by default the one beside
    the store. What cannot be read goes to ``on_problem`` (by default the log) and the rest goes on;
    ``on_progress`` hears of every batch, ``on_note`` (by default the log) of what was removed. What it did is
    kept in the store (``settle.last_run``). Raises KGraphError where there is nothing to read, where the
    store, the ontology or the model cannot be used, and for a decision that cannot be followed.
    """
    from kgraph import settle
    from kgraph.resolve.curation import read as read_decisions

    problems = _Counted(on_problem or _warn)
    decided = Path(curation) if curation else settle.curation_of(Path(store)) if store else None
    if curation and not Path(curation).is_file():
        raise CurationError(f"{curation}: no such file; make it with: kgraph curate")
    if retry and store is None:
        raise ReadError("there are no dead letters without a store; name it with --store")
    decisions = read_decisions(decided) if decided else []
    found = find(paths, date=date, reading=reading, on_problem=problems, web=web) if not retry else None
    articles, total = found or (iter(()), 0)
    problems.before = problems.count
    # The store before the model: a folder that is in use is said at once.
    graph = stores.Graph.memory() if store is None else stores.open(store, create=not retry)
    try:
        dead = DeadLetters(dead_letters_of(Path(store)) if store else None)
        if retry:
            articles, total = dead.articles(), len(dead)
        loop = Loop(
            graph,
            _ready(resources),
            work or Plan(),
            dead,
            total=total,
            force=force,
            retry=retry,
            prune=prune,
            report=problems,
            on_progress=on_progress,
        )
        _fill(
            graph,
            loop,
            _of_article_length(articles, problems),
            decisions,
            problems,
            prune,
            on_note or _log.info,
        )
    except BaseException:  # also when interrupted, so that the folder can be opened again
        graph.close()
        raise
    return graph


def _fill(
    graph: stores.Graph,
    loop: Loop,
    articles: Iterable[Article],
    decisions: Sequence[Decision],
    problems: _Counted,
    prune: bool,
    note: Callable[[str], None],
) -> None:
    """Keep what every article says, in the place of what was read before, then join it to all others."""
    from kgraph import settle

    ready, tally, removed = loop.ready, loop.tally, 0
    begun, start = _now(), time.monotonic()
    settle.note(graph, settle.LastRun(begun, None, ready.run.version, ready.run.model))
    try:
        loop.read(articles)
        memory = _memory()
        if prune:
            removed = _prune(graph, loop, problems, note)
    finally:  # also when interrupted: what was read is not lost
        loop.dead.save()
        reading = time.monotonic() - start
        settle.settle(
            graph, ontology=ready.ontology, gazetteer=ready.gazetteer, report=problems, decisions=decisions
        )
    if tally.aside:
        left = "skipped; try again with kgraph build --retry, or --force"
        problems(
            Problem(str(loop.dead.path), f"holds {tally.aside:,} of the articles, which failed before", left)
        )
    settle.note(
        graph,
        settle.LastRun(
            begun,
            _now(),
            ready.run.version,
            ready.run.model,
            tally.articles,
            tally.failed,
            tally.unchanged,
            tally.resumed,
            tally.aside,
            removed,
            tally.facts,
            problems.count,
            round(time.monotonic() - start, 3),
            round(reading, 3),
            tally.workers,
            tuple((id, seconds) for seconds, id in sorted(tally.slowest, reverse=True)),
            dict(sorted(tally.causes.items())),
            _versions(),
            {**_memory(), "reading": memory.get("build", 0)},
        ),
    )


def _prune(graph: stores.Graph, loop: Loop, problems: _Counted, note: Callable[[str], None]) -> int:
    """Remove the articles that were not among those read; return how many they are.

    Nothing is removed where that may be because a path or a file could not be read.
    """
    from kgraph import settle

    if not loop.seen or problems.unread:
        why = "some of it could not be read" if loop.seen else "nothing could be read"
        problems(Problem("--prune", f"{why}, so nothing was removed", "correct the paths and build again"))
        return 0
    known = {article.iri: article.id for article in graph.articles()}
    kept = {*known, *(iri for iri, _ in graph.readings(settle.INPUT))}
    gone = sorted(kept - loop.seen)
    for iri in gone:
        graph.replace(iri, [])
        note(f"removed {printable(known.get(iri, iri)[:80])}: it is not among the given articles any more")
    loop.dead.keep(loop.seen)
    return len(gone)


def _ready(resources: Resources | Settings | Callable[[], Resources] | None) -> Ready:
    """Return what a build needs at once; the model is loaded only when there is an article to read."""
    given = resources if isinstance(resources, Settings | Resources | None) else resources()
    if isinstance(given, Settings | None):
        settings = given or Settings()
        run = settings.run
        if run is not None:
            schema = settings.load_ontology()
            return Ready(
                schema,
                settings.load_gazetteer(schema),
                run,
                lambda: load(settings),
                loaded=False,
                settings=settings,
                fingerprint=settings.fingerprint(run),
            )
        loaded = load(settings)
        return _of(loaded, loaded=False)
    return _of(given, loaded=True)


def _of(resources: Resources, *, loaded: bool) -> Ready:
    settings, run = resources.settings, resources.run
    return Ready(
        resources.ontology,
        resources.gazetteer,
        run,
        lambda: resources,
        loaded=loaded,
        settings=settings,
        fingerprint=None if settings is None else settings.fingerprint(run),
    )


def load(settings: Settings) -> Resources:
    """Load what settings say. Raises OntologyError and ModelError in one line."""
    return Resources.load(
        settings.ontology,
        model=settings.model,
        nlp=settings.nlp,
        gazetteers=settings.gazetteers,
        min_confidence=settings.min_confidence,
    )


class _Counted:
    """Passes problems on and counts them."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.count = self.before = 0
        self._unread = 0

    def __call__(self, problem: Problem) -> None:
        """Pass it on."""
        self.count += 1
        self._unread += problem.reason.startswith("cannot be read (")
        self.report(problem)

    @property
    def unread(self) -> bool:
        """Whether a path was not there, or a file could not be opened."""
        return bool(self.before or self._unread)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _versions() -> dict[str, str]:
    """Return the versions of what had a part in a build."""
    names = {name: metadata.version(name) for name in (*LIBRARIES, "pyoxigraph")}
    return {"kgraph": __version__, "python": platform.python_version(), **names}


def _memory() -> dict[str, int]:
    """Return the most memory that this process and the largest of those it started held, in megabytes."""
    try:
        import resource
    except ImportError:  # Windows
        return {}
    unit = 1 if sys.platform == "darwin" else 1024
    who = {"build": resource.RUSAGE_SELF, "worker": resource.RUSAGE_CHILDREN}
    return {name: resource.getrusage(number).ru_maxrss * unit // 1_000_000 for name, number in who.items()}


def _of_article_length(articles: Iterable[Article], report: Report) -> Iterator[Article]:
    """Pass articles on, but none that would take minutes and gigabytes; those are reported, not cut."""
    for article in articles:
        if len(article.text) <= LONGEST:
            yield article
        else:
            size = f"holds {len(article.text):,} characters, an article at most {LONGEST:,}"
            name = f"article {printable(article.id[:80])}"
            report(Problem(name, size, "skipped; split it into the articles it is made of"))


def _batches(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    """Group articles by number and by length, so that memory stays bounded; a long one stands alone."""
    batch: list[Article] = []
    length = 0
    for article in articles:
        if batch and (len(batch) >= size or length + len(article.text) > _BATCH_CHARACTERS):
            yield batch
            batch, length = [], 0
        batch.append(article)
        length += len(article.text)
    if batch:
        yield batch


def _each(
    articles: Sequence[Article], work: Callable[[Sequence[Article]], Iterator[T]], report: Report
) -> Iterator[T]:
    """Yield the results of ``work``; where it fails, do the articles one by one and report the bad ones.

    This is the one place where any Exception is caught: an article that meets a fault in the code or in
    the model must not cost the user all the others. The log has the traceback at level DEBUG.
    """
    try:
        results = list(work(articles))
    except Exception as error:
        if len(articles) > 1:
            for article in articles:
                yield from _each([article], work, report)
            return
        _log.debug("extraction failed on article %r", articles[0].id, exc_info=True)
        why = printable(" ".join(f"{type(error).__name__}: {error}".split()))[:200]
        remedy = "skipped; please report it as a fault of kgraph, with the article"
        report(Problem(f"article {printable(articles[0].id[:80])}", f"cannot be worked out ({why})", remedy))
        return
    yield from results


def _warn(problem: Problem) -> None:
    _log.warning("%s", problem)
