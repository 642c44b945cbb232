"""Readings kept in the store, and articles described under the names that resolution gives their entities.

An article is first kept as it was read; what it says is described once it is known who is who. When later
articles change that, those that are touched are described anew, in one transaction each, and no other.
New ones go into the store in batches, each wholly or not at all. At whatever moment a build ends, the next
one finds what is not described yet.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kgraph import rdf, records
from kgraph.errors import KGraphError
from kgraph.gazetteer import Gazetteer
from kgraph.model import Extraction, Problem
from kgraph.ontology import Ontology
from kgraph.resolve import Reading, Resolution, apply, resolve
from kgraph.resolve.curation import Decision
from kgraph.resolve.profile import from_json, read, to_json
from kgraph.store import READINGS, Described, Graph

FACTS, PROFILE, NAMES = "facts", "profile-1", "names"
"""Parts of a reading: what was extracted, what resolution needs of it, the names it is described under."""
_BATCH = 50_000  # statements stored together: many enough to be quick, few enough for little memory
_LAST_RUN = "last-run"  # a part of the reading of READINGS itself


def reading_of(extraction: Extraction, *, gazetteer: Gazetteer) -> Reading:
    """Return what resolution needs of one article."""
    iri_of = rdf.iris(extraction)
    events = {event.id: iri_of(event) for event in extraction.events}
    article = rdf.article_iri(extraction.article.id)
    return read(extraction, article=article, gazetteer=gazetteer, iri_of=events)


def keep(graph: Graph, extraction: Extraction, run: rdf.Run, *, gazetteer: Gazetteer) -> None:
    """Keep the reading of an article; ``settle`` describes it."""
    reading = reading_of(extraction, gazetteer=gazetteer)
    article, profile = reading.article, to_json(reading)
    record = records.to_record(extraction, rdf.iris(extraction))
    record["run"] = [run.version, run.model]
    facts = _packed(records.to_line(record))
    known = graph.reading(article)
    if (known.get(FACTS), known.get(PROFILE)) != (facts, profile):
        graph.keep(article, {FACTS: facts, PROFILE: profile})


def readings(graph: Graph) -> Iterator[Reading]:
    """Yield what resolution needs of every article of a graph, in no order."""
    return (from_json(text, article) for article, text in graph.readings(PROFILE))


def _renew(graph: Graph, gazetteer: Gazetteer) -> None:
    """Make the profiles anew that another version of kgraph made in another form."""
    for article in graph.lacking(PROFILE, FACTS):
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
    resolution = resolve(readings(graph), decisions=decisions, ontology=ontology)
    described = dict(graph.readings(NAMES))
    batch: list[Described] = []
    for article, names in sorted(resolution.names.items()):
        if described.get(article) == names:
            continue
        try:
            extraction, run = _unpacked(graph.reading(article)[FACTS])
            named = apply(extraction, names, ontology=ontology)
            quads = list(rdf.quads(named, ontology=ontology, run=run, gazetteer=gazetteer))
        except KGraphError as error:  # read under another ontology
            report(Problem(article, str(error), "left as it is; build it again with this ontology"))
            continue
        if article in described or graph.holds(article):
            graph.replace(article, quads, reading={NAMES: names})
            continue
        batch.append(Described(article, quads, {NAMES: names}))
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
    """The last build of a store; ``ended`` is None where it never came to its end."""

    begun: str
    ended: str | None
    version: str
    model: str
    articles: int = 0
    failed: int = 0


def note(graph: Graph, last: LastRun) -> None:
    """Keep when the store was built last, beside the graph and not in it: the same facts, the same graph."""
    graph.keep(READINGS.value, {_LAST_RUN: json.dumps(asdict(last), sort_keys=True)})


def last_run(graph: Graph) -> LastRun | None:
    """Return what ``note`` kept; None for a store that no build has noted itself in."""
    text = graph.reading(READINGS.value).get(_LAST_RUN)
    return None if text is None else LastRun(**json.loads(text))


def _packed(text: str) -> str:
    return base64.b85encode(zlib.compress(text.encode(), 6)).decode()


def _unpacked(text: str) -> tuple[Extraction, rdf.Run]:
    record = json.loads(zlib.decompress(base64.b85decode(text)))
    version, model = record.pop("run")
    return records.from_record(record), rdf.Run(version, model)
