"""What a store holds and what made it, for somebody who comes back to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgraph import folder, settle
from kgraph.errors import printable
from kgraph.query import Row, named
from kgraph.resolve import curation
from kgraph.settle import LastRun
from kgraph.store import Graph

_JOINED = """SELECT (COUNT(*) AS ?events) WHERE {
  SELECT ?event WHERE { GRAPH ?article { ?event a kg:Event } }
  GROUP BY ?event HAVING (COUNT(?article) > 1) }"""
_MADE_BY = """SELECT ?version ?run (COUNT(?article) AS ?articles) WHERE {
  GRAPH ?article { ?run schema:softwareVersion ?version } } GROUP BY ?version ?run ORDER BY ?version ?run"""
_COPIES = "SELECT (COUNT(?copy) AS ?copies) WHERE { ?copy prov:alternateOf ?first ; a kg:Article }"
_ARTICLES = """SELECT ?id ?date ?title ?source WHERE {
  ?article a kg:Article ; dcterms:identifier ?id .
  OPTIONAL { ?article schema:datePublished ?date } OPTIONAL { ?article schema:headline ?title }
  OPTIONAL { ?article dc:source ?source } } ORDER BY ?date ?id"""


@dataclass(frozen=True, slots=True)
class Made:
    """How many articles one version of kgraph and one model described."""

    version: str
    model: str
    """The first 12 digits of the model's hash."""
    articles: int


@dataclass(frozen=True, slots=True)
class Info:
    """What ``kgraph info`` shows."""

    counts: Mapping[str, int]
    dates: tuple[str, str] | None
    """Of the oldest and the newest article that have one."""
    joined: int
    """Events that several articles tell."""
    copies: int
    """Articles that print a report which an earlier one has."""
    made: tuple[Made, ...]
    waiting: int
    """Articles that were read but not described yet."""
    decisions: int
    curation: Path | None
    size: int
    """Bytes on disk; 0 in memory."""
    last: LastRun | None

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left for the next build to finish."""
        return not self.waiting and (self.last is None or self.last.ended is not None)


def describe(graph: Graph, *, decisions: Path | None = None) -> Info:
    """Return what a graph holds; ``decisions`` is its curation file if not the usual one beside the store.

    Raises StoreError for a damaged store and CurationError for a line of the file that cannot be read.
    """
    path = decisions or (settle.curation_of(graph.path) if graph.path else None)
    dates = sorted(str(row.date) for row in articles(graph) if row.date is not None)
    made = (Made(row.version, row.run.rpartition("-")[2], row.articles) for row in graph.query(_MADE_BY))
    return Info(
        counts={row.kind: row["count"] for row in graph.query(named("counts"))},
        dates=(dates[0], dates[-1]) if dates else None,
        joined=graph.query(_JOINED)[0].events,
        copies=graph.query(_COPIES)[0].copies,
        made=tuple(made),
        waiting=settle.undescribed(graph),
        decisions=len(curation.read(path)) if path else 0,
        curation=path,
        size=folder.size(graph.path) if graph.path else 0,
        last=settle.last_run(graph),
    )


def articles(graph: Graph) -> Sequence[Row]:
    """Return a row (id, date, title, source) for each article, the oldest first."""
    return graph.query(_ARTICLES)


def rows(found: Info) -> Iterator[tuple[str, str]]:
    """Yield each line of it as a label and a value."""
    yield from ((kind, f"{count:,}") for kind, count in found.counts.items())
    yield "events that several articles tell", f"{found.joined:,}"
    yield "articles that are copies of others", f"{found.copies:,}"
    if found.dates:
        yield "articles date from", " to ".join(found.dates)
    for made in found.made:
        yield f"articles by kgraph {made.version}, model {made.model}", f"{made.articles:,}"
    yield "articles read, not described yet", f"{found.waiting:,}"
    yield f"decisions in {found.curation}", f"{found.decisions:,}"
    yield "size on disk", f"{found.size / 1e6:,.1f} MB"
    if found.last is not None:
        yield "last build began", found.last.begun
        yield "last build ended", found.last.ended or "not"
        yield "articles it stored, and failed on", f"{found.last.articles:,}, {found.last.failed:,}"
        yield from _work(found.last)


def _work(last: LastRun) -> Iterator[tuple[str, str]]:
    """Yield how the last build went, as far as it is known."""
    left = (
        (last.unchanged, "unchanged"),
        (last.resumed, "read by an ended build"),
        (last.aside, "failed before"),
    )
    if any(count for count, _ in left):
        yield "articles it did not read", ", ".join(f"{count:,} {why}" for count, why in left if count)
    if last.removed:
        yield "articles it removed", f"{last.removed:,}"
    if last.failures:
        yield "failures by cause", ", ".join(f"{cause} {count:,}" for cause, count in last.failures.items())
    if last.seconds:
        who = f"{last.workers} processes" if last.workers > 1 else "one process"
        spent = f"{last.seconds:,.1f} s, {last.reading_seconds:,.1f} s of it reading by {who}"
        yield "it took", f"{spent}; {last.rate:.1f} articles/s"
    if last.slowest:
        yield (
            "slowest",
            ", ".join(f"{printable(id[:40])} {seconds:.1f} s" for id, seconds in last.slowest[:3]),
        )
    if last.memory.get("build"):
        most = f"{last.memory['build']:,} MB"
        yield "peak memory", f"{most}, {last.memory['worker']:,} MB a process" if last.workers else most
