"""Readings kept in the store, and articles described under the names that resolution gives their entities.

An article is first kept as it was read; what it says is described once it is known who is who. When later
articles change that, those that are touched are described anew, in one transaction each, and no other.
New ones go into the store in batches, each wholly or not at all. At whatever moment a build ends, the next
one finds what is not described yet.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from kgraph import rdf, records
from kgraph.errors import KGraphError
from kgraph.gazetteer import Gazetteer
from kgraph.model import Extraction, Problem
from kgraph.ontology import Ontology
from kgraph.resolve import Reading, Resolution, apply, copies, resolve
from kgraph.resolve.curation import Decision
from kgraph.resolve.profile import light, read, to_json
from kgraph.store import READINGS, Described, Graph

FACTS, PROFILE, NAMES, INPUT = "facts", "profile-1", "names-3", "input"
"""Parts of a reading: what was extracted, what resolution needs of it, a hash of the names it is
described under, and the hash of the article and all else that it was read from.

A number rises where the form of what is made of it changes; then all of it is made anew.
"""
SKETCH, PASSAGES = f"sketch-{copies.VERSION}", f"passages-{copies.VERSION}"
"""Parts by which copies are found: of all articles, and of those that may be some."""
_BATCH = 50_000  # statements stored together: many enough to be quick, few enough for little memory
_LAST_RUN = "last-run"  # a part of the reading of READINGS itself


def reading_of(extraction: Extraction, *, gazetteer: Gazetteer) -> Reading:
    """Return what resolution needs of one article."""
    iri_of = rdf.iris(extraction)
    events = {event.id: iri_of(event) for event in extraction.events}
    article = rdf.article_iri(extraction.article.id)
    return read(extraction, article=article, gazetteer=gazetteer, iri_of=events)


def parts(extraction: Extraction, run: rdf.Run, *, gazetteer: Gazetteer) -> dict[str, str]:
    """The parts of the reading of an article that is not described yet."""
    record = records.to_record(extraction, rdf.iris(extraction))
    record["run"] = [run.version, run.model]
    profile = to_json(reading_of(extraction, gazetteer=gazetteer))
    sketch, passages = copies.signed(extraction.article.text, extraction.sentences)
    facts = _packed(records.to_line(record))
    return {FACTS: facts, PROFILE: profile, SKETCH: sketch, PASSAGES: passages}


def check(extraction: Extraction, run: rdf.Run, *, ontology: Ontology) -> None:
    """Raise KGraphError where an article cannot be described; better said of it alone, when it is read."""
    deque(rdf.quads(extraction, ontology=ontology, run=run), maxlen=0)


def keep(graph: Graph, extraction: Extraction, run: rdf.Run, *, gazetteer: Gazetteer) -> None:
    """Keep the reading of an article; ``settle`` describes it."""
    article = rdf.article_iri(extraction.article.id)
    keep_all(graph, {article: parts(extraction, run, gazetteer=gazetteer)})


def keep_all(graph: Graph, readings: Mapping[str, Mapping[str, str]]) -> None:
    """Keep readings by the IRIs of their articles; what is read as before stays described as it is."""
    changed = {}
    for article, reading in readings.items():
        known = graph.reading(article)
        known.pop(NAMES, None)
        if known != reading:
            changed[article] = reading
    graph.keep_all(changed)


def readings(graph: Graph) -> Iterator[Reading]:
    """Yield what resolution needs of every article of a graph, in no order and in little memory."""
    return (light(text, article) for article, text in graph.readings(PROFILE))


def resolution_of(
    graph: Graph, *, decisions: Sequence[Decision] = (), ontology: Ontology | None = None
) -> Resolution:
    """Join all articles of a graph; CurationError for a decision that cannot be followed."""
    known = list(readings(graph))
    dates = {reading.article: reading.date for reading in known}
    found = copies.find(
        (copies.sketch(article, dates[article], text) for article, text in graph.readings(SKETCH)),
        lambda article: copies.read_passages(graph.reading(article)[PASSAGES]),
    )
    return resolve(known, decisions=decisions, ontology=ontology, copies=found)


def _renew(graph: Graph, gazetteer: Gazetteer) -> None:
    """Make the parts anew that another version of kgraph made in another form."""
    for article in sorted({*graph.lacking(PROFILE, FACTS), *graph.lacking(SKETCH, FACTS)}):
        keep(graph, *_unpacked(graph.reading(article)[FACTS]), gazetteer=gazetteer)


def curation_of(store: Path) -> Path:
    """The usual file of decisions about a store: beside it, so that they outlive it."""
    return store.with_name(store.name + ".curation")


def settle(
    graph: Graph,
    *,
    ontology: Ontology,
    gazetteer: Gazetteer,
    report: Callable[[Problem], None],
    decisions: Sequence[Decision] = (),
) -> Resolution:
    """Join all articles of a graph; describe those whose names changed, or that are not described yet.

    Raises CurationError, before anything is changed, for a decision that cannot be followed.
    """
    _renew(graph, gazetteer)
    resolution = resolution_of(graph, decisions=decisions, ontology=ontology)
    described = dict(graph.readings(NAMES))
    batch: list[Described] = []
    for article, names in resolution.names.items():
        mark = hashlib.blake2b(names.encode(), digest_size=16).hexdigest()
        if described.get(article) == mark:
            continue
        try:
            extraction, run = _unpacked(graph.reading(article)[FACTS])
            named = apply(extraction, names, ontology=ontology)
            quads = list(rdf.quads(named, ontology=ontology, run=run, gazetteer=gazetteer))
        except KGraphError as error:  # read under another ontology
            report(Problem(article, str(error), "left as it is; build it again with this ontology"))
            continue
        if article in described or graph.holds(article):
            graph.replace(article, quads, reading={NAMES: mark})
            continue
        batch.append(Described(article, quads, {NAMES: mark}))
        if sum(len(waiting.quads) for waiting in batch) >= _BATCH:
            graph.add(batch)
            batch = []
    graph.add(batch)
    return resolution


def undescribed(graph: Graph) -> int:
    """Return how many articles were read but are not described yet, or not as they were read last."""
    return len(graph.lacking(NAMES, FACTS))


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last build of a store; ``ended`` is None where it never came to its end.

    Times of the clock stand here and nowhere else in a store.
    """

    begun: str
    ended: str | None
    version: str
    model: str
    articles: int = 0
    """How many were read and stored."""
    failed: int = 0
    unchanged: int = 0
    """Not read, since the store holds what would be read of them."""
    resumed: int = 0
    """Not read, since a build that was ended had read them."""
    aside: int = 0
    """Not read, since they failed before (``kgraph build --retry``)."""
    removed: int = 0
    facts: int = 0
    problems: int = 0
    """Lines about what was skipped or read only in part."""
    seconds: float = 0.0
    reading_seconds: float = 0.0
    """Of ``seconds``, those until all was read; the rest joined and described."""
    workers: int = 0
    """Processes that read; 0 where this one did."""
    slowest: tuple[tuple[str, float], ...] = ()
    """Ids of articles and the seconds they took, the slowest first."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """How many failed by error, crash, time or memory."""
    versions: Mapping[str, str] = field(default_factory=dict)
    memory: Mapping[str, int] = field(default_factory=dict)
    """Peak in megabytes of this process when all was read (``reading``) and in all (``build``), and of the
    largest of those it started (``worker``)."""

    @property
    def rate(self) -> float:
        """Articles read in a second of the whole build."""
        return self.articles / self.seconds if self.seconds else 0.0


def note(graph: Graph, last: LastRun) -> None:
    """Keep when the store was built last, beside the graph and not in it: the same facts, the same graph."""
    graph.keep(READINGS.value, {_LAST_RUN: json.dumps(asdict(last), sort_keys=True)})


def last_run(graph: Graph) -> LastRun | None:
    """Return what ``note`` kept; None for a store that no build has noted itself in."""
    text = graph.reading(READINGS.value).get(_LAST_RUN)
    if text is None:
        return None
    known = {item.name for item in fields(LastRun)}
    value = {name: item for name, item in json.loads(text).items() if name in known}
    value["slowest"] = tuple((name, seconds) for name, seconds in value.get("slowest", ()))
    return LastRun(**value)


def _packed(text: str) -> str:
    return base64.b85encode(zlib.compress(text.encode(), 6)).decode()


def _unpacked(text: str) -> tuple[Extraction, rdf.Run]:
    record = json.loads(zlib.decompress(base64.b85decode(text)))
    version, model = record.pop("run")
    return records.from_record(record), rdf.Run(version, model)
