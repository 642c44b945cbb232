"""The straight line from files to a graph: read, annotate, extract, describe, store."""

from __future__ import annotations

import datetime
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from kgraph import __version__, rdf
from kgraph import store as stores
from kgraph.errors import CurationError, OntologyError, ReadError, printable
from kgraph.model import MIN_CONFIDENCE, Article, Extraction, Problem
from kgraph.read import Reading, count, expand, of_files, read, read_sources

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from kgraph.fetch import Web
    from kgraph.frames import Frames
    from kgraph.gazetteer import Gazetteer
    from kgraph.ontology import Ontology
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
_READER = "kgraph_reader"  # the pipe of kgraph.nlp that holds the model

_log = logging.getLogger("kgraph")


@dataclass(frozen=True, slots=True)
class Resources:
    """What extraction needs besides an article; made once, by ``Resources.load``."""

    ontology: Ontology
    frames: Frames
    gazetteer: Gazetteer
    nlp: Language
    lacks: tuple[str, ...] = ()
    """What the named spaCy pipeline does not give; empty for kgraph's own."""
    min_confidence: float = MIN_CONFIDENCE
    """Facts below are left out."""

    @classmethod
    def load(
        cls,
        ontology: str | Path | None = None,
        *,
        model: str | Path | None = None,
        nlp: str | None = None,
        gazetteers: Iterable[str | Path] = (),
        threads: int = 0,
        min_confidence: float = MIN_CONFIDENCE,
    ) -> Self:
        """Load what extraction needs.

        ``ontology`` is a folder with ``kgraph.ttl``, ``frames.yaml`` and ``gazetteer/``; what it lacks is
        taken from the shipped one. ``gazetteers`` are files of your own names, which go before ours.
        ``model`` is a folder made by ``kgraph train``; ``nlp`` names a spaCy pipeline to use instead;
        ``threads`` are the model's, 0 for all cores; facts whose confidence is below ``min_confidence`` (0 to
        1) are left out. Raises OntologyError and ModelError in one line.
        """
        from kgraph import frames, gazetteer
        from kgraph.nlp import component, foreign

        schema = load_ontology(ontology)
        lacks: list[str] = []
        if nlp is None:
            pipeline = component.load(model, threads=threads)
        else:
            pipeline, lacks = foreign.load(nlp)
            _log.warning("%s lacks: %s", nlp, ", ".join(lacks))
        return cls(
            ontology=schema,
            frames=frames.load(schema, _own(ontology, "frames.yaml")),
            gazetteer=gazetteer.load(
                _own(ontology, "gazetteer"), extra=map(Path, gazetteers), ontology=schema
            ),
            nlp=pipeline,
            lacks=tuple(lacks),
            min_confidence=min_confidence,
        )

    @property
    def run(self) -> rdf.Run:
        """What the facts are marked as made by: this version of kgraph and a hash of its model."""
        if self.nlp.has_pipe(_READER):
            reader: Any = self.nlp.get_pipe(_READER)
            return rdf.Run(__version__, reader.encoder.digest)
        return rdf.Run(__version__, f"{self.nlp.meta['name']} {self.nlp.meta['version']}")

    def facts(self, articles: Sequence[Article]) -> Iterator[Extraction]:
        """Yield what each article says; they are annotated together, so pass few at a time."""
        return (facts for _, facts in self.read(articles))

    def read(self, articles: Sequence[Article]) -> Iterator[tuple[Doc, Extraction]]:
        """Yield each article's annotated Doc and what it says."""
        from kgraph.extract import extract_article

        pairs = ((article.text, article) for article in articles)
        for doc, article in self.nlp.pipe(pairs, as_tuples=True, batch_size=max(len(articles), 1)):
            found = extract_article(
                doc, article, ontology=self.ontology, frames=self.frames, gazetteer=self.gazetteer
            )
            yield doc, self.kept(found)

    def kept(self, extraction: Extraction) -> Extraction:
        """The extraction without the facts that are less sure than wanted."""
        return replace(
            extraction,
            events=tuple(event for event in extraction.events if event.confidence >= self.min_confidence),
            relations=tuple(
                relation for relation in extraction.relations if relation.confidence >= self.min_confidence
            ),
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: articles stored, those that failed, about how many there are, and facts found."""

    articles: int
    failed: int
    total: int
    facts: int


def load_ontology(folder: str | Path | None = None) -> Ontology:
    """Load ``kgraph.ttl`` of a folder, or the shipped one where the folder is None or has none."""
    from kgraph import ontology

    if folder is not None and not Path(folder).is_dir():
        raise OntologyError(f"{folder}: is no folder; name one that holds kgraph.ttl or frames.yaml")
    return ontology.load(_own(folder, "kgraph.ttl"))


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
    paths: Paths,
    *,
    store: str | Path | None = None,
    date: str | None = None,
    reading: Reading | None = None,
    resources: Resources | Callable[[], Resources] | None = None,
    curation: str | Path | None = None,
    on_problem: Report | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    web: Web | None = None,
) -> stores.Graph:
    """Read files, folders, globs and URLs (or one of them) and return the graph of their articles.

    ``store`` is the folder that keeps the graph, made where there is none; without it the graph is in memory.
    An article that the store holds already is replaced. ``date`` (YYYY-MM-DD) is given to articles that state
    none; ``reading`` (``kgraph.read.Reading``) has limits, columns of tables, and whether articles in other
    languages are kept. ``resources`` may be a function that loads them, called when the store is open.
    ``curation`` is the file of decisions about nodes (``kgraph.resolve.curation``), by default the one beside
    the store. What cannot be read goes to ``on_problem`` (by default the log) and the rest goes on;
    ``web`` says how URLs are read, and whether they are
    feeds; ``on_progress`` hears of every batch. Raises KGraphError where there is nothing to read, where the store,
    the ontology or the model cannot be used, and for a decision that cannot be followed.
    """
    from kgraph import settle
    from kgraph.resolve.curation import read as read_decisions

    report = on_problem or _warn
    decided = Path(curation) if curation else settle.curation_of(Path(store)) if store else None
    if curation and not Path(curation).is_file():
        raise CurationError(f"{curation}: no such file; make it with: kgraph curate")
    decisions = read_decisions(decided) if decided else []
    articles, total = find(paths, date=date, reading=reading, on_problem=report, web=web)
    # The store before the model: a folder that is in use is said at once.
    graph = stores.Graph.memory() if store is None else stores.open(store, create=True)
    try:
        ready = resources if isinstance(resources, Resources) else (resources or Resources.load)()
        _fill(graph, articles, total, ready, decisions, report, on_progress)
    except BaseException:  # also when interrupted, so that the folder can be opened again
        graph.close()
        raise
    return graph


def _fill(
    graph: stores.Graph,
    articles: Iterable[Article],
    total: int,
    resources: Resources,
    decisions: Sequence[Decision],
    report: Report,
    on_progress: Callable[[Progress], None] | None,
) -> None:
    """Keep what every article says, in the place of what was read before, then join it to all others."""
    from kgraph import settle

    run = resources.run

    def checked(batch: Sequence[Article]) -> Iterator[Extraction]:
        for extraction in resources.facts(batch):
            # What cannot be described is this article's fault, and said now.
            deque(rdf.quads(extraction, ontology=resources.ontology, run=run), maxlen=0)
            yield extraction

    stored = failed = facts = 0
    begun = _now()
    settle.note(graph, settle.LastRun(begun, None, run.version, run.model))
    try:
        for batch in _batches(_of_article_length(articles, report), BATCH_SIZE):
            before = stored
            for extraction in _each(batch, checked, report):
                settle.keep(graph, extraction, run, gazetteer=resources.gazetteer)
                stored += 1
                facts += len(extraction.events) + len(extraction.relations)
            failed += len(batch) - (stored - before)
            if on_progress is not None:
                on_progress(Progress(stored, failed, max(total, stored + failed), facts))
    finally:  # also when interrupted: what was read is not lost
        settle.settle(
            graph,
            ontology=resources.ontology,
            gazetteer=resources.gazetteer,
            report=report,
            decisions=decisions,
        )
    settle.note(graph, settle.LastRun(begun, _now(), run.version, run.model, stored, failed))


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


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


def _own(folder: str | Path | None, name: str) -> Path | None:
    """Return a file of the user's ontology folder, None where it is not there."""
    path = None if folder is None else Path(folder) / name
    return path if path is not None and path.exists() else None


def _warn(problem: Problem) -> None:
    _log.warning("%s", problem)
