"""Readings kept in the store, and articles described under the names that resolution gives their entities.

An article is first kept as it was read; what it says is described once it is known who is who. When later
articles change that, those that are touched are described anew, in one transaction each, and no other.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kgraph import rdf, records
from kgraph.errors import KGraphError
from kgraph.gazetteer import Gazetteer
from kgraph.model import Extraction, Problem
from kgraph.ontology import Ontology
from kgraph.resolve import Reading, Resolution, apply, resolve
from kgraph.resolve.curation import Decision
from kgraph.resolve.profile import from_json, read, to_json
from kgraph.store import Graph

FACTS, PROFILE, NAMES = "facts", "profile-1", "names"
"""Parts of a reading: what was extracted, what resolution needs of it, the names it is described under."""


def keep(graph: Graph, extraction: Extraction, run: rdf.Run, *, gazetteer: Gazetteer) -> None:
    """Keep the reading of an article; ``settle`` describes it."""
    iri_of = rdf.iris(extraction)
    article = rdf.article_iri(extraction.article.id)
    events = {event.id: iri_of(event) for event in extraction.events}
    profile = to_json(read(extraction, article=article, gazetteer=gazetteer, iri_of=events))
    record = records.to_record(extraction, iri_of)
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
    known = {article for article, _ in graph.readings(PROFILE)}
    for article in sorted({article for article, _ in graph.readings(FACTS)} - known):
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
    for article, names in sorted(resolution.names.items()):
        if described.get(article) == names:
            continue
        try:
            extraction, run = _unpacked(graph.reading(article)[FACTS])
            quads = list(rdf.quads(apply(extraction, names, ontology=ontology), ontology=ontology, run=run))
        except KGraphError as error:  # read under another ontology
            report(Problem(article, str(error), "left as it is; build it again with this ontology"))
            continue
        graph.replace(article, quads, reading={NAMES: names})
    return resolution


def _packed(text: str) -> str:
    return base64.b85encode(zlib.compress(text.encode(), 6)).decode()


def _unpacked(text: str) -> tuple[Extraction, rdf.Run]:
    record = json.loads(zlib.decompress(base64.b85decode(text)))
    version, model = record.pop("run")
    return records.from_record(record), rdf.Run(version, model)
